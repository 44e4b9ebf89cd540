# SPDX-License-Identifier: Apache-2.0

# Thousands of WireGuard clients in one process.
noinst_LTLIBRARIES += tests/libswarm.la
tests_libswarm_la_SOURCES = \
	tests/swarm-client.c \
	tests/swarm-client.h \
	tests/swarm-load.c \
	tests/swarm-loop.c \
	tests/swarm-loop.h \
	tests/swarm-peers.c \
	tests/swarm-peers.h \
	tests/swarm-probe.c \
	tests/swarm-probe.h \
	tests/swarm-report.c \
	tests/swarm-report.h \
	tests/swarm-timers.c \
	tests/wg-hash.c \
	tests/wg-hash.h \
	tests/wg-macs.c \
	tests/wg-macs.h \
	tests/wg-noise.c \
	tests/wg-noise.h \
	tests/wg-session.c \
	tests/wg-session.h
tests_libswarm_la_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS) $(CRYPTO_CFLAGS)
SWARM_LIBS = tests/libswarm.la $(VPN_LIBS) $(CRYPTO_LIBS)

noinst_PROGRAMS += tests/swarm
tests_swarm_SOURCES = \
	tests/swarm-options.c \
	tests/swarm-options.h \
	tests/swarm.c
tests_swarm_LDADD = $(SWARM_LIBS)

# Unit programs, driven by Open vSwitch's ovstest.
check_PROGRAMS += tests/ovstest
tests_ovstest_SOURCES = \
	tests/fake-db.c \
	tests/fake-db.h \
	tests/test-agent-keys.c \
	tests/test-agent-memory.c \
	tests/test-agent.c \
	tests/test-alloc.c \
	tests/test-api.c \
	tests/test-failures.c \
	tests/test-health.c \
	tests/test-index.c \
	tests/test-link.c \
	tests/test-locksmith.c \
	tests/test-phase.c \
	tests/test-plan.c \
	tests/test-qr.c \
	tests/test-role.c \
	tests/test-swarm.c \
	tests/test-takeover.c \
	tests/test-uapi.c \
	tests/test-vpn-check.c \
	tests/test-vpn-keys.c \
	tests/test-vpn-pool.c \
	tests/test-vpn-prefix.c \
	tests/test-wg-backend.c \
	tests/test-wg-conf.c \
	tests/test-wg-device.c \
	tests/test-wg-sessions.c \
	tests/wg-end.c \
	tests/wg-end.h \
	tests/wg-recording.c \
	tests/wg-recording.h
nodist_tests_ovstest_SOURCES = tests/ovstest.c
tests_ovstest_CPPFLAGS = $(AM_CPPFLAGS) -I$(OVS_SRCDIR)/tests
tests_ovstest_LDADD = \
	utilities/api/libvpnapi.la \
	ovn-vpn/libtranslator.la \
	ovn-vpn-controller/libcontroller.la \
	$(SWARM_LIBS) \
	$(LIBNL_LIBS) \
	$(MICROHTTPD_LIBS)
tests/ovstest.c: $(OVS_SRCDIR)/tests/ovstest.c
	$(AM_V_GEN)$(MKDIR_P) tests && cp $< $@
CLEANFILES += tests/ovstest.c

# The test suites: "check" needs no privileges beyond those of its user.
TESTSUITE = $(srcdir)/tests/testsuite
LINTED += tests/networkd-load
TESTSUITE_AT = \
	tests/agent-backend.at \
	tests/agent-database.at \
	tests/agent-dry-run.at \
	tests/agent-failover.at \
	tests/agent-interface.at \
	tests/agent-macros.at \
	tests/agent-repair.at \
	tests/agent-takeover.at \
	tests/agent-unit.at \
	tests/agent.at \
	tests/api-access.at \
	tests/api-database.at \
	tests/api-http.at \
	tests/api-macros.at \
	tests/api-watch.at \
	tests/api.at \
	tests/client-conf.at \
	tests/completion.at \
	tests/guides.at \
	tests/nbctl-config.at \
	tests/nbctl-conn-set.at \
	tests/nbctl-conn.at \
	tests/nbctl-import.at \
	tests/nbctl-rule.at \
	tests/nbctl-txn.at \
	tests/nbctl.at \
	tests/ovn-vpn-conflicts.at \
	tests/ovn-vpn-ctl-cluster.at \
	tests/ovn-vpn-ctl.at \
	tests/ovn-vpn-daemon.at \
	tests/ovn-vpn-ha.at \
	tests/ovn-vpn-macros.at \
	tests/ovn-vpn-status.at \
	tests/ovn-vpn-access.at \
	tests/ovn-vpn.at \
	tests/plan-access.at \
	tests/plan-gateways.at \
	tests/plan-refusals.at \
	tests/plan.at \
	tests/sbctl.at \
	tests/swarm.at \
	tests/secrets.at \
	tests/systemd.at \
	tests/testsuite.at \
	tests/unit.at \
	tests/wg-backend.at
