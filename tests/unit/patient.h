/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A healthy port, for tests to break: facts as sys/gather.c would give them. */
#ifndef PATIENT_H
#define PATIENT_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "diagnose.h"

static struct holder holders[4];
static struct port_facts facts;
__attribute__((unused)) static struct verdict verdict;

__attribute__((unused))
static void set_text(struct fact_text *t, const char *text)
{
	*t = fact_text_from(0, text);
}

__attribute__((unused))
static void move(enum icount_line line, int64_t by)
{
	facts.second.icount[line] = fact_from(0, facts.first.icount[line].val + by);
}

__attribute__((unused))
static void pulses(int asserts, int clears)
{
	facts.second.assert_edge.seq = fact_from(0, facts.first.assert_edge.seq.val + asserts);
	facts.second.clear_edge.seq = fact_from(0, facts.first.clear_edge.seq.val + clears);
}

__attribute__((unused))
static void ier(int value)
{
	facts.n_samples = UART_SAMPLES;
	for (int i = 0; i < UART_SAMPLES; i++) {
		facts.samples[i].lcr_before = facts.samples[i].lcr_after = fact_from(0, 0x13);
		facts.samples[i].ier = fact_from(0, value);
		facts.samples[i].mcr = fact_from(0, 0x0b);
	}
}

__attribute__((unused))
static void hold(int i, int pid, const char *comm)
{
	holders[i].pid = pid;
	snprintf(holders[i].comm, sizeof(holders[i].comm), "%s", comm);
	if (facts.port.holders.n < (size_t)i + 1)
		facts.port.holders.n = i + 1;
}

__attribute__((unused))
static void heard(uint64_t good, int fix)
{
	facts.sentences.obstacle[0] = '\0';
	facts.sentences.ms = fact_from(0, 2500);
	facts.sentences.baud = fact_from(0, 4800);
	facts.sentences.bytes = 900;
	facts.sentences.good = good;
	facts.sentences.fix = fact_from(fix < 0 ? -ENOENT : 0, fix);
	facts.sentences.found_baud = fact_from(-ENOENT, 0);
}

__attribute__((unused))
static void healthy_port(void)
{
	struct port *p = &facts.port;

	strcpy(p->name, "ttyS1");
	set_text(&p->driver, "serial");
	p->type = fact_from(0, 4);
	p->uart = "16550A";
	p->base = fact_from(0, 0x2f8);
	p->io_type = p->console = fact_from(0, 0);
	p->irq = fact_from(0, 3);
	p->flags = fact_from(0, 0x10000840);
	p->ldisc = fact_from(0, LDISC_PPS);
	p->baud = fact_from(0, 4800);
	set_text(&p->pps, "pps0");
	set_text(&p->termios,
		 "4800 i:ignbrk,ignpar,icrnl o: c:cs8,cread,clocal l:icanon cc:0 line:18");
	p->holders.v = holders;
	hold(0, 412, "gpsppsctl-hold");
}

__attribute__((unused))
static void healthy_links(void)
{
	facts.unit = fact_from(0, 0);
	facts.table_baud = fact_from(0, 4800);
	strcpy(facts.gps.name, "gps0");
	strcpy(facts.gpspps.name, "gpspps0");
	facts.gps.exists = facts.gpspps.exists = fact_from(0, 1);
	set_text(&facts.gps.target, "ttyS1");
	set_text(&facts.gpspps.target, "pps0");
	facts.pps_node.mode = fact_from(0, 0660);
	facts.pps_node.uid = fact_from(0, 0);
	facts.pps_node.gid = fact_from(0, 20);
	set_text(&facts.pps_node.group, "dialout");
	facts.port_node = facts.pps_node;
}

__attribute__((unused))
static void healthy_kernel(void)
{
	set_text(&facts.kernel.release, "6.1.0-56-amd64");
	set_text(&facts.kernel.pps_module, "builtin");
	set_text(&facts.kernel.ldisc_module, "kernel/drivers/pps/clients/pps-ldisc.ko");
	set_text(&facts.kernel.lockdown, "[none] integrity confidentiality");
	facts.kernel.pps_class = facts.kernel.ldisc = fact_from(0, 1);
	facts.kernel.udev = fact_from(0, 1);
}

__attribute__((unused))
static void healthy_host(void)
{
	struct fact absent = fact_from(-ENOENT, 0);

	facts.host.hypervisor = facts.host.container = fact_text_from(-ENOENT, "");
	set_text(&facts.host.idle_state, "C1");
	facts.host.idle_latency_us = fact_from(0, 2);
	facts.host.wakeup_limit_us = fact_from(0, LATENCY_NO_LIMIT_US);
	facts.host.rt = facts.host.threadirqs = fact_from(0, 0);
	facts.host.clock_synced = fact_from(0, 1);
	facts.kernel.ntp_pps = fact_from(0, 1);
	facts.kernel.autoload = fact_from(0, 1);
	facts.exclusive = fact_from(0, 0);
	facts.dcd_level = absent;
	set_text(&facts.irq_names, "ttyS1");
	facts.first.irq_count = fact_from(0, 5000);
	facts.second.irq_count = fact_from(0, 5200);
	facts.motion.ms = facts.hold.pid = absent;
}

__attribute__((unused))
static void healthy(void)
{
	memset(&facts, 0, sizeof(facts));
	memset(holders, 0, sizeof(holders));
	facts.present = fact_from(0, 1);
	healthy_port();
	healthy_links();
	healthy_kernel();
	healthy_host();
	strcpy(facts.pulse.name, "pps0");
	strcpy(facts.pulse.port, "ttyS1");
	set_text(&facts.pulse.source, "serial1");
	facts.second.at_ns = 3210000000;
	for (int i = 0; i < IC_LINES; i++)
		facts.first.icount[i] = facts.second.icount[i] = fact_from(0, 100);
	facts.first.assert_edge.seq = facts.first.clear_edge.seq = fact_from(0, 100);
	move(IC_DCD, 6);
	move(IC_RX, 1100);
	pulses(3, 3);
	ier(0x0d);
	heard(8, 1);
}

#endif
