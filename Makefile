# gpsppsctl: build, test, install.  `make help` lists the targets.

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/libexec/gpsppsctl
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/gpsppsctl
SYSCONFDIR ?= /etc

PKG_CONFIG ?= pkg-config
# $(call pkgdir,PACKAGE,VARIABLE,FALLBACK): a directory that another package owns
pkgdir = $(or $(shell $(PKG_CONFIG) --variable=$(2) $(1) 2>/dev/null),$(3))
UDEVDIR ?= $(call pkgdir,udev,udevdir,/lib/udev)
SYSTEMDDIR ?= $(call pkgdir,systemd,systemdutildir,/lib/systemd)
COMPLETIONDIR ?= $(call pkgdir,bash-completion,completionsdir,$(PREFIX)/share/bash-completion/completions)

CC ?= cc
CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
	-Wformat=2 -Wvla -Wwrite-strings -Wundef
DEV_FLAGS = -Werror -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all

VERSION := $(shell git describe --always --dirty 2>/dev/null | sed 's/^v//')
ifeq ($(VERSION),)
VERSION_FLAG =
else
VERSION_FLAG = -DVERSION='"$(VERSION)"'
endif

LIBS_PKG = smartcols json-c
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS_PKG) 2>/dev/null)
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(LIBS_PKG) 2>/dev/null)
PKG_LIBS += -lm

# The screen of `watch`: a system without ncurses gets lines.
NCURSES_LIBS := $(shell $(PKG_CONFIG) --libs ncursesw 2>/dev/null)
ifneq ($(NCURSES_LIBS),)
PKG_CFLAGS += -DHAVE_NCURSES $(shell $(PKG_CONFIG) --cflags ncursesw)
PKG_LIBS += $(NCURSES_LIBS)
endif

OBJDIR ?= build
ALL_CFLAGS = -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	-DLIBEXECDIR='"$(LIBEXECDIR)"' $(PKG_CFLAGS) $(CFLAGS) $(CPPFLAGS)

