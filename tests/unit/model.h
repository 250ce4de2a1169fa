/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A receiver in virtual time, for tests of drivers and of changes.  A make's
 * model fills the functions and says what it answers by model_say(); the line
 * between it and the change takes its time, and fails as told.
 *
 *	struct unit u = { ... };
 *	struct model m = { .baud = 4800, .stored_baud = 4800, .hear = hear,
 *			   .burst = burst, .restart = restart, .self = &u };
 *	receiver_change_begin(&c, ..., m.now_ns);
 *	assert_int_equal(model_play(&m, &c, 0), RECEIVER_DONE);
 *
 * Include it behind cmocka's headers.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdio.h>
#include <string.h>

#include "binary.h"
#include "nmea.h"
#include "receiver/change.h"

#define MODEL_NS_PER_MS 1000000LL
#define MODEL_NS_PER_S 1000000000LL
#define MODEL_TICK_NS (25 * MODEL_NS_PER_MS)
#define MODEL_LATE_NS (3 * MODEL_NS_PER_S)
#define MODEL_BOOT_MS 1500
/* No change may take longer, whatever the receiver does. */
#define MODEL_LIMIT_NS (1200 * MODEL_NS_PER_S)
#define MODEL_SAID_MAX 160
#define MODEL_SAID_BYTES 256
#define MODEL_UNUSED __attribute__((unused))

/* On its way to or from the receiver. */
struct model_said {
	int64_t at_ns;			/* when its last byte arrives; 0: free */
	uint64_t order;
	unsigned int baud;		/* at which it was sent */
	bool is_answer;
	bool to_receiver;
	size_t len;
	char bytes[MODEL_SAID_BYTES];
};

struct model {
	unsigned int baud;		/* at which it speaks and hears */
	unsigned int stored_baud;	/* as of the next restart; 0: as now */
	/* a command reached it undamaged: a line from '$' without CR LF, with a NUL; or a packet */
	void (*hear)(struct model *m, const char *bytes, size_t len);
	/* a second (or interval) begins: say what is on */
	void (*burst)(struct model *m);
	/* power cycle or restart: what was not saved is forgotten; may be NULL */
	void (*restart)(struct model *m);
	void *self;
	unsigned int interval_ms;	/* from burst to burst; 0: 1000 */
	unsigned int phase_ms;		/* of the bursts in their interval */
	unsigned int halt_ms;		/* so long it goes on before it restarts */
	unsigned int boot_ms;		/* silence of a restart; 0: MODEL_BOOT_MS */

	/* Faults, from 1: this one of the commands or answers is lost, or damaged, or 3 s late. */
	unsigned int lose_command, damage_command;
	unsigned int lose_answer, damage_answer, delay_answer;
	unsigned int deaf_from;		/* this command and all behind it are lost */
	unsigned int silent_from;		/* with this command it falls silent for good */
	unsigned int dead_after;	/* obeys this one, and does not hear or speak again */
	unsigned int loss_percent;	/* so many of both are lost, by chance */
	bool deaf;
	bool garbage;			/* rubbish comes instead of answers */
	bool flood;			/* rubbish at all times */
	unsigned int interrupt_at;	/* Ctrl-C at this action, from 1 */
	int64_t interrupt_at_ms;	/* Ctrl-C at this time; 0: not */
	bool no_journal;		/* the intent cannot be written */

	/* What happened. */
	int64_t now_ns;
	unsigned int commands, answers, actions;
	unsigned int port_baud;
	bool intended;			/* the intent has been written: */
	struct receiver_intent intent;
	bool dead;
	char log[8192];			/* all that was written; packets in hex */

	/* Inside. */
	struct model_said said[MODEL_SAID_MAX];
	uint64_t order;
	int64_t line_free_ns, port_free_ns;
	int64_t halted_ns, booted_ns;	/* != 0: starting anew between these */
	int64_t next_burst_ns;
	bool bursting;
	unsigned int rubbish;
	bool started;
	uint32_t dice;
	struct nmea sentences;
	struct binary packets;
};

