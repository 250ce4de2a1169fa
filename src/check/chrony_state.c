// SPDX-License-Identifier: GPL-2.0-or-later
/* What chronyc says of the port's refclocks: taken, rejected, or never heard. */
#include "chrony.h"

#include <string.h>

/* Eight polls of 16 s: what is not heard by then is not late. */
#define POLLS_MS (8 * 16 * MS_PER_S)

/* A refclock of this port's receiver: of its pulse, or fed by its gpsd. */
static bool find_refclock(const struct port_facts *f, struct finding *out,
			  struct chrony_pulse *p)
{
	const struct daemon_clock *c;

	if (chrony_find_pulse(f, out, p))
		return true;
	if (out->severity == SEV_SKIPPED)
		return false;
	p->d = daemon_of(f, DAEMON_BIT(DAEMON_CHRONY));
	if (!p->d || !p->d->chrony)
		return false;
	c = daemon_clock_of(p->d, f);
	p->index = c->index;
	p->rc = &p->d->chrony->refclocks[c->index];
	p->said = daemon_source(p->d, c);
	return true;
}

/* chronyc was not asked, or did not answer: with what it said. */
static void tell_silence(const struct chrony_pulse *p, struct finding *out)
{
	const struct chronyc_sources *s = &p->d->sources;

	if (s->said == SAID_WELL)
		finding_skip(out, "chronyc does not show %s", p->rc->refid);
	else
		finding_skip(out, "chronyc sources did not answer%s%s", s->error[0] ? ": " : "",
			     s->error);
	finding_fix(out, "chronyc -n sources     # as root, or as a user that may ask chronyd");
}

static void observe(const struct chrony_pulse *p, const struct chronyc_source *s,
		    struct finding *out)
{
	finding_saw(out, "reach", s->reach);
	finding_saw(out, "measured_ns", s->measured_ns);
	finding_observed(out, "chronyc sources: #%c %s, reach %o; %s:%u: %s", s->state, s->name,
			 fact_known(s->reach) ? (unsigned int)s->reach.val : 0,
			 p->d->chrony->files[p->rc->where.file], p->rc->where.line,
			 p->rc->where.text);
}

/* ---- falsetickers ---- */

static void judge_pulse_rejected(const struct chrony_pulse *p, struct finding *out)
{
	observe(p, p->said, out);
	if (p->said->state == '~') {
		finding_warn(out, "chronyd does not use the receiver: its time varies too much");
		finding_why(out, "~ in chronyc sources: the distances of its samples scatter more than maxjitter");
	} else {
		finding_fail(out, "NOT USABLE: chronyd calls the receiver's time false (x)");
		finding_why(out, "x in chronyc sources: its time disagrees with that of the others, which outnumber it; a wrong edge, a wrong second (offset) or false servers");
	}
	finding_fix(out, "chronyc -n sources -v     # by how much, against whom; a receiver that is known to be right: 'trust' at the end of %s:%u",
		    p->d->chrony->files[p->rc->where.file], p->rc->where.line);
}

/* The refclock with the sentences beside the pulse. */
static bool find_sentences(const struct chrony_pulse *p, struct chrony_pulse *sentences)
{
	size_t i;

	if (chrony_lock_of(p->d->chrony, p->index, &i) != CHRONY_LOCK_FOUND)
		return false;
	sentences->d = p->d;
	sentences->index = i;
	sentences->rc = &p->d->chrony->refclocks[i];
	sentences->said = chronyc_find_clock(&p->d->sources, sentences->rc->refid);
	return sentences->said;
}

static void judge_sentences_rejected(const struct chrony_pulse *pulse,
				     const struct chrony_pulse *p, struct finding *out)
{
	observe(p, p->said, out);
	finding_why(out, "sentences are exact to some tenths of a second, which is false beside a pulse: they number it all the same when they are marked noselect");
	chrony_fix_line(p->d, &p->rc->where, &(struct chrony_edit){ "noselect", false, "noselect" },
			out);
	if (chrony_is_heard(pulse->said))
		out->severity = SEV_INFO;
	else
		finding_warn(out, "chronyd calls the receiver's sentences false (x)");
}

static void run_chrony_falseticker(const struct port_facts *f, struct finding *out)
{
	struct chrony_pulse p, sentences;

	/* that chronyc does not tell is said once: chrony.unused */
	if (!find_refclock(f, out, &p) || !p.said)
		return;
	out->severity = SEV_OK;
	if (p.said->state == 'x' || p.said->state == '~') {
		if (!check_fails(&check_chrony_edge, f))
			judge_pulse_rejected(&p, out);
	} else if (find_sentences(&p, &sentences) && sentences.said->state == 'x') {
		judge_sentences_rejected(&p, &sentences, out);
	}
}

