# SPDX-License-Identifier: Apache-2.0

# The agent on each gateway chassis.  All but its main() is a library for the
# tests.
noinst_LTLIBRARIES += ovn-vpn-controller/libcontroller.la
ovn_vpn_controller_libcontroller_la_SOURCES = \
	ovn-vpn-controller/agent.c \
	ovn-vpn-controller/agent.h \
	ovn-vpn-controller/change.c \
	ovn-vpn-controller/change.h \
	ovn-vpn-controller/cleanup.c \
	ovn-vpn-controller/cleanup.h \
	ovn-vpn-controller/ctl.c \
	ovn-vpn-controller/ctl.h \
	ovn-vpn-controller/desired-ask.c \
	ovn-vpn-controller/desired-place.c \
	ovn-vpn-controller/desired-rows.c \
	ovn-vpn-controller/desired-rows.h \
	ovn-vpn-controller/desired.c \
	ovn-vpn-controller/desired.h \
	ovn-vpn-controller/dry-run.c \
	ovn-vpn-controller/dry-run.h \
	ovn-vpn-controller/link-addr.c \
	ovn-vpn-controller/link-events.c \
	ovn-vpn-controller/link-internal.h \
	ovn-vpn-controller/link-route.c \
	ovn-vpn-controller/link.c \
	ovn-vpn-controller/link.h \
	ovn-vpn-controller/netns.c \
	ovn-vpn-controller/netns.h \
	ovn-vpn-controller/options.c \
	ovn-vpn-controller/options.h \
	ovn-vpn-controller/ovs-bfd.c \
	ovn-vpn-controller/ovs-bfd.h \
	ovn-vpn-controller/ovs-port.c \
	ovn-vpn-controller/ovs-port.h \
	ovn-vpn-controller/pair.c \
	ovn-vpn-controller/pair.h \
	ovn-vpn-controller/privileges.c \
	ovn-vpn-controller/privileges.h \
	ovn-vpn-controller/path-probe.c \
	ovn-vpn-controller/path-probe.h \
	ovn-vpn-controller/report-peers.c \
	ovn-vpn-controller/report-problems.c \
	ovn-vpn-controller/report.c \
	ovn-vpn-controller/report.h \
	ovn-vpn-controller/resolver.c \
	ovn-vpn-controller/resolver.h \
	ovn-vpn-controller/role.c \
	ovn-vpn-controller/role.h \
	ovn-vpn-controller/settings.c \
	ovn-vpn-controller/settings.h \
	ovn-vpn-controller/spawn.c \
	ovn-vpn-controller/spawn.h \
	ovn-vpn-controller/sysctl.c \
	ovn-vpn-controller/sysctl.h \
	ovn-vpn-controller/takeover.c \
	ovn-vpn-controller/takeover.h \
	ovn-vpn-controller/tap-sign.c \
	ovn-vpn-controller/tap-sign.h \
	ovn-vpn-controller/tunnel-device.c \
	ovn-vpn-controller/tunnel-device.h \
	ovn-vpn-controller/tunnel-host.c \
	ovn-vpn-controller/tunnel-host.h \
	ovn-vpn-controller/tunnel-problems.c \
	ovn-vpn-controller/tunnel-problems.h \
	ovn-vpn-controller/tunnel-remove.c \
	ovn-vpn-controller/tunnel-role.c \
	ovn-vpn-controller/tunnel-role.h \
	ovn-vpn-controller/tunnel-routes.c \
	ovn-vpn-controller/tunnel-routes.h \
	ovn-vpn-controller/tunnel-takeover.c \
	ovn-vpn-controller/tunnel-takeover.h \
	ovn-vpn-controller/tunnel.c \
	ovn-vpn-controller/tunnel.h \
	ovn-vpn-controller/uapi-conn.c \
	ovn-vpn-controller/uapi-conn.h \
	ovn-vpn-controller/uapi-text.c \
	ovn-vpn-controller/uapi-text.h \
	ovn-vpn-controller/want.c \
	ovn-vpn-controller/want.h \
	ovn-vpn-controller/wg-backend.c \
	ovn-vpn-controller/wg-backend.h \
	ovn-vpn-controller/wg-changes-text.c \
	ovn-vpn-controller/wg-choice.c \
	ovn-vpn-controller/wg-choice.h \
	ovn-vpn-controller/wg-device.c \
	ovn-vpn-controller/wg-device.h \
	ovn-vpn-controller/wg-diff.c \
	ovn-vpn-controller/wg-kernel-conn.c \
	ovn-vpn-controller/wg-kernel-conn.h \
	ovn-vpn-controller/wg-kernel-msg.c \
	ovn-vpn-controller/wg-kernel-msg.h \
	ovn-vpn-controller/wg-kernel-parse.c \
	ovn-vpn-controller/wg-kernel.c \
	ovn-vpn-controller/wg-uapi.c
ovn_vpn_controller_libcontroller_la_CFLAGS = $(AM_CFLAGS) $(LIBNL_CFLAGS)
CONTROLLER_LIBS = ovn-vpn-controller/libcontroller.la $(VPN_LIBS) $(LIBNL_LIBS)

bin_PROGRAMS += ovn-vpn-controller/ovn-vpn-controller
ovn_vpn_controller_ovn_vpn_controller_SOURCES = \
	ovn-vpn-controller/ovn-vpn-controller.c
ovn_vpn_controller_ovn_vpn_controller_LDADD = $(CONTROLLER_LIBS)

EXTRA_DIST += ovn-vpn-controller/ovn-vpn-controller.8.xml
man_MANS += ovn-vpn-controller/ovn-vpn-controller.8
CLEANFILES += ovn-vpn-controller/ovn-vpn-controller.8
