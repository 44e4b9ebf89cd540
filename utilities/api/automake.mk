# SPDX-License-Identifier: Apache-2.0

# What the daemon and its unit programs share.
noinst_LTLIBRARIES += utilities/api/libvpnapi.la
utilities_api_libvpnapi_la_SOURCES = \
	utilities/api/api-audit.c \
	utilities/api/api-audit.h \
	utilities/api/api-auth.c \
	utilities/api/api-auth.h \
	utilities/api/api-body.c \
	utilities/api/api-body.h \
	utilities/api/api-config.c \
	utilities/api/api-connect.c \
	utilities/api/api-connection-json.c \
	utilities/api/api-connection-wish.c \
	utilities/api/api-connection-wish.h \
	utilities/api/api-connection-write.c \
	utilities/api/api-connection.c \
	utilities/api/api-defaults.c \
	utilities/api/api-defaults.h \
	utilities/api/api-dispatch.c \
	utilities/api/api-events.c \
	utilities/api/api-events.h \
	utilities/api/api-exchange.c \
	utilities/api/api-exchange.h \
	utilities/api/api-gateway.c \
	utilities/api/api-http-tls.c \
	utilities/api/api-http-tls.h \
	utilities/api/api-http.c \
	utilities/api/api-http.h \
	utilities/api/api-json.c \
	utilities/api/api-json.h \
	utilities/api/api-metrics-rows.c \
	utilities/api/api-metrics.c \
	utilities/api/api-metrics.h \
	utilities/api/api-openapi.c \
	utilities/api/api-replay.c \
	utilities/api/api-replay.h \
	utilities/api/api-request.c \
	utilities/api/api-request.h \
	utilities/api/api-resource.c \
	utilities/api/api-resource.h \
	utilities/api/api-roster.c \
	utilities/api/api-roster.h \
	utilities/api/api-route.c \
	utilities/api/api-route.h \
	utilities/api/api-routes.c \
	utilities/api/api-rule.c \
	utilities/api/api-service-json.c \
	utilities/api/api-service-write.c \
	utilities/api/api-service.c \
	utilities/api/api-store.c \
	utilities/api/api-store.h \
	utilities/api/api-stream.c \
	utilities/api/api-stream.h \
	utilities/api/api-target.c \
	utilities/api/api-target.h \
	utilities/api/api-token.c \
	utilities/api/api-traffic.c \
	utilities/api/api-traffic.h \
	utilities/api/api-vault.c \
	utilities/api/api-vault.h \
	utilities/api/api-view.c \
	utilities/api/api-view.h \
	utilities/api/api.c \
	utilities/api/api.h
utilities_api_libvpnapi_la_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS)

bin_PROGRAMS += utilities/api/ovn-vpn-api
utilities_api_ovn_vpn_api_SOURCES = utilities/api/ovn-vpn-api.c
utilities_api_ovn_vpn_api_LDADD = \
	utilities/api/libvpnapi.la $(VPN_LIBS) $(MICROHTTPD_LIBS)

# The document that describes the API is a part of the program.
nodist_utilities_api_libvpnapi_la_SOURCES = utilities/api/api-openapi-text.h
BUILT_SOURCES += utilities/api/api-openapi-text.h
CLEANFILES += utilities/api/api-openapi-text.h
utilities/api/api-openapi-text.h: utilities/api/openapi.json
	$(AM_V_GEN)$(MKDIR_P) utilities/api && \
	sed 's/[\\"]/\\&/g; s/^ *//; s/.*/"&"/' $< > $@.tmp && mv $@.tmp $@

pkgdata_DATA += \
	utilities/api/openapi.json \
	utilities/api/ovn-vpn-grafana.json \
	utilities/api/ovn-vpn.proto
EXTRA_DIST += \
	utilities/api/openapi.json \
	utilities/api/ovn-vpn-grafana.json \
	utilities/api/ovn-vpn.proto \
	utilities/api/ovn-vpn-api.8.xml
man_MANS += utilities/api/ovn-vpn-api.8
CLEANFILES += utilities/api/ovn-vpn-api.8
