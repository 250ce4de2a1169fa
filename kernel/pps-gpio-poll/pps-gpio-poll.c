// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pps-gpio-poll: a pulse per second on a GPIO line that can not interrupt.
 *
 * Until it knows when pulses come it reads the line every poll_us.  Then it sleeps
 * from one pulse to shortly before the next and reads without a pause until the
 * edge is there: the stamp is as good as two reads are close.  Interrupts are off
 * in that short time only, as it is a timer's interrupt that reads.
 *
 * Stamps are of CLOCK_REALTIME, as a PPS source's have to be.  All else goes by
 * CLOCK_MONOTONIC_RAW, which no daemon sets, steps or slews: the period is measured
 * on it, and what is left of a period is turned into the time of a timer anew each
 * time that only an eighth of it is left.
 */
#define pr_fmt(fmt) "pps-gpio-poll: " fmt

#include <linux/gpio/consumer.h>
#include <linux/gpio/driver.h>
#include <linux/gpio/machine.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pps_kernel.h>
#include <linux/property.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/version.h>

#define NAME		"pps-gpio-poll"

/* ---- what differs between kernels ---- */

static void set_up_timer(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
	timer->function = function;
#endif
}

/* ---- parameters ---- */

#define RATE_MAX_HZ	100
#define POLL_MIN_US	10
#define POLL_MAX_US	10000
#define WAIT_MAX_US	1000
/* Polling and waiting longer than this part of a period is no prediction any more. */
#define PERIOD_PARTS	8

static char *chip;
module_param(chip, charp, 0444);
MODULE_PARM_DESC(chip, "label of the GPIO chip");

static int line = -1;
module_param(line, int, 0444);
MODULE_PARM_DESC(line, "offset of the line in the chip");

static int gpio = -1;
module_param(gpio, int, 0444);
MODULE_PARM_DESC(gpio, "number of the line (legacy), instead of chip and line");

static char *edge = "rising";
module_param(edge, charp, 0444);
MODULE_PARM_DESC(edge, "where the pulse begins: rising (default) or falling");

static char *capture = "assert";
module_param(capture, charp, 0444);
MODULE_PARM_DESC(capture, "what the edge is told as: assert (default) or clear");

static unsigned int poll_us = 100;
module_param(poll_us, uint, 0444);
MODULE_PARM_DESC(poll_us, "time between two reads when no pulse is expected (100)");

static unsigned int wait_us = 15;
module_param(wait_us, uint, 0444);
MODULE_PARM_DESC(wait_us, "how long before the expected pulse to begin to read (15)");

static unsigned int rate_hz = 1;
module_param(rate_hz, uint, 0444);
MODULE_PARM_DESC(rate_hz, "pulses a second (1)");

static const struct {
	const char *name;
	const unsigned int *value;
	unsigned int min, max;
} limits[] = {
	{ "rate_hz", &rate_hz, 1, RATE_MAX_HZ },
	{ "poll_us", &poll_us, POLL_MIN_US, POLL_MAX_US },
	{ "wait_us", &wait_us, 1, WAIT_MAX_US },
};

static bool edge_falls, capture_clear;

/* ---- a source ---- */

#define PRECISIONS	16		/* stamps that the precision is told of */
#define SPIN_NS		(700 * NSEC_PER_USEC)	/* on either side, beyond wait_us */
#define COMB_MIN_NS	(10 * NSEC_PER_USEC)
#define PERIODS_MAX	16		/* that are measured as one */
#define WANDER_SHIFT	20		/* a millionth a period */
#define NEAR_NS		(2 * NSEC_PER_MSEC)
#define MARGIN_PARTS	8		/* wait_us grows to so many times, when it is short */
#define MARGIN_DECAY	64		/* and shrinks by such a part with each stamp */
#define MARGIN_MAX_NS	(2 * NSEC_PER_MSEC)
#define LATE_MAX	3		/* in a row; then the guess itself is in doubt */
#define TRIES		4		/* edges without a next one, until it is told */
#define MESSAGES_S	60

