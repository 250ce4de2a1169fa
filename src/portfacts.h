/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that diag's checks judge: one port (or one source of pulses), as it was seen. */
#ifndef GPSPPSCTL_PORTFACTS_H
#define GPSPPSCTL_PORTFACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "driver.h"
#include "facts.h"
#include "gpio.h"
#include "measure.h"
#include "port.h"
#include "process.h"
#include "systemfacts.h"
#include "uartdiag.h"

/* include/uapi/linux/tty.h: pure code includes no OS header. */
#define LDISC_TTY 0
#define LDISC_PPS 18

/* include/uapi/linux/pps.h: PPS_CAPTUREASSERT and PPS_CAPTURECLEAR, as in pps_mode. */
#define PPS_ASSERT_EDGE 0x01
#define PPS_CLEAR_EDGE 0x02
#define PPS_BOTH_EDGES (PPS_ASSERT_EDGE | PPS_CLEAR_EDGE)

/* TIOCGICOUNT's counters, in the order of the probe's text. */
enum icount_line {
	IC_CTS, IC_DSR, IC_RNG, IC_DCD, IC_RX, IC_TX,
	IC_FRAME, IC_OVERRUN, IC_PARITY, IC_BRK, IC_BUF_OVERRUN,
	IC_LINES,
};

/* A pulse per second is seen for certain in a window that is longer than three. */
#define FACTS_WINDOW_MIN_MS 3000

/* Of the GPIO line behind a source. */
struct gpio_look {
	struct fact level;		/* of the wire, as the kernel says it */
	/* pps-gpio-poll alone: */
	struct fact captured, missed;	/* pulses since it was loaded */
	struct fact late;		/* of those missed: they came before the line was read */
	struct fact half_level;		/* half a period after the last captured edge */
};

/* What moves, at one instant. */
struct instant {
	int64_t at_ns;			/* CLOCK_MONOTONIC */
	int64_t real_ns;		/* CLOCK_REALTIME, in which edges are stamped */
	struct fact icount[IC_LINES];
	struct edge_fact assert_edge, clear_edge;
	struct fact irq_count;		/* of the port's interrupt, all processors; /proc/interrupts */
	struct gpio_look gpio;
};

/* What the running kernel can do; the same for every port. */
struct kernel_facts {
	struct fact_text release;
	struct fact pps_class;		/* 1: /sys/class/pps is there */
	struct fact ldisc;		/* 1: N_PPS is registered */
	struct fact_text pps_module;	/* pps_core: "builtin", its path, or absent */
	struct fact_text ldisc_module;	/* pps_ldisc */
	struct fact autoload;		/* dev.tty.ldisc_autoload */
	struct fact_text lockdown;	/* as /sys/kernel/security/lockdown says it */
	struct fact euid;		/* who asks */
	struct fact udev;		/* 1: udev runs, so links are its work */
	struct fact ntp_pps;		/* 1: built with CONFIG_NTP_PPS ("hardpps"); 0: without */
};

/* PM_QOS_CPU_LATENCY_DEFAULT_VALUE, include/linux/pm_qos.h */
#define LATENCY_NO_LIMIT_US 2000000000

/* The machine around the port; the same for every port. */
struct host_facts {
	struct fact_text hypervisor;	/* "kvm", "qemu", "VMware"; absent: bare metal */
	struct fact_text container;	/* "lxc", "docker"; absent: none */
	struct fact_text idle_state;	/* the deepest one that is not disabled: "C6" */
	struct fact idle_latency_us;	/* what waking from it takes, as cpuidle says it */
	struct fact wakeup_limit_us;	/* the lowest that a program holds; nobody: LATENCY_NO_LIMIT_US */
	struct fact rt;			/* 1: PREEMPT_RT */
	struct fact threadirqs;		/* 1: on the kernel's command line */
	struct fact clock_synced;	/* 1: adjtimex() without STA_UNSYNC; 0: the clock is not set */
};

/* A link in /dev: /dev/gps0 -> ttyS0. */
struct link_fact {
	char name[SURVEY_NAME_MAX];	/* "gps0"; "" when no unit is known */
	struct fact_text target;	/* name in /dev where it ends; absent: no such link */
	struct fact exists;		/* 1: the link itself is there, wherever it leads */
};

#define PROCESSES_MAX 8

/* The stamps of one edge in the window, each once, oldest first. */
#define STAMPS_MAX 64

struct stamps {
	struct stamp v[STAMPS_MAX];
	unsigned int n;
	unsigned int dropped;		/* missed between samples, or more than there was room for */
};

/* What was sampled every 5 ms while we waited (motion.h). */
struct motion {
	struct fact ms;			/* length; absent: was not sampled */
	struct stamps asserts, clears;
	/* The burst of sentences, ms after the on-time edge; medians over the seconds seen. */
	struct fact burst_first_ms, burst_last_ms;
	struct fact burst_spread_ms;	/* of burst_last_ms: the largest less the smallest */
	struct fact chars_per_s;
};

