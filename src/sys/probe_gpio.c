// SPDX-License-Identifier: GPL-2.0-or-later
/* What a GPIO chip says of its lines (include/uapi/linux/gpio.h, version 2). */
#include "probe_gpio.h"

#include <errno.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../gpio.h"
#include "probe.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* The kernel's bits, in the order of gpio_flag_names. */
static const unsigned long long flags[GPIO_FLAGS] = {
	GPIO_V2_LINE_FLAG_USED, GPIO_V2_LINE_FLAG_ACTIVE_LOW, GPIO_V2_LINE_FLAG_INPUT,
	GPIO_V2_LINE_FLAG_OUTPUT, GPIO_V2_LINE_FLAG_EDGE_RISING, GPIO_V2_LINE_FLAG_EDGE_FALLING,
	GPIO_V2_LINE_FLAG_OPEN_DRAIN, GPIO_V2_LINE_FLAG_OPEN_SOURCE,
	GPIO_V2_LINE_FLAG_BIAS_PULL_UP, GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN,
	GPIO_V2_LINE_FLAG_BIAS_DISABLED,
};

/* One word for a name, whatever is in it: no blank, no line end, and "-" is none. */
static void escape(const char *name, size_t max, char *out)
{
	const size_t n = strnlen(name, max);

	strcpy(out, n ? "" : "-");
	for (size_t i = 0; i < n; i++) {
		const unsigned char c = (unsigned char)name[i];
		const bool plain = c > 0x20 && c < 0x7f && c != '\\' && !(n == 1 && c == '-');

		out += sprintf(out, plain ? "%c" : "\\x%02x", c);
	}
}

/* Each byte as \xHH. */
#define ESCAPED_MAX (4 * GPIO_MAX_NAME_SIZE + 1)

int probe_gpio_chip(int fd, char *buf, size_t size)
{
	struct gpiochip_info info = { 0 };
	char label[ESCAPED_MAX];

	if (ioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &info) < 0)
		return -errno;
	escape(info.label, sizeof(info.label), label);
	return snprintf(buf, size, "%u %s", info.lines, label);
}

static void flag_words(unsigned long long set, char *out)
{
	const char *sep = "";

	strcpy(out, set ? "" : "-");
	for (size_t i = 0; i < LEN(flags); i++) {
		if (!(set & flags[i]))
			continue;
		out += sprintf(out, "%s%s", sep, gpio_flag_names[i]);
		sep = ",";
	}
}

static int line_text(int fd, unsigned int offset, char *text, size_t size)
{
	char name[ESCAPED_MAX], consumer[ESCAPED_MAX], words[128];
	struct gpio_v2_line_info info = { .offset = offset };

	if (ioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, &info) < 0)
		return -errno;
	escape(info.name, sizeof(info.name), name);
	escape(info.consumer, sizeof(info.consumer), consumer);
	flag_words(info.flags, words);
	return snprintf(text, size, "%u %s %s %s\n", offset, words, name, consumer);
}

int probe_gpio_lines(int fd, unsigned int first, char *buf, size_t size)
{
	struct gpiochip_info info = { 0 };
	size_t len = 0;

	if (ioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &info) < 0)
		return -errno;
	if (first >= info.lines)
		return -ENOENT;
	for (unsigned int i = first; i < info.lines && i < first + GPIO_PAGE; i++) {
		const int n = line_text(fd, i, buf + len, size - len);

		if (n < 0)
			return n;
		if ((size_t)n >= size - len)
			return -EMSGSIZE;
		len += (size_t)n;
	}
	buf[--len] = '\0';	/* the last line's end */
	return (int)len;
}

int probe_gpio_level(int fd, unsigned int offset, char *buf, size_t size)
{
	/* no flag: neither direction nor bias is touched */
	struct gpio_v2_line_request r = {
		.offsets = { offset }, .num_lines = 1, .consumer = "gpsppsctl",
	};
	struct gpio_v2_line_values v = { .mask = 1 };
	int err = 0;

	if (ioctl(fd, GPIO_V2_GET_LINE_IOCTL, &r) < 0)
		return -errno;
	if (ioctl(r.fd, GPIO_V2_LINE_GET_VALUES_IOCTL, &v) < 0)
		err = -errno;
	close(r.fd);
	return err ? err : snprintf(buf, size, "%d", (int)(v.bits & 1));
}
