# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += lib/libovnvpn.la
lib_libovnvpn_la_SOURCES = \
	lib/qr-image.c \
	lib/qr.c \
	lib/qr.h \
	lib/vpn-access.c \
	lib/vpn-access.h \
	lib/vpn-check.c \
	lib/vpn-claims.c \
	lib/vpn-claims.h \
	lib/vpn-dirs.c \
	lib/vpn-dirs.h \
	lib/vpn-endpoint.c \
	lib/vpn-endpoint.h \
	lib/vpn-heap.c \
	lib/vpn-heap.h \
	lib/vpn-ip-pool.c \
	lib/vpn-ip-pool.h \
	lib/vpn-keyfile.c \
	lib/vpn-keys-secret.c \
	lib/vpn-keys.c \
	lib/vpn-keys.h \
	lib/vpn-model.c \
	lib/vpn-model.h \
	lib/vpn-nb-conf.c \
	lib/vpn-nb-conf.h \
	lib/vpn-nb-row.c \
	lib/vpn-nb-row.h \
	lib/vpn-nb-setting.c \
	lib/vpn-nb-setting.h \
	lib/vpn-nb-access.c \
	lib/vpn-nb-access.h \
	lib/vpn-nb-snapshot.c \
	lib/vpn-nb-snapshot.h \
	lib/vpn-parse.c \
	lib/vpn-parse.h \
	lib/vpn-pool.c \
	lib/vpn-pool.h \
	lib/vpn-prefix.c \
	lib/vpn-prefix.h \
	lib/vpn-privileges.c \
	lib/vpn-privileges.h \
	lib/vpn-time.c \
	lib/vpn-time.h \
	lib/vpn-token.c \
	lib/vpn-token.h \
	lib/wg-conf-networkd.c \
	lib/wg-conf-nm.c \
	lib/wg-conf-private.h \
	lib/wg-conf-quick.c \
	lib/wg-conf-routeros.c \
	lib/wg-conf.c \
	lib/wg-conf.h \
	lib/wg-import.c \
	lib/wg-import.h
lib_libovnvpn_la_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS) $(QRENCODE_CFLAGS) $(PNG_CFLAGS) \
	$(CAPNG_CFLAGS)

# Bindings for the four databases, made from their schemas.
IDL_BUILT = \
	lib/ovn-nb-idl.c lib/ovn-nb-idl.h \
	lib/ovn-sb-idl.c lib/ovn-sb-idl.h \
	lib/ovn-vpn-nb-idl.c lib/ovn-vpn-nb-idl.h \
	lib/ovn-vpn-sb-idl.c lib/ovn-vpn-sb-idl.h
nodist_lib_libovnvpn_la_SOURCES = $(IDL_BUILT)
BUILT_SOURCES += $(IDL_BUILT)
CLEANFILES += $(IDL_BUILT) $(patsubst %.h,%.ovsidl,$(filter %.h,$(IDL_BUILT)))
EXTRA_DIST += \
	lib/ovn-nb-idl.ann \
	lib/ovn-sb-idl.ann \
	lib/ovn-vpn-nb-idl.ann \
	lib/ovn-vpn-sb-idl.ann

lib/ovn-nb-idl.ovsidl: $(OVN_SCHEMADIR)/ovn-nb.ovsschema lib/ovn-nb-idl.ann
lib/ovn-sb-idl.ovsidl: $(OVN_SCHEMADIR)/ovn-sb.ovsschema lib/ovn-sb-idl.ann
lib/ovn-vpn-nb-idl.ovsidl: ovsdb-schema/ovn-vpn-nb.ovsschema lib/ovn-vpn-nb-idl.ann
lib/ovn-vpn-sb-idl.ovsidl: ovsdb-schema/ovn-vpn-sb.ovsschema lib/ovn-vpn-sb-idl.ann
lib/ovn-nb-idl.ovsidl lib/ovn-sb-idl.ovsidl \
lib/ovn-vpn-nb-idl.ovsidl lib/ovn-vpn-sb-idl.ovsidl:
	$(AM_V_GEN)$(MKDIR_P) lib && \
	$(OVSDB_IDLC) annotate $^ > $@.tmp && mv $@.tmp $@
.ovsidl.c:
	$(AM_V_GEN)$(OVSDB_IDLC) c-idl-source $< > $@.tmp && mv $@.tmp $@
.ovsidl.h:
	$(AM_V_GEN)$(OVSDB_IDLC) c-idl-header $< > $@.tmp && mv $@.tmp $@