# Pure code: no OS header, opens nothing, reads no clock, prints nothing.
PURE_SRC := $(filter-out src/gpsppsctl.c,$(wildcard src/*.c)) \
	$(wildcard src/check/*.c src/daemon/*.c src/receiver/*.c)
EDGE_SRC := $(wildcard src/sys/*.c src/source/*.c)
CMD_SRC := $(wildcard src/cmd/*.c) src/gpsppsctl.c
HOLD_SRC := $(wildcard src/hold/*.c) src/measure.c src/remedy.c \
	$(addprefix src/sys/,capabilities.c consumer.c handover.c links.c notify.c rearm.c systemd.c tty.c \
	udev.c)

obj = $(patsubst %.c,$(OBJDIR)/%.o,$(1))
PURE_OBJ := $(call obj,$(PURE_SRC))
PROG_OBJ := $(PURE_OBJ) $(call obj,$(EDGE_SRC) $(CMD_SRC))
HOLD_OBJ := $(patsubst %.c,$(OBJDIR)/hold/%.o,$(HOLD_SRC))

ifeq ($(V),1)
Q =
else
Q = @
say = @printf '  %-7s %s\n' '$(1)' '$(2)'
endif

PROG ?= gpsppsctl
HOLD ?= gpsppsctl-hold

all: $(PROG) $(HOLD)
	@:

$(PROG): $(PROG_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(PROG_OBJ) $(PKG_LIBS) -pthread $(LDLIBS)

# The holder stays for years: libc and nothing else, and small.  Its pages are nobody else's, so
# each of them counts: a third of the text is what a speed that nobody needs, unused functions
# and tables for exceptions would cost.
HOLD_CFLAGS = -Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
HOLD_LDFLAGS = -Wl,--gc-sections -Wl,-z,noseparate-code

$(HOLD): $(HOLD_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(HOLD_LDFLAGS) -o $@ $(HOLD_OBJ) $(LDLIBS)

$(OBJDIR)/hold/%.o: %.c Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(HOLD_CFLAGS) -MMD -MP -c -o $@ $<

$(OBJDIR)/%.o: %.c Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OBJDIR)/src/gpsppsctl.o: ALL_CFLAGS += $(VERSION_FLAG)

# ---- tests: make test needs no root and no network; check and check-all boot kernels ----

TEST_SRC := $(wildcard tests/unit/test_*.c)
TEST_BIN := $(patsubst tests/unit/%.c,$(OBJDIR)/tests/%,$(TEST_SRC))
# A test that wraps libc's calls says so in a comment near its top: /* LDFLAGS: -Wl,--wrap=ioctl */
test_ldflags = $(shell sed -n '1,8s,^/\* LDFLAGS: \(.*\) \*/$$,\1,p' $(1))
TEST_OBJ = $(PURE_OBJ) $(call obj,$(EDGE_SRC)) $(OBJDIR)/src/cmd/common.o

$(OBJDIR)/tests/%: tests/unit/%.c $(TEST_OBJ) Makefile
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -iquote src -MMD -MP $(LDFLAGS) -o $@ $< $(TEST_OBJ) \
		$(call test_ldflags,$<) -lcmocka $(PKG_LIBS) -pthread $(LDLIBS)

tests: all $(TEST_BIN)

test: tests
	$(Q)tests/run --objdir $(OBJDIR) quick

SUITES = quick testbed
check: deps
	$(Q)$(MAKE) --no-print-directory tests
	$(Q)tests/run --objdir $(OBJDIR) $(SUITES)

check-all: DEPS = all
check-all: deps
	$(Q)$(MAKE) --no-print-directory tests
	$(Q)tests/run --objdir $(OBJDIR) all

deps:
	$(Q)[ -n "$(NO_DEPS)" ] || scripts/deps $(DEPS)

# ---- a kernel with hardpps (kernel/README.md) ----

BASE = debian
kernel-deb: DEPS = kernel
kernel-deb: deps
	$(Q)scripts/kernel-deb $(BASE)

# Booted in the emulated PC: BASE=small, which the cache keeps.
check-kernel: DEPS = build test testbed kernel
check-kernel: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/run --objdir $(OBJDIR) kernel

# The same tests, warnings as errors, under the address and undefined-behaviour sanitizers.
dev:
	$(Q)$(MAKE) --no-print-directory OBJDIR=build-dev CFLAGS="-O1 -g $(DEV_FLAGS)" \
		PROG=build-dev/gpsppsctl HOLD=build-dev/gpsppsctl-hold test

# ---- the main job ----

# With PORT: your own port, as root.  Without: an emulated PC with a simulated receiver.
run: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/run-demo $(PORT)

# ---- programs of others with our patches ----

patched-ldattach: DEPS = patched
patched-ldattach: deps
	$(Q)scripts/patched-ldattach

# util-linux and ntpsec with +pps1 in their versions, in build/debs; DEBS=ntpsec for one alone.
patched-debs: DEPS = test debs
patched-debs: deps
	$(Q)scripts/patched-debs $(DEBS)

# ---- lint ----

SHELL_SRC = $(wildcard scripts/*) .ci/run completion/gpsppsctl.bash systemd/gpsppsctl-generator \
	$(addprefix init/,openrc openwrt runit sysvinit) \
	tests/fuzz/run $(wildcard tests/tap.sh tests/patched/* tests/tree/*.sh tests/testbed/*.sh)
CLANG_TIDY ?= clang-tidy
CPPCHECK ?= cppcheck

lint: $(CAUSES_MAN)
	$(Q)$(CPPCHECK) --quiet --std=c11 --enable=warning,portability,performance \
		--inline-suppr --suppress=missingIncludeSystem --error-exitcode=1 \
		-D_GNU_SOURCE -DLIBEXECDIR='""' src
	$(Q)$(CLANG_TIDY) --quiet --warnings-as-errors='*' $(PURE_SRC) $(EDGE_SRC) $(CMD_SRC) $(HOLD_SRC) \
		-- $(filter-out $(CFLAGS),$(ALL_CFLAGS)) 2>/dev/null
	$(Q)shellcheck -x $(SHELL_SRC)
	$(Q)mandoc -T lint -W warning man/gpsppsctl.8 $(CAUSES_MAN)

# ---- the manual's list of causes: from the table of checks ----

CAUSES_MAN = $(firstword $(wildcard man/gpsppsctl-diag.7) $(OBJDIR)/gpsppsctl-diag.7)

# A tarball brings the page along, so that a cross-compiled program need not run.
$(OBJDIR)/gpsppsctl-diag.7: $(PROG) scripts/man-causes
	$(call say,MAN,$@)
	$(Q)scripts/man-causes ./$(PROG) >$@

DIST = gpsppsctl-$(VERSION)
dist: $(OBJDIR)/gpsppsctl-diag.7
	$(Q)git archive --prefix=$(DIST)/ HEAD >$(OBJDIR)/$(DIST).tar
	$(Q)tar --append --file=$(OBJDIR)/$(DIST).tar --owner=0 --group=0 \
		--transform='s,.*/,$(DIST)/man/,' $<
	$(Q)gzip -9nf $(OBJDIR)/$(DIST).tar
	@echo $(OBJDIR)/$(DIST).tar.gz

# ---- install ----

# Files with a path of ours in them.
fill = sed 's,@SBINDIR@,$(SBINDIR),g' $(1) >$(2) && chmod $(3) $(2)

# For machines without systemd and udev; nothing of it is active.
EXAMPLES := $(notdir $(wildcard init/*))

install: all $(CAUSES_MAN)
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(LIBEXECDIR) \
		$(DESTDIR)$(MANDIR)/man7 $(DESTDIR)$(MANDIR)/man8 \
		$(DESTDIR)$(COMPLETIONDIR) $(DESTDIR)$(UDEVDIR)/rules.d \
		$(DESTDIR)$(SYSTEMDDIR)/system $(DESTDIR)$(SYSTEMDDIR)/system-generators \
		$(DESTDIR)$(DOCDIR)/examples
	install -m 755 $(PROG) $(DESTDIR)$(SBINDIR)/gpsppsctl
	install -m 755 $(HOLD) $(DESTDIR)$(LIBEXECDIR)/gpsppsctl-hold
	install -m 644 man/gpsppsctl.8 $(DESTDIR)$(MANDIR)/man8/gpsppsctl.8
	install -m 644 $(CAUSES_MAN) $(DESTDIR)$(MANDIR)/man7/gpsppsctl-diag.7
	install -m 644 completion/gpsppsctl.bash $(DESTDIR)$(COMPLETIONDIR)/gpsppsctl
	install -m 755 systemd/gpsppsctl-generator $(DESTDIR)$(SYSTEMDDIR)/system-generators/gpsppsctl-generator
	$(call fill,udev/61-gpsppsctl.rules.in,$(DESTDIR)$(UDEVDIR)/rules.d/61-gpsppsctl.rules,644)
	$(call fill,systemd/gpsppsctl@.service.in,$(DESTDIR)$(SYSTEMDDIR)/system/gpsppsctl@.service,644)
	$(call fill,systemd/gpsppsctl-feed@.service.in,$(DESTDIR)$(SYSTEMDDIR)/system/gpsppsctl-feed@.service,644)
	for f in $(EXAMPLES); do \
		$(call fill,init/$$f,$(DESTDIR)$(DOCDIR)/examples/$$f,644) || exit 1; done

# The table /etc/gpsppsctl.conf is the user's: it stays.
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/gpsppsctl $(DESTDIR)$(LIBEXECDIR)/gpsppsctl-hold \
		$(DESTDIR)$(MANDIR)/man7/gpsppsctl-diag.7 $(DESTDIR)$(MANDIR)/man8/gpsppsctl.8 \
		$(DESTDIR)$(COMPLETIONDIR)/gpsppsctl \
		$(DESTDIR)$(UDEVDIR)/rules.d/61-gpsppsctl.rules \
		$(DESTDIR)$(SYSTEMDDIR)/system/gpsppsctl@.service \
		$(DESTDIR)$(SYSTEMDDIR)/system/gpsppsctl-feed@.service \
		$(DESTDIR)$(SYSTEMDDIR)/system-generators/gpsppsctl-generator \
		$(addprefix $(DESTDIR)$(DOCDIR)/examples/,$(EXAMPLES))
	-rmdir $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DOCDIR)/examples $(DESTDIR)$(DOCDIR)

clean:
	rm -rf build build-dev gpsppsctl gpsppsctl-hold

help:
	@echo 'make             build ./gpsppsctl and ./gpsppsctl-hold'
	@echo 'make run         attach the port named by PORT=/dev/ttyS0 (as root), or, without PORT,'
	@echo '                 on an emulated PC with a simulated Garmin GPS 18 LVC'
	@echo 'make test        unit and pty tests: no root, no network'
	@echo 'make check       what is missing is installed; then test, and the emulated PC'
	@echo 'make check-all   everything'
	@echo 'make kernel-deb  Debian'"'"'s kernel with PPS as packages: BASE=debian (hours), local (its'
	@echo '                 modules that are loaded) or small (for the emulated PC)'
	@echo 'make check-kernel  builds the small one, boots it and tests it'
	@echo 'make bench       the holder beside ldattach, what a diag costs, decoding beside gpsdecode,'
	@echo '                 the stamps of a GPIO by interrupts and by polling, watch beside ppstest, feed beside gpsd'
	@echo 'make dev         make test with warnings as errors and sanitizers'
	@echo 'make patched-ldattach  ldattach with our patches, in build/patched/ldattach'
	@echo 'make patched-debs  util-linux and ntpsec with our patches as Debian packages (+pps1)'
	@echo 'make lint        cppcheck, clang-tidy, shellcheck, mandoc'
	@echo 'make deps        install the packages (NO_DEPS=1: never)'
	@echo 'make dist        a tarball with the generated manual page'
	@echo 'make install     PREFIX=$(PREFIX) DESTDIR=; make uninstall takes it away'
	@echo 'Variables: V=1, CC, CFLAGS, LDFLAGS, OBJDIR'

bench: DEPS = build test testbed bench
bench: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)bench/hold
	$(Q)bench/diag
	$(Q)bench/nmea
	$(Q)bench/report
	$(Q)bench/gpio
	$(Q)bench/watch
	$(Q)bench/feed

-include $(shell find $(OBJDIR) -type f -name '*.d' 2>/dev/null)

.PHONY: all tests test check check-all deps dev run lint dist install uninstall clean help bench \
	patched-ldattach patched-debs kernel-deb check-kernel
.DELETE_ON_ERROR:
