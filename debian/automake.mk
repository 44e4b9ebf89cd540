# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += \
	debian/changelog \
	debian/control \
	debian/copyright \
	debian/ovn-vpn-api.default \
	debian/ovn-vpn-api.install \
	debian/ovn-vpn-api.lintian-overrides \
	debian/ovn-vpn-api.prerm \
	debian/ovn-vpn-central.default \
	debian/ovn-vpn-central.install \
	debian/ovn-vpn-central.lintian-overrides \
	debian/ovn-vpn-central.postrm \
	debian/ovn-vpn-central.prerm \
	debian/ovn-vpn-common.dirs \
	debian/ovn-vpn-common.install \
	debian/ovn-vpn-common.lintian-overrides \
	debian/ovn-vpn-common.postrm \
	debian/ovn-vpn-doc.docs \
	debian/ovn-vpn-doc.lintian-overrides \
	debian/ovn-vpn-host.default \
	debian/ovn-vpn-host.install \
	debian/ovn-vpn-host.lintian-overrides \
	debian/ovn-vpn-host.postrm \
	debian/ovn-vpn-host.prerm \
	debian/rules \
	debian/source/format