static inline int64_t model_time_ns(unsigned int baud, size_t len)
{
	return (int64_t)len * 10 * MODEL_NS_PER_S / baud;	/* 8N1 */
}

static inline struct model_said *model_new(struct model *m)
{
	for (unsigned int i = 0; i < MODEL_SAID_MAX; i++)
		if (!m->said[i].at_ns) {
			memset(&m->said[i], 0, sizeof(m->said[i]));
			m->said[i].order = m->order++;
			return &m->said[i];
		}
	fail_msg("more on its way than a line has");
	return NULL;
}

static inline int64_t model_max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static inline uint8_t model_dice(struct model *m)
{
	m->dice = m->dice * 1664525 + 1013904223;
	return (uint8_t)(m->dice >> 24);
}

static inline bool model_is_lost(struct model *m)
{
	return m->loss_percent && model_dice(m) * 100U / 256 < m->loss_percent;
}

/* Bytes leave the receiver: an answer, or a part of the burst. */
MODEL_UNUSED static void model_say(struct model *m, const void *bytes, size_t len)
{
	struct model_said *s;
	bool late = false, damaged = false;

	if (m->dead)
		return;
	if (!m->bursting) {
		m->answers++;
		if (m->garbage)
			m->rubbish++;
		if (m->answers == m->lose_answer || m->garbage || model_is_lost(m))
			return;
		late = m->answers == m->delay_answer;
		damaged = m->answers == m->damage_answer;
	}
	assert_true(len > 0 && len <= MODEL_SAID_BYTES);
	s = model_new(m);
	memcpy(s->bytes, bytes, len);
	s->len = len;
	s->baud = m->baud;
	s->is_answer = !m->bursting;
	if (damaged)
		s->bytes[len / 2] ^= 1;
	m->line_free_ns = model_max(m->line_free_ns, m->now_ns) + model_time_ns(m->baud, len);
	s->at_ns = m->line_free_ns + (late ? MODEL_LATE_NS : 0);
}

/* The same with a sentence's body ("PGRMC,A,..."): '$', checksum and CR LF are added. */
MODEL_UNUSED static void model_say_line(struct model *m, const char *body)
{
	char text[MODEL_SAID_BYTES];
	int n = nmea_format(text, sizeof(text), body);

	assert_true(n > 0);
	model_say(m, text, (size_t)n);
}

/* The receiver starts anew: it is silent for a while, then speaks at stored_baud. */
MODEL_UNUSED static void model_restart(struct model *m)
{
	m->halted_ns = m->now_ns + m->halt_ms * MODEL_NS_PER_MS;
	m->booted_ns = m->halted_ns +
		       (m->boot_ms ? m->boot_ms : MODEL_BOOT_MS) * MODEL_NS_PER_MS;
}

/* ---- inside ---- */

static inline bool model_is_booting(const struct model *m)
{
	return m->booted_ns && m->now_ns >= m->halted_ns;
}

static inline void model_log(struct model *m, const char *bytes, size_t len)
{
	size_t used = strlen(m->log);

	if (bytes[0] == '$') {
		snprintf(m->log + used, sizeof(m->log) - used, "%.*s", (int)len, bytes);
		return;
	}
	for (size_t i = 0; i < len && used + 4 < sizeof(m->log); i++)
		used += (size_t)snprintf(m->log + used, sizeof(m->log) - used, "%02X%s",
					 (uint8_t)bytes[i], i + 1 == len ? "\n" : " ");
}

