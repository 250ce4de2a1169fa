// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask the probe for all that diag's checks judge. */
#include "gather.h"

#include "survey.h"

#include "../daemon/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_PAUSE_MS 2
#define TEXT_MAX 4096
#define GROUP_FILE_MAX 65536
#define IO_TYPE_PORT 0		/* UPIO_PORT, include/linux/serial_core.h */

/* "Is it there?": 1, 0 or refused. */
static struct fact ask_there(struct probe *p, const char *path)
{
	char text[80];
	int n = probe_getf(p, text, sizeof(text), "stat:%s", path);

	if (n == -ENOENT || n == -ENOTDIR)
		return fact_from(0, 0);
	return fact_from(n < 0 ? n : 0, 1);
}

/* /proc/tty/ldiscs has a line "pps_tty    18" when the module is there. */
static struct fact ask_ldisc(struct probe *p)
{
	char text[TEXT_MAX];
	int n = probe_get(p, "file:/proc/tty/ldiscs", text, sizeof(text));

	return fact_from(n < 0 ? n : 0, n >= 0 && strstr(text, "pps_tty") != NULL);
}

static struct fact ask_euid(struct probe *p)
{
	char text[64];
	int n = probe_get(p, "ids:", text, sizeof(text));

	return fact_from(n < 0 ? n : 0, n < 0 ? 0 : strtol(text, NULL, 10));
}

/* CONFIG_NTP_PPS is a bool.  Where no file has it, the clock tells (kernelclock.h). */
static struct fact ask_ntp_pps(struct probe *p)
{
	char text[64];
	int shift, n = probe_get(p, "kconfig:NTP_PPS", text, sizeof(text));

	if (n >= 0)
		return fact_from(0, text[0] == 'y');
	if (probe_get(p, "adjtimex:", text, sizeof(text)) > 0 &&
	    sscanf(text, "%*x %*d %d", &shift) == 1)
		return fact_from(0, shift != 0);
	return fact_from(n, 0);
}

void gather_kernel(struct probe *p, struct kernel_facts *k)
{
	k->release = probe_text(p, "file:/proc/sys/kernel/osrelease");
	k->pps_class = ask_there(p, "/sys/class/pps");
	k->ldisc = ask_ldisc(p);
	k->pps_module = probe_text(p, "module:pps_core");
	k->ldisc_module = probe_text(p, "module:pps_ldisc");
	k->autoload = probe_number(p, "file:/proc/sys/dev/tty/ldisc_autoload");
	k->lockdown = probe_text(p, "file:/sys/kernel/security/lockdown");
	k->euid = ask_euid(p);
	k->udev = ask_there(p, "/run/udev/control");
	k->ntp_pps = ask_ntp_pps(p);
}

/* ---- links and nodes ---- */

static void ask_link(struct probe *p, struct link_fact *l)
{
	char real[512], path[64];
	int n;

	if (!l->name[0])
		return;
	snprintf(path, sizeof(path), "/dev/%s", l->name);
	l->exists = ask_there(p, path);
	n = probe_getf(p, real, sizeof(real), "real:%s", path);
	l->target = fact_text_from(n < 0 ? n : 0, strncmp(real, "/dev/", 5) ? real : real + 5);
}

/* "gpspps3" with the prefix "gpspps" is unit 3. */
static bool unit_of(const struct links *links, const char *prefix, int64_t *unit)
{
	size_t len = strlen(prefix);
	char *end;

	for (size_t i = 0; i < links->n; i++) {
		const char *digits = links->v[i] + len;

		if (strncmp(links->v[i], prefix, len) || *digits < '0' || *digits > '9')
			continue;
		*unit = strtol(digits, &end, 10);
		if (!*end)
			return true;
	}
	return false;
}

/* The table says which unit a port is; else one of its links does. */
static void ask_links(struct probe *p, struct port_facts *f)
{
	int64_t unit = f->unit.val;

	if (!fact_known(f->unit) && !unit_of(&f->port.links, "gps", &unit) &&
	    !unit_of(&f->pulse.links, "gpspps", &unit))
		return;
	if (!f->pulse_only && !f->no_sentences)
		snprintf(f->gps.name, sizeof(f->gps.name), "gps%lld", (long long)unit);
	if (!f->no_pulse || f->pulse_from[0])
		snprintf(f->gpspps.name, sizeof(f->gpspps.name), "gpspps%lld", (long long)unit);
	ask_link(p, &f->gps);
	ask_link(p, &f->gpspps);
}