EXTRA_DIST += $(TESTSUITE_AT) $(TESTSUITE) tests/atlocal.in package.m4 \
	tests/check-swarm \
	tests/connect/connect-client.js \
	tests/connect/lint-openapi.js \
	tests/connect/package-lock.json \
	tests/connect/package.json \
	tests/node-modules \
	tests/api-check-metrics.py \
	tests/api-check-openapi.py \
	tests/api-clients.py \
	tests/bench-api.py \
	tests/networkd-load \
	tests/plan-base.py \
	tests/check-guides.py \
	tests/find-secrets.py \
	tests/ovn-schema.py \
	tests/qr2pgm.py \
	tests/many_connections.py \
	tests/random_changes.py \
	tests/random_cloud.py \
	tests/random_vpn.py
LINTED += tests/check-swarm tests/node-modules
DISTCLEANFILES += tests/atconfig tests/atlocal
AUTOTEST = $(AUTOM4TE) --language=autotest
AUTOTEST_PATH = ovn-vpn:ovn-vpn-controller:utilities:utilities/api:tests

CHECK_LOCAL += check-testsuite
check-testsuite: tests/atconfig tests/atlocal $(TESTSUITE) $(check_PROGRAMS)
	$(SHELL) '$(TESTSUITE)' -C tests AUTOTEST_PATH='$(AUTOTEST_PATH)' $(TESTSUITEFLAGS)
CLEAN_LOCAL += clean-testsuite
clean-testsuite:
	test ! -f '$(TESTSUITE)' || test ! -f tests/atconfig || $(SHELL) '$(TESTSUITE)' -C tests --clean
	test ! -f '$(KERNEL_TESTSUITE)' || test ! -f tests/atconfig || $(SHELL) '$(KERNEL_TESTSUITE)' -C tests --clean
	test ! -f '$(WEB_TESTSUITE)' || test ! -f tests/atconfig || $(SHELL) '$(WEB_TESTSUITE)' -C tests --clean
	test ! -f '$(SYSTEM_TESTSUITE)' || test ! -f tests/atconfig || $(SHELL) '$(SYSTEM_TESTSUITE)' -C tests --clean

# The tests of ovn-vpn-api once more, in valgrind, which must not find
# anything.  Without the one that looks for secrets in its memory: valgrind
# keeps what was freed.
EXTRA_DIST += tests/valgrind/ovn-vpn-api
LINTED += tests/valgrind/ovn-vpn-api
check-valgrind: all tests/atconfig tests/atlocal $(TESTSUITE) $(check_PROGRAMS)
	$(SHELL) '$(TESTSUITE)' -C tests OVS_CTL_TIMEOUT=120 -d -k 'api,!ctl,!memory' \
	  AUTOTEST_PATH='$(abs_srcdir)/tests/valgrind:$(AUTOTEST_PATH)' \
	  $(TESTSUITEFLAGS)
	@if find tests/testsuite.dir -name 'valgrind.*' -size +0 | xargs -r cat \
	    | grep .; then false; else echo 'valgrind has found nothing'; fi
.PHONY: check-valgrind

# Fuzz targets: built by clang, and only when asked for.  FUZZFLAGS are
# libFuzzer's.
FUZZ_CC = clang
FUZZ_CFLAGS = -g -O1 -std=gnu11 -fno-strict-aliasing \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
FUZZFLAGS = -max_total_time=60 -timeout=10 -rss_limit_mb=1024
FUZZ_API_CODE = \
	tests/fuzz/fuzz-api.c \
	tests/fake-db.c \
	tests/fake-db.h \
	$(utilities_api_libvpnapi_la_SOURCES) \
	$(lib_libovnvpn_la_SOURCES)
EXTRA_DIST += tests/fuzz/fuzz-api.c tests/fuzz/seeds-api
CLEAN_LOCAL += clean-fuzz
clean-fuzz:
	rm -rf tests/fuzz/fuzz-api tests/fuzz/corpus-api
