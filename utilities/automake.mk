# SPDX-License-Identifier: Apache-2.0

# The frame of command-line programs for one database.
noinst_LTLIBRARIES += utilities/libvpndbctl.la
utilities_libvpndbctl_la_SOURCES = \
	utilities/vpn-dbctl-connection.c \
	utilities/vpn-dbctl-connection.h \
	utilities/vpn-dbctl-options.c \
	utilities/vpn-dbctl-private.h \
	utilities/vpn-dbctl-run.c \
	utilities/vpn-dbctl.c \
	utilities/vpn-dbctl.h

bin_PROGRAMS += utilities/ovn-vpn-nbctl
utilities_ovn_vpn_nbctl_SOURCES = \
	utilities/nbctl-compose.c \
	utilities/nbctl-config.c \
	utilities/nbctl-config.h \
	utilities/nbctl-conn-add.c \
	utilities/nbctl-conn-change.c \
	utilities/nbctl-conn-set.c \
	utilities/nbctl-conn-write.c \
	utilities/nbctl-conn.c \
	utilities/nbctl-conn.h \
	utilities/nbctl-export.c \
	utilities/nbctl-file.c \
	utilities/nbctl-file.h \
	utilities/nbctl-format.c \
	utilities/nbctl-gateway.c \
	utilities/nbctl-import.c \
	utilities/nbctl-key.c \
	utilities/nbctl-keyfile.c \
	utilities/nbctl-project.c \
	utilities/nbctl-rule.c \
	utilities/nbctl-show.c \
	utilities/nbctl-svc.c \
	utilities/nbctl-token.c \
	utilities/nbctl-util.c \
	utilities/nbctl.h \
	utilities/ovn-vpn-nbctl.c
utilities_ovn_vpn_nbctl_LDADD = utilities/libvpndbctl.la $(VPN_LIBS)

man_MANS += utilities/ovn-vpn-nbctl.8
EXTRA_DIST += utilities/ovn-vpn-nbctl.8.xml
CLEANFILES += utilities/ovn-vpn-nbctl.8

bin_PROGRAMS += utilities/ovn-vpn-sbctl
utilities_ovn_vpn_sbctl_SOURCES = \
	utilities/ovn-vpn-sbctl.c \
	utilities/sbctl-list.c \
	utilities/sbctl-rows.c \
	utilities/sbctl-show.c \
	utilities/sbctl.h
utilities_ovn_vpn_sbctl_LDADD = utilities/libvpndbctl.la $(VPN_LIBS)

man_MANS += utilities/ovn-vpn-sbctl.8
EXTRA_DIST += utilities/ovn-vpn-sbctl.8.xml
CLEANFILES += utilities/ovn-vpn-sbctl.8

# What starts, stops and looks after databases and daemons.
dist_sbin_SCRIPTS += utilities/ovn-vpn-ctl
ctldir = $(pkgdatadir)/ctl
dist_ctl_DATA = \
	utilities/ctl/backup.sh \
	utilities/ctl/cluster.sh \
	utilities/ctl/daemons.sh \
	utilities/ctl/database.sh \
	utilities/ctl/pki.sh
LINTED += $(dist_sbin_SCRIPTS) $(dist_ctl_DATA)
man_MANS += utilities/ovn-vpn-ctl.8
EXTRA_DIST += utilities/ovn-vpn-ctl.8.xml
CLEANFILES += utilities/ovn-vpn-ctl.8

# Completion for bash, which looks for a file with the name of the command.
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = utilities/ovn-vpn-completion.bash
bashcompletion_links = ovn-vpn-ctl ovn-vpn-nbctl ovn-vpn-sbctl
LINTED += $(dist_bashcompletion_DATA)

install-data-hook:
	cd '$(DESTDIR)$(bashcompletiondir)' && \
	for name in $(bashcompletion_links); do \
	  ln -sf ovn-vpn-completion.bash $$name || exit; \
	done
uninstall-hook:
	cd '$(DESTDIR)$(bashcompletiondir)' && rm -f $(bashcompletion_links)

# The sandbox: a front door and the parts that it sources or runs.
dist_bin_SCRIPTS += utilities/ovn-vpn-sandbox
sandboxdir = $(pkgdatadir)/sandbox
dist_sandbox_SCRIPTS = \
	utilities/sandbox/daemons \
	utilities/sandbox/forward \
	utilities/sandbox/holder
dist_sandbox_DATA = \
	utilities/sandbox/clients.sh \
	utilities/sandbox/hosts.sh \
	utilities/sandbox/report.sh \
	utilities/sandbox/topology.sh
LINTED += $(dist_bin_SCRIPTS) $(dist_sandbox_SCRIPTS) $(dist_sandbox_DATA)
man_MANS += utilities/ovn-vpn-sandbox.8
EXTRA_DIST += utilities/ovn-vpn-sandbox.8.xml
CLEANFILES += utilities/ovn-vpn-sandbox.8
