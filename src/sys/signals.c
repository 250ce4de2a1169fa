// SPDX-License-Identifier: GPL-2.0-or-later
/* Signals that end a run in order. */
#include "signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t signalled, asked;

static void on_signal(int sig)
{
	signalled = sig;
}

static void handle_signals(void (*handler)(int))
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = handler };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

void signals_catch(void)
{
	handle_signals(on_signal);
}

void signals_release(void)
{
	handle_signals(SIG_DFL);
}

bool signals_seen(void)
{
	return signalled != 0;
}

static void on_asking(int sig)
{
	asked = sig;
}

void signals_catch_asking(void)
{
	struct sigaction action = { .sa_handler = on_asking };

	sigaction(SIGUSR1, &action, NULL);
}

bool signals_asked(void)
{
	const bool was = asked != 0;

	asked = 0;
	return was;
}
