# SPDX-License-Identifier: Apache-2.0

# What systemd and its helpers need, installed if configure is told where units
# belong.
SYSTEMD_UNITS = \
	utilities/systemd/ovn-vpn-api.service \
	utilities/systemd/ovn-vpn-central.service \
	utilities/systemd/ovn-vpn-controller.service \
	utilities/systemd/ovn-vpn-ovsdb-server-nb.service \
	utilities/systemd/ovn-vpn-ovsdb-server-sb.service \
	utilities/systemd/ovn-vpn.service
SYSTEMD_UNIT_TEMPLATES = $(SYSTEMD_UNITS:=.in)
EXTRA_DIST += \
	$(SYSTEMD_UNIT_TEMPLATES) \
	utilities/systemd/logrotate.d/ovn-vpn \
	utilities/systemd/modules-load.d/ovn-vpn-controller.conf \
	utilities/systemd/sysusers.d/ovn-vpn.conf \
	utilities/systemd/tmpfiles.d/ovn-vpn.conf
CLEANFILES += $(SYSTEMD_UNITS)
noinst_DATA += $(SYSTEMD_UNITS)
if SYSTEMD
systemdsystemunit_DATA = $(SYSTEMD_UNITS)
sysusersdir = $(prefix)/lib/sysusers.d
sysusers_DATA = utilities/systemd/sysusers.d/ovn-vpn.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
tmpfiles_DATA = utilities/systemd/tmpfiles.d/ovn-vpn.conf
modulesloaddir = $(prefix)/lib/modules-load.d
modulesload_DATA = utilities/systemd/modules-load.d/ovn-vpn-controller.conf
logrotatedir = $(sysconfdir)/logrotate.d
logrotate_DATA = utilities/systemd/logrotate.d/ovn-vpn
endif

%.service: %.service.in
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed -e 's,[@]sbindir[@],$(sbindir),g; s,[@]bindir[@],$(bindir),g' \
	  < $< > $@.tmp && mv $@.tmp $@
