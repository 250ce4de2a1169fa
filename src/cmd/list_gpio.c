// SPDX-License-Identifier: GPL-2.0-or-later
/* list --gpio: the lines of every GPIO chip, who has them, and which may carry a pulse. */
#include "list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../sys/output.h"
#include "../sys/probe.h"
#include "../sys/survey.h"
#include "../sys/survey_gpio.h"
#include "cmd.h"

#define CELL_MAX 160

enum {
	COL_CHIP, COL_LABEL, COL_LINE, COL_NUMBER, COL_NAME, COL_CONSUMER, COL_DIRECTION,
	COL_FLAGS, COL_LEVEL, COL_PPS, COL_PULSE,
	N_COLS
};

static const struct out_column columns[N_COLS] = {
	[COL_CHIP] = { .name = "CHIP", .help = "the chip's device" },
	[COL_LABEL] = { .name = "LABEL", .help = "the chip's label" },
	[COL_LINE] = { .name = "LINE", .help = "of the chip, from 0", .right = true },
	[COL_NUMBER] = { .name = "NUMBER", .help = "of the old interface, /sys/class/gpio",
			 .right = true },
	[COL_NAME] = { .name = "NAME", .help = "what the board calls it" },
	[COL_CONSUMER] = { .name = "CONSUMER", .help = "who has it" },
	[COL_DIRECTION] = { .name = "DIR", .help = "in or out" },
	[COL_FLAGS] = { .name = "FLAGS", .help = "active-low, bias, open drain, edges" },
	[COL_LEVEL] = { .name = "LEVEL", .help = "of the wire, where the kernel tells it",
			.right = true },
	[COL_PPS] = { .name = "PPS", .help = "the pulse source that reads it" },
	[COL_PULSE] = { .name = "PULSE", .help = "may it carry one: yes; irq: by pps-gpio alone;\n"
			"           no: output, taken by others, bus (behind I2C, SPI or USB)" },
};

struct found {
	struct pulse_list pulses;
	struct gpio_list gpios;
};

void list_gpio_columns(void)
{
	for (size_t i = 0; i < N_COLS; i++)
		printf("  %-9s %s\n", columns[i].name, columns[i].help);
}

static int gather(struct found *f, bool active)
{
	struct probe *p = probe_open_live();
	int err;

	if (!p)
		return -ENOMEM;
	err = survey_pulses(p, &f->pulses);
	if (!err)
		err = survey_gpios(p, &f->pulses, &f->gpios);
	if (!err && active)
		survey_gpio_levels(p, &f->gpios);
	probe_close(p);
	return err;
}

/* ---- which chips ---- */

/* "gpiochip0", "/dev/gpiochip0" or the label. */
static bool is_called(const struct gpio_chip *chip, const char *name)
{
	return !strcmp(chip->name, strncmp(name, "/dev/", 5) ? name : name + 5) ||
	       (chip->label[0] && !strcmp(chip->label, name));
}

static bool shown(const struct gpio_chip *chip, char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (is_called(chip, names[i]))
			return true;
	return n == 0;
}

static int check_names(const struct gpio_list *gpios, char *const *names, int n)
{
	for (int i = 0; i < n; i++) {
		bool found = false;

		for (size_t k = 0; k < gpios->n && !found; k++)
			found = is_called(&gpios->v[k], names[i]);
		if (!found) {
			msg_error(names[i], "there is no such GPIO chip");
			msg_hint("gpsppsctl list --gpio");
			return EXIT_TROUBLE;
		}
	}
	return EXIT_DONE;
}

/* Chips that could not be asked: the result lacks their lines. */
static int check_told(const struct gpio_list *gpios, char *const *names, int n)
{
	int err = 0;

	for (size_t i = 0; i < gpios->n; i++) {
		const struct gpio_chip *chip = &gpios->v[i];

		if (!shown(chip, names, n) || fact_known(chip->told))
			continue;
		err = chip->told.state == FACT_DENIED ? chip->told.err : ENOENT;
		msg_error(chip->name, "cannot ask for its lines: %s", strerror(err));
	}
	if (err == EACCES || err == EPERM)
		msg_hint("run it as root, or join the group that owns the chips: ls -l /dev/gpiochip*");
	return err ? EXIT_TROUBLE : EXIT_DONE;
}

/* ---- the table ---- */

static const char *direction(const struct gpio_line *line)
{
	if (line->flags & GPIO_OUT)
		return "out";
	return line->flags & GPIO_IN ? "in" : NULL;
}

/* Those that have a column of their own. */
static bool is_told_elsewhere(size_t flag)
{
	return (1u << flag) & (GPIO_USED | GPIO_IN | GPIO_OUT);
}

static void flags_text(unsigned int flags, char *cell)
{
	size_t len = 0;

	for (size_t i = 0; i < GPIO_FLAGS; i++)
		if (flags & 1u << i && !is_told_elsewhere(i))
			len += (size_t)snprintf(cell + len, CELL_MAX - len, "%s%s",
						len ? "," : "", gpio_flag_names[i]);
}

static void decimal(char *cell, struct fact f)
{
	if (fact_known(f))
		snprintf(cell, CELL_MAX, "%" PRId64, f.val);
}