static struct fact_text ask_group(struct probe *p, int64_t gid)
{
	struct fact_text name = fact_text_from(-ENOENT, "");
	char *text = malloc(GROUP_FILE_MAX), *line, *save = NULL;
	long found;
	char word[64];
	int n;

	if (!text)
		return fact_text_from(-ENOMEM, "");
	n = probe_get(p, "file:/etc/group", text, GROUP_FILE_MAX);
	if (n < 0)
		name = fact_text_from(n, "");
	for (line = n < 0 ? NULL : strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "%63[^:]:%*[^:]:%ld", word, &found) == 2 && found == gid)
			name = fact_text_from(0, word);
	free(text);
	return name;
}

static void ask_node(struct probe *p, const char *node, struct node_fact *out)
{
	unsigned int mode, uid, gid;
	char text[80], type;
	int n = probe_getf(p, text, sizeof(text), "stat:/dev/%s", node);

	if (n >= 0 && sscanf(text, "%c %o %u %u", &type, &mode, &uid, &gid) != 4)
		n = -EINVAL;
	if (n < 0)
		mode = uid = gid = 0;
	else
		n = 0;
	out->mode = fact_from(n, mode);
	out->uid = fact_from(n, uid);
	out->gid = fact_from(n, gid);
	out->group = n ? fact_text_from(n, "") : ask_group(p, gid);
}

/* What decides whether they may open the port, and whether they came too early. */
static void ask_for_daemons(struct probe *p, struct port_facts *f)
{
	if (!f->pulse_only)
		ask_node(p, f->port.name, &f->port_node);
	if (f->pulse.name[0])
		f->pulse_since_ms = gather_since_ms(p, f->pulse.name);
}

/* ---- the processes on the port ---- */

/* Field `i` (from 0) of a line "Uid:\t0\t0\t0\t0" of /proc/PID/status. */
static struct fact status_field(const char *status, const char *key, int i, int base)
{
	const char *at = strstr(status, key);
	char *end;
	int64_t val = 0;

	if (!at)
		return fact_from(-ENOENT, 0);
	at += strlen(key);
	do {
		val = strtoll(at, &end, base);
		if (end == at || memchr(at, '\n', end - at))
			return fact_from(-ENOENT, 0);
		at = end;
	} while (i--);
	return fact_from(0, val);
}

void gather_process(struct probe *p, int pid, const char *comm, struct process_fact *out)
{
	char status[TEXT_MAX];
	struct fact group;
	int n = probe_getf(p, status, sizeof(status), "file:/proc/%d/status", pid);

	out->pid = pid;
	snprintf(out->comm, sizeof(out->comm), "%s", comm);
	if (n < 0) {
		out->uid = out->cap_eff = fact_from(n, 0);
		return;
	}
	out->uid = status_field(status, "\nUid:", 1, 10);
	out->cap_eff = status_field(status, "\nCapEff:", 0, 16);
	group = status_field(status, "\nGid:", 1, 10);
	for (int i = 0; fact_known(group) && out->n_groups < GROUPS_MAX; i++) {
		out->groups[out->n_groups++] = group.val;
		group = status_field(status, "\nGroups:", i, 10);
	}
}

static void ask_processes(struct probe *p, struct port_facts *f)
{
	const struct holders *on_port = &f->port.holders, *on_pulse = &f->pulse.holders;

	for (size_t i = 0; i < on_port->n && f->n_processes < PROCESSES_MAX; i++) {
		struct process_fact *out = &f->processes[f->n_processes++];

		gather_process(p, on_port->v[i].pid, on_port->v[i].comm, out);
		out->has_pps = fact_from(0, 0);
		for (size_t k = 0; k < on_pulse->n; k++)
			if (on_pulse->v[k].pid == out->pid)
				out->has_pps = fact_from(0, 1);
	}
}

static void ask_pps_params(struct probe *p, struct port_facts *f)
{
	long long assert_ns = 0, clear_ns = 0;
	unsigned int mode = 0;
	char text[80];
	int n = probe_getf(p, text, sizeof(text), "pps:%s/params", f->pulse.name);

	if (n >= 0)
		n = sscanf(text, "%x %lld %lld", &mode, &assert_ns, &clear_ns) == 3 ? 0 : -EINVAL;
	f->pps_mode = fact_from(n, mode);
	f->assert_off_ns = fact_from(n, assert_ns);
	f->clear_off_ns = fact_from(n, clear_ns);
}

