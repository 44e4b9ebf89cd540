# SPDX-License-Identifier: Apache-2.0

# The frame of command-line programs for one database.
noinst_LTLIBRARIES += utilities/libvpndbctl.la
utilities_libvpndbctl_la_SOURCES = \
	utilities/vpn-dbctl-options.c \
	utilities/vpn-dbctl-private.h \
	utilities/vpn-dbctl-run.c \
	utilities/vpn-dbctl.c \
	utilities/vpn-dbctl.h
