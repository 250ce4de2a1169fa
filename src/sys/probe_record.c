// SPDX-License-Identifier: GPL-2.0-or-later
/* The probe with a tee: what was seen is written down. */
#include "probe_record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../redact.h"
#include "../version.h"
#include "asked.h"
#include "record.h"

#define KEY_TEXT_MAX 1024

static const char note[] =
	"What gpsppsctl diag looked at, and what it was answered: INSTANT/KEY, a small file\n"
	"each.  gpsppsctl diag --sysroot DIR says the same again.  Serial numbers, names of\n"
	"hosts, users and servers, addresses, passwords and positions were replaced.\n";

struct tee {
	struct probe probe;
	struct probe *inner;
	int dir;
	char *path;			/* of dir, for messages */
	unsigned int instant;
	bool has_instant;		/* its directory is made */
	struct asked_keys asked;
	struct redact redact;
	char *raw, *clean;		/* PROBE_TAPE_MAX each */
	char trouble[512];		/* the first one */
};

static struct tee *tee_of(struct probe *p)
{
	return (struct tee *)p;
}

/* ---- writing ---- */

static void note_trouble(struct tee *t, const char *file, int err)
{
	if (err && !t->trouble[0])
		snprintf(t->trouble, sizeof(t->trouble), "%s/%s: cannot write: %s", t->path, file,
			 strerror(-err));
}

static void make_instant(struct tee *t)
{
	char name[16];

	if (t->has_instant)
		return;
	t->has_instant = true;
	snprintf(name, sizeof(name), "%u", t->instant);
	if (mkdirat(t->dir, name, 0777) < 0)
		note_trouble(t, name, -errno);
}

/* FNV-1a over a refusal, or the bytes. */
static uint64_t hash(const char *text, int n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)n;

	for (int i = 0; i < n; i++)
		h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return h;
}

static void write_answer(struct tee *t, const char *key, const char *text, int n)
{
	char path[RECORD_NAME_MAX + 32], name[RECORD_NAME_MAX];
	struct asked *a = asked_count(&t->asked, key, t->instant);
	uint64_t answer = hash(text, n);

	if (!a) {
		note_trouble(t, key, -ENOMEM);
		return;
	}
	/* the same once more in one instant needs no file */
	if (a->nth > 1 && a->answer == answer)
		return;
	a->answer = answer;
	make_instant(t);
	record_name(key, a->nth, name, sizeof(name));
	snprintf(path, sizeof(path), "%u/%s", t->instant, name);
	note_trouble(t, path, record_write(t->dir, path, text, n));
}

void probe_record_say(struct probe *p, const char *key, const char *text)
{
	struct tee *t = tee_of(p);
	int n = redact_value(&t->redact, key, text, strlen(text), t->clean, PROBE_TAPE_MAX);

	write_answer(t, key, t->clean, n);
}

/* ---- asking ---- */

static int hand_on(const char *text, int n, char *buf, size_t size)
{
	if (n < 0)
		return n;
	if ((size_t)n >= size)
		n = (int)size - 1;
	memcpy(buf, text, n);
	buf[n] = '\0';
	return n;
}

static int tee_get(struct probe *p, const char *key, char *buf, size_t size)
{
	char real[KEY_TEXT_MAX], clean[KEY_TEXT_MAX];
	struct tee *t = tee_of(p);
	int n;

	redact_restore(&t->redact, key, real, sizeof(real));
	redact_key(&t->redact, real, clean, sizeof(clean));
	n = probe_get(t->inner, real, t->raw, PROBE_TAPE_MAX);
	if (n >= PROBE_TAPE_MAX)
		n = PROBE_TAPE_MAX - 1;
	if (n >= 0)
		n = redact_value(&t->redact, clean, t->raw, n, t->clean, PROBE_TAPE_MAX);
	write_answer(t, clean, t->clean, n);
	return hand_on(t->clean, n, buf, size);
}

/* A name a line; a line end in a name would be two. */
static int join(char **names, int n, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (int i = 0; i < n; i++) {
		size_t room = size - len;
		int more = snprintf(buf + len, room, "%s%s", i ? "\n" : "", names[i]);

		if ((size_t)more >= room)
			return -EFBIG;
		for (char *c = buf + len + (i ? 1 : 0); *c; c++)
			if (*c == '\n')
				*c = '?';
		len += more;
	}
	return (int)len;
}

