# SPDX-License-Identifier: Apache-2.0
GUIDES = \
	CONTRIBUTING.rst \
	Documentation/administrator.rst \
	Documentation/architecture.rst \
	Documentation/clients.rst \
	Documentation/deploy.rst \
	Documentation/troubleshooting.rst \
	Documentation/tutorial.rst \
	Documentation/versions.rst
IMAGES = \
	Documentation/images/connection.png \
	Documentation/images/new-connection.png \
	Documentation/images/overview.png \
	Documentation/images/service.png
EXTRA_DIST += $(GUIDES) $(IMAGES)
LINTED += $(GUIDES)