/* The change wrote something to the port. */
static inline void model_write(struct model *m, const char *bytes, size_t len)
{
	struct model_said *s;

	m->commands++;
	model_log(m, bytes, len);
	if (m->deaf || m->dead || m->commands == m->lose_command || model_is_lost(m) ||
	    m->commands == m->damage_command || (m->deaf_from && m->commands >= m->deaf_from))
		return;
	assert_true(len > 0 && len < MODEL_SAID_BYTES);
	s = model_new(m);
	memcpy(s->bytes, bytes, len);
	s->len = len;
	s->baud = m->port_baud;
	s->to_receiver = true;
	m->port_free_ns = model_max(m->port_free_ns, m->now_ns) +
			  model_time_ns(m->port_baud, len);
	s->at_ns = m->port_free_ns;
	if (m->silent_from && m->commands >= m->silent_from)
		m->dead = true;
}

static inline void model_obey(struct model *m, struct model_said *s)
{
	char bytes[MODEL_SAID_BYTES];
	size_t len = s->len;

	if (m->dead || model_is_booting(m) || s->baud != m->baud)
		return;
	memcpy(bytes, s->bytes, len);
	if (bytes[0] == '$' && len > 2)
		len -= 2;
	bytes[len] = '\0';
	m->hear(m, bytes, len);
	if (m->dead_after && m->commands >= m->dead_after)
		m->dead = true;
}

/* Bytes reach the change as they reach the command: through both parsers. */
static inline void model_deliver(struct model *m, struct receiver_change *c, const char *bytes,
				 size_t len)
{
	const uint8_t *q = (const uint8_t *)bytes;
	const char *p = bytes;
	size_t left = len;
	struct nmea_sentence s;
	struct binary_packet packet;

	receiver_change_count(c, len);
	if (c->blind)
		return;
	while (nmea_next(&m->sentences, &p, &left, &s))
		receiver_change_hear(c, &(struct receiver_message){ .sentence = &s });
	left = len;
	while (binary_next(&m->packets, &q, &left, &packet))
		receiver_change_hear(c, &(struct receiver_message){ .packet = &packet });
}

/* Noise, and a sentence with a right checksum. */
static inline void model_rubbish(struct model *m, struct receiver_change *c)
{
	static const char *const bodies[] = {
		"GPRMC,,,,,,,", "PGRMC,A,,,,", "PMTK001,0,0", "PAIR001,062,1", "GPTXT,01,01,02,x",
		"PUBX,04,,,", "PFAKC", "PFAKA,,9",
	};
	char text[MODEL_SAID_BYTES];
	int n;

	for (n = 0; n < 100; n++)
		text[n] = (char)model_dice(m);
	model_deliver(m, c, text, (size_t)n);
	n = nmea_format(text, sizeof(text),
			bodies[model_dice(m) % (sizeof(bodies) / sizeof(bodies[0]))]);
	model_deliver(m, c, text, (size_t)n);
}

/* What has arrived by now, in its order. */
static inline void model_arrive(struct model *m, struct receiver_change *c)
{
	for (;;) {
		struct model_said *first = NULL, s;

		for (unsigned int i = 0; i < MODEL_SAID_MAX; i++) {
			struct model_said *t = &m->said[i];

			if (t->at_ns && t->at_ns <= m->now_ns &&
			    (!first || t->at_ns < first->at_ns ||
			     (t->at_ns == first->at_ns && t->order < first->order)))
				first = t;
		}
		if (!first)
			return;
		s = *first;
		first->at_ns = 0;
		if (s.to_receiver)
			model_obey(m, &s);
		else if (s.baud == m->port_baud)
			model_deliver(m, c, s.bytes, s.len);
		else
			receiver_change_count(c, s.len);	/* noise */
	}
}