/* What our holder knows from its first seconds, while both edges were captured. */
struct hold_facts {
	struct fact pid;		/* absent: no holder of ours, or it does not answer */
	struct fact since_s;
	struct fact edge;		/* enum pulse_edge: the one on time */
	struct fact width_us, shape_age_s;
	struct fact burst_first_ms, burst_last_ms, burst_chars, burst_age_s;
};

/* The holder's memory of what happened: the last ones, oldest first. */
#define EVENTS_MAX 5

struct event_fact {
	int64_t real_ns;		/* CLOCK_REALTIME */
	char what[20];			/* "lost", "back", "flags", "ldisc", "detached", "hangup", ... */
	char text[160];
};

/* What was heard on the port, when it could be listened to. */
struct sentence_facts {
	struct fact ms;			/* how long; denied: could not, absent: was not tried */
	char obstacle[160];		/* why not; "" when heard */
	char allow[160];		/* what would allow it */
	uint64_t bytes;
	uint64_t good, bad;		/* sentences */
	struct fact fix;		/* 1 or 0; absent: no sentence told */
	struct fact satellites;		/* used */
	struct fact baud;		/* at which it was heard */
	struct fact found_baud;		/* another speed that gave sentences */
	uint64_t unread;		/* bytes in no sentence */
	uint64_t inverted;		/* sentences that the bytes give when every bit is turned over */
	char binary[24];		/* "UBX", "SiRF", "Garmin", ...: packets seen; "" none */
	struct fact has_date;		/* 1: a sentence with a date came */
	struct fact has_time;		/* 1: a sentence with a time came */
	struct fact voids;		/* sentences that say void */
	struct fact dated_ms;		/* from a burst's first byte to the end of its first sentence
					   with a date: the one whose arrival a daemon takes */
	struct fact late_s;		/* the sentences' UTC, less the system's clock at their arrival,
					   rounded; absent: no date and time */
	struct fact leap_s;		/* GPS - UTC as the receiver tells it (PGRMF); absent: not told */
	char model[48];			/* "Garmin GPS 18x LVC"; "" unknown */
	struct fact firmware;		/* 370 for 3.70 */
	struct fact pulse_enabled;	/* by $PGRMCE (only --active asks): 1, 0; absent: not asked */
	struct fact load_percent;	/* characters sent, of what the line can carry */
};

/* gpsppsctl feed at work on the port or its pulse. */
struct feed_fact {
	struct fact pid;		/* absent: none */
	struct fact segments;		/* bit N: it writes segment N (up to 62); denied */
};

/* Which driver makes a GPIO line a source. */
enum gpio_driver {
	GPIO_DRIVER_NONE,		/* it is no GPIO's */
	GPIO_DRIVER_IRQ,		/* pps-gpio */
	GPIO_DRIVER_POLL,		/* pps-gpio-poll */
};

#define GPIO_WHERE_MAX 80

/*
 * The line of a source; where the source is not there, the line that it would need,
 * as the driver's parameters or the devicetree have it.
 */
struct gpio_facts {
	enum gpio_driver driver;
	struct fact line_known;		/* 1: .line and .chip are; absent, denied */
	char where[GPIO_WHERE_MAX];	/* of a source that is not there: who says so; "" nobody */
	char chip[GPIO_NAME_MAX];	/* its label */
	char chip_name[SURVEY_NAME_MAX];	/* "gpiochip0"; "" not known */
	struct gpio_line line;		/* its level is in the instants */
	/* The driver of buttons that has the line, and its device, for its unbind; "" none. */
	char button_driver[32], button_device[64];
	/* pps-gpio-poll's: */
	struct fact rising;		/* 1: the pulse begins with the rising edge; 0 */
	struct fact poll_us, wait_us, rate_hz, precision_ns;
};

struct daemon_list;
struct unittab;

struct port_facts {
	struct fact present;		/* 1: there is such a port or source */
	bool gone;			/* it was there, and went away while we looked */
	bool pulse_only;		/* a source of pulses without a port */
	struct port port;		/* its arrays stay the survey's */
	struct pulse pulse;		/* the port's own; name "" when it has none */
	struct fact unit;		/* of the table of units; absent: not in it */
	bool no_pulse;			/* by the table or its holder: DCD has none ... */
	char pulse_from[128];		/* ... as the unit's comes from there; "" none, or not known */
	bool no_sentences;		/* the same: nobody reads it, it is there for its pulse */
	struct fact table_baud;		/* absent: the table does not say */
	const struct unittab *table;	/* the same for every port (unittab.h); NULL: not asked */
	struct kernel_facts kernel;
	struct host_facts host;
	const struct pulse_list *pulses;	/* all of the machine; the survey's; may be NULL */
	const struct daemon_list *daemons;	/* the same for every port (daemon.h); NULL: not asked */
	const struct system_facts *system;	/* the same (systemfacts.h) */
	struct fact exclusive;		/* 1: TIOCEXCL is set */
	struct fact dcd_level;		/* 1: asserted; only an idle port that --active opened is asked */
	struct fact_text irq_names;	/* who shares the interrupt: "ttyS0, i801_smbus" */
	struct motion motion;
	struct hold_facts hold;
	struct feed_fact feed;
	struct event_fact events[EVENTS_MAX];
	unsigned int n_events;
	struct instant first, second;	/* of the same length of time apart for all counters */
	struct uart_sample samples[UART_SAMPLES];
	unsigned int n_samples;		/* 0: not asked (no port I/O, or nobody has it open) */
	struct fact pps_mode;		/* PPS_GETPARAMS: bit 0 assert, bit 1 clear */
	struct link_fact gps, gpspps;
	struct boot_facts boot;		/* of a port, not of a source alone */
	struct fact assert_off_ns, clear_off_ns;	/* PPS_GETPARAMS: added to every stamp */
	struct node_fact pps_node;
	struct node_fact port_node;	/* asked where there are daemons */
	struct fact pulse_since_ms;	/* its device came so long after boot; absent: not known */
	struct process_fact processes[PROCESSES_MAX];
	unsigned int n_processes;
	struct sentence_facts sentences;
	struct gpio_facts gpio;		/* of a source alone */
};