/* Times are ns of CLOCK_MONOTONIC_RAW. */
struct poller {
	struct device *dev;
	struct gpio_desc *line;
	struct pps_device *pps;
	struct hrtimer timer;
	struct irq_work report;
	struct ratelimit_state messages;
	const char *chip;		/* its label, and the line's offset in it */
	int offset;
	bool after;			/* the line's level after the edge */
	int event;

	u64 (*step)(struct poller *p, u64 now_ns);

	/* the last read, and what it found */
	bool level;
	u64 read_ns;
	u64 seen_ns;
	u64 gap_ns;			/* the edge came at most so long before seen_ns */
	struct pps_event_time stamp;

	/* what is known of the pulse */
	u64 nominal_ns;
	u64 period_ns, doubt_ns;	/* and how wrong that may be */
	u64 edge_ns, edge_gap_ns;	/* the last one */
	u64 base_ns, base_gap_ns;	/* an earlier one, so many periods ago */
	unsigned int periods;
	u64 expected_ns, slack_ns;	/* the next one */
	u64 margin_ns;			/* of the slack: what the timer may be late */
	u64 due_ns;			/* when the next stamp is; 0: there was none yet */
	bool tracking;			/* base_ns is one of the same pulses */
	bool locked;			/* its stamp was taken */
	unsigned int tries, late_ones;

	/* what is told in sysfs */
	unsigned int captured, missed, late;
	int half_level;
	u32 precision_ns[PRECISIONS];
};

/* Is the edge here?  The stamp is taken first of all. */
static bool look(struct poller *p)
{
	u64 before_ns = p->read_ns;
	bool was = p->level;
	int level;

	p->read_ns = ktime_get_raw_ns();
	level = gpiod_get_raw_value(p->line);
	if (level < 0)
		return false;
	p->level = level;
	if (was == p->after || p->level != p->after)
		return false;
	pps_get_ts(&p->stamp);
	p->seen_ns = ktime_get_raw_ns();
	p->gap_ns = p->seen_ns - before_ns;
	return true;
}

static u64 poll_ns(void)
{
	return poll_us * NSEC_PER_USEC;
}

static u64 wait_ns(void)
{
	return wait_us * NSEC_PER_USEC;
}

static u64 half(struct poller *p, u64 now_ns);
static u64 search(struct poller *p, u64 now_ns);

/* From one edge to the next: when that will be, and how sure this is. */
static u64 plan(struct poller *p)
{
	p->expected_ns = p->edge_ns + p->period_ns;
	p->slack_ns = min(p->edge_gap_ns + p->doubt_ns + p->margin_ns, p->nominal_ns / 4);
	p->step = half;
	return p->edge_ns + p->period_ns / 2;
}

static void measure_from_here(struct poller *p)
{
	p->base_ns = p->seen_ns;
	p->base_gap_ns = p->gap_ns;
	p->periods = 0;
}

/*
 * Over some periods, so that two bad looks at edges are a good one at the period.
 * The better of two measurements is kept; the older wanders with the clock.
 */
static void measure(struct poller *p)
{
	u64 doubt_ns;

	p->periods++;
	doubt_ns = div_u64(p->gap_ns + p->base_gap_ns, p->periods);
	p->doubt_ns += p->period_ns >> WANDER_SHIFT;
	if (doubt_ns <= p->doubt_ns) {
		p->period_ns = div_u64(p->seen_ns - p->base_ns, p->periods);
		p->doubt_ns = doubt_ns;
	}
	if (p->gap_ns <= p->base_gap_ns || p->periods == PERIODS_MAX)
		measure_from_here(p);
}

static u64 follow(struct poller *p)
{
	if (p->tracking)
		measure(p);
	else
		measure_from_here(p);
	p->tracking = true;
	p->edge_ns = p->seen_ns;
	p->edge_gap_ns = p->gap_ns;
	p->late_ones = 0;
	return plan(p);
}