tests/fuzz/fuzz-api: $(FUZZ_API_CODE) all
	$(AM_V_GEN)$(MKDIR_P) tests/fuzz && files= && \
	for file in $(FUZZ_API_CODE); do \
	    case $$file in \
	    *.c) files="$$files $(srcdir)/$$file" ;; \
	    esac; \
	done && \
	$(FUZZ_CC) $(FUZZ_CFLAGS) $(DEFS) $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) \
	    $(SODIUM_CFLAGS) -o $@ $$files lib/ovn-vpn-nb-idl.c \
	    lib/ovn-vpn-sb-idl.c $(OVS_BUILDDIR)/lib/.libs/libopenvswitch.a \
	    $(OVS_BUILDDIR)/lib/.libs/libopenvswitchavx512.a \
	    $(SODIUM_LIBS) $(QRENCODE_LIBS) $(PNG_LIBS) $(MICROHTTPD_LIBS) \
	    $(CAPNG_LIBS) -lssl -lcrypto -lunbound -latomic -lm -lpthread
fuzz-api: tests/fuzz/fuzz-api
	$(MKDIR_P) tests/fuzz/corpus-api
	ASAN_OPTIONS=detect_leaks=0 tests/fuzz/fuzz-api $(FUZZFLAGS) \
	    tests/fuzz/corpus-api $(srcdir)/tests/fuzz/seeds-api
.PHONY: fuzz-api

# System tests: clusters in namespaces, which take root.
SYSTEM_TESTSUITE = $(srcdir)/tests/system-testsuite
SYSTEM_TESTSUITE_AT = \
	tests/system-api.at \
	tests/system-guides.at \
	tests/system-ha.at \
	tests/system-access.at \
	tests/system-share.at \
	tests/system-testsuite.at \
	tests/system-macros.at \
	tests/system-ipv6.at \
	tests/system-site.at \
	tests/system-mtu.at \
	tests/system.at
SYSTEM_TEST_TOOLS = \
	tests/bench-agent \
	tests/bench-failover \
	tests/bench-lib.sh \
	tests/measure-outage \
	tests/run-guide
BENCH_TOOLS = \
	tests/bench-translator \
	tests/bench_cloud.py \
	tests/bench_data.py \
	tests/ovsdb_rpc.py
EXTRA_DIST += $(SYSTEM_TESTSUITE_AT) $(SYSTEM_TESTSUITE) $(SYSTEM_TEST_TOOLS) $(BENCH_TOOLS)
LINTED += $(SYSTEM_TEST_TOOLS) $(BENCH_TOOLS)
check-system: all tests/atconfig tests/atlocal $(SYSTEM_TESTSUITE)
	$(SHELL) '$(SYSTEM_TESTSUITE)' -C tests AUTOTEST_PATH='$(AUTOTEST_PATH)' $(TESTSUITEFLAGS)
bench-agent: all tests/ovstest
	OVN_VPN_BUILDDIR='$(abs_top_builddir)' BENCH_JSON="$${BENCH_JSON:-bench-agent.json}" \
	  $(srcdir)/tests/bench-agent $(BENCHFLAGS)

bench-api: all
	PATH='$(abs_top_builddir)/utilities:$(abs_top_builddir)/utilities/api':$$PATH \
	  BENCH_JSON="$${BENCH_JSON:-bench-api.json}" \
	  $(PYTHON) $(srcdir)/tests/bench-api.py \
	  $(srcdir)/ovsdb-schema/ovn-vpn-nb.ovsschema $(BENCHFLAGS)
.PHONY: bench-api

# Tests on a kernel with WireGuard and Open vSwitch, in an emulated machine.
# Logs outlive it.
KERNEL_TESTSUITE = $(srcdir)/tests/kernel-testsuite
KERNEL_TESTSUITE_AT = \
	tests/agent-backend.at \
	tests/agent-database.at \
	tests/agent-dry-run.at \
	tests/agent-failover.at \
	tests/agent-macros.at \
	tests/agent-repair.at \
	tests/agent-takeover.at \
	tests/agent.at \
	tests/kernel-testsuite.at \
	tests/kernel.at \
	tests/system-macros.at \
	tests/system-mtu.at \
	tests/wg-backend.at
EXTRA_DIST += $(KERNEL_TESTSUITE_AT) $(KERNEL_TESTSUITE) $(KERNEL_TEST_TOOLS)
KERNEL_TEST_TOOLS = tests/kernel-check tests/kernel-vm
LINTED += $(KERNEL_TEST_TOOLS)
check-kernel: all tests/atconfig tests/atlocal $(KERNEL_TESTSUITE) $(check_PROGRAMS)
	$(srcdir)/tests/kernel-check '$(abs_builddir)' '$(KERNEL_TESTSUITE)' \
	  AUTOTEST_PATH='$(AUTOTEST_PATH)' $(TESTSUITEFLAGS)
.PHONY: check-kernel

