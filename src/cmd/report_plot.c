// SPDX-License-Identifier: GPL-2.0-or-later
/* report --plot: gnuplot is given a script and data, and draws. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../sys/probe_run.h"
#include "../sys/signals.h"
#include "cmd.h"
#include "report_pictures.h"

#define GNUPLOT_MS 300000	/* seconds are usual; a machine may be slow and busy */
#define SAID_SIZE 16384
/* What it is told to say when it has come to the script's end. */
#define DRAWN "drawn"
#define SAY_DRAWN "print 'drawn'"

/* ---- gnuplot ---- */

/* It writes what is wrong on its last line, under the place where. */
static const char *last_line(char *said)
{
	char *line;
	size_t len = strlen(said);

	while (len && (said[len - 1] == '\n' || said[len - 1] == ' '))
		said[--len] = '\0';
	line = strrchr(said, '\n');
	line = line ? line + 1 : said;
	return line + strspn(line, " \t");
}

static int gnuplot_trouble(int err)
{
	if (err == -ENOENT) {
		msg_error("gnuplot", "not found: it draws the pictures");
		msg_hint("apt-get install gnuplot-nox");
	} else if (err == -EPERM) {
		msg_error("gnuplot", "not run: others than root could have written it");
	} else if (err == -ETIMEDOUT) {
		msg_error("gnuplot", "did not end within %d s", GNUPLOT_MS / 1000);
	} else if (err == -EINTR) {
		msg_error("gnuplot", "interrupted");
	} else {
		msg_error("gnuplot", "%s", strerror(-err));
	}
	return EXIT_TROUBLE;
}

static int run_gnuplot(const struct workdir *w)
{
	/* nobody's settings (-d): the pictures are everywhere the same */
	static const char *const argv[] = {
		"gnuplot", "-d", SCRIPT_NAME, "-e", SAY_DRAWN, NULL,
	};
	const char *path = getenv("PATH");
	const struct run r = {
		.argv = argv, .dirs = path ? path : NULL, .in = w->path, .timeout_ms = GNUPLOT_MS,
		.errors = true, .newest = true,
	};
	char *said = malloc(SAID_SIZE);
	const char *last;
	int n, code = EXIT_DONE;

	if (!said)
		return gnuplot_trouble(-ENOMEM);
	n = run_program(&r, said, SAID_SIZE);
	last = n > 0 ? last_line(said) : "";
	if (signals_seen())
		code = gnuplot_trouble(-EINTR);
	else if (n < 0)
		code = gnuplot_trouble(n);
	else if (strcmp(last, DRAWN) != 0) {
		msg_error("gnuplot", "%s", *last ? last : "ended without a word");
		code = EXIT_TROUBLE;
	}
	free(said);
	return code;
}

/* ---- script and data ---- */

static int write_script(const struct workdir *w, const struct pictures *p)
{
	FILE *f = workdir_open(w, SCRIPT_NAME, "we");
	int err;

	if (!f)
		return -errno;
	script_write(f, p);
	err = ferror(f) ? -EIO : 0;
	return fclose(f) < 0 ? -errno : err;
}

int pictures_draw(const struct workdir *w, const struct report_series *series, size_t n,
		  const char *format, bool page, const char *object)
{
	struct pictures p = { .series = series, .n = n, .format = format, .page = page };
	int err = pictures_measure(&p);

	if (!err)
		err = data_write(w, &p);
	if (!err)
		err = write_script(w, &p);
	pictures_free(&p);
	if (err) {
		msg_error(object, "cannot draw: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	return run_gnuplot(w);
}

/* ---- pictures that are whole ---- */

int picture_read(const struct workdir *w, const char *name, char **text, size_t *len)
{
	FILE *f = workdir_open(w, name, "re");
	FILE *to = f ? open_memstream(text, len) : NULL;
	char buf[8192];
	size_t n;
	int err = f && to ? 0 : -errno;

	while (!err && (n = fread(buf, 1, sizeof(buf), f)) > 0)
		fwrite(buf, 1, n, to);
	if (!err && (ferror(f) || ferror(to)))
		err = -EIO;
	if (to && fclose(to) < 0 && !err)
		err = -errno;
	if (f)
		fclose(f);
	return err;
}

static int mend_svg(const struct workdir *w, const char *name, enum picture which,
		    const struct report_series *series, size_t n, const char *text, size_t len)
{
	FILE *f = workdir_open(w, name, "we");
	int err;

	if (!f)
		return -errno;
	err = svg_mend(f, text, len, which, series, n, false);
	if (!err && ferror(f))
		err = -EIO;
	return fclose(f) < 0 && !err ? -errno : err;
}

/* gnuplot does not notice a full disk; the last bytes of a picture tell. */
static int check_png(const char *text, size_t len)
{
	static const char end[] = "IEND\xae\x42\x60\x82";	/* the last chunk and its sum */
	const size_t n = sizeof(end) - 1;

	return len > n && !memcmp(text + len - n, end, n) ? 0 : -ENODATA;
}

static int finish_picture(const struct workdir *w, enum picture which,
			  const struct report_series *series, size_t n, const char *format)
{
	char name[64], *text = NULL;
	size_t len = 0;
	int err;

	snprintf(name, sizeof(name), "%s.%s", picture_names[which], format);
	err = picture_read(w, name, &text, &len);
	if (!err && !strcmp(format, "svg"))
		err = mend_svg(w, name, which, series, n, text, len);
	else if (!err)
		err = check_png(text, len);
	free(text);
	return err;
}

/* ---- report --plot ---- */

static int plot_into(const struct workdir *w, const struct report_series *series, size_t n,
		     const char *dir, const char *format)
{
	int code = pictures_draw(w, series, n, format, false, dir), err = 0;

	if (code)
		return code;
	for (int i = 0; i < N_PICTURES && !err; i++)
		err = finish_picture(w, i, series, n, format);
	if (!err)
		err = workdir_give(w, dir);
	if (err) {
		msg_error(dir, "cannot write the pictures: %s",
			  err == -ENODATA ? "gnuplot left one half done (is the disk full?)" :
			  strerror(-err));
		return EXIT_TROUBLE;
	}
	return EXIT_DONE;
}

int report_plot(const struct report_series *series, size_t n, const char *dir, const char *format)
{
	const bool made = mkdir(dir, 0777) == 0;
	struct workdir w;
	int code, err = made || errno == EEXIST ? workdir_make(&w, dir) : -errno;

	if (err) {
		msg_error(dir, "cannot put pictures there: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	signals_catch();
	code = plot_into(&w, series, n, dir, format);
	workdir_remove(&w);
	/* only when nothing is in it */
	if (made && code)
		rmdir(dir);
	signals_release();
	return code;
}