/* An edge that none follows is no pulse, or rate_hz is not the pulse's. */
static void doubt(struct poller *p)
{
	p->period_ns = p->nominal_ns;
	p->doubt_ns = p->nominal_ns / 64;
	if (++p->tries == TRIES && __ratelimit(&p->messages))
		dev_warn(p->dev, "edges, but not %u a second: is rate_hz right?\n", rate_hz);
}

static u64 lose(struct poller *p)
{
	if (!p->locked || p->late_ones > LATE_MAX)
		doubt(p);
	else if (__ratelimit(&p->messages))
		dev_warn(p->dev, "no pulse where one was expected; polling every %u us\n", poll_us);
	p->locked = false;
	p->tracking = false;
	p->late_ones = 0;
	p->step = search;
	return p->read_ns + poll_ns();
}

/* It came, but nobody can say when.  When the next one comes is as well known as before. */
static u64 be_late(struct poller *p)
{
	if (p->locked) {
		WRITE_ONCE(p->late, p->late + 1);
		if (__ratelimit(&p->messages))
			dev_warn(p->dev, "the pulse came before the line was read: wait_us=%u is short, or the CPU is busy\n",
				 wait_us);
	}
	if (++p->late_ones > LATE_MAX)
		return lose(p);
	p->periods++;
	p->edge_ns += p->period_ns;
	p->edge_gap_ns += p->doubt_ns;
	return plan(p);
}

/*
 * PREEMPT_RT: pps_event() takes a lock that sleeps, and this is a hard interrupt.
 * Elsewhere a detour would only make those late that wait for the pulse.
 */
static void report(struct poller *p)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		irq_work_queue(&p->report);
	else
		pps_event(p->pps, &p->stamp, p->event, NULL);
}

static void report_later(struct irq_work *work)
{
	struct poller *p = container_of(work, struct poller, report);

	pps_event(p->pps, &p->stamp, p->event, NULL);
}

static u64 take(struct poller *p)
{
	report(p);
	if (!p->locked && p->captured && __ratelimit(&p->messages))
		dev_info(p->dev, "pulses again, %u missed\n", p->missed);
	p->locked = true;
	p->tries = 0;
	WRITE_ONCE(p->precision_ns[p->captured % PRECISIONS], min_t(u64, p->gap_ns, U32_MAX));
	WRITE_ONCE(p->captured, p->captured + 1);
	p->margin_ns = max(p->margin_ns - p->margin_ns / MARGIN_DECAY, wait_ns());
	p->due_ns = p->seen_ns + p->period_ns;
	return follow(p);
}

/* ---- the steps: each returns when the next is due ---- */

/* No idea when the pulse will come. */
static u64 search(struct poller *p, u64 now_ns)
{
	if (look(p))
		return follow(p);
	return now_ns + poll_ns();
}

/* An idea: read in time for the next guess to be better. */
static u64 comb(struct poller *p, u64 now_ns)
{
	if (look(p))
		return follow(p);
	if (now_ns > p->expected_ns + p->slack_ns)
		return lose(p);
	return now_ns + clamp_t(u64, (p->slack_ns - p->margin_ns) / 8, COMB_MIN_NS, poll_ns());
}

/* Known to some microseconds: nothing else until it comes.  Ended by time alone. */
static u64 spin(struct poller *p, u64 now_ns)
{
	u64 end_ns = p->expected_ns + p->slack_ns;

	do {
		if (look(p))
			return p->gap_ns <= poll_ns() ? take(p) : be_late(p);
		cpu_relax();
	} while (p->read_ns < end_ns);
	return lose(p);
}

/*
 * What came since the last read, half a period ago, can not be stamped: the timer
 * was late, and shall be earlier for the next one.  A line that was at this level then,
 * too, has been away and is back, where that is behind the moment; before it, it stays.
 */
static u64 meet(struct poller *p, u64 now_ns)
{
	if (look(p) || (p->level == p->after && now_ns > p->expected_ns)) {
		p->margin_ns = min3(2 * p->margin_ns, MARGIN_PARTS * wait_ns(),
				    (u64)MARGIN_MAX_NS);
		return be_late(p);
	}
	if (p->level == p->after)
		return lose(p);
	p->step = p->slack_ns <= p->margin_ns + SPIN_NS ? spin : comb;
	return p->step(p, now_ns);
}

