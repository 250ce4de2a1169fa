# gpsppsctl: build, test, install.  `make help` lists the targets.

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/libexec/gpsppsctl
MANDIR ?= $(PREFIX)/share/man
SYSCONFDIR ?= /etc

PKG_CONFIG ?= pkg-config
# $(call pkgdir,PACKAGE,VARIABLE,FALLBACK): a directory that another package owns
pkgdir = $(or $(shell $(PKG_CONFIG) --variable=$(2) $(1) 2>/dev/null),$(3))
UDEVDIR ?= $(call pkgdir,udev,udevdir,/lib/udev)
SYSTEMDUNITDIR ?= $(call pkgdir,systemd,systemdsystemunitdir,/lib/systemd/system)
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

# libudev is optional: OpenWrt has none.  WITH_UDEV=0 leaves it out.
WITH_UDEV ?= $(shell $(PKG_CONFIG) --exists libudev && echo 1 || echo 0)

LIBS_PKG = smartcols json-c $(if $(filter 1,$(WITH_UDEV)),libudev)
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS_PKG) 2>/dev/null)
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(LIBS_PKG) 2>/dev/null)

OBJDIR ?= build
ALL_CFLAGS = -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	-DLIBEXECDIR='"$(LIBEXECDIR)"' -DWITH_UDEV=$(WITH_UDEV) $(PKG_CFLAGS) $(CFLAGS) $(CPPFLAGS)

# Pure code: no OS header, opens nothing, reads no clock, prints nothing.
PURE_SRC := $(filter-out src/gpsppsctl.c,$(wildcard src/*.c)) \
	$(wildcard src/check/*.c src/receiver/*.c)
EDGE_SRC := $(wildcard src/sys/*.c)
CMD_SRC := $(wildcard src/cmd/*.c) src/gpsppsctl.c
HOLD_SRC := $(wildcard src/hold/*.c)

obj = $(patsubst %.c,$(OBJDIR)/%.o,$(1))
PURE_OBJ := $(call obj,$(PURE_SRC))
PROG_OBJ := $(PURE_OBJ) $(call obj,$(EDGE_SRC) $(CMD_SRC))
HOLD_OBJ := $(call obj,$(HOLD_SRC))

ifeq ($(V),1)
Q =
else
Q = @
say = @printf '  %-7s %s\n' '$(1)' '$(2)'
endif

all: gpsppsctl gpsppsctl-hold

gpsppsctl: $(PROG_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(PROG_OBJ) $(PKG_LIBS) $(LDLIBS)

# The holder stays for years: libc and nothing else.
gpsppsctl-hold: $(HOLD_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(HOLD_OBJ) $(LDLIBS)

$(OBJDIR)/%.o: %.c Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OBJDIR)/src/gpsppsctl.o: ALL_CFLAGS += $(VERSION_FLAG)

clean:
	rm -rf build build-dev gpsppsctl gpsppsctl-hold

-include $(shell find $(OBJDIR) -name '*.d' 2>/dev/null)

.PHONY: all clean
.DELETE_ON_ERROR:
