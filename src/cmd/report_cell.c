// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers as they stand in report's tables. */
#include "report_cell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Four digits that matter: 1.234, 12.34, 123.4, 1234. */
static void put_digits(char *text, size_t size, double value, const char *unit)
{
	const double size_of = fabs(value);
	const int decimals = size_of < 9.9995 ? 3 : size_of < 99.995 ? 2 : size_of < 999.95;

	snprintf(text, size, "%.*f%s", decimals, value, unit);
}

struct cell cell_seconds(double value)
{
	static const struct {
		double least;
		double factor;
		const char *unit;
	} units[] = {
		{ 0.99995, 1, " s" }, { 0.99995e-3, 1e3, " ms" }, { 0.99995e-6, 1e6, " us" },
		{ 0.99995e-9, 1e9, " ns" }, { 0, 1e12, " ps" },
	};
	struct cell c = { "-" };
	size_t i = 0;

	if (!isfinite(value))
		return c;
	while (fabs(value) < units[i].least)
		i++;
	if (value == 0)
		strcpy(c.text, "0");
	else if (fabs(value) >= 99999.5)
		snprintf(c.text, sizeof(c.text), "%.3e s", value);
	else
		put_digits(c.text, sizeof(c.text), value * units[i].factor, units[i].unit);
	return c;
}

struct cell cell_tau(double value)
{
	struct cell c;

	snprintf(c.text, sizeof(c.text), "%.10g s", value);
	return c;
}

struct cell cell_fraction(double value)
{
	struct cell c = { "-" };

	if (isfinite(value))
		snprintf(c.text, sizeof(c.text), "%.3e", value);
	return c;
}

struct cell cell_number(uint64_t value)
{
	struct cell c;

	snprintf(c.text, sizeof(c.text), "%llu", (unsigned long long)value);
	return c;
}

struct cell cell_text(const char *text)
{
	struct cell c;

	snprintf(c.text, sizeof(c.text), "%s", text ? text : "-");
	return c;
}
