# SPDX-License-Identifier: Apache-2.0

# Decisions, which tests call without servers.
noinst_LTLIBRARIES += ovn-vpn/libplan.la
ovn_vpn_libplan_la_SOURCES = \
	ovn-vpn/alloc.c \
	ovn-vpn/alloc.h \
	ovn-vpn/chassis.c \
	ovn-vpn/chassis.h \
	ovn-vpn/claims.c \
	ovn-vpn/claims.h \
	ovn-vpn/health.c \
	ovn-vpn/health.h \
	ovn-vpn/locksmith.c \
	ovn-vpn/locksmith.h \
	ovn-vpn/model-format.c \
	ovn-vpn/model-marks.c \
	ovn-vpn/model-sets.c \
	ovn-vpn/model-sort.c \
	ovn-vpn/model.c \
	ovn-vpn/model.h \
	ovn-vpn/neighbours.c \
	ovn-vpn/neighbours.h \
	ovn-vpn/phase.c \
	ovn-vpn/phase.h \
	ovn-vpn/plan-acl.c \
	ovn-vpn/plan-address.c \
	ovn-vpn/plan-check.c \
	ovn-vpn/plan-gateway.c \
	ovn-vpn/plan-guard.c \
	ovn-vpn/plan-keys.c \
	ovn-vpn/plan-nat.c \
	ovn-vpn/plan-offer.c \
	ovn-vpn/plan-policy.c \
	ovn-vpn/plan-route.c \
	ovn-vpn/plan-row.c \
	ovn-vpn/plan-row.h \
	ovn-vpn/plan-sets.c \
	ovn-vpn/plan-topology.c \
	ovn-vpn/plan-tunnel.c \
	ovn-vpn/plan.c \
	ovn-vpn/plan.h \
	ovn-vpn/pools.c \
	ovn-vpn/pools.h \
	ovn-vpn/rivals.c \
	ovn-vpn/rivals.h \
	ovn-vpn/router.c \
	ovn-vpn/router.h \
	ovn-vpn/siblings.c \
	ovn-vpn/siblings.h \
	ovn-vpn/timers.c \
	ovn-vpn/timers.h

# What connects decisions with databases.
noinst_LTLIBRARIES += ovn-vpn/libtranslator.la
ovn_vpn_libtranslator_la_SOURCES = \
	ovn-vpn/changes-ovn-nb.c \
	ovn-vpn/changes-vpn-sb.c \
	ovn-vpn/changes.c \
	ovn-vpn/changes.h \
	ovn-vpn/failures.c \
	ovn-vpn/failures.h \
	ovn-vpn/keyring-rotate.c \
	ovn-vpn/keyring.c \
	ovn-vpn/keyring.h \
	ovn-vpn/loop-commit.c \
	ovn-vpn/loop-commit.h \
	ovn-vpn/nb-global.c \
	ovn-vpn/nb-global.h \
	ovn-vpn/nb-row.c \
	ovn-vpn/nb-row.h \
	ovn-vpn/nb-sync.c \
	ovn-vpn/nb-sync.h \
	ovn-vpn/nb-table.c \
	ovn-vpn/nb-table.h \
	ovn-vpn/plan-set.c \
	ovn-vpn/plan-set.h \
	ovn-vpn/sb-key.c \
	ovn-vpn/row-set.c \
	ovn-vpn/row-set.h \
	ovn-vpn/sb-peer.c \
	ovn-vpn/sb-private.h \
	ovn-vpn/sb-rbac.c \
	ovn-vpn/sb-sync.c \
	ovn-vpn/sb-sync.h \
	ovn-vpn/snapshot-chassis.c \
	ovn-vpn/snapshot-held.c \
	ovn-vpn/snapshot-index.c \
	ovn-vpn/snapshot-private.h \
	ovn-vpn/snapshot-router.c \
	ovn-vpn/snapshot-schema.c \
	ovn-vpn/snapshot-service.c \
	ovn-vpn/snapshot.c \
	ovn-vpn/snapshot.h \
	ovn-vpn/status-global.c \
	ovn-vpn/status-keys.c \
	ovn-vpn/status-private.h \
	ovn-vpn/status-report.c \
	ovn-vpn/status-seal.c \
	ovn-vpn/status-write.c \
	ovn-vpn/status.c \
	ovn-vpn/status.h \
	ovn-vpn/translator-pass.c \
	ovn-vpn/translator-private.h \
	ovn-vpn/translator.c \
	ovn-vpn/translator.h
ovn_vpn_libtranslator_la_LIBADD = ovn-vpn/libplan.la

bin_PROGRAMS += ovn-vpn/ovn-vpn
ovn_vpn_ovn_vpn_SOURCES = \
	ovn-vpn/control.c \
	ovn-vpn/control.h \
	ovn-vpn/ovn-vpn.c
ovn_vpn_ovn_vpn_LDADD = ovn-vpn/libtranslator.la $(VPN_LIBS)

EXTRA_DIST += ovn-vpn/ovn-vpn.8.xml
man_MANS += ovn-vpn/ovn-vpn.8
CLEANFILES += ovn-vpn/ovn-vpn.8
