# SPDX-License-Identifier: Apache-2.0

# The agent on each gateway chassis.  All but its main() is a library for the
# tests.
noinst_LTLIBRARIES += ovn-vpn-controller/libcontroller.la
ovn_vpn_controller_libcontroller_la_SOURCES = \
	ovn-vpn-controller/link-addr.c \
	ovn-vpn-controller/link-events.c \
	ovn-vpn-controller/link-internal.h \
	ovn-vpn-controller/link-route.c \
	ovn-vpn-controller/link.c \
	ovn-vpn-controller/link.h \
	ovn-vpn-controller/netns.c \
	ovn-vpn-controller/netns.h \
	ovn-vpn-controller/ovs-port.c \
	ovn-vpn-controller/ovs-port.h \
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
	ovn-vpn-controller/uapi-conn.c \
	ovn-vpn-controller/uapi-conn.h \
	ovn-vpn-controller/uapi-text.c \
	ovn-vpn-controller/uapi-text.h \
	ovn-vpn-controller/want.c \
	ovn-vpn-controller/want.h \
	ovn-vpn-controller/wg-backend.h \
	ovn-vpn-controller/wg-device.c \
	ovn-vpn-controller/wg-device.h \
	ovn-vpn-controller/wg-diff.c \
	ovn-vpn-controller/wg-uapi.c
ovn_vpn_controller_libcontroller_la_CFLAGS = $(AM_CFLAGS) $(LIBNL_CFLAGS)
CONTROLLER_LIBS = ovn-vpn-controller/libcontroller.la $(VPN_LIBS) $(LIBNL_LIBS)