/* Timers go by another clock, which may be slewed by 500 ppm: asked again on the way. */
static u64 approach(struct poller *p, u64 now_ns)
{
	u64 target_ns = p->expected_ns - p->slack_ns;

	if (now_ns + NEAR_NS < target_ns)
		return target_ns - (target_ns - now_ns) / 8;
	p->step = meet;
	return target_ns;
}

/* Is it the edge that begins the pulse?  Then the line is back by now. */
static u64 half(struct poller *p, u64 now_ns)
{
	look(p);
	if (p->locked)
		WRITE_ONCE(p->half_level, p->level);
	p->step = approach;
	return approach(p, now_ns);
}

/* Every period without a stamp, whatever the reason. */
static void count_missed(struct poller *p, u64 now_ns)
{
	while (p->due_ns && now_ns > p->due_ns + p->period_ns / 2) {
		WRITE_ONCE(p->missed, p->missed + 1);
		p->due_ns += p->period_ns;
	}
}

static enum hrtimer_restart poller_timer(struct hrtimer *timer)
{
	struct poller *p = container_of(timer, struct poller, timer);
	u64 now_ns = ktime_get_raw_ns();
	s64 left_ns;
	u64 next_ns;

	count_missed(p, now_ns);
	next_ns = p->step(p, now_ns);
	left_ns = next_ns - ktime_get_raw_ns();
	hrtimer_set_expires(timer, ktime_add_ns(ktime_get(), max_t(s64, left_ns, 0)));
	return HRTIMER_RESTART;
}

/* ---- sysfs, on the device above the PPS source ---- */

static u32 precision_ns(struct poller *p)
{
	u32 worst = 0;
	int i;

	for (i = 0; i < PRECISIONS; i++)
		worst = max(worst, READ_ONCE(p->precision_ns[i]));
	return worst;
}

#define POLLER_ATTR(_name, _format, _value)						\
static ssize_t _name##_show(struct device *dev, struct device_attribute *attr, char *buf) \
{											\
	struct poller *p = dev_get_drvdata(dev);					\
											\
	return sysfs_emit(buf, _format "\n", _value);					\
}											\
static DEVICE_ATTR_RO(_name)

POLLER_ATTR(chip, "%s", p->chip);
POLLER_ATTR(line, "%d", p->offset);
POLLER_ATTR(edge, "%s", p->after ? "rising" : "falling");
POLLER_ATTR(captured, "%u", READ_ONCE(p->captured));
POLLER_ATTR(missed, "%u", READ_ONCE(p->missed));
POLLER_ATTR(late, "%u", READ_ONCE(p->late));
POLLER_ATTR(half_level, "%c", "-01"[READ_ONCE(p->half_level) + 1]);
POLLER_ATTR(precision_ns, "%u", precision_ns(p));

#define PARAM_ATTR(_name)								\
static ssize_t _name##_show(struct device *dev, struct device_attribute *attr, char *buf) \
{											\
	return sysfs_emit(buf, "%u\n", _name);						\
}											\
static DEVICE_ATTR_RO(_name)

PARAM_ATTR(poll_us);
PARAM_ATTR(wait_us);
PARAM_ATTR(rate_hz);

static struct attribute *poller_attrs[] = {
	&dev_attr_chip.attr,
	&dev_attr_line.attr,
	&dev_attr_edge.attr,
	&dev_attr_poll_us.attr,
	&dev_attr_wait_us.attr,
	&dev_attr_rate_hz.attr,
	&dev_attr_captured.attr,
	&dev_attr_missed.attr,
	&dev_attr_late.attr,
	&dev_attr_half_level.attr,
	&dev_attr_precision_ns.attr,
	NULL
};
ATTRIBUTE_GROUPS(poller);

/* ---- the device ---- */