static inline void model_tick(struct model *m, struct receiver_change *c)
{
	unsigned int interval_ms = m->interval_ms ? m->interval_ms : 1000;

	if (m->booted_ns && m->now_ns >= m->booted_ns) {
		m->booted_ns = 0;
		if (m->stored_baud)
			m->baud = m->stored_baud;
		if (m->restart)
			m->restart(m);
	}
	if (m->now_ns >= m->next_burst_ns) {
		m->next_burst_ns += interval_ms * MODEL_NS_PER_MS;
		/* a line that is still full takes no more: the next burst comes */
		if (!model_is_booting(m) && !m->dead &&
		    m->line_free_ns < m->now_ns + MODEL_NS_PER_S) {
			m->bursting = true;
			m->burst(m);
			m->bursting = false;
		}
	}
	model_arrive(m, c);
	if (m->flood || m->rubbish) {
		model_rubbish(m, c);
		m->rubbish = 0;
	}
}

/* False: killed. */
static inline bool model_act(struct model *m, struct receiver_change *c,
			     enum receiver_action action, unsigned int kill_at)
{
	m->actions++;
	if (kill_at && m->actions == kill_at)
		return false;
	switch (action) {
	case RECEIVER_WRITE:
		/* nothing that changes anything before the intent */
		assert_true(!c->sent || m->intended || c->resumed);
		model_write(m, c->out, c->len);
		break;
	case RECEIVER_SET_SPEED:
		assert_true(c->baud > 0);
		assert_true(m->now_ns >= m->port_free_ns);	/* what was written is out */
		m->port_baud = c->baud;
		memset(&m->sentences, 0, sizeof(m->sentences));
		memset(&m->packets, 0, sizeof(m->packets));
		break;
	case RECEIVER_INTEND:
		assert_false(m->intended);	/* once, and before the first change */
		if (m->no_journal) {
			receiver_change_interrupt(c, m->now_ns);
			break;
		}
		m->intended = true;
		m->intent = c->intent;
		break;
	default:
		fail_msg("no such action");
	}
	if (m->interrupt_at && m->actions == m->interrupt_at)
		receiver_change_interrupt(c, m->now_ns);
	return true;
}

/*
 * Play a change to its end, or (kill_at != 0) until its kill_at-th action would be
 * carried out; WAIT is no action.  The outcome; RECEIVER_PENDING when killed.
 * Can be called again with another change: time goes on, m->actions, ->commands
 * and ->answers count on.
 */
MODEL_UNUSED static enum receiver_outcome model_play(struct model *m, struct receiver_change *c,
						     unsigned int kill_at)
{
	int64_t begin_ns = m->now_ns, wake_ns;
	enum receiver_action action;

	if (!m->started) {
		m->started = true;
		m->next_burst_ns = m->now_ns + (300 + m->phase_ms) % 1000 * MODEL_NS_PER_MS;
	}
	m->port_baud = c->baud ? c->baud : m->baud;
	for (;; m->now_ns += MODEL_TICK_NS) {
		model_tick(m, c);
		if (m->interrupt_at_ms &&
		    m->now_ns - begin_ns == m->interrupt_at_ms * MODEL_NS_PER_MS)
			receiver_change_interrupt(c, m->now_ns);
		for (unsigned int n = 0;; n++) {
			action = receiver_change_step(c, m->now_ns, &wake_ns);
			assert_true(n < 16);	/* it may not want things without end */
			if (action == RECEIVER_WAIT)
				break;
			if (action == RECEIVER_ENDED)
				return c->outcome;
			if (!model_act(m, c, action, kill_at))
				return RECEIVER_PENDING;
		}
		assert_true(wake_ns > m->now_ns);
		assert_true(m->now_ns - begin_ns < MODEL_LIMIT_NS);
	}
}

/* Time passes and nobody listens: after a kill, or for a power cycle. */
MODEL_UNUSED static void model_sleep(struct model *m, int64_t ns)
{
	static struct receiver_change nobody;
	int64_t end_ns = m->now_ns + ns;

	memset(&nobody, 0, sizeof(nobody));
	nobody.blind = true;
	for (; m->now_ns < end_ns; m->now_ns += MODEL_TICK_NS)
		model_tick(m, &nobody);
}

#endif
