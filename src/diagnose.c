// SPDX-License-Identifier: GPL-2.0-or-later
/* The chain of checks and the verdict. */
#include "diagnose.h"

#include <string.h>

#include "check/check.h"
#include "daemon/daemon.h"

/*
 * The order is that of cure: what stands above hides what stands below.  A dead
 * receiver and one without a fix come before "no signal", which is what is left
 * when nothing else explains that no pulse arrives.
 */
static const struct check *const checks[] = {
	&check_gpio_button_driver,
	&check_gpio_busy,
	&check_port_absent,
	&check_uart_absent,
	&check_port_getty,
	&check_port_modemmanager,
	&check_port_brltty,
	&check_port_exclusive,
	&check_port_second_reader,
	&check_kernel_no_pps,
	&check_kernel_no_ldisc,
	&check_kernel_autoload_off,
	&check_ldisc_lost,
	&check_ldisc_not_attached,
	&check_tty_clocal_off,
	&check_uart_loopback,
	&check_uart_console,
	&check_uart_msi_off,
	&check_uart_out2_off,
	&check_uart_irq_zero,
	&check_uart_irq_dead,
	&check_driver_no_set_ldisc,
	&check_pps_ktimer,
	&check_pps_edge_disabled,
	&check_driver_no_dcd,
	&check_signal_wrong_pin,
	&check_signal_short_pulse,
	&check_nmea_silent,
	&check_receiver_no_fix,
	&check_receiver_pps_off,
	&check_gpio_pulled_down,
	&check_gpio_missed,
	&check_gpio_wrong_edge,
	&check_signal_stuck,
	&check_signal_absent,
	&check_signal_noise,
	&check_signal_rate,
	&check_signal_inverted,
	&check_signal_square,
	&check_tty_crtscts,
	&check_tty_echo,
	&check_tty_differs,
	&check_nmea_binary,
	&check_nmea_inverted,
	&check_nmea_baud,
	&check_nmea_garbage,
	&check_nmea_no_date,
	&check_nmea_void,
	&check_nmea_overrun,
	&check_nmea_delay,
	&check_receiver_week_rollover,
	&check_receiver_leap_unknown,
	&check_receiver_firmware_late,
	&check_host_container,
	&check_link_gps_missing,
	&check_link_gps_wrong,
	&check_link_pps_missing,
	&check_link_pps_wrong,
	&check_perm_pps,
	/* rights: check/rights.c, check/mac.c */
	&check_perm_port,
	&check_perm_time,
	&check_mac_apparmor,
	&check_mac_selinux,

	&check_pps_wrong_number,
	/* what runs: check/daemon.c, check/started.c, check/rival.c */
	&check_daemon_dead_handle,
	&check_daemon_started_early,
	&check_daemon_two,
	&check_host_rival,
	&check_daemon_not_running,

	/* ntp.conf: check/ntp_*.c */
	&check_daemon_panic,
	&check_daemon_conf,
	&check_daemon_unit,
	&check_daemon_speed,
	&check_daemon_sentences,
	&check_daemon_rejected,
	&check_daemon_no_flag1,
	&check_daemon_no_ppsapi,
	&check_daemon_flag3,
	&check_daemon_flag2,
	&check_daemon_time1,
	&check_daemon_time2,
	&check_daemon_no_prefer,
	&check_daemon_mindist,
	&check_daemon_falseticker,
	&check_daemon_not_selected,
	&check_daemon_no_pps_line,

	/* chrony, gpsd: check/chrony*.c, check/gpsd*.c */
	&check_chrony_conf,
	&check_chrony_device,
	&check_chrony_other_pulse,
	/* who feeds: check/feed.c */
	&check_feed_absent,
	&check_feed_segments,
	&check_gpsd_holder,
	&check_gpsd_no_n,
	&check_gpsd_segments,
	&check_gpsd_socket,
	&check_gpsd_no_mode_field,
	&check_chrony_lock_unknown,
	&check_chrony_no_lock,
	&check_chrony_lock_limit,
	&check_chrony_noselect,
	&check_chrony_minsources,
	&check_chrony_tai,
	&check_chrony_edge,
	&check_chrony_falseticker,
	&check_chrony_unused,
	&check_chrony_no_clock,
	&check_gpsd_no_pulse_rights,
	&check_gpsd_symlink,
	&check_gpsd_many_sources,
	&check_gpsd_configures,

	/* at boot: check/boot.c, order.c, udev.c; power.c */
	&check_port_getty_generated,
	&check_boot_service,
	&check_boot_order,
	&check_boot_module,
	&check_udev_rule_number,
	&check_udev_not_triggered,
	&check_uart_runtime_pm,
	&check_usb_suspend,
	&check_pps_offset,

	&check_uart_shared_irq,
	&check_driver_polled_dcd,
	&check_kernel_lockdown,
	&check_kernel_no_hardpps,
	&check_host_virtual,
	&check_host_cstates,
	&check_host_irq_thread,
};

