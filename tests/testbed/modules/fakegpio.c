// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test only: a chip of four lines that is read without sleeping, as a router's
 * is, and that makes its pulses itself out of the time at which it is read.
 *
 *   line 0  high in the first WIDTH_US of every PERIOD_US of the guest's clock,
 *           PHASE_US later; FORCE 0 or 1 holds it there
 *   line 1  the opposite of line 0
 *   line 2  low
 *   line 3  high
 *
 * RAW=1: by the raw clock, begun at a second of the guest's when it is loaded: a
 * pulse from outside does not follow a clock that is stepped or slewed.
 */
#include <linux/gpio/driver.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/platform_device.h>

static unsigned int width_us = 100000;
module_param(width_us, uint, 0644);
MODULE_PARM_DESC(width_us, "how long line 0 is high");

static unsigned int period_us = 1000000;
module_param(period_us, uint, 0644);
MODULE_PARM_DESC(period_us, "from one pulse to the next");

static int phase_us;
module_param(phase_us, int, 0644);
MODULE_PARM_DESC(phase_us, "how long after the second");

static int force = -1;
module_param(force, int, 0644);
MODULE_PARM_DESC(force, "level of line 0; -1: pulses");

static bool raw;
module_param(raw, bool, 0444);
MODULE_PARM_DESC(raw, "pulses by CLOCK_MONOTONIC_RAW");

static unsigned long reads;
module_param(reads, ulong, 0444);
MODULE_PARM_DESC(reads, "how often lines 0 and 1 were read");

static s64 raw_to_real_ns;
static struct platform_device *parent;

static int fakegpio_pulse(void)
{
	s64 now_ns = raw ? ktime_to_ns(ktime_get_raw()) + raw_to_real_ns : ktime_get_real_ns();
	u64 since_ns;

	if (force >= 0)
		return !!force;
	div64_u64_rem(now_ns - (s64)phase_us * NSEC_PER_USEC,
		      (u64)max(period_us, 1U) * NSEC_PER_USEC, &since_ns);
	return since_ns < (u64)width_us * NSEC_PER_USEC;
}

static int fakegpio_get(struct gpio_chip *chip, unsigned int offset)
{
	if (offset > 1)
		return offset == 3;
	reads++;
	return fakegpio_pulse() ^ offset;
}

static int fakegpio_get_direction(struct gpio_chip *chip, unsigned int offset)
{
	return GPIO_LINE_DIRECTION_IN;
}

static int fakegpio_direction_input(struct gpio_chip *chip, unsigned int offset)
{
	return 0;
}

static struct gpio_chip fakegpio = {
	.label			= "fakegpio",
	.owner			= THIS_MODULE,
	.base			= -1,
	.ngpio			= 4,
	.get			= fakegpio_get,
	.get_direction		= fakegpio_get_direction,
	.direction_input	= fakegpio_direction_input,
};

static int __init fakegpio_init(void)
{
	int err;

	raw_to_real_ns = ktime_get_real_ns() - ktime_to_ns(ktime_get_raw());
	parent = platform_device_register_simple("fakegpio", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	fakegpio.parent = &parent->dev;
	err = gpiochip_add_data(&fakegpio, NULL);
	if (err)
		platform_device_unregister(parent);
	return err;
}

static void __exit fakegpio_exit(void)
{
	gpiochip_remove(&fakegpio);
	platform_device_unregister(parent);
}

module_init(fakegpio_init);
module_exit(fakegpio_exit);
MODULE_DESCRIPTION("A GPIO chip with a pulse, for tests");
MODULE_LICENSE("GPL");
