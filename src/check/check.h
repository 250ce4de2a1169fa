/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks.  One judges the facts of one port for one id: it is given an empty
 * finding (SEV_NONE: does not apply) and fills it.  What cannot be read is never
 * "ok".  A new one is an object in the file of its subject, a line here, and its
 * place in diagnose.c's order of cure.
 */
#ifndef GPSPPSCTL_CHECK_H
#define GPSPPSCTL_CHECK_H

#include "../diagnose.h"

/* A check that met a refusal: skipped, with what refused and what would allow it. */
void check_denied(struct finding *out, const char *what, struct fact refusal);
/* The pin that shows edges while DCD shows none, or IC_DCD when there is none. */
enum icount_line check_pulse_pin(const struct port_facts *f);
/* Nothing at all comes from the receiver: the counter of characters stands still. */
bool check_is_silent(const struct port_facts *f);

/* The receiver's sentences were listened to. */
bool check_was_heard(const struct port_facts *f);
/* No sentences are to be expected: no port, or nobody has it open and it was not tried. */
bool check_needs_no_sentences(const struct port_facts *f);
/*
 * The sentences were listened to.  False where that was refused (then skipped), or
 * where it was not tried and there is nothing to say.
 */
bool check_hears(const struct port_facts *f, struct finding *out);
/* Skipped, as nobody could listen: with the obstacle, and what would allow it. */
void check_unheard(const struct port_facts *f, struct finding *out);

/* Edges are stamped when they come: not when a character does. */
bool check_are_stamps_true(const struct port_facts *f);
/* The edge that begins the second, and the pulse's width; EDGE_UNKNOWN: not known for certain. */
enum pulse_edge check_edge_on_time(const struct port_facts *f, int64_t *width_ns);
/* The daemon's own check says that it takes the other edge, or that it makes up for that. */
bool check_is_edge_told(const struct port_facts *f);
/* The name that a daemon's configuration has for the pulse. */
const char *check_pulse_node(const struct port_facts *f);

/* Programs that take a receiver for something else: a check each, in port.c. */
#define COMM_MODEMMANAGER "ModemManager"
#define COMM_BRLTTY "brltty"
bool check_is_called(const struct holder *h, const char *comm);
/* Nobody of the sort that was looked for: proven only where everybody could be seen. */
void check_no_intruder(const struct port_facts *f, struct finding *out);

/* There is a UART whose interrupt or registers matter: it is attached. */
bool check_is_at_work(const struct port_facts *f);
/* A counter, or what it moved by, is known and above zero. */
bool check_has_moved(struct fact f);
/* DCD's edges are counted: more than the last ones of a pulse that stopped. */
bool check_dcd_goes_on(const struct port_facts *f);
/* Another device's interrupts are counted with the port's. */
bool check_is_irq_shared(const struct port_facts *f);

/* The kernel can attach: the line discipline is registered, or its module is there. */
bool check_has_ldisc(const struct port_facts *f);
/* The command that puts N_PPS on the port (again), as the fix and mostly the cure. */
void check_fix_attach(const struct port_facts *f, struct finding *out);

/* The port's row in the table of drivers (driver.h), or NULL. */
const struct driver_facts *check_driver(const struct port_facts *f);
/* Its driver sets flag 0x800 when N_PPS comes (serial8250_do_set_ldisc()). */
bool check_sets_flag(const struct port_facts *f);
/* A word of stty's is among the port's settings: "clocal"; no, when they are not known. */
bool check_has_setting(const struct port_facts *f, const char *word);
/* "DCD counter stood still for 3.2 s, 1531 characters came" */
void check_movement_text(const struct port_facts *f, char *buf, size_t size);
/* What another check says of the same port. */
enum severity check_severity(const struct check *other, const struct port_facts *f);
/* What `other` explains is not told a second time. */
bool check_fails(const struct check *other, const struct port_facts *f);
bool check_any_fails(const struct check *const *others, size_t n, const struct port_facts *f);
/* No edge of any pin gets to the kernel, whatever is on the wire. */
bool check_is_deaf(const struct port_facts *f);
/* Can the absence of pulses be judged by what the wire does?  Says why when it cannot. */
bool check_can_judge_line(const struct port_facts *f, struct finding *out);

/* systemd is process 1. */
bool check_is_systemd(const struct port_facts *f);
/* What keeps the port attached belongs to a service, which comes again after a boot. */
bool check_is_held_by_service(const struct port_facts *f);
/* A rule that is not ours and gives this node ("ttyACM0") this link ("gps0"), or NULL. */
const struct rule_fact *check_rule_giving(const struct port_facts *f, const char *node,
					  const char *link);