static int get_line(struct poller *p)
{
	struct gpio_chip *gc;

	p->line = devm_gpiod_get(p->dev, NULL, GPIOD_IN);
	if (IS_ERR(p->line))
		return dev_err_probe(p->dev, PTR_ERR(p->line), "the line is not to be had\n");
	gpiod_set_consumer_name(p->line, NAME);
	gc = gpiod_to_chip(p->line);
	p->offset = desc_to_gpio(p->line) - gc->base;
	p->chip = devm_kstrdup(p->dev, gc->label, GFP_KERNEL);
	if (!p->chip)
		return -ENOMEM;
	if (gpiod_cansleep(p->line))
		return dev_err_probe(p->dev, -EOPNOTSUPP,
				     "reading %s may sleep, which a timer can not: use pps-gpio\n",
				     p->chip);
	return 0;
}

static void unregister_source(void *data)
{
	struct poller *p = data;

	pps_unregister_source(p->pps);
}

/* Only what is captured by default can be asked for: no consumer waits for nothing. */
static int register_source(struct poller *p, int id)
{
	int mode = capture_clear ? PPS_CAPTURECLEAR | PPS_OFFSETCLEAR :
				   PPS_CAPTUREASSERT | PPS_OFFSETASSERT;
	struct pps_source_info info = {
		.mode = mode | PPS_CANWAIT | PPS_TSFMT_TSPEC,
		.owner = THIS_MODULE,
		.dev = p->dev,
	};

	snprintf(info.name, sizeof(info.name), NAME ".%d", id);
	p->event = mode & PPS_CAPTUREBOTH;
	p->pps = pps_register_source(&info, mode);
	if (IS_ERR(p->pps))
		return dev_err_probe(p->dev, PTR_ERR(p->pps), "no PPS source\n");
	return devm_add_action_or_reset(p->dev, unregister_source, p);
}

static void stop_timer(void *data)
{
	struct poller *p = data;

	hrtimer_cancel(&p->timer);
	irq_work_sync(&p->report);
}

/* The first read finds no edge: the line may be within a pulse. */
static int start_timer(struct poller *p)
{
	int level = gpiod_get_raw_value(p->line);

	if (level < 0)
		return dev_err_probe(p->dev, level, "the line can not be read\n");
	p->level = level;
	p->read_ns = ktime_get_raw_ns();
	p->step = search;
	init_irq_work(&p->report, report_later);
	set_up_timer(&p->timer, poller_timer);
	hrtimer_start(&p->timer, ktime_add_ns(ktime_get(), poll_ns()), HRTIMER_MODE_ABS_HARD);
	return devm_add_action_or_reset(p->dev, stop_timer, p);
}

