// SPDX-License-Identifier: GPL-2.0-or-later
/* Which GPIO line a source of pulses needs that is not there, and who has it instead. */
#include "gather_gpio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../words.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define FILE_TEXT_MAX 16384
#define CELLS_MAX 3

/* ---- what it needs ---- */

/* What a driver is told of its line, by whomever. */
struct wish {
	char chip[GPIO_NAME_MAX];
	long line, number;		/* -1: not told */
	uint32_t phandle;		/* the devicetree's name of the chip; 0 none */
};

static void wish_word(struct wish *w, const char *word)
{
	if (text_begins(word, "chip="))
		snprintf(w->chip, sizeof(w->chip), "%.31s", word + 5);
	else if (text_begins(word, "line="))
		w->line = strtol(word + 5, NULL, 10);
	else if (text_begins(word, "gpio="))
		w->number = strtol(word + 5, NULL, 10);
}

static bool is_told(const struct wish *w)
{
	return w->number >= 0 || (w->line >= 0 && (w->chip[0] || w->phandle));
}

/* The module is loaded, and its device found nothing to drive. */
static bool ask_module(struct probe *p, struct wish *w, char *where)
{
	static const char dir[] = "/sys/module/pps_gpio_poll/parameters";
	const struct fact_text chip = probe_text(p, "file:%s/chip", dir);
	const struct fact line = probe_number(p, "file:%s/line", dir);
	const struct fact number = probe_number(p, "file:%s/gpio", dir);

	/* charp parameters that were not given read "(null)" */
	if (chip.state == FACT_OK && strcmp(chip.val, "(null)"))
		snprintf(w->chip, sizeof(w->chip), "%.31s", chip.val);
	w->line = fact_known(line) ? (long)line.val : -1;
	w->number = fact_known(number) ? (long)number.val : -1;
	snprintf(where, GPIO_WHERE_MAX, "%s", dir);
	return is_told(w);
}

/* modprobe.d(5): "options pps-gpio-poll chip=X line=5"; - and _ are the same there. */
static bool is_module(const char *word)
{
	return !strcmp(word, GPIO_POLL_NAME) || !strcmp(word, "pps_gpio_poll");
}

/* A line of a file; `keyword`: "options", or NULL where the module's name comes first. */
static void read_options(char *line, const char *keyword, struct wish *w)
{
	char *save = NULL, *word = strtok_r(line, " \t", &save);

	if (keyword && word && !strcmp(word, keyword))
		word = strtok_r(NULL, " \t", &save);
	else if (keyword)
		return;
	if (!word || !is_module(word))
		return;
	while ((word = strtok_r(NULL, " \t", &save)))
		wish_word(w, word);
}

