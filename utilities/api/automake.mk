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
	utilities/api/api-claims.c \
	utilities/api/api-claims.h \
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
	utilities/api/api-event.c \
	utilities/api/api-event.h \
	utilities/api/api-events.c \
	utilities/api/api-events.h \
	utilities/api/api-exchange.c \
	utilities/api/api-exchange.h \
	utilities/api/api-gateway.c \
	utilities/api/api-group.c \
	utilities/api/api-http-tls.c \
	utilities/api/api-http-tls.h \
	utilities/api/api-http.c \
	utilities/api/api-http.h \
	utilities/api/api-json.c \
	utilities/api/api-json.h \
	utilities/api/api-live.c \
	utilities/api/api-live.h \
	utilities/api/api-members.c \
	utilities/api/api-members.h \
	utilities/api/api-metrics-rows.c \
	utilities/api/api-metrics.c \
	utilities/api/api-metrics.h \
	utilities/api/api-openapi.c \
	utilities/api/api-parents.c \
	utilities/api/api-parents.h \
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
	utilities/api/api-text.c \
	utilities/api/api-text.h \
	utilities/api/api-token.c \
	utilities/api/api-traffic.c \
	utilities/api/api-traffic.h \
	utilities/api/api-vault.c \
	utilities/api/api-vault.h \
	utilities/api/api-view.c \
	utilities/api/api-view.h \
	utilities/api/api-web.c \
	utilities/api/api-web.h \
	utilities/api/api-whoami.c \
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

# The dashboard.  Its files are served as they are.
WEB_FILES = \
	css/style.css \
	icon.svg \
	index.html \
	js/api-client.js \
	js/api-error.js \
	js/api-transport.js \
	js/api-types.js \
	js/app.js \
	js/components/bulk.js \
	js/components/chart.js \
	js/components/chassis.js \
	js/components/config-sheet.js \
	js/components/connection-row.js \
	js/components/dialog.js \
	js/components/editor.js \
	js/components/expiry.js \
	js/components/form.js \
	js/components/gateway-choice.js \
	js/components/notices.js \
	js/components/parts.js \
	js/components/rows.js \
	js/components/settings.js \
	js/components/table.js \
	js/dom.js \
	js/event-stream.js \
	js/format.js \
	js/keys.js \
	js/projects.js \
	js/qr.js \
	js/rates.js \
	js/router.js \
	js/rules.js \
	js/session.js \
	js/store.js \
	js/takeovers.js \
	js/theme.js \
	js/views/access-rule.js \
	js/views/access-rules.js \
	js/views/connection-list.js \
	js/views/connection-settings.js \
	js/views/connection.js \
	js/views/new-connection.js \
	js/views/new-service.js \
	js/views/overview.js \
	js/views/service-settings.js \
	js/views/service.js \
	js/views/sign-in.js
WEB_PATHS = $(addprefix utilities/api/web/,$(WEB_FILES))
EXTRA_DIST += $(WEB_PATHS)
LINTED += $(filter %.js,$(WEB_PATHS))

nodist_utilities_api_libvpnapi_la_SOURCES += utilities/api/api-web-files.h
BUILT_SOURCES += utilities/api/api-web-files.h
CLEANFILES += utilities/api/api-web-files.h
utilities/api/api-web-files.h: $(srcdir)/utilities/api/automake.mk
	$(AM_V_GEN)$(MKDIR_P) utilities/api && \
	printf '"%s",\n' $(WEB_FILES) > $@.tmp && mv $@.tmp $@

install-data-local:
	for file in $(WEB_FILES); do \
	  dir='$(DESTDIR)$(pkgdatadir)/web/'`dirname $$file` && \
	  $(MKDIR_P) "$$dir" && \
	  $(INSTALL_DATA) '$(srcdir)'/utilities/api/web/$$file "$$dir" || exit 1; \
	done
uninstall-local:
	rm -rf '$(DESTDIR)$(pkgdatadir)/web'
.PHONY: install-data-local uninstall-local