/*
 * Our own second open tells, too: without CAP_SYS_ADMIN a locked port refuses it
 * with EBUSY, and nothing else does (tty_reopen(), drivers/tty/tty_io.c).
 */
static struct fact ask_exclusive(struct probe *p, const char *port)
{
	struct fact set = probe_number(p, "tty:%s/exclusive", port);

	return set.state == FACT_DENIED && set.err == EBUSY ? fact_from(0, 1) : set;
}

void gather_port(struct probe *p, struct port_facts *f)
{
	/* before the links: its holder knows what the port is for */
	if (!f->pulse_only)
		gather_hold(p, f);
	ask_links(p, f);
	ask_processes(p, f);
	gather_feed(p, f);
	if (f->daemons && f->daemons->n)
		ask_for_daemons(p, f);
	if (!f->pulse_only) {
		f->exclusive = ask_exclusive(p, f->port.name);
		f->irq_names = gather_irq_names(p, f);
		gather_boot(p, f);
	} else {
		gather_gpio(p, f);
	}
	if (!f->pulse.name[0])
		return;
	ask_node(p, f->pulse.name, &f->pps_node);
	ask_pps_params(p, f);
}

bool gather_is_gone(struct probe *p, const struct port_facts *f)
{
	char text[512];

	if (f->pulse_only)
		return probe_getf(p, text, sizeof(text), "stat:/sys/class/pps/%s",
				  f->pulse.name) == -ENOENT;
	if (probe_getf(p, text, sizeof(text), "link:/sys/class/tty/%s/device",
		       f->port.name) == -ENOENT)
		return true;
	return !port_is_placeholder(&f->port) &&
	       fact_is(probe_number(p, "file:/sys/class/tty/%s/type", f->port.name), 0);
}

/* ---- what moves ---- */

static void ask_icount(struct probe *p, const char *port, struct fact *icount)
{
	char text[256], *at = text, *end;
	int n = probe_getf(p, text, sizeof(text), "tty:%s/icount", port);

	for (int i = 0; i < IC_LINES; i++) {
		int64_t val = 0;

		if (n >= 0) {
			val = strtoll(at, &end, 10);
			if (end == at)
				n = -EINVAL;
			at = end;
		}
		icount[i] = fact_from(n < 0 ? n : 0, val);
	}
}

void gather_instant(struct probe *p, const struct port_facts *f, struct instant *now)
{
	char text[80];
	long long real = 0;

	now->at_ns = probe_now_ns(p);
	if (probe_get(p, "clock:", text, sizeof(text)) > 0)
		real = strtoll(text, NULL, 10);
	now->real_ns = real > 0 ? real : 0;
	if (f->pulse.name[0])
		survey_edges(p, f->pulse.name, &now->assert_edge, &now->clear_edge);
	if (f->pulse_only) {
		gather_gpio_look(p, f, &now->gpio);
		return;
	}
	ask_icount(p, f->port.name, now->icount);
	now->irq_count = gather_irq_count(p, f);
}

/* ---- registers ---- */

static bool has_io_ports(const struct port *port)
{
	return fact_is(port->io_type, IO_TYPE_PORT) && fact_known(port->base) &&
	       port->base.val > 0 && fact_known(port->type) && port->type.val > 0;
}

static struct fact ask_register(struct probe *p, const struct port *port, unsigned int at)
{
	char text[16];
	int n = probe_getf(p, text, sizeof(text), "ioport:%llx",
			   (unsigned long long)port->base.val + at);

	return fact_from(n < 0 ? n : 0, n < 0 ? 0 : strtol(text, NULL, 16));
}

void gather_registers(struct probe *p, struct port_facts *f)
{
	if (f->pulse_only || !has_io_ports(&f->port) || !facts_is_open(f))
		return;
	for (f->n_samples = 0; f->n_samples < UART_SAMPLES; f->n_samples++) {
		struct uart_sample *s = &f->samples[f->n_samples];

		if (f->n_samples)
			probe_sleep_ms(p, SAMPLE_PAUSE_MS);
		s->lcr_before = ask_register(p, &f->port, UART_AT_LCR);
		s->ier = ask_register(p, &f->port, UART_AT_IER);
		s->lcr_after = ask_register(p, &f->port, UART_AT_LCR);
		s->mcr = ask_register(p, &f->port, UART_AT_MCR);
	}
}
