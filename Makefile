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
# Debian's zsh looks in vendor-completions instead, for packages.
ZSH_COMPLETIONDIR ?= $(PREFIX)/share/zsh/site-functions
FISH_COMPLETIONDIR ?= $(PREFIX)/share/fish/vendor_completions.d

CC ?= cc
CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
	-Wformat=2 -Wvla -Wwrite-strings -Wundef
DEV_FLAGS = -Werror -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all

# A tarball has it in a file.
VERSION := $(shell cat VERSION 2>/dev/null || scripts/version)
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
	-DLIBEXECDIR='"$(LIBEXECDIR)"' -DDOCDIR='"$(DOCDIR)"' $(PKG_CFLAGS) $(CFLAGS) $(CPPFLAGS)

# Pure code: no OS header, opens nothing, reads no clock, prints nothing.
PURE_SRC := $(filter-out src/gpsppsctl.c,$(wildcard src/*.c)) \
	$(wildcard src/check/*.c src/daemon/*.c src/receiver/*.c src/setup/*.c)
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

# ---- what the program makes of itself ----

# A tarball brings these along, so that a cross-compiled program need not run.
GENERATED = man/gpsppsctl-diag.7
MADE = $(OBJDIR)/generated
made = $(firstword $(wildcard $(1)) $(MADE)/$(1))

# The manual: man/, and its list of causes, from the table of checks.
CAUSES_MAN = $(call made,man/gpsppsctl-diag.7)
MAN = $(sort $(wildcard man/*.[578]) $(CAUSES_MAN))
# $(call in_man,PAGE...): where each is installed
in_man = $(foreach page,$(notdir $(1)),$(MANDIR)/man$(patsubst .%,%,$(suffix $(page)))/$(page))

$(MADE)/man/gpsppsctl-diag.7: $(PROG) scripts/man-causes
	$(call say,MAN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)scripts/man-causes ./$(PROG) >$@

# ---- lint ----

SHELL_SRC = $(wildcard scripts/*) .ci/run completion/complete.in completion/gpsppsctl.bash.in \
	systemd/gpsppsctl-generator \
	$(addprefix init/,openrc openwrt openwrt-feed runit sysvinit) \
	tests/fuzz/run $(wildcard tests/tap.sh tests/patched/* tests/tree/*.sh tests/testbed/*.sh) \
	$(wildcard packaging/build-* packaging/debian/p*) \
	$(filter-out %.py %/__pycache__,$(wildcard tests/packaging/*))
CLANG_TIDY ?= clang-tidy
CPPCHECK ?= cppcheck

lint: $(MAN)
	$(Q)$(CPPCHECK) --quiet --std=c11 --enable=warning,portability,performance \
		--inline-suppr --suppress=missingIncludeSystem --error-exitcode=1 \
		-D_GNU_SOURCE -DLIBEXECDIR='""' -DDOCDIR='""' src
	$(Q)$(CLANG_TIDY) --quiet --warnings-as-errors='*' $(PURE_SRC) $(EDGE_SRC) $(CMD_SRC) $(HOLD_SRC) \
		-- $(filter-out $(CFLAGS),$(ALL_CFLAGS)) 2>/dev/null
	$(Q)shellcheck -x $(SHELL_SRC)
	$(Q)mandoc -T lint -W warning $(MAN)

# ---- packages ----

TARBALL = $(OBJDIR)/gpsppsctl-$(VERSION).tar.gz
dist: $(addprefix $(MADE)/,$(GENERATED))
	$(Q)scripts/dist $(VERSION) $(MADE) $(TARBALL)
	@echo $(TARBALL)

# From the tarball, as who has nothing else would: Debian's build/deb, Fedora's build/rpm.
deb: DEPS = build packages
deb: deps
	$(Q)$(MAKE) -s --no-print-directory dist >/dev/null
	$(Q)packaging/build-deb $(TARBALL) $(OBJDIR)/deb

rpm: DEPS = build packages
rpm: deps
	$(Q)$(MAKE) -s --no-print-directory dist >/dev/null
	$(Q)packaging/build-rpm $(TARBALL) $(OBJDIR)/rpm

# ---- install ----

# Files with a path of ours in them.
fill = sed 's,@SBINDIR@,$(SBINDIR),g; s,@LIBEXECDIR@,$(LIBEXECDIR),g' $(1) >$(2) && chmod $(3) $(2)

# For machines without systemd and udev; nothing of it is active.
EXAMPLES := $(notdir $(wildcard init/*))

install: all $(MAN)
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(LIBEXECDIR) \
		$(addprefix $(DESTDIR)$(MANDIR)/man,5 7 8) \
		$(DESTDIR)$(COMPLETIONDIR) $(DESTDIR)$(ZSH_COMPLETIONDIR) \
		$(DESTDIR)$(FISH_COMPLETIONDIR) $(DESTDIR)$(UDEVDIR)/rules.d \
		$(DESTDIR)$(SYSTEMDDIR)/system $(DESTDIR)$(SYSTEMDDIR)/system-generators \
		$(DESTDIR)$(DOCDIR)/examples
	install -m 755 $(PROG) $(DESTDIR)$(SBINDIR)/gpsppsctl
	install -m 755 $(HOLD) $(DESTDIR)$(LIBEXECDIR)/gpsppsctl-hold
	for page in $(MAN); do \
		install -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.} || exit 1; done
	$(call fill,completion/complete.in,$(DESTDIR)$(LIBEXECDIR)/complete,755)
	$(call fill,completion/gpsppsctl.bash.in,$(DESTDIR)$(COMPLETIONDIR)/gpsppsctl,644)
	$(call fill,completion/gpsppsctl.zsh.in,$(DESTDIR)$(ZSH_COMPLETIONDIR)/_gpsppsctl,644)
	$(call fill,completion/gpsppsctl.fish.in,$(DESTDIR)$(FISH_COMPLETIONDIR)/gpsppsctl.fish,644)
	install -m 755 systemd/gpsppsctl-generator $(DESTDIR)$(SYSTEMDDIR)/system-generators/gpsppsctl-generator
	$(call fill,udev/61-gpsppsctl.rules.in,$(DESTDIR)$(UDEVDIR)/rules.d/61-gpsppsctl.rules,644)
	$(call fill,systemd/gpsppsctl@.service.in,$(DESTDIR)$(SYSTEMDDIR)/system/gpsppsctl@.service,644)
	$(call fill,systemd/gpsppsctl-feed@.service.in,$(DESTDIR)$(SYSTEMDDIR)/system/gpsppsctl-feed@.service,644)
	for f in $(EXAMPLES); do \
		$(call fill,init/$$f,$(DESTDIR)$(DOCDIR)/examples/$$f,644) || exit 1; done

# The table /etc/gpsppsctl.conf is the user's: it stays.
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/gpsppsctl $(DESTDIR)$(LIBEXECDIR)/gpsppsctl-hold \
		$(addprefix $(DESTDIR),$(call in_man,$(MAN))) \
		$(DESTDIR)$(LIBEXECDIR)/complete $(DESTDIR)$(COMPLETIONDIR)/gpsppsctl \
		$(DESTDIR)$(ZSH_COMPLETIONDIR)/_gpsppsctl \
		$(DESTDIR)$(FISH_COMPLETIONDIR)/gpsppsctl.fish \
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
	@echo 'make dist        a tarball with the version and the generated pages: to be built without git'
	@echo 'make deb         a Debian package, in $(OBJDIR)/deb; make rpm: for Fedora, in $(OBJDIR)/rpm'
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

-include $(wildcard $(patsubst %.o,%.d,$(PROG_OBJ) $(HOLD_OBJ)) $(addsuffix .d,$(TEST_BIN)))

.PHONY: all tests test check check-all deps dev run lint dist deb rpm install uninstall clean help bench \
	patched-ldattach patched-debs kernel-deb check-kernel
.DELETE_ON_ERROR:
