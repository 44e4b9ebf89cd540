# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += \
	build-aux/build-ovs \
	build-aux/check-includes \
	build-aux/check-style

# What the build checks of the sources: who includes whom, and how they read.
ALL_LOCAL += build-aux/lint.stamp
CLEANFILES += build-aux/lint.stamp
build-aux/lint.stamp: $(DIST_SOURCES) $(LINTED) \
		$(srcdir)/build-aux/check-includes $(srcdir)/build-aux/check-style
	$(AM_V_GEN)$(MKDIR_P) build-aux && \
	$(PYTHON) $(srcdir)/build-aux/check-includes $(srcdir) && \
	$(PYTHON) $(srcdir)/build-aux/check-style $(srcdir) && \
	touch $@
