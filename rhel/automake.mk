# SPDX-License-Identifier: Apache-2.0

# "rpmbuild -ta" looks for it in the tarball.
EXTRA_DIST += rhel/ovn-vpn.rpmlintrc rhel/ovn-vpn.spec rhel/ovn-vpn.spec.in
CLEANFILES += rhel/ovn-vpn.spec
rhel/ovn-vpn.spec: rhel/ovn-vpn.spec.in $(top_srcdir)/configure.ac
	$(AM_V_GEN)$(MKDIR_P) rhel && \
	sed 's/@VERSION''@/$(VERSION)/' $(srcdir)/rhel/ovn-vpn.spec.in \
	  > $@.tmp && mv $@.tmp $@