const struct check check_chrony_falseticker = {
	.id = "chrony.falseticker",
	.title = "chronyd calls the receiver's time false (x), or too variable (~)",
	.explain = "chronyd compares its sources: x marks a falseticker, whose time disagrees with "
		"the majority, ~ one that varies too much. For the sentences beside a pulse that is "
		"natural, and noselect says that they only number it. A pulse with x is off by its "
		"width (the wrong edge), by a second (the offset of its lock), or the servers are "
		"wrong. diag asks chronyc for the states.",
	.see = "chronyc(1), sources",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_WRONG_TIME,
	.run = run_chrony_falseticker,
};

/* ---- never heard ---- */

/* What names the reason itself. */
static bool is_explained(const struct port_facts *f, const struct chrony_pulse *p)
{
	static const struct check *const reasons[] = {
		&check_chrony_lock_unknown, &check_chrony_no_lock, &check_chrony_lock_limit,
		&check_gpsd_no_n, &check_gpsd_holder, &check_gpsd_segments, &check_gpsd_socket,
		&check_gpsd_no_mode_field, &check_receiver_no_fix, &check_feed_absent,
		&check_feed_segments,
	};

	/* a handle whose device is gone: daemon.dead-handle */
	if (daemon_dead_node(p->d, "pps"))
		return true;
	return check_any_fails(reasons, sizeof(reasons) / sizeof(reasons[0]), f);
}

/* It runs for long enough to have heard the source, as far as that is known. */
static bool is_settled(const struct port_facts *f, const struct daemon *d)
{
	return fact_known(d->start_ms) && f->second.at_ns / NS_PER_MS > d->start_ms.val + POLLS_MS;
}

/* Of the one with the sentences: who feeds it knows more. */
static void fix_silent_feeder(const struct port_facts *f, const struct chrony_pulse *sentences,
			      struct finding *out)
{
	if (facts_feed(f))
		finding_fix(out, "kill -USR1 %d     # gpsppsctl feed says what it waits for; a service: journalctl -u 'gpsppsctl-feed@*'",
			    facts_feed(f)->pid);
	else
		finding_fix(out, "gpspipe -w -n 20     # does gpsd have a fix (\"mode\":3)? then the segment or socket of %s:%u",
			    sentences->d->chrony->files[sentences->rc->where.file],
			    sentences->rc->where.line);
}

static void judge_unheard(const struct port_facts *f, const struct chrony_pulse *p,
			  struct finding *out)
{
	struct chrony_pulse sentences;

	finding_warn(out, "pulses come, and chronyd takes no sample of %s", p->rc->refid);
	if (find_sentences(p, &sentences) && chrony_is_unheard(sentences.said)) {
		finding_why(out, "it is locked to %s, and that is not heard either: whoever feeds it (%s) writes nothing, or elsewhere",
			    sentences.rc->refid, facts_feed(f) ? "gpsppsctl feed" : "gpsd");
		fix_silent_feeder(f, &sentences, out);
	} else if (fact_is(p->d->tracking.synchronised, 0)) {
		finding_why(out, "a pulse is taken only when something else has set the clock to within half a second, and no source has: %s",
			    chronyc_state_words('?'));
		finding_fix(out, "chronyc -n sources     # are the servers reached? else number the pulse by a lock");
	} else {
		finding_why(out, "? in chronyc sources: %s", chronyc_state_words('?'));
		finding_fix(out, "chronyc -n selectdata     # and 'log refclocks' in chrony.conf: refclocks.log has each sample");
	}
}

static void run_chrony_unused(const struct port_facts *f, struct finding *out)
{
	struct chrony_pulse p;

	if (!find_refclock(f, out, &p))
		return;
	if (!p.said) {
		tell_silence(&p, out);
		return;
	}
	observe(&p, p.said, out);
	out->severity = SEV_OK;
	if (!chrony_is_unheard(p.said))
		return;
	if (!facts_saw_pulse(f) || !is_settled(f, p.d) || is_explained(f, &p))
		out->severity = SEV_INFO;
	else
		judge_unheard(f, &p, out);
}

const struct check check_chrony_unused = {
	.id = "chrony.unused",
	.title = "pulses come, and chronyd takes no sample of them",
	.explain = "chronyc sources shows each source with its state and the reach of its last eight "
		"polls: \"#?\" with reach 0 means that no sample was taken for more than two minutes. "
		"diag first looks for a reason that has a line of its own (the lock, its distance, "
		"gpsd's segment or socket, no fix); what is left is a source whose partner is silent, "
		"or a clock that nothing has set yet.",
	.see = "chronyc(1), sources and selectdata",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_chrony_unused,
};
