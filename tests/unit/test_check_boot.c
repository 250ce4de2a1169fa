// SPDX-License-Identifier: GPL-2.0-or-later
/* What waits for the port at the next boot: pass, told, refused; and who must stay silent. */
#include "examine.h"

#include "daemons.h"
#include "systemfacts.h"
#include "unittab.h"

static struct system_facts sys;
static struct pulse two_pulses[2];
static struct pulse_list pulse_list = { .v = two_pulses };

#define NTPSEC_CONF "refclock nmea unit 0 mode 1 flag1 1\n"

static struct rule_fact *a_rule(const char *kernel, const char *links, bool identifies)
{
	struct rule_fact *r = &sys.rules[sys.n_rules++];

	strcpy(r->at.file, "/etc/udev/rules.d/99-gps.rules");
	r->at.line = 7;
	snprintf(r->at.text, sizeof(r->at.text), "KERNEL==\"%s\", SYMLINK+=\"%s\"", kernel, links);
	strcpy(r->kernel, kernel);
	strcpy(r->links, links);
	r->identifies = identifies;
	return r;
}

/* The table's port on a machine with systemd, where all of ours is installed. */
static void booted(void)
{
	const struct fact yes = fact_from(0, 1), no = fact_from(0, 0);
	struct boot_facts *b = &facts.boot;

	memset(&sys, 0, sizeof(sys));
	facts.system = &sys;
	facts.pulses = &pulse_list;
	pulse_list.n = 1;
	no_daemons();
	sys.systemd = sys.table = sys.our_rules = sys.our_unit = sys.our_generator = yes;
	sys.modules_load = no;
	b->getty_enabled = b->getty_generated = b->getty_masked = b->console = no;
	set_text(&b->keeper_unit, "gpsppsctl@ttyS1.service");
	b->udev_unit = fact_from(0, 0);
	set_text(&b->power_dir, "/sys/devices/pnp0/00:04/power");
	set_text(&b->power_control, "auto");
	set_text(&b->power_status, "unsupported");
	b->autosuspend_ms = fact_from(-EIO, 0);
	facts.pps_mode = fact_from(0, 0x33);
	facts.assert_off_ns = facts.clear_off_ns = no;
}

static void by_hand(void) { booted(); set_text(&facts.boot.keeper_unit, "session-3.scope"); }
static void not_in_table(void) { facts.unit = facts.table_baud = fact_from(-ENOENT, 0); }
static void gone(void) { booted(); facts.present = fact_from(0, 0); }
static void source_alone(void) { booted(); facts.pulse_only = true; }
static void no_systemd(void)
{
	by_hand();
	sys.systemd = fact_from(0, 0);
	facts.boot.getty_enabled = fact_from(0, 1);
}

static void not_gathered(void) { facts.system = NULL; }

static void idle(void)
{
	booted();
	facts.port.holders.n = 0;
	facts.port.ldisc = fact_from(-EAGAIN, 0);
	facts.port.pps = fact_text_from(-ENOENT, "");
	memset(&facts.pulse, 0, sizeof(facts.pulse));
}

/* ---- port.getty-generated ---- */

static void getty_enabled(void) { booted(); facts.boot.getty_enabled = fact_from(0, 1); }
static void getty_made(void)
{
	booted();
	facts.boot.getty_generated = facts.boot.console = fact_from(0, 1);
}

static void getty_masked(void) { getty_made(); facts.boot.getty_masked = fact_from(0, 1); }
static void getty_there(void) { getty_made(); hold(1, 600, "agetty"); }
static void getty_refused(void) { booted(); facts.boot.getty_generated = fact_from(-EACCES, 0); }
static void getty_of_a_console(void)
{
	idle();
	facts.boot.getty_enabled = fact_from(0, 1);
	not_in_table();
}

/* ---- boot.service ---- */