#define N_CHECKS (sizeof(checks) / sizeof(checks[0]))
_Static_assert(N_CHECKS <= CHECKS_MAX, "struct verdict has no room for all checks");

const struct check *const *diagnose_checks(size_t *n)
{
	*n = N_CHECKS;
	return checks;
}

/* Where the pulse comes from elsewhere, what would explain its absence here is nothing. */
static bool matters(const struct check *check, const struct port_facts *f)
{
	return !f->no_pulse || check->explains != EXPLAINS_NO_PULSE;
}

/*
 * A port that has nothing attached is one fault: what the daemons miss there they may
 * have as soon as it is.  gpsd attaches its port itself, if it may, and can be the reason.
 */
static bool is_too_early(const struct check *check, const struct port_facts *f)
{
	return check->stage == STAGE_DAEMON && !(check->explains & EXPLAINS_NO_PULSE) &&
	       !f->pulse_only && !f->no_pulse && !facts_is_attached(f) &&
	       !daemon_of(f, DAEMON_BIT(DAEMON_GPSD));
}

static void run_check(const struct check *check, const struct port_facts *f, struct finding *out)
{
	if (matters(check, f))
		check->run(f, out);
	if (out->severity == SEV_FAIL && is_too_early(check, f))
		*out = (struct finding){ .severity = SEV_NONE };
	out->id = check->id;
	out->see = check->see;
}

static bool lacks_pulse(const struct port_facts *f)
{
	if (!fact_is(f->present, 1))
		return true;
	if (f->no_pulse)
		return false;
	return !facts_is_attached(f) || facts_no_pulse(f);
}

/* The first failure that explains any of `symptoms`; 0 takes any failure. */
static const struct finding *first_failure(const struct verdict *v, unsigned int symptoms)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->findings[i].severity == SEV_FAIL &&
		    (!symptoms || checks[i]->explains & symptoms))
			return &v->findings[i];
	return NULL;
}

/* What was skipped and would explain the same, when the cause was found by exclusion. */
static void add_alternatives(struct verdict *v)
{
	const struct check *cause = checks[v->cause - v->findings];

	for (size_t i = 0; cause->by_exclusion && i < v->n; i++)
		if (v->findings[i].severity == SEV_SKIPPED &&
		    checks[i]->stage >= STAGE_INTERRUPT && checks[i]->stage < STAGE_DAEMON &&
		    checks[i]->explains & cause->explains &&
		    v->n_also_possible < ALSO_POSSIBLE_MAX)
			v->also_possible[v->n_also_possible++] = &v->findings[i];
}

void diagnose(const struct port_facts *f, struct verdict *v)
{
	memset(v, 0, sizeof(*v));
	for (size_t i = 0; i < N_CHECKS; i++)
		run_check(checks[i], f, &v->findings[i]);
	v->n = N_CHECKS;
	v->no_pulse = lacks_pulse(f);
	if (v->no_pulse)
		v->cause = first_failure(v, EXPLAINS_NO_PULSE);
	if (!v->cause)
		v->cause = first_failure(v, 0);
	if (v->cause)
		add_alternatives(v);
}

const char *diagnose_stage_name(enum stage stage)
{
	static const char *const names[N_STAGES] = {
		[STAGE_PORT] = "port", [STAGE_UART] = "uart", [STAGE_HOLDER] = "holder",
		[STAGE_KERNEL] = "kernel", [STAGE_LDISC] = "ldisc",
		[STAGE_TERMIOS] = "termios", [STAGE_INTERRUPT] = "interrupt",
		[STAGE_PULSE] = "pulse", [STAGE_SENTENCES] = "sentences",
		[STAGE_LINKS] = "links", [STAGE_PERMISSIONS] = "permissions",
		[STAGE_DAEMON] = "daemon", [STAGE_BOOT] = "boot", [STAGE_HOST] = "host",
	};

	return names[stage];
}

enum severity diagnose_stage(const struct verdict *v, enum stage stage)
{
	enum severity worst = SEV_NONE;

	for (size_t i = 0; i < v->n; i++)
		if (checks[i]->stage == stage && v->findings[i].severity > worst)
			worst = v->findings[i].severity;
	/* no pulse for a reason outside: the line itself was not proven */
	if (stage == STAGE_PULSE && v->no_pulse && worst == SEV_OK)
		return SEV_NONE;
	return worst;
}