/* In the order of diagnose.c. */
extern const struct check check_gpio_button_driver;
extern const struct check check_gpio_busy;
extern const struct check check_port_absent;
extern const struct check check_uart_absent;
extern const struct check check_port_getty;
extern const struct check check_port_modemmanager;
extern const struct check check_port_brltty;
extern const struct check check_port_exclusive;
extern const struct check check_port_second_reader;
extern const struct check check_kernel_no_pps;
extern const struct check check_kernel_no_ldisc;
extern const struct check check_kernel_autoload_off;
extern const struct check check_ldisc_lost;
extern const struct check check_ldisc_not_attached;
extern const struct check check_tty_clocal_off;
extern const struct check check_uart_loopback;
extern const struct check check_uart_console;
extern const struct check check_uart_msi_off;
extern const struct check check_uart_out2_off;
extern const struct check check_uart_irq_zero;
extern const struct check check_uart_irq_dead;
extern const struct check check_driver_no_set_ldisc;
extern const struct check check_pps_ktimer;
extern const struct check check_pps_edge_disabled;
extern const struct check check_driver_no_dcd;
extern const struct check check_signal_wrong_pin;
extern const struct check check_signal_short_pulse;
extern const struct check check_nmea_silent;
extern const struct check check_receiver_no_fix;
extern const struct check check_receiver_pps_off;
extern const struct check check_gpio_pulled_down;
extern const struct check check_gpio_missed;
extern const struct check check_gpio_wrong_edge;
extern const struct check check_signal_stuck;
extern const struct check check_signal_absent;
extern const struct check check_signal_noise;
extern const struct check check_signal_rate;
extern const struct check check_signal_inverted;
extern const struct check check_signal_square;
extern const struct check check_tty_crtscts;
extern const struct check check_tty_echo;
extern const struct check check_tty_differs;
extern const struct check check_nmea_binary;
extern const struct check check_nmea_inverted;
extern const struct check check_nmea_baud;
extern const struct check check_nmea_garbage;
extern const struct check check_nmea_no_date;
extern const struct check check_nmea_void;
extern const struct check check_nmea_overrun;
extern const struct check check_nmea_delay;
extern const struct check check_receiver_week_rollover;
extern const struct check check_receiver_leap_unknown;
extern const struct check check_receiver_firmware_late;
extern const struct check check_link_gps_missing;
extern const struct check check_link_gps_wrong;
extern const struct check check_link_pps_missing;
extern const struct check check_link_pps_wrong;
extern const struct check check_perm_pps;
/* rights.c, mac.c */
extern const struct check check_perm_port;
extern const struct check check_perm_time;
extern const struct check check_mac_apparmor;
extern const struct check check_mac_selinux;

/* daemon.c, started.c, rival.c */
extern const struct check check_daemon_two;
extern const struct check check_host_rival;
extern const struct check check_daemon_not_running;
extern const struct check check_daemon_dead_handle;
extern const struct check check_daemon_started_early;

/* ntp_*.c */
extern const struct check check_daemon_panic;
extern const struct check check_daemon_conf;
extern const struct check check_daemon_unit;
extern const struct check check_daemon_speed;
extern const struct check check_daemon_sentences;
extern const struct check check_daemon_rejected;
extern const struct check check_daemon_no_flag1;
extern const struct check check_daemon_no_ppsapi;
extern const struct check check_daemon_flag3;
extern const struct check check_daemon_flag2;
extern const struct check check_daemon_time1;
extern const struct check check_daemon_time2;
extern const struct check check_daemon_no_prefer;
extern const struct check check_daemon_mindist;
extern const struct check check_daemon_falseticker;
extern const struct check check_daemon_not_selected;
extern const struct check check_daemon_no_pps_line;

/* feed.c */
extern const struct check check_feed_absent;
extern const struct check check_feed_segments;

/* chrony*.c, gpsd*.c */
extern const struct check check_chrony_conf;
extern const struct check check_chrony_device;
extern const struct check check_chrony_other_pulse;
extern const struct check check_gpsd_holder;
extern const struct check check_gpsd_no_n;
extern const struct check check_gpsd_segments;
extern const struct check check_gpsd_socket;
extern const struct check check_chrony_lock_unknown;
extern const struct check check_chrony_no_lock;
extern const struct check check_chrony_lock_limit;
extern const struct check check_chrony_noselect;
extern const struct check check_chrony_minsources;
extern const struct check check_chrony_tai;
extern const struct check check_chrony_edge;
extern const struct check check_chrony_falseticker;
extern const struct check check_chrony_unused;
extern const struct check check_chrony_no_clock;
extern const struct check check_gpsd_no_mode_field;
extern const struct check check_gpsd_no_pulse_rights;
extern const struct check check_gpsd_symlink;
extern const struct check check_gpsd_many_sources;
extern const struct check check_gpsd_configures;

/* boot.c, order.c, udev.c, power.c */
extern const struct check check_port_getty_generated;
extern const struct check check_boot_service;
extern const struct check check_boot_order;
extern const struct check check_boot_module;
extern const struct check check_udev_rule_number;
extern const struct check check_udev_not_triggered;
extern const struct check check_uart_runtime_pm;
extern const struct check check_usb_suspend;
extern const struct check check_pps_offset;

extern const struct check check_pps_wrong_number;
extern const struct check check_uart_shared_irq;
extern const struct check check_driver_polled_dcd;
extern const struct check check_kernel_lockdown;
extern const struct check check_kernel_no_hardpps;
extern const struct check check_host_virtual;
extern const struct check check_host_container;
extern const struct check check_host_cstates;
extern const struct check check_host_irq_thread;

#endif
