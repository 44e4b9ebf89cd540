# SPDX-License-Identifier: Apache-2.0
pkgdata_DATA += \
	ovsdb-schema/ovn-vpn-nb.ovsschema \
	ovsdb-schema/ovn-vpn-sb.ovsschema
EXTRA_DIST += \
	ovsdb-schema/ovn-vpn-nb.ovsschema \
	ovsdb-schema/ovn-vpn-nb.xml \
	ovsdb-schema/ovn-vpn-sb.ovsschema \
	ovsdb-schema/ovn-vpn-sb.xml

# The schemas' manual pages.  A table or column without documentation fails.
man_MANS += ovsdb-schema/ovn-vpn-nb.5 ovsdb-schema/ovn-vpn-sb.5
CLEANFILES += ovsdb-schema/ovn-vpn-nb.5 ovsdb-schema/ovn-vpn-sb.5
ovsdb-schema/ovn-vpn-nb.5: ovsdb-schema/ovn-vpn-nb.ovsschema ovsdb-schema/ovn-vpn-nb.xml
ovsdb-schema/ovn-vpn-sb.5: ovsdb-schema/ovn-vpn-sb.ovsschema ovsdb-schema/ovn-vpn-sb.xml
ovsdb-schema/ovn-vpn-nb.5 ovsdb-schema/ovn-vpn-sb.5:
	$(AM_V_GEN)$(MKDIR_P) ovsdb-schema && \
	$(OVSDB_DOC) --version=$(VERSION) $^ > $@.tmp && \
	$(man_edit) < $@.tmp > $@ && rm $@.tmp

# A schema that changes gets a new version number and checksum.
ALL_LOCAL += ovsdb-schema/nb.cksum.stamp ovsdb-schema/sb.cksum.stamp
CLEANFILES += ovsdb-schema/nb.cksum.stamp ovsdb-schema/sb.cksum.stamp
ovsdb-schema/%.cksum.stamp: ovsdb-schema/ovn-vpn-%.ovsschema
	$(AM_V_GEN)$(MKDIR_P) ovsdb-schema && \
	sh $(OVS_SRCDIR)/build-aux/cksum-schema-check $< $@