# The packages, in a Debian of their own.
PACKAGES_TEST_TOOLS = \
	tests/check-cluster \
	tests/check-packages \
	tests/check-units \
	tests/systemd-machine
EXTRA_DIST += $(PACKAGES_TEST_TOOLS)
LINTED += $(PACKAGES_TEST_TOOLS)
check-packages: all
	$(srcdir)/tests/check-packages '$(abs_top_builddir)' \
	  "$${OVN_VPN_CACHE:-/var/cache/ovn-vpn}"
.PHONY: check-packages

# Their units under systemd, and the administrator's guide on five machines.
check-systemd: all
	$(srcdir)/tests/check-packages --systemd '$(abs_top_builddir)' \
	  "$${OVN_VPN_CACHE:-/var/cache/ovn-vpn}"
.PHONY: check-systemd
# The dashboard in a browser.
WEB_TESTSUITE = $(srcdir)/tests/web-testsuite
WEB_TESTSUITE_AT = \
	tests/ovn-vpn-macros.at \
	tests/system-macros.at \
	tests/web-testsuite.at \
	tests/web.at
WEB_TEST_FILES = \
	tests/web/access.js \
	tests/web/browser.js \
	tests/web/chromium \
	tests/web/edit.js \
	tests/web/modules.js \
	tests/web/odd.js \
	tests/web/rows.js \
	tests/web/service.js \
	tests/web/story.js
EXTRA_DIST += $(WEB_TESTSUITE_AT) $(WEB_TESTSUITE) $(WEB_TEST_FILES) \
	tests/web/package-lock.json \
	tests/web/package.json \
	tests/web/tsconfig.json
LINTED += $(WEB_TEST_FILES)
check-web: all tests/atconfig tests/atlocal $(WEB_TESTSUITE)
	$(SHELL) '$(WEB_TESTSUITE)' -C tests AUTOTEST_PATH='$(AUTOTEST_PATH)' $(TESTSUITEFLAGS)
.PHONY: check-web

bench-failover: all
	OVN_VPN_BUILDDIR='$(abs_top_builddir)' BENCH_JSON="$${BENCH_JSON:-bench-failover.json}" \
	  $(srcdir)/tests/bench-failover $(BENCHFLAGS)
bench-translator: all tests/ovstest
	OVN_VPN_BUILDDIR='$(abs_top_builddir)' BENCH_JSON="$${BENCH_JSON:-bench-translator.json}" \
	  OVN_SCHEMADIR='$(OVN_SCHEMADIR)' PYTHONDONTWRITEBYTECODE=yes \
	  $(PYTHON) $(srcdir)/tests/bench-translator
.PHONY: check-system bench-agent bench-failover bench-translator

$(TESTSUITE): package.m4 $(TESTSUITE_AT)
	$(AM_V_GEN)$(AUTOTEST) -I '$(srcdir)' -I '$(OVS_SRCDIR)' -o $@.tmp $(srcdir)/tests/testsuite.at && mv $@.tmp $@
$(SYSTEM_TESTSUITE): package.m4 $(SYSTEM_TESTSUITE_AT)
	$(AM_V_GEN)$(AUTOTEST) -I '$(srcdir)' -I '$(OVS_SRCDIR)' -o $@.tmp $(srcdir)/tests/system-testsuite.at && mv $@.tmp $@
$(WEB_TESTSUITE): package.m4 $(WEB_TESTSUITE_AT)
	$(AM_V_GEN)$(AUTOTEST) -I '$(srcdir)' -I '$(OVS_SRCDIR)' -o $@.tmp $(srcdir)/tests/web-testsuite.at && mv $@.tmp $@
$(KERNEL_TESTSUITE): package.m4 $(KERNEL_TESTSUITE_AT)
	$(AM_V_GEN)$(AUTOTEST) -I '$(srcdir)' -I '$(OVS_SRCDIR)' -o $@.tmp $(srcdir)/tests/kernel-testsuite.at && mv $@.tmp $@
package.m4: $(top_srcdir)/configure.ac
	$(AM_V_GEN){ \
	echo 'm4_define([AT_PACKAGE_NAME], [$(PACKAGE_NAME)])'; \
	echo 'm4_define([AT_PACKAGE_TARNAME], [$(PACKAGE_TARNAME)])'; \
	echo 'm4_define([AT_PACKAGE_VERSION], [$(PACKAGE_VERSION)])'; \
	echo 'm4_define([AT_PACKAGE_STRING], [$(PACKAGE_STRING)])'; \
	echo 'm4_define([AT_PACKAGE_BUGREPORT], [$(PACKAGE_BUGREPORT)])'; } > $(srcdir)/package.m4