/* Names that were redacted go back to who asked, too. */
static int rename_all(char **names, int n, char *text)
{
	char *save = NULL, *word = strtok_r(text, "\n", &save);

	for (int i = 0; i < n && word; i++, word = strtok_r(NULL, "\n", &save)) {
		char *copy = strdup(word);

		if (!copy)
			return -ENOMEM;
		free(names[i]);
		names[i] = copy;
	}
	return n;
}

static int tee_list(struct probe *p, const char *dir, char ***names)
{
	char real[KEY_TEXT_MAX], key[KEY_TEXT_MAX], clean[KEY_TEXT_MAX];
	struct tee *t = tee_of(p);
	int n, len;

	redact_restore(&t->redact, dir, real, sizeof(real));
	snprintf(key, sizeof(key), "list:%.1000s", real);
	redact_key(&t->redact, key, clean, sizeof(clean));
	n = probe_list(t->inner, real, names);
	len = n < 0 ? n : join(*names, n, t->raw, PROBE_TAPE_MAX);
	if (len >= 0)
		len = redact_value(&t->redact, clean, t->raw, len, t->clean, PROBE_TAPE_MAX);
	write_answer(t, clean, t->clean, len);
	if (n < 0 || len < 0) {
		probe_free_names(*names, n);
		*names = NULL;
		return n < 0 ? n : len;
	}
	return rename_all(*names, n, t->clean);
}

static void tee_sleep_ms(struct probe *p, int ms)
{
	struct tee *t = tee_of(p);

	probe_sleep_ms(t->inner, ms);
	t->instant++;
	t->has_instant = false;
}

static int64_t tee_now_ns(struct probe *p)
{
	struct tee *t = tee_of(p);
	int64_t now = probe_now_ns(t->inner);
	char text[32];
	int n = snprintf(text, sizeof(text), "%lld", (long long)now);

	write_answer(t, "now", text, n);
	return now;
}

static const char *tee_trouble(struct probe *p)
{
	struct tee *t = tee_of(p);

	return t->trouble[0] ? t->trouble : probe_trouble(t->inner);
}

/* ---- the back end ---- */

static void tee_free(struct tee *t)
{
	if (t->dir >= 0)
		close(t->dir);
	asked_free(&t->asked);
	free(t->redact.scratch);
	free(t->raw);
	free(t->clean);
	free(t->path);
	free(t);
}

static void tee_close(struct probe *p)
{
	probe_close(tee_of(p)->inner);
	tee_free(tee_of(p));
}

static const struct probe_ops tee_ops = {
	.get = tee_get,
	.list = tee_list,
	.sleep_ms = tee_sleep_ms,
	.now_ns = tee_now_ns,
	.close = tee_close,
	.trouble = tee_trouble,
};

static bool is_empty(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	bool empty = true;

	while (d && empty && (e = readdir(d)))
		empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
	if (d)
		closedir(d);
	return d && empty;
}

static int begin_record(struct tee *t, const char *path)
{
	int err;

	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return -errno;
	t->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->dir < 0)
		return -errno;
	if (!is_empty(path))
		return -ENOTEMPTY;
	err = record_write(t->dir, "VERSION", RECORD_VERSION, strlen(RECORD_VERSION));
	return err ? err : record_write(t->dir, "NOTE", note, strlen(note) - 1);
}

struct probe *probe_open_record(struct probe *inner, const char *dir)
{
	struct tee *t = calloc(1, sizeof(*t));
	int err = -ENOMEM;

	if (!t)
		return NULL;
	t->probe.ops = &tee_ops;
	t->inner = inner;
	t->dir = -1;
	t->path = strdup(dir);
	t->raw = malloc(PROBE_TAPE_MAX);
	t->clean = malloc(PROBE_TAPE_MAX);
	t->redact.scratch = malloc(PROBE_TAPE_MAX);
	t->redact.scratch_size = PROBE_TAPE_MAX;
	/* asked below the tee: the name itself is not to be in the record */
	probe_get(inner, "file:/proc/sys/kernel/hostname", t->redact.host,
		  sizeof(t->redact.host));
	if (t->path && t->raw && t->clean && t->redact.scratch)
		err = begin_record(t, dir);
	if (!err)
		return &t->probe;
	tee_free(t);
	errno = -err;
	return NULL;
}