static void by_hand_no_line(void) { by_hand(); not_in_table(); }
/* Its line must not take the number of another receiver's. */
static void by_hand_0_taken(void)
{
	static const struct unittab table = {
		.units = { { .unit = 1, .port = "ttyS7" }, { .unit = 0, .port = "ttyUSB0" } }, .n = 2,
	};

	by_hand_no_line();
	facts.gps.name[0] = facts.gpspps.name[0] = '\0';
	facts.table = &table;
}

static void by_hand_unit_3(void) { by_hand_no_line(); strcpy(facts.gps.name, "gps3"); }
static void by_hand_no_unit(void) { by_hand(); sys.our_unit = fact_from(0, 0); }
static void ldattach_service(void)
{
	by_hand_no_line();
	hold(0, 412, "ldattach");
	set_text(&facts.boot.keeper_unit, "ldattach@ttyS1.service");
}

static void keeper_refused(void)
{
	booted();
	facts.boot.keeper_unit = fact_text_from(-EACCES, "");
}

static void gpsd_alone(void)
{
	booted();
	not_in_table();
	hold(0, 733, "gpsd");
	facts.boot.keeper_unit = fact_text_from(-ENOENT, "");
}

/* ---- boot.module ---- */

static void autoload_off(void) { booted(); facts.kernel.autoload = fact_from(0, 0); }
static void gpsd_autoload_off(void) { gpsd_alone(); facts.kernel.autoload = fact_from(0, 0); }
static void gpsd_with_list(void) { gpsd_autoload_off(); sys.modules_load = fact_from(0, 1); }
static void gpsd_builtin(void)
{
	gpsd_autoload_off();
	set_text(&facts.kernel.ldisc_module, "builtin");
}

static void modules_refused(void)
{
	gpsd_autoload_off();
	sys.modules_load = fact_from(-EACCES, 0);
}

/* root loads it; a service of somebody's: not known */
static void ldattach_autoload_off(void)
{
	ldattach_service();
	facts.kernel.autoload = fact_from(0, 0);
}


static void other_autoload_off(void) { gpsd_autoload_off(); hold(0, 733, "satpulsed"); }

/* ---- boot.order ---- */

static struct service_fact *a_service(const char *name)
{
	struct service_fact *s = &sys.services[sys.n_services++];

	strcpy(s->name, name);
	snprintf(s->file, sizeof(s->file), "/lib/systemd/system/%s", name);
	s->known = s->enabled = fact_from(0, 1);
	return s;
}

/* Restarted by hand, hours after the boot. */
static struct daemon *restarted(struct daemon *d)
{
	d->start_ms = fact_from(0, 7200000);
	return d;
}

static struct service_fact *ntpsec(void)
{
	booted();
	restarted(an_ntpd(DAEMON_NTPSEC, NTPSEC_CONF));
	return a_service("ntpsec.service");
}

static void unordered(void) { ntpsec(); }
/* Built with patches/ntpsec: it takes a pulse that comes later. */
static void unordered_patched(void)
{
	ntpsec();
	strcpy(daemon_room[0].system.version, "ntpd ntpsec-1.2.2+pps1");
}

static void ordered(void)
{
	struct service_fact *s = ntpsec();

	strcpy(s->after, "dev-gps0.device dev-gpspps0.device");
	strcpy(s->wants, "dev-gps0.device dev-gpspps0.device");
}

static void only_after(void) { strcpy(ntpsec()->after, "dev-gpspps0.device"); }
static void ordered_other(void)
{
	struct service_fact *s = ntpsec();

	strcpy(s->after, "dev-gpspps1.device ldattach@ttyS0.service");
	strcpy(s->wants, s->after);
}

