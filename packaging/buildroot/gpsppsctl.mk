################################################################################
#
# gpsppsctl
#
################################################################################

# A tarball of `make dist`; GPSPPSCTL_OVERRIDE_SRCDIR or dl/gpsppsctl/ bring it.
GPSPPSCTL_VERSION = 0.1.0
GPSPPSCTL_SOURCE = gpsppsctl-$(GPSPPSCTL_VERSION).tar.gz
GPSPPSCTL_LICENSE = GPL-2.0+
GPSPPSCTL_LICENSE_FILES = LICENSE
GPSPPSCTL_DEPENDENCIES = host-pkgconf json-c util-linux

ifeq ($(BR2_PACKAGE_NCURSES_WCHAR),y)
GPSPPSCTL_DEPENDENCIES += ncurses
endif

GPSPPSCTL_PLACES = PREFIX=/usr UDEVDIR=/usr/lib/udev SYSTEMDDIR=/usr/lib/systemd \
	COMPLETIONDIR=/usr/share/bash-completion/completions

define GPSPPSCTL_BUILD_CMDS
	$(TARGET_MAKE_ENV) $(MAKE) $(TARGET_CONFIGURE_OPTS) $(GPSPPSCTL_PLACES) -C $(@D) all
endef

define GPSPPSCTL_INSTALL_TARGET_CMDS
	$(TARGET_MAKE_ENV) $(MAKE) $(TARGET_CONFIGURE_OPTS) $(GPSPPSCTL_PLACES) -C $(@D) \
		DESTDIR=$(TARGET_DIR) install
endef

# The examples are filled in by `make install`, and go with the rest of /usr/share/doc; what
# setup takes of them for busybox' init stays.
define GPSPPSCTL_INSTALL_INIT_SYSV
	$(INSTALL) -D -m 0755 $(TARGET_DIR)/usr/share/doc/gpsppsctl/examples/sysvinit \
		$(TARGET_DIR)/etc/init.d/S45gpsppsctl
	for f in inittab mdev.conf; do \
		$(INSTALL) -D -m 0644 $(TARGET_DIR)/usr/share/doc/gpsppsctl/examples/$$f \
			$(TARGET_DIR)/usr/libexec/gpsppsctl/examples/$$f || exit 1; done
endef

define GPSPPSCTL_INSTALL_INIT_OPENRC
	$(INSTALL) -D -m 0755 $(TARGET_DIR)/usr/share/doc/gpsppsctl/examples/openrc \
		$(TARGET_DIR)/etc/init.d/gpsppsctl
endef

ifneq ($(BR2_PACKAGE_SYSTEMD),y)
define GPSPPSCTL_NO_SYSTEMD
	rm -f $(TARGET_DIR)/usr/lib/systemd/system/gpsppsctl*.service \
		$(TARGET_DIR)/usr/lib/systemd/system-generators/gpsppsctl-generator
endef
GPSPPSCTL_POST_INSTALL_TARGET_HOOKS += GPSPPSCTL_NO_SYSTEMD
endif

ifneq ($(BR2_PACKAGE_HAS_UDEV),y)
define GPSPPSCTL_NO_UDEV
	rm -f $(TARGET_DIR)/usr/lib/udev/rules.d/61-gpsppsctl.rules
endef
GPSPPSCTL_POST_INSTALL_TARGET_HOOKS += GPSPPSCTL_NO_UDEV
endif

$(eval $(generic-package))