static int poller_set_up(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct poller *p;
	int err;

	p = devm_kzalloc(dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	platform_set_drvdata(pdev, p);
	p->dev = dev;
	p->half_level = -1;
	p->nominal_ns = div_u64(NSEC_PER_SEC, rate_hz);
	p->period_ns = p->nominal_ns;
	p->doubt_ns = p->nominal_ns / 64;
	p->margin_ns = wait_ns();
	p->after = !(edge_falls || device_property_read_bool(dev, "assert-falling-edge"));
	ratelimit_state_init(&p->messages, MESSAGES_S * HZ, 3);

	err = get_line(p);
	if (!err)
		err = register_source(p, pdev->id);
	if (!err)
		err = start_timer(p);
	if (!err)
		dev_info(dev, "pps%u: line %d of %s, every %u us\n", p->pps->id, p->offset,
			 p->chip, poll_us);
	return err;
}

/* A device's error is not its maker's to know: insmod shall have that of our own one. */
static struct platform_device *own;
static int own_error;

static int poller_probe(struct platform_device *pdev)
{
	int err = poller_set_up(pdev);

	if (pdev->id == PLATFORM_DEVID_NONE && !pdev->dev.of_node)
		own_error = err;
	return err;
}

static const struct of_device_id poller_of_ids[] = {
	{ .compatible = "gpsppsctl,pps-gpio-poll" },
	{ }
};
MODULE_DEVICE_TABLE(of, poller_of_ids);

static struct platform_driver poller_driver = {
	.probe = poller_probe,
	.driver = {
		.name = NAME,
		.of_match_table = poller_of_ids,
		.dev_groups = poller_groups,
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
	},
};

/* ---- a device of our own, where no devicetree has one ---- */

static struct gpiod_lookup_table own_line = {
	.dev_id = NAME,
	.table = { { }, { } },
};

/* The number's chip and offset, as the lookup wants them. */
static int find_legacy(void)
{
	static char label[64];
	struct gpio_desc *desc = gpio_to_desc(gpio);
	struct gpio_chip *gc = desc ? gpiod_to_chip(desc) : NULL;

	if (!gc) {
		pr_err("gpio=%d: no chip has this number\n", gpio);
		return -ENODEV;
	}
	line = gpio - gc->base;
	strscpy(label, gc->label, sizeof(label));
	chip = label;
	return 0;
}

static void remove_own_device(void)
{
	platform_device_unregister(own);
	gpiod_remove_lookup_table(&own_line);
}

static int add_own_device(void)
{
	own_line.table[0] = GPIO_LOOKUP(chip, line, NULL, GPIO_ACTIVE_HIGH);
	gpiod_add_lookup_table(&own_line);
	own_error = -ENODEV;
	own = platform_device_register_simple(NAME, PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(own)) {
		gpiod_remove_lookup_table(&own_line);
		return PTR_ERR(own);
	}
	if (!own_error)
		return 0;
	remove_own_device();
	if (own_error != -EPROBE_DEFER)
		return own_error;
	pr_err("chip=%s: no GPIO chip has this label\n", chip);
	return -ENODEV;
}

static int check_limits(void)
{
	unsigned int most_us;
	int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		if (*limits[i].value >= limits[i].min && *limits[i].value <= limits[i].max)
			continue;
		pr_err("%s=%u: must be %u to %u\n", limits[i].name, *limits[i].value,
		       limits[i].min, limits[i].max);
		return -EINVAL;
	}
	most_us = USEC_PER_SEC / rate_hz / PERIOD_PARTS;
	if (max(poll_us, wait_us) <= most_us)
		return 0;
	pr_err("poll_us=%u wait_us=%u: at rate_hz=%u neither may be over %u\n", poll_us, wait_us,
	       rate_hz, most_us);
	return -EINVAL;
}

static int check_word(const char *name, const char *word, const char *no, const char *yes,
		      bool *is_yes)
{
	*is_yes = !strcmp(word, yes);
	if (*is_yes || !strcmp(word, no))
		return 0;
	pr_err("%s=%s: must be %s or %s\n", name, word, no, yes);
	return -EINVAL;
}

static int check_place(void)
{
	if (gpio >= 0 && !chip && line < 0)
		return 0;
	if (gpio < 0 && !chip == (line < 0) && line < U16_MAX)
		return 0;
	pr_err("the line is told by chip= and line=, or by gpio=\n");
	return -EINVAL;
}

static int check_parameters(void)
{
	return check_limits() ?:
	       check_word("edge", edge, "rising", "falling", &edge_falls) ?:
	       check_word("capture", capture, "assert", "clear", &capture_clear) ?:
	       check_place();
}

static int __init poller_init(void)
{
	bool legacy = gpio >= 0;
	int err;

	err = check_parameters();
	if (!err && legacy)
		err = find_legacy();
	if (err)
		return err;
	err = platform_driver_register(&poller_driver);
	if (err || !chip)
		return err;
	err = add_own_device();
	if (err)
		platform_driver_unregister(&poller_driver);
	return err;
}

static void __exit poller_exit(void)
{
	if (chip)
		remove_own_device();
	platform_driver_unregister(&poller_driver);
}

module_init(poller_init);
module_exit(poller_exit);
MODULE_ALIAS("platform:" NAME);
MODULE_DESCRIPTION("PPS source that polls a GPIO line");
MODULE_AUTHOR("The gpsppsctl authors");
#ifdef POLLER_VERSION			/* dkms.conf's, by Kbuild */
MODULE_VERSION(POLLER_VERSION);
#endif
MODULE_LICENSE("GPL");