/* ---- what follows from them directly ---- */

/* What a process on a port is there for. */
enum holder_role {
	ROLE_OTHER,		/* unknown: take it for a reader */
	ROLE_KEEPER,		/* keeps it attached and reads nothing: gpsppsctl, ldattach */
	ROLE_FEED,		/* gpsppsctl feed: reads it and tells a daemon */
	ROLE_PULSE_FEED,		/* the same with --pulse-only: reads nothing */
	ROLE_GETTY,
	ROLE_NTP,
	ROLE_GPSD,
};

enum holder_role holder_role(const char *comm);

/* The first holder of this role, or NULL. */
const struct holder *facts_holder(const struct port_facts *f, enum holder_role role);
/* One of ours that tells a daemon what the port or its pulse gives, or NULL. */
const struct holder *facts_feed(const struct port_facts *f);
/* This one reads the port, or may: everybody but those who only keep it or see its pulse. */
bool holder_reads(const struct holder *h);
/* Somebody does. */
const struct holder *facts_reader(const struct port_facts *f);
/*
 * Speed and termios are somebody's will: a reader's, our holder's, the table's.
 * Those of a port that ldattach keeps and nobody reads are set by the daemon that
 * opens it.
 */
bool facts_are_settings_final(const struct port_facts *f);
bool facts_is_open(const struct port_facts *f);
/* N_PPS is on the port: a pulse source has its path (or TIOCGETD says so). */
bool facts_is_attached(const struct port_facts *f);

/* How far a counter moved between the instants; refused when either is. */
struct fact facts_moved(const struct port_facts *f, enum icount_line line);
struct fact facts_asserts(const struct port_facts *f);
struct fact facts_clears(const struct port_facts *f);
struct fact facts_interrupts(const struct port_facts *f);
/* Length of the window in ms; 0 when there was none. */
int64_t facts_window_ms(const struct port_facts *f);
/* Whether the UART raises an interrupt when DCD changes, as its IER says. */
enum msi { MSI_UNKNOWN, MSI_OFF, MSI_ON };
enum msi facts_msi(const struct port_facts *f, struct uart_regs *regs);

/* The edge on time, as our holder measured it while both were captured; or EDGE_UNKNOWN. */
enum pulse_edge facts_known_edge(const struct port_facts *f);
/* Pulses come: at least two edges of one kind were stamped in the window. */
bool facts_has_pulse(const struct port_facts *f);
/* The same; but without a window the age of the last stamp must do. */
bool facts_saw_pulse(const struct port_facts *f);
/* How old the younger of the two stamps was at the first look; absent without one. */
struct fact facts_pulse_age_ms(const struct port_facts *f);
/* The window is long enough, the counters are readable, and none moved. */
bool facts_no_pulse(const struct port_facts *f);

/*
 * When the burst of sentences begins and ends after the pulse, measured now, or by our
 * holder in its first seconds.  False when that is not known.
 */
bool facts_burst(const struct port_facts *f, struct fact *first_ms, struct fact *last_ms);
/* From the pulse to the end of the sentence that a daemon takes for its second (time2, offset). */
struct fact facts_delay_ms(const struct port_facts *f);
/* No more than one sentence a second comes: its end is the burst's. */
bool facts_one_sentence(const struct port_facts *f);
/*
 * Where several sentences were counted and none was heard, the middle of the burst is to be
 * written for a daemon: half of the burst is the most that it can be wrong.
 */
struct fact facts_middle_ms(struct fact first_ms, struct fact last_ms);
/* facts_delay_ms() as it is to be written.  *counted: it is the middle of facts_burst(). */
struct fact facts_delay_to_write_ms(const struct port_facts *f, bool *counted);

/* "gpsppsctl[412], ntpd[731]"; "nobody". */
void facts_holders_text(const struct port_facts *f, char *buf, size_t size);

#endif
