/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As much of a kernel as the steps of pps-gpio-poll need, in a time that model.c makes. */
#ifndef TEST_KERNEL_H
#define TEST_KERNEL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t u64;
typedef uint32_t u32;
typedef int64_t s64;
typedef int64_t ktime_t;

#define U32_MAX		UINT_MAX
#define NSEC_PER_USEC	1000L
#define NSEC_PER_MSEC	1000000L
#define NSEC_PER_SEC	1000000000L
#define KERNEL_VERSION(a, b, c)	(((a) << 16) + ((b) << 8) + (c))
#define IS_ENABLED(option)	0

#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min3(a, b, c)		min(min(a, b), c)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define clamp_t(type, v, a, b)	min_t(type, max_t(type, v, a), b)
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, v)	((x) = (v))
#define cpu_relax()
#define container_of(p, type, member)	((type *)((char *)(p) - offsetof(type, member)))
#define module_param(name, type, mode)	struct module_param
#define MODULE_PARM_DESC(name, text)	struct module_param

struct device;
struct gpio_desc;
struct pps_device;
struct irq_work { int unused; };
struct ratelimit_state { int unused; };
struct pps_event_time { u64 ns; };

enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };
struct hrtimer { ktime_t expires; };

u64 ktime_get_raw_ns(void);
ktime_t ktime_get(void);
int gpiod_get_raw_value(struct gpio_desc *desc);
void pps_get_ts(struct pps_event_time *ts);
void pps_event(struct pps_device *pps, struct pps_event_time *ts, int event, void *data);
void say(const char *text);

#define div_u64(a, b)		((u64)(a) / (b))
#define ktime_add_ns(time, ns)	((ktime_t)((time) + (ns)))
#define hrtimer_set_expires(timer, time)	((timer)->expires = (time))
#define hrtimer_setup(timer, function, clock, mode)	((void)(timer), (void)(function))
#define irq_work_queue(work)	((void)(work))
#define __ratelimit(state)	((void)(state), true)
#define dev_warn(dev, text, ...)	say(text)
#define dev_info(dev, text, ...)	say(text)

#endif
