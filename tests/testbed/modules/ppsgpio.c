// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test only: what a devicetree says on other machines, a platform device for
 * pps-gpio, or for another DRIVER, on a LINE of the CHIP with that label.
 *
 * pps-gpio also asks for a line named "echo", and an entry without a name answers
 * that, too (gpiod_find(), drivers/gpio/gpiolib.c): the line would be busy with
 * itself.  So there is an entry for ECHO, and it stands first.
 */
#include <linux/gpio/machine.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>

#define ECHO_ACTIVE_MS	20

static char *driver = "pps-gpio";
module_param(driver, charp, 0444);
MODULE_PARM_DESC(driver, "the device's name");

static int id = PLATFORM_DEVID_NONE;
module_param(id, int, 0444);
MODULE_PARM_DESC(id, "its number; -1: none");

static char *chip = "gpio-sim.0-node0";
module_param(chip, charp, 0444);
MODULE_PARM_DESC(chip, "label of the chip");

static uint line;
module_param(line, uint, 0444);
MODULE_PARM_DESC(line, "offset of the line with the pulse");

static int echo = -1;
module_param(echo, int, 0444);
MODULE_PARM_DESC(echo, "offset of the line for the echo; -1: the next one");

static bool falling;
module_param(falling, bool, 0444);
MODULE_PARM_DESC(falling, "the falling edge is the pulse");

static struct gpiod_lookup_table *lines;
static struct platform_device *device;

static int __init ppsgpio_init(void)
{
	struct property_entry properties[] = {
		PROPERTY_ENTRY_U32("echo-active-ms", ECHO_ACTIVE_MS),
		falling ? PROPERTY_ENTRY_BOOL("assert-falling-edge") : (struct property_entry){ },
		{ }
	};
	struct platform_device_info info = {
		.name = driver, .id = id, .properties = properties,
	};

	lines = kzalloc(struct_size(lines, table, 3), GFP_KERNEL);
	if (!lines)
		return -ENOMEM;
	lines->dev_id = id < 0 ? kstrdup(driver, GFP_KERNEL) :
				 kasprintf(GFP_KERNEL, "%s.%d", driver, id);
	lines->table[0] = GPIO_LOOKUP(chip, echo < 0 ? line + 1 : echo, "echo", GPIO_ACTIVE_HIGH);
	lines->table[1] = GPIO_LOOKUP(chip, line, NULL, GPIO_ACTIVE_HIGH);
	gpiod_add_lookup_table(lines);

	device = platform_device_register_full(&info);
	if (!IS_ERR(device))
		return 0;
	gpiod_remove_lookup_table(lines);
	kfree(lines->dev_id);
	kfree(lines);
	return PTR_ERR(device);
}

static void __exit ppsgpio_exit(void)
{
	platform_device_unregister(device);
	gpiod_remove_lookup_table(lines);
	kfree(lines->dev_id);
	kfree(lines);
}

module_init(ppsgpio_init);
module_exit(ppsgpio_exit);
MODULE_DESCRIPTION("A device for pps-gpio, for tests");
MODULE_LICENSE("GPL");
