// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The steps of kernel/pps-gpio-poll, as they are, on a line and clocks that are
 * computed: hours of pulses in a second, late timers, slewed clocks, and all the
 * same on every machine.  steps.c is the module's source up to its sysfs.
 */
#include "steps.c"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_NS		300		/* what reading the line takes */
#define CLOCK_NS	50
#define S		1000000000ULL

static u64 now_ns;			/* the raw clock; all else is a function of it */
static ktime_t mono_ns;			/* the timer's, which may be slewed */
static u64 mono_at_ns;
static double slew;

static u64 period_ns, width_ns, phase_ns;	/* the pulse */
static int forced;			/* the line's level; -1: pulses */
static double noise;			/* how likely a read is wrong, */
static double stall;			/* or is held up for half a millisecond */
static u64 late_ns, very_late_ns;	/* the timer, and how much one in five is */

static struct poller source;
static u64 worst_ns, longest_ns;	/* of the stamps; of the interrupts */
static unsigned int wakes, stamps;
static const char *said;

ktime_t ktime_get(void)
{
	mono_ns += (now_ns - mono_at_ns) * (1 + slew);
	mono_at_ns = now_ns;
	return mono_ns;
}

u64 ktime_get_raw_ns(void)
{
	return now_ns += CLOCK_NS;
}

int gpiod_get_raw_value(struct gpio_desc *desc)
{
	const int level = forced >= 0 ? forced : (now_ns - phase_ns) % period_ns < width_ns;

	(void)desc;
	now_ns += READ_NS;
	if (drand48() < stall)
		now_ns += 500000;
	return level ^ (drand48() < noise);
}

void pps_get_ts(struct pps_event_time *ts)
{
	ts->ns = now_ns;
}

void pps_event(struct pps_device *pps, struct pps_event_time *ts, int event, void *data)
{
	(void)pps, (void)event, (void)data;
	stamps++;
	worst_ns = max(worst_ns, (ts->ns - phase_ns) % period_ns);
}

void say(const char *text)
{
	said = text;
}

static u64 timer_latency(void)
{
	const u64 most = very_late_ns && drand48() < 0.2 ? very_late_ns : late_ns;

	return drand48() * most;
}

static void wait_for_timer(void)
{
	const s64 left_ns = source.timer.expires - ktime_get();

	if (left_ns > 0)
		now_ns += left_ns / (1 + slew);
	now_ns += timer_latency();
}

/* What is counted is that of this time alone. */
static void run(double seconds)
{
	const u64 end_ns = now_ns + seconds * S;

	source.captured = source.missed = source.late = 0;
	worst_ns = longest_ns = 0;
	wakes = stamps = 0;
	said = "";
	while (now_ns < end_ns) {
		wait_for_timer();
		const u64 begun_ns = now_ns;

		poller_timer(&source.timer);
		longest_ns = max(longest_ns, now_ns - begun_ns);
		wakes++;
	}
}

/* 300 ms before a pulse, on an idle machine */
static void begin(unsigned int hz)
{
	srand48(1);
	rate_hz = hz;
	poll_us = 100;
	wait_us = 50;
	now_ns = mono_at_ns = 5 * S - 3 * S / 10;
	mono_ns = 0;
	slew = noise = stall = 0;
	period_ns = S / hz;
	width_ns = period_ns / 10;
	phase_ns = 0;
	forced = -1;
	late_ns = 20000;
	very_late_ns = 0;
	memset(&source, 0, sizeof(source));
	source.half_level = -1;
	source.nominal_ns = source.period_ns = S / hz;
	source.doubt_ns = source.nominal_ns / 64;
	source.margin_ns = wait_ns();
	source.after = true;
	source.step = search;
	source.level = gpiod_get_raw_value(NULL);
	source.read_ns = now_ns;
	source.timer.expires = poll_ns();
}

static int number, bad;

static void check(bool good, const char *what)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++number, what);
	if (!good)
		printf("# captured %u missed %u late %u worst %llu ns longest %llu ns wakes %u: %s\n",
		       source.captured, source.missed, source.late, (unsigned long long)worst_ns,
		       (unsigned long long)longest_ns, wakes, said);
	bad |= !good;
}

/* An edge right after the line was looked at is found by the next read, at its end. */
static bool exact(void)
{
	return worst_ns <= 2 * READ_NS + CLOCK_NS;
}