static void ordered_service(void) { strcpy(ntpsec()->after, "ldattach@ttyS1.service"); }
static void ordered_own_service(void) { strcpy(ntpsec()->after, "gps-attach.service"); }
static void no_generator(void) { ntpsec(); sys.our_generator = fact_from(0, 0); }
static void race_won(void) { ntpsec(); daemon_room[0].start_ms = fact_from(0, 20000); }
static void race_lost(void) { race_won(); daemon_room[0].n_nodes = 0; }
static void ntpsec_no_pulse(void)
{
	booted();
	restarted(an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 0 mode 1\n"));
	a_service("ntpsec.service");
}

static void unit_unread(void) { ntpsec()->known = fact_from(-EACCES, 0); }
static void not_made_at_boot(void)
{
	ntpsec();
	not_in_table();
	set_text(&facts.boot.keeper_unit, "session-3.scope");
}

static void made_by_ldattach(void)
{
	ntpsec();
	not_in_table();
	set_text(&facts.boot.keeper_unit, "ldattach@ttyS1.service");
}

static struct service_fact *chrony(void)
{
	booted();
	restarted(a_chronyd("refclock PPS /dev/gpspps0\n"));
	return a_service("chrony.service");
}

static void chrony_unordered(void) { chrony(); }
static void chrony_ended(void) { chrony(); daemon_room[0].pid = fact_from(-ENOENT, 0); }
static void chrony_disabled(void)
{
	chrony()->enabled = fact_from(0, 0);
	daemon_room[0].pid = fact_from(-ENOENT, 0);
}

static void chrony_condition(void)
{
	struct service_fact *s = chrony();

	strcpy(s->condition.file, "/etc/systemd/system/chrony.service.d/pps.conf");
	s->condition.line = 2;
	strcpy(s->condition.text, "ConditionPathExistsGlob=/sys/class/pps/pps*");
}

static void own_name(void)
{
	booted();
	strcpy(restarted(an_ntpd(DAEMON_NTPSEC, NTPSEC_CONF))->service, "stratum1.service");
	a_service("stratum1.service");
}

static void gpsd_needs_none(void)
{
	static const char line[] = "gpsd\0-n\0/dev/ttyS1\0/dev/pps0";

	booted();
	a_gpsd(line, sizeof(line));
	a_service("gpsd.service");
}

/* ---- udev ---- */

static void pps_rule(void) { booted(); not_in_table(); a_rule("pps0", "gpspps0", false); }
static void pps_rule_two(void) { pps_rule(); pulse_list.n = 2; }
static void pps_rule_wrong(void) { pps_rule(); set_text(&facts.gpspps.target, "pps1"); }
static void pps_rule_any(void)
{
	booted();
	not_in_table();
	a_rule("pps*", "gpspps%n", false);
	pulse_list.n = 2;
}

static void pps_rule_path(void) { booted(); a_rule("pps0", "gpspps0", true); pulse_list.n = 2; }
static void pps_rule_other(void) { booted(); a_rule("pps3", "gpspps3", false); pulse_list.n = 2; }
static void pps_rule_ours_wins(void) { pps_rule_two(); facts.unit = fact_from(0, 0); }
static void usb_rule(void)
{
	booted();
	not_in_table();
	strcpy(facts.port.name, "ttyUSB1");
	set_text(&facts.gps.target, "ttyUSB1");
	a_rule("ttyUSB1", "gps0", false);
}

static void usb_rule_wrong(void) { usb_rule(); set_text(&facts.gps.target, "ttyUSB0"); }
static void serial_rule(void) { booted(); a_rule("ttyS1", "gps0", false); }
static void gpsd_rules(void) { booted(); a_rule("", "gps%n", true); }
static void rules_refused(void) { booted(); sys.our_rules = fact_from(-EACCES, 0); }

static void no_rules(void) { booted(); sys.our_rules = fact_from(0, 0); }
static void not_seen(void) { booted(); facts.boot.udev_unit = fact_from(-ENOENT, 0); }
static void seen_as_1(void) { booted(); facts.boot.udev_unit = fact_from(0, 1); }
static void not_seen_and_no_link(void)
{
	not_seen();
	facts.gps.exists = fact_from(0, 0);
	facts.gps.target = fact_text_from(-ENOENT, "");
}

static void other_table(void) { not_seen(); sys.table = fact_from(0, 0); }
static void db_refused(void) { booted(); facts.boot.udev_unit = fact_from(-EACCES, 0); }
static void no_udev(void) { no_rules(); facts.kernel.udev = fact_from(0, 0); }
static void no_line(void) { not_seen(); not_in_table(); }

static void claimed_by_gpsd(void)
{
	gpsd_rules();
	strcpy(sys.rules[0].at.file, "/lib/udev/rules.d/60-gpsd.rules");
	set_text(&facts.gps.target, "ttyACM0");
}

static void claimed_by_none(void) { claimed_by_gpsd(); set_text(&facts.gps.target, "ttyACM1"); }

/* ---- power ---- */

static void asleep(void) { booted(); set_text(&facts.boot.power_status, "suspended"); }
static void asleep_no_pulse(void) { asleep(); pulses(0, 0); }
static void may_sleep(void)
{
	booted();
	set_text(&facts.boot.power_status, "active");
	facts.boot.autosuspend_ms = fact_from(0, 2000);
}

static void never_sleeps(void) { may_sleep(); facts.boot.autosuspend_ms = fact_from(0, -1); }
static void kept_on(void) { may_sleep(); set_text(&facts.boot.power_control, "on"); }
static void power_refused(void)
{
	booted();
	facts.boot.power_status = fact_text_from(-EACCES, "");
}

static void usb(void)
{
	may_sleep();
	facts.boot.is_usb = true;
	set_text(&facts.port.driver, "ftdi_sio");
}

static void usb_acm(void) { usb(); set_text(&facts.port.driver, "cdc_acm"); }
static void usb_asleep(void)
{
	usb();
	set_text(&facts.boot.power_status, "suspended");
	pulses(0, 0);
}

static void usb_asleep_idle(void)
{
	idle();
	facts.boot.is_usb = true;
	set_text(&facts.boot.power_status, "suspended");
}

/* ---- offsets ---- */

static void shifted(void) { booted(); facts.assert_off_ns = fact_from(0, -250000000); }
static void shifted_clear(void) { booted(); facts.clear_off_ns = fact_from(0, 5000); }
static void shifted_unused(void) { shifted(); facts.pps_mode = fact_from(0, 0x22); }
static void shift_off(void) { shifted(); facts.pps_mode = fact_from(0, 0x03); }
static void cable(void) { booted(); facts.assert_off_ns = fact_from(0, -120); }
static void params_refused(void)
{
	booted();
	facts.pps_mode = facts.assert_off_ns = facts.clear_off_ns = fact_from(-EACCES, 0);
}

static void shifted_source(void) { shifted(); facts.pulse_only = true; }

static const struct row rows[] = {
	{ "free", booted, &check_port_getty_generated, SEV_OK, NULL, 0 },
	{ "enabled", getty_enabled, &check_port_getty_generated, SEV_WARN,
	  "systemctl disable serial-getty@ttyS1.service", CURE_COMMAND },
	{ "generated", getty_made, &check_port_getty_generated, SEV_WARN,
	  "systemctl mask serial-getty@ttyS1.service     # and take console=ttyS1", CURE_COMMAND },
	{ "masked", getty_masked, &check_port_getty_generated, SEV_OK, NULL, 0 },
	{ "it is there: port.getty's", getty_there, &check_port_getty_generated, SEV_NONE, NULL, 0 },
	{ "refused", getty_refused, &check_port_getty_generated, SEV_SKIPPED, "Permission denied", 0 },
	{ "nobody's receiver", getty_of_a_console, &check_port_getty_generated, SEV_NONE, NULL, 0 },
	{ "other inits", no_systemd, &check_port_getty_generated, SEV_NONE, NULL, 0 },
	{ "not asked", not_gathered, &check_port_getty_generated, SEV_NONE, NULL, 0 },
	{ "gone", gone, &check_port_getty_generated, SEV_NONE, NULL, 0 },

	{ "our service", booted, &check_boot_service, SEV_OK, NULL, 0 },
	{ "ldattach's service", ldattach_service, &check_boot_service, SEV_OK, NULL, 0 },
	{ "by hand, in the table", by_hand, &check_boot_service, SEV_OK, NULL, 0 },
	{ "by hand, no line", by_hand_no_line, &check_boot_service, SEV_INFO,
	  "echo '0 /dev/ttyS1' >>/etc/gpsppsctl.conf", 0 },
	{ "by hand, 0 and 1 are taken", by_hand_0_taken, &check_boot_service, SEV_INFO,
	  "echo '2 /dev/ttyS1'", 0 },
	{ "by hand, unit 3", by_hand_unit_3, &check_boot_service, SEV_INFO, "echo '3 /dev/ttyS1'", 0 },
	{ "no unit of ours", by_hand_no_unit, &check_boot_service, SEV_WARN,
	  "no gpsppsctl@.service", 0 },
	{ "refused", keeper_refused, &check_boot_service, SEV_SKIPPED, "Permission denied", 0 },
	{ "gpsd", gpsd_alone, &check_boot_service, SEV_NONE, NULL, 0 },
	{ "not attached", idle, &check_boot_service, SEV_NONE, NULL, 0 },
	{ "other inits", no_systemd, &check_boot_service, SEV_NONE, NULL, 0 },

	{ "autoload", booted, &check_boot_module, SEV_OK, NULL, 0 },
	{ "our service has it loaded", autoload_off, &check_boot_module, SEV_OK, NULL, 0 },
	{ "gpsd", gpsd_autoload_off, &check_boot_module, SEV_WARN,
	  "echo pps_ldisc >/etc/modules-load.d/pps_ldisc.conf", 0 },
	{ "listed", gpsd_with_list, &check_boot_module, SEV_OK, NULL, 0 },
	{ "builtin", gpsd_builtin, &check_boot_module, SEV_OK, NULL, 0 },
	{ "refused", modules_refused, &check_boot_module, SEV_SKIPPED, "Permission denied", 0 },
	{ "another program", other_autoload_off, &check_boot_module, SEV_NONE, NULL, 0 },
	{ "somebody's service", ldattach_autoload_off, &check_boot_module, SEV_NONE, NULL, 0 },

	{ "unordered", unordered, &check_boot_order, SEV_WARN, "systemctl daemon-reload", 0 },
	{ "quoted", unordered, &check_boot_order, SEV_WARN,
	  "/lib/systemd/system/ntpsec.service and its drop-ins have no After= for dev-gpspps0.device", 0 },
	{ "ordered", ordered, &check_boot_order, SEV_OK, NULL, 0 },
	{ "After= alone", only_after, &check_boot_order, SEV_WARN, "Wants= does not", 0 },
	{ "another unit's", ordered_other, &check_boot_order, SEV_WARN, NULL, 0 },
	{ "behind a service", ordered_service, &check_boot_order, SEV_OK, NULL, 0 },
	{ "of any name", ordered_own_service, &check_boot_order, SEV_OK, NULL, 0 },
	{ "no generator", no_generator, &check_boot_order, SEV_WARN, "make install", 0 },
	{ "it had luck", race_won, &check_boot_order, SEV_INFO, NULL, 0 },
	{ "it had none", race_lost, &check_boot_order, SEV_WARN, NULL, 0 },
	{ "patched", unordered_patched, &check_boot_order, SEV_OK, NULL, 0 },
	{ "no pulse wanted", ntpsec_no_pulse, &check_boot_order, SEV_NONE, NULL, 0 },
	{ "refused", unit_unread, &check_boot_order, SEV_SKIPPED, "Permission denied", 0 },
	{ "not made at boot", not_made_at_boot, &check_boot_order, SEV_NONE, NULL, 0 },
	{ "made by ldattach", made_by_ldattach, &check_boot_order, SEV_WARN,
	  "printf '[Unit]\\nWants=ldattach@ttyS1.service\\nAfter=ldattach@ttyS1.service\\n' >/etc/systemd/system/ntpsec.service.d/pulse.conf", 0 },
	{ "a name of its own", own_name, &check_boot_order, SEV_WARN,
	  "Wants=dev-gpspps0.device\\nAfter=dev-gpspps0.device\\n' >/etc/systemd/system/stratum1.service.d", 0 },
	{ "chrony", chrony_unordered, &check_boot_order, SEV_WARN, "Could not open /dev/gpspps0", 0 },
	{ "it ended", chrony_ended, &check_boot_order, SEV_WARN, "chronyd ends", 0 },
	{ "it never starts", chrony_disabled, &check_boot_order, SEV_NONE, NULL, 0 },
	{ "a condition", chrony_condition, &check_boot_order, SEV_WARN,
	  "pps.conf:2: ConditionPathExistsGlob=/sys/class/pps/pps*", 0 },
	{ "gpsd", gpsd_needs_none, &check_boot_order, SEV_NONE, NULL, 0 },
	{ "no daemon", booted, &check_boot_order, SEV_NONE, NULL, 0 },
	{ "not asked", not_gathered, &check_boot_order, SEV_NONE, NULL, 0 },

	{ "no such rule", booted, &check_udev_rule_number, SEV_OK, NULL, 0 },
	{ "one source", pps_rule, &check_udev_rule_number, SEV_INFO, NULL, 0 },
	{ "two sources", pps_rule_two, &check_udev_rule_number, SEV_WARN,
	  "/etc/udev/rules.d/99-gps.rules:7: KERNEL==\"pps0\"", 0 },
	{ "how", pps_rule_two, &check_udev_rule_number, SEV_WARN, "ATTR{path}==\"/dev/ttyS1\"", 0 },
	{ "wrong already", pps_rule_wrong, &check_udev_rule_number, SEV_WARN, NULL, 0 },
	{ "any number", pps_rule_any, &check_udev_rule_number, SEV_WARN, NULL, 0 },
	{ "by the path", pps_rule_path, &check_udev_rule_number, SEV_OK, NULL, 0 },
	{ "another unit's", pps_rule_other, &check_udev_rule_number, SEV_OK, NULL, 0 },
	{ "ours wins", pps_rule_ours_wins, &check_udev_rule_number, SEV_INFO, NULL, 0 },
	{ "USB", usb_rule, &check_udev_rule_number, SEV_INFO, "another adapter", 0 },
	{ "USB, wrong", usb_rule_wrong, &check_udev_rule_number, SEV_WARN, "ID_PATH", 0 },
	{ "ttyS stays", serial_rule, &check_udev_rule_number, SEV_OK, NULL, 0 },
	{ "gpsd's", gpsd_rules, &check_udev_rule_number, SEV_OK, NULL, 0 },
	{ "refused", rules_refused, &check_udev_rule_number, SEV_SKIPPED, "Permission denied", 0 },
	{ "not asked", not_gathered, &check_udev_rule_number, SEV_NONE, NULL, 0 },

	{ "seen", booted, &check_udev_not_triggered, SEV_OK, NULL, 0 },
	{ "no rules", no_rules, &check_udev_not_triggered, SEV_WARN, "make install", 0 },
	{ "not seen", not_seen, &check_udev_not_triggered, SEV_WARN,
	  "udevadm trigger -c add -s tty -s pps", CURE_COMMAND },
	{ "another unit", seen_as_1, &check_udev_not_triggered, SEV_WARN, "GPSPPSCTL_UNIT=1", CURE_COMMAND },
	{ "said by the link", not_seen_and_no_link, &check_udev_not_triggered, SEV_NONE, NULL, 0 },
	{ "the unit of another table", other_table, &check_udev_not_triggered, SEV_NONE, NULL, 0 },
	{ "refused", db_refused, &check_udev_not_triggered, SEV_SKIPPED, "Permission denied", 0 },
	{ "no udev", no_udev, &check_udev_not_triggered, SEV_NONE, NULL, 0 },
	{ "no line", no_line, &check_udev_not_triggered, SEV_NONE, NULL, 0 },
	{ "a source", source_alone, &check_udev_not_triggered, SEV_NONE, NULL, 0 },

	{ "claimed", claimed_by_gpsd, &check_link_gps_wrong, SEV_FAIL,
	  "not to ttyS1: /lib/udev/rules.d/60-gpsd.rules makes links gps%n (line 7)", CURE_COMMAND },
	{ "by nobody known", claimed_by_none, &check_link_gps_wrong, SEV_FAIL,
	  "leads to ttyACM1, not to ttyS1", CURE_COMMAND },

	{ "a PC's", booted, &check_uart_runtime_pm, SEV_OK, NULL, 0 },
	{ "asleep, and pulses", asleep, &check_uart_runtime_pm, SEV_INFO, NULL, 0 },
	{ "asleep", asleep_no_pulse, &check_uart_runtime_pm, SEV_WARN,
	  "echo on >/sys/devices/pnp0/00:04/power/control", 0 },
	{ "may sleep", may_sleep, &check_uart_runtime_pm, SEV_INFO, "2000 ms", 0 },
	{ "never", never_sleeps, &check_uart_runtime_pm, SEV_OK, NULL, 0 },
	{ "kept on", kept_on, &check_uart_runtime_pm, SEV_OK, NULL, 0 },
	{ "refused", power_refused, &check_uart_runtime_pm, SEV_SKIPPED, "Permission denied", 0 },
	{ "USB's own", usb_asleep, &check_uart_runtime_pm, SEV_NONE, NULL, 0 },
	{ "not asked", not_gathered, &check_uart_runtime_pm, SEV_NONE, NULL, 0 },

	{ "awake while open", usb, &check_usb_suspend, SEV_OK, NULL, 0 },
	{ "cdc_acm", usb_acm, &check_usb_suspend, SEV_INFO, "cdc_acm lets it sleep", 0 },
	{ "asleep", usb_asleep, &check_usb_suspend, SEV_WARN, "suspended", 0 },
	{ "idle", usb_asleep_idle, &check_usb_suspend, SEV_NONE, NULL, 0 },
	{ "a UART's", booted, &check_usb_suspend, SEV_NONE, NULL, 0 },

	{ "none", booted, &check_pps_offset, SEV_OK, NULL, 0 },
	{ "assert", shifted, &check_pps_offset, SEV_WARN, "-250000000 ns are added on assert", 0 },
	{ "clear", shifted_clear, &check_pps_offset, SEV_WARN, "5000 ns on clear", 0 },
	{ "of an edge that is not captured", shifted_unused, &check_pps_offset, SEV_OK, NULL, 0 },
	{ "not applied", shift_off, &check_pps_offset, SEV_OK, NULL, 0 },
	{ "a cable", cable, &check_pps_offset, SEV_INFO, NULL, 0 },
	{ "a source", shifted_source, &check_pps_offset, SEV_WARN, "ppstest /dev/pps0", 0 },
	{ "refused", params_refused, &check_pps_offset, SEV_SKIPPED, "Permission denied", 0 },
	{ "not asked", not_gathered, &check_pps_offset, SEV_NONE, NULL, 0 },
};

static const struct check *const checks[] = {
	&check_port_getty_generated, &check_boot_service, &check_boot_order, &check_boot_module,
	&check_udev_rule_number, &check_udev_not_triggered, &check_uart_runtime_pm,
	&check_usb_suspend, &check_pps_offset,
};

EXAMINE_ALL(checks, rows)

int main(void)
{
	const struct CMUnitTest tests[] = { EXAMINE_TESTS };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