static bool ask_file(struct probe *p, const char *path, const char *keyword, struct wish *w)
{
	char *text = malloc(FILE_TEXT_MAX), *save = NULL;

	if (text && probe_getf(p, text, FILE_TEXT_MAX, "file:%s", path) > 0)
		for (char *line = strtok_r(text, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			read_options(line, keyword, w);
	free(text);
	return is_told(w);
}

/* What modprobe would give it; OpenWrt's /etc/modules.d has the parameters behind the name. */
static bool ask_files(struct probe *p, struct wish *w, char *where)
{
	static const struct {
		const char *dir, *keyword;
	} dirs[] = {
		{ "/etc/modprobe.d", "options" }, { "/run/modprobe.d", "options" },
		{ "/usr/lib/modprobe.d", "options" }, { "/lib/modprobe.d", "options" },
		{ "/etc/modules.d", NULL },
	};
	bool found = false;

	for (size_t i = 0; i < LEN(dirs) && !found; i++) {
		char **names;
		int n = probe_list(p, dirs[i].dir, &names);

		for (int k = 0; k < n && !found; k++) {
			snprintf(where, GPIO_WHERE_MAX, "%s/%.50s", dirs[i].dir, names[k]);
			found = ask_file(p, where, dirs[i].keyword, w);
		}
		probe_free_names(names, n);
	}
	return found;
}

/*
 * Cells of a devicetree's property, big-endian.  The probe takes a last byte that is a
 * line's end away, as a text file's.  True: it has as many.
 */
static bool ask_cells(struct probe *p, uint32_t *cells, int n_cells, const char *path)
{
	char bytes[4 * CELLS_MAX + 1];
	int n = probe_getf(p, bytes, sizeof(bytes), "file:%s", path);

	if (n == 4 * n_cells - 1)
		bytes[n++] = '\n';
	for (int i = 0; i < n / 4 && i < n_cells; i++) {
		const unsigned char *b = (const unsigned char *)bytes + 4 * i;

		cells[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	}
	return n == 4 * n_cells;
}

/*
 * A source is called after its device, "pps@12.-1", and that after its node: "soc:pps@12"
 * is /soc/pps@12 (of_device_make_bus_id()).  Its gpios: the chip, the line, the flags.
 */
static bool ask_tree(struct probe *p, const char *source, struct wish *w, char *where)
{
	char path[GPIO_WHERE_MAX + 8];
	uint32_t gpios[3];
	int n = snprintf(where, GPIO_WHERE_MAX, "/proc/device-tree/%.40s", source);
	char *dot = strrchr(where, '.');

	if (n < 0 || !dot)
		return false;
	*dot = '\0';
	for (char *at = where; *at; at++)
		if (*at == ':')
			*at = '/';
	snprintf(path, sizeof(path), "%s/gpios", where);
	if (!ask_cells(p, gpios, 3, path))
		return false;
	w->phandle = gpios[0];
	w->line = gpios[1];
	return is_told(w);
}

static bool has_phandle(struct probe *p, const struct gpio_chip *chip, uint32_t phandle)
{
	char path[96];
	uint32_t own;

	snprintf(path, sizeof(path), "/sys/bus/gpio/devices/%s/of_node/phandle", chip->name);
	return ask_cells(p, &own, 1, path) && own == phandle;
}

static const struct gpio_line *find_wished(struct probe *p, const struct gpio_list *list,
					   const struct wish *w, const struct gpio_chip **chip)
{
	if (w->number >= 0)
		return gpio_find_number(list, w->number, chip);
	*chip = w->chip[0] ? gpio_find_chip(list, w->chip) : NULL;
	for (size_t i = 0; i < list->n && w->phandle && !*chip; i++)
		if (has_phandle(p, &list->v[i], w->phandle))
			*chip = &list->v[i];
	return *chip ? gpio_find_line(*chip, (unsigned int)w->line) : NULL;
}

/* ---- who has it: buttons ---- */

/* The names that drivers of buttons give a line whose button has none. */
static bool is_button_name(const char *consumer)
{
	static const char *const names[] = {
		"gpio_keys", "gpio-keys", "gpio-button-hotplug", "gpio_button_hotplug",
	};

	for (size_t i = 0; i < LEN(names); i++)
		if (text_begins(consumer, names[i]))
			return true;
	return false;
}

/* A button of this device has the consumer's name for its label. */
static bool has_label(struct probe *p, const char *driver, const char *device,
		      const char *consumer)
{
	char dir[256], label[FACT_TEXT_MAX], **names;
	bool found = false;
	int n;

	snprintf(dir, sizeof(dir), "/sys/bus/platform/drivers/%s/%.64s/of_node", driver, device);
	n = probe_list(p, dir, &names);
	for (int i = 0; i < n && !found; i++)
		found = probe_getf(p, label, sizeof(label), "file:%s/%s/label", dir,
				   names[i]) > 0 &&
			!strncmp(label, consumer, GPIO_NAME_MAX - 1);
	probe_free_names(names, n);
	return found;
}

/* Its own name, with _ or with -; OpenWrt's two drivers share one. */
static bool is_named_after(const char *consumer, const char *driver)
{
	if (text_begins(consumer, "gpio-button") || text_begins(consumer, "gpio_button"))
		return true;
	for (; *consumer && *driver; consumer++, driver++)
		if (*driver == '-' ? *consumer != '-' && *consumer != '_' : *consumer != *driver)
			return false;
	return *consumer == *driver;
}

static bool is_device(const char *name)
{
	static const char *const others[] = { "bind", "unbind", "uevent", "module" };

	for (size_t i = 0; i < LEN(others); i++)
		if (!strcmp(name, others[i]))
			return false;
	return true;
}

/*
 * Whose is it?  A driver of this name has the devices that are listed below it: OpenWrt's
 * gpio-button-hotplug registers itself under the same two.
 */
static void find_buttons(struct probe *p, const char *driver, struct gpio_facts *g)
{
	const char *consumer = g->line.consumer;
	char dir[96], **names;
	int n;

	snprintf(dir, sizeof(dir), "/sys/bus/platform/drivers/%s", driver);
	n = probe_list(p, dir, &names);
	for (int i = 0; i < n && !g->button_driver[0]; i++) {
		if (!is_device(names[i]) || !(is_named_after(consumer, driver) ||
					      has_label(p, driver, names[i], consumer)))
			continue;
		snprintf(g->button_driver, sizeof(g->button_driver), "%s", driver);
		snprintf(g->button_device, sizeof(g->button_device), "%.63s", names[i]);
	}
	probe_free_names(names, n);
}

static void ask_buttons(struct probe *p, struct gpio_facts *g)
{
	static const char *const drivers[] = { "gpio-keys-polled", "gpio-keys" };

	for (size_t i = 0; i < LEN(drivers) && !g->button_driver[0]; i++)
		find_buttons(p, drivers[i], g);
	/* a driver under another name, which has no unbind that we know */
	if (!g->button_driver[0] && is_button_name(g->line.consumer))
		snprintf(g->button_driver, sizeof(g->button_driver), "%s", g->line.consumer);
}

/* ---- all ---- */

void gather_gpio_wish(struct probe *p, const char *source, const struct gpio_list *list,
		       struct gpio_facts *g)
{
	struct wish w = { .line = -1, .number = -1 };
	const struct gpio_chip *chip = NULL;
	const struct gpio_line *line;
	bool told = ask_tree(p, source, &w, g->where);

	if (!told && g->driver == GPIO_DRIVER_POLL)
		told = ask_module(p, &w, g->where) || ask_files(p, &w, g->where);
	if (!told) {
		g->where[0] = '\0';
		g->line_known = fact_from(-ENOENT, 0);
		return;
	}
	line = find_wished(p, list, &w, &chip);
	if (!line) {
		g->line_known = gpio_not_found(list);
		return;
	}
	gpio_take_line(g, chip, line);
	if (g->line.flags & GPIO_USED)
		ask_buttons(p, g);
}

