/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the system around the ports does at boot: systemd's units, udev's rules,
 * modules.  The same for every port (sys/gather_system.c), but for struct
 * boot_facts, which is a port's own (sys/gather_boot.c).  Pure.
 */
#ifndef GPSPPSCTL_SYSTEMFACTS_H
#define GPSPPSCTL_SYSTEMFACTS_H

#include "facts.h"
#include "port.h"

/* A line of a file, for quoting. */
struct quote {
	char file[96];			/* "/etc/udev/rules.d/99-gps.rules" */
	unsigned int line;		/* 0: there is no such line */
	char text[128];			/* printable */
};

/* A rule of udev's that makes links gps* or gpspps*, and is not ours. */
struct rule_fact {
	struct quote at;
	char kernel[32];		/* what KERNEL== asks for: "pps0", "ttyUSB*"; "" nothing */
	char links[64];			/* SYMLINK's words: "gpspps0", "gps%n" */
	bool identifies;		/* by more than the kernel's name: vendor, path, ... */
};

#define ORDER_TEXT_MAX 256

/* The unit of a time daemon, with its drop-ins: when does it start? */
struct service_fact {
	char name[64];			/* "ntpsec.service" */
	struct fact known;		/* 1: its unit was read; absent: there is none */
	char file[96];
	struct fact enabled;		/* 1: it is wanted at boot */
	/* Of its After= and Wants= (Requires=, BindsTo=) those that name a port or a pulse. */
	char after[ORDER_TEXT_MAX], wants[ORDER_TEXT_MAX];
	char aliases[128];		/* of Alias= */
	struct quote condition;		/* ConditionPath...= that asks for a device */
};

#define SYSTEM_RULES_MAX 16
#define SYSTEM_SERVICES_MAX 6

struct system_facts {
	struct fact systemd;		/* 1: it is process 1 */
	struct fact table;		/* 1: /etc/gpsppsctl.conf is there, which our rules read */
	struct fact our_rules;		/* 1: udev has a rules file of ours */
	struct fact our_unit;		/* 1: systemd has gpsppsctl@.service */
	struct fact our_generator;	/* 1: systemd has gpsppsctl-generator */
	struct rule_fact rules[SYSTEM_RULES_MAX];
	unsigned int n_rules;
	struct fact modules_load;	/* 1: pps_ldisc is loaded at boot, by modules-load.d(5) */
	struct service_fact services[SYSTEM_SERVICES_MAX];	/* of the machine's daemons */
	unsigned int n_services;
};

/* What waits for one port at the next boot, and who looks after it now. */
struct boot_facts {
	/* 1: serial-getty@PORT.service is enabled, was made by systemd-getty-generator, is masked */
	struct fact getty_enabled, getty_generated, getty_masked;
	struct fact console;		/* 1: console=PORT is on the kernel's command line */
	/* The unit of the process that keeps it attached: "session-3.scope"; absent: none */
	struct fact_text keeper_unit;
	struct fact udev_unit;		/* GPSPPSCTL_UNIT in udev's database; absent: it has none */
	/* Power management of the UART, or of the USB adapter. */
	bool is_usb;
	struct fact_text power_dir;	/* "/sys/devices/platform/.../power" */
	struct fact_text power_control;	/* "on", "auto" */
	struct fact_text power_status;	/* "active", "suspended", "unsupported" */
	struct fact autosuspend_ms;	/* below 0: never by itself */
};

#endif
