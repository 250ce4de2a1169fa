// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test only: what a board's description says on other machines.
 *
 *   driver=D chip=LABEL line=N flags=F   a device for D on that line, with lookup flags of
 *                                        <linux/gpio/machine.h> (32: pull-down); id=I its number
 *   driver=gpio-keys-polled gpio=NUMBER  a button there, without a label of its own
 */
#include <linux/gpio/machine.h>
#include <linux/gpio_keys.h>
#include <linux/input.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/version.h>

/* Newer kernels know a button's line by its description alone. */
#define HAS_NUMBERS (LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0))

#define POLL_INTERVAL_MS 100

static char *driver = "pps-gpio";
module_param(driver, charp, 0444);
MODULE_PARM_DESC(driver, "the device's name");

static int id = PLATFORM_DEVID_NONE;
module_param(id, int, 0444);
MODULE_PARM_DESC(id, "its number; -1: none");

static char *chip;
module_param(chip, charp, 0444);
MODULE_PARM_DESC(chip, "label of the chip");

static uint line;
module_param(line, uint, 0444);
MODULE_PARM_DESC(line, "offset of the line");

static ulong flags;
module_param(flags, ulong, 0444);
MODULE_PARM_DESC(flags, "lookup flags of the line");

#if HAS_NUMBERS
static int gpio = -1;
module_param(gpio, int, 0444);
MODULE_PARM_DESC(gpio, "number of a button's line");

static struct gpio_keys_button button = { .code = KEY_RESTART };
static struct gpio_keys_platform_data buttons = {
	.buttons = &button, .nbuttons = 1, .poll_interval = POLL_INTERVAL_MS,
};

static void add_button(struct platform_device_info *info)
{
	if (gpio < 0)
		return;
	button.gpio = gpio;
	info->data = &buttons;
	info->size_data = sizeof(buttons);
}
#else
static void add_button(struct platform_device_info *info)
{
}
#endif

static struct gpiod_lookup_table *lines;
static struct platform_device *device;

static int add_lookup(void)
{
	lines = kzalloc(struct_size(lines, table, 2), GFP_KERNEL);
	if (!lines)
		return -ENOMEM;
	lines->dev_id = id < 0 ? kstrdup(driver, GFP_KERNEL) :
				 kasprintf(GFP_KERNEL, "%s.%d", driver, id);
	lines->table[0] = GPIO_LOOKUP(chip, line, NULL, flags);
	gpiod_add_lookup_table(lines);
	return 0;
}

static void remove_lookup(void)
{
	if (!lines)
		return;
	gpiod_remove_lookup_table(lines);
	kfree(lines->dev_id);
	kfree(lines);
}

static int __init gpioboard_init(void)
{
	struct platform_device_info info = { .name = driver, .id = id };
	int err = chip ? add_lookup() : 0;

	if (err)
		return err;
	add_button(&info);
	device = platform_device_register_full(&info);
	if (!IS_ERR(device))
		return 0;
	remove_lookup();
	return PTR_ERR(device);
}

static void __exit gpioboard_exit(void)
{
	platform_device_unregister(device);
	remove_lookup();
}

module_init(gpioboard_init);
module_exit(gpioboard_exit);
MODULE_DESCRIPTION("A device on a GPIO line, for tests");
MODULE_LICENSE("GPL");