/* A line may be taken by somebody who gave no name. */
static const char *consumer(const struct gpio_line *line)
{
	if (line->consumer[0])
		return line->consumer;
	return line->flags & GPIO_USED ? "?" : "";
}

static void line_row(struct out_table *t, const struct gpio_chip *chip,
		     const struct gpio_line *line)
{
	char number[CELL_MAX] = "", offset[CELL_MAX], flags[CELL_MAX] = "", level[CELL_MAX] = "";
	const char *cells[N_COLS] = {
		[COL_CHIP] = chip->name, [COL_LABEL] = chip->label, [COL_LINE] = offset,
		[COL_NUMBER] = number, [COL_NAME] = line->name, [COL_CONSUMER] = consumer(line),
		[COL_DIRECTION] = direction(line), [COL_FLAGS] = flags, [COL_LEVEL] = level,
		[COL_PPS] = line->pps, [COL_PULSE] = gpio_use_name(gpio_use(chip, line)),
	};

	snprintf(offset, sizeof(offset), "%u", line->offset);
	decimal(number, line->number);
	decimal(level, line->level);
	flags_text(line->flags, flags);
	out_table_row(t, cells);
}

static int print_table(const struct gpio_list *gpios, const struct list_options *o,
		       char *const *names, int n)
{
	struct out_table *t = out_table_new(columns, N_COLS);
	const char *bad;

	if (out_table_select(t, o->columns, &bad) < 0) {
		msg_error(bad, "there is no such column");
		return usage_error("list");
	}
	for (size_t i = 0; i < gpios->n; i++)
		for (size_t k = 0; shown(&gpios->v[i], names, n) && k < gpios->v[i].n; k++)
			line_row(t, &gpios->v[i], &gpios->v[i].v[k]);
	out_table_print(t, o->headings);
	return EXIT_DONE;
}

/* ---- JSON ---- */

static const char *text_or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static struct out *chip_json(const struct gpio_chip *chip)
{
	struct out *o = out_object();

	out_text(o, "chip", chip->name);
	out_text(o, "label", text_or_null(chip->label));
	out_fact(o, "base", chip->base);
	out_fact_text(o, "driver", &chip->driver);
	out_fact_text(o, "slow_bus", &chip->slow_bus);
	if (fact_known(chip->told))
		out_number(o, "lines", (int64_t)chip->n);
	else
		out_null(o, "lines");
	return o;
}

static struct out *flags_json(unsigned int flags)
{
	struct out *a = out_array();

	for (size_t i = 0; i < GPIO_FLAGS; i++)
		if (flags & 1u << i && !is_told_elsewhere(i))
			out_add_text(a, gpio_flag_names[i]);
	return a;
}

static struct out *line_json(const struct gpio_chip *chip, const struct gpio_line *line)
{
	struct out *o = out_object();

	out_text(o, "chip", chip->name);
	out_text(o, "label", text_or_null(chip->label));
	out_number(o, "line", line->offset);
	out_fact(o, "number", line->number);
	out_text(o, "name", text_or_null(line->name));
	out_bool(o, "used", line->flags & GPIO_USED);
	out_text(o, "consumer", text_or_null(line->consumer));
	out_text(o, "direction", direction(line));
	out_child(o, "flags", flags_json(line->flags));
	out_fact(o, "level", line->level);
	out_text(o, "pps", text_or_null(line->pps));
	out_text(o, "pulse", gpio_use_name(gpio_use(chip, line)));
	return o;
}

static int print_json(const struct gpio_list *gpios, const struct list_options *o,
		      char *const *names, int n)
{
	struct out *top = out_object(), *chips = out_array(), *lines = out_array();

	(void)o;
	for (size_t i = 0; i < gpios->n; i++) {
		const struct gpio_chip *chip = &gpios->v[i];

		if (!shown(chip, names, n))
			continue;
		out_add(chips, chip_json(chip));
		for (size_t k = 0; k < chip->n; k++)
			out_add(lines, line_json(chip, &chip->v[k]));
	}
	out_number(top, "version", 1);
	out_child(top, "chips", chips);
	out_child(top, "lines", lines);
	out_print(top);
	return EXIT_DONE;
}

static int print(const struct gpio_list *gpios, const struct list_options *o,
		 char *const *names, int n)
{
	int code = check_names(gpios, names, n);

	if (!code)
		code = (o->json ? print_json : print_table)(gpios, o, names, n);
	if (code)
		return code;
	if (gpios->n)
		return check_told(gpios, names, n);
	msg_error(NULL, "the kernel knows no GPIO chip");
	return EXIT_NO;
}

int list_gpio(const struct list_options *o, char *const *names, int n)
{
	struct found f = { .gpios = { NULL, 0 } };
	int code, err = gather(&f, o->active);

	if (err) {
		msg_error(NULL, "cannot look at the GPIO chips: %s", strerror(-err));
		code = EXIT_TROUBLE;
	} else {
		code = print(&f.gpios, o, names, n);
	}
	survey_free_gpios(&f.gpios);
	survey_free_pulses(&f.pulses);
	return code;
}