static void on_an_idle_machine(void)
{
	begin(1);
	run(5.5);
	check(stamps >= 2 && exact(), "the fifth pulse is stamped at the latest");
	check(longest_ns < 2 * (SPIN_NS + wait_ns()), "and none waited for while all is guesswork");
	run(3600);
	check(stamps == 3600 && source.captured == 3600 && !source.missed && exact(),
	      "none of an hour's is missed");
	check(wakes <= 3600 * 8, "some six wake-ups a pulse");
	check(longest_ns < 120000, "interrupts are off no longer than the timer is early");
	check(source.half_level == 0, "half a period later the line is back");
}

static void with_another_clock(void)
{
	begin(1);
	period_ns += period_ns / 1000;
	run(60);
	check(stamps >= 55 && exact(), "a clock that is 1000 ppm off is measured");
	slew = 500e-6;
	run(60);
	check(!source.missed && exact() && longest_ns < 120000, "adjtime's slew is not noticed");
	slew = -500e-6;
	run(60);
	check(!source.missed && exact(), "nor the other way");
	slew = 0.1;
	run(60);
	check(source.captured >= 58 && exact(), "nor a tick of 11000 us");
	slew = 0;
	period_ns -= period_ns / 500;
	run(60);
	check(source.captured >= 50 && exact(), "the period is measured anew");
}

static void without_pulses(void)
{
	begin(1);
	run(10);
	forced = 0;
	run(30);
	check(!stamps && source.missed >= 29 && source.missed <= 31, "what does not come is counted");
	check(!strncmp(said, "no pulse", 8), "and told");
	check(longest_ns < 2 * 120000, "no pulse is not waited for");
	check(wakes > 30 * 5000, "and polled for");
	forced = -1;
	run(4);
	check(stamps >= 2 && exact(), "two pulses later there are stamps again");
	phase_ns = 300000000;
	run(6);
	check(stamps >= 3 && exact(), "a pulse at another moment is found");
	forced = 1;
	run(10);
	check(!stamps && source.missed >= 9, "a line that stays high is no pulse");
}

static void on_a_busy_machine(void)
{
	begin(1);
	very_late_ns = 2000000;
	run(30);
	check(stamps, "on a busy machine it takes longer");
	run(600);
	check(stamps >= 400 && exact(), "timers that are late cost stamps, and spoil none");
	check(source.captured + source.missed >= 599 && source.captured + source.missed <= 601,
	      "each period has a stamp or is counted");
	check(source.late >= source.missed - 20 && source.late <= source.missed + 1,
	      "nearly all of them as late");
	begin(1);
	width_ns = 9 * S / 10;
	very_late_ns = 2000000;
	run(30);
	run(600);
	check(stamps >= 400 && exact() && source.late, "nor do they where the pulse's end is stamped");
	begin(1);
	stall = 0.001;
	run(60);
	check(stamps >= 30 && worst_ns <= poll_ns() + READ_NS, "who was held up does not stamp");
	begin(1);
	late_ns = 300000;
	run(20);
	run(60);
	check(stamps >= 50, "a timer that is always late is allowed for");
}

static void other_rates(void)
{
	begin(5);
	run(2);
	run(60);
	check(stamps >= 299 && !source.missed && exact(), "five pulses a second");
	begin(100);
	run(1);
	run(10);
	check(stamps >= 990 && exact(), "a hundred");
	begin(1);
	period_ns = 1300000000;
	run(30);
	check(!stamps && strstr(said, "rate_hz"), "a rate that is not the pulse's is told");
}

static void on_a_bad_line(void)
{
	begin(1);
	now_ns = mono_at_ns = 5 * S + S / 20;
	source.level = gpiod_get_raw_value(NULL);
	source.read_ns = now_ns;
	run(0.3);
	check(!source.tracking, "a start within a pulse is no edge");
	begin(1);
	run(10);
	noise = 1e-4;
	run(600);
	check(stamps >= 500, "a disturbance now and then costs a few pulses");
	begin(1);
	width_ns = 9 * S / 10;
	run(10);
	check(stamps >= 5 && exact() && source.half_level == 1, "a pulse of nine tenths");
}

int main(void)
{
	on_an_idle_machine();
	with_another_clock();
	without_pulses();
	on_a_busy_machine();
	other_rates();
	on_a_bad_line();
	return bad;
}
