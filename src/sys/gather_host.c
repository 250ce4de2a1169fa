// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask the probe for the machine around the ports. */
#include "gather.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPUINFO_MAX 16384	/* the first processor is enough */
#define CMDLINE_MAX 4096
#define CPUIDLE "/sys/devices/system/cpu/cpu0/cpuidle"
#define STA_UNSYNC 0x40		/* include/uapi/linux/timex.h */

/* `word` stands alone in `text`, between blanks or at an end. */
static bool has_word(const char *text, const char *word)
{
	const size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += len)
		if ((at == text || strchr(" \t\n", at[-1])) &&
		    (!at[len] || strchr(" \t\n", at[len])))
			return true;
	return false;
}

/* ---- the hypervisor ---- */

/* What the firmware's tables say, as systemd-detect-virt(1) knows it; begins with. */
static const struct {
	const char *says, *name;
} vendors[] = {
	{ "KVM", "kvm" }, { "QEMU", "qemu" }, { "VMware", "VMware" },
	{ "innotek GmbH", "VirtualBox" }, { "VirtualBox", "VirtualBox" }, { "Xen", "xen" },
	{ "Virtual Machine", "Hyper-V" }, { "Parallels", "Parallels" }, { "BHYVE", "bhyve" },
	{ "Bochs", "bochs" }, { "Apple Virtualization", "Apple Virtualization" },
	{ "Google Compute Engine", "Google" }, { "OpenStack", "OpenStack" },
};

/* The privileged domain of Xen drives the real hardware. */
static bool is_dom0(struct probe *p)
{
	char text[64];

	return probe_get(p, "file:/proc/xen/capabilities", text, sizeof(text)) > 0 &&
	       strstr(text, "control_d");
}

static const char *ask_vendor(struct probe *p)
{
	static const char *const files[] = { "product_name", "sys_vendor", "bios_vendor" };
	char text[80];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (probe_getf(p, text, sizeof(text), "file:/sys/class/dmi/id/%s", files[i]) < 0)
			continue;
		for (size_t k = 0; k < sizeof(vendors) / sizeof(vendors[0]); k++)
			if (!strncmp(text, vendors[k].says, strlen(vendors[k].says)))
				return vendors[k].name;
	}
	return NULL;
}

/* An x86 processor tells its guests so (CPUID 1, ECX bit 31). */
static bool has_hypervisor_flag(struct probe *p)
{
	char *text = malloc(CPUINFO_MAX);
	bool found = text &&
		probe_get(p, "file:/proc/cpuinfo", text, CPUINFO_MAX) > 0 &&
		has_word(text, "hypervisor");

	free(text);
	return found;
}

static struct fact_text ask_hypervisor(struct probe *p)
{
	struct fact_text type = probe_text(p, "file:/sys/hypervisor/type");
	const char *vendor;

	if (type.state == FACT_OK && type.val[0])
		return is_dom0(p) ? fact_text_from(-ENOENT, "") : type;
	vendor = ask_vendor(p);
	if (vendor)
		return fact_text_from(0, vendor);
	/* arm64 and others without these tables: "linux,kvm" */
	type = probe_text(p, "file:/proc/device-tree/hypervisor/compatible");
	if (type.state == FACT_OK)
		return type;
	if (has_hypervisor_flag(p))
		return fact_text_from(0, "name unknown");
	return fact_text_from(-ENOENT, "");
}

/* ---- the container ---- */

static bool is_there(struct probe *p, const char *path)
{
	char text[80];

	return probe_getf(p, text, sizeof(text), "stat:%s", path) >= 0;
}

/*
 * systemd as process 1 of a container writes its kind down; other init programs
 * have it in their environment at most, which only root may read.
 */
static struct fact_text ask_container(struct probe *p)
{
	struct fact_text kind = probe_text(p, "file:/run/systemd/container");

	if (kind.state == FACT_OK && kind.val[0])
		return kind;
	if (is_there(p, "/run/.containerenv"))
		return fact_text_from(0, "podman");
	if (is_there(p, "/.dockerenv"))
		return fact_text_from(0, "docker");
	kind = probe_text(p, "environ:1/container");
	if (kind.state == FACT_DENIED && is_there(p, "/run/systemd/system"))
		return fact_text_from(-ENOENT, "");
	return kind;
}

/* ---- what delays an interrupt ---- */

static void ask_state(struct probe *p, const char *state, struct host_facts *h)
{
	struct fact latency = probe_number(p, "file:" CPUIDLE "/%s/latency", state);

	if (fact_is(probe_number(p, "file:" CPUIDLE "/%s/disable", state), 1))
		return;
	if (fact_known(h->idle_latency_us) &&
	    (!fact_known(latency) || latency.val < h->idle_latency_us.val))
		return;
	h->idle_latency_us = latency;
	h->idle_state = probe_text(p, "file:" CPUIDLE "/%s/name", state);
}

/* The deepest one that is allowed: the other processors have the same. */
static void ask_idle(struct probe *p, struct host_facts *h)
{
	char **names;
	int n = probe_list(p, CPUIDLE, &names);

	h->idle_latency_us = fact_from(n < 0 ? n : -ENOENT, 0);
	h->idle_state = fact_text_from(n < 0 ? n : -ENOENT, "");
	for (int i = 0; i < n; i++)
		if (!strncmp(names[i], "state", 5))
			ask_state(p, names[i], h);
	if (n >= 0)
		probe_free_names(names, n);
	/* where there are none nobody can hold them off */
	h->wakeup_limit_us = fact_known(h->idle_latency_us) ? probe_number(p, "wakeup:") :
			     fact_from(-ENOENT, 0);
}

/* The RT patches have /sys/kernel/realtime; a mainline kernel says it in its version. */
static struct fact ask_rt(struct probe *p)
{
	struct fact rt = probe_number(p, "file:/sys/kernel/realtime");
	struct fact_text version;

	if (rt.state != FACT_ABSENT)
		return rt;
	version = probe_text(p, "file:/proc/sys/kernel/version");
	if (version.state == FACT_OK)
		return fact_from(0, has_word(version.val, "PREEMPT_RT"));
	return fact_from(version.state == FACT_DENIED ? -version.err : -ENOENT, 0);
}

static struct fact ask_threadirqs(struct probe *p)
{
	char text[CMDLINE_MAX];
	int n = probe_get(p, "file:/proc/cmdline", text, sizeof(text));

	return fact_from(n < 0 ? n : 0, n > 0 && has_word(text, "threadirqs"));
}

static struct fact ask_clock_synced(struct probe *p)
{
	char text[64];
	int n = probe_get(p, "adjtimex:", text, sizeof(text));

	return fact_from(n < 0 ? n : 0, n > 0 && !(strtol(text, NULL, 16) & STA_UNSYNC));
}

void gather_host(struct probe *p, struct host_facts *h)
{
	h->hypervisor = ask_hypervisor(p);
	h->container = ask_container(p);
	ask_idle(p, h);
	h->rt = ask_rt(p);
	h->threadirqs = ask_threadirqs(p);
	h->clock_synced = ask_clock_synced(p);
}
