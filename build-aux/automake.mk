# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += \
	build-aux/build-ovs \
	build-aux/check-includes \
	build-aux/check-style

# "make dist" makes the same file from the same sources, whoever does it and
# when: of one date, which is that of the last commit or of the tarball from
# which it is made again.
dist dist-gzip: export TAR_OPTIONS = --sort=name --owner=0 --group=0 \
	--numeric-owner --mode=u+rw,go=rX \
	--mtime=@$(shell git -C '$(srcdir)' log -1 --format=%ct 2>/dev/null || \
	  stat -c %Y '$(srcdir)/configure.ac')
GZIP_ENV = --best --no-name

# What the build checks of the sources: who includes whom, and how they read.
ALL_LOCAL += build-aux/lint.stamp
CLEANFILES += build-aux/lint.stamp
build-aux/lint.stamp: $(DIST_SOURCES) $(LINTED) \
		$(srcdir)/build-aux/check-includes $(srcdir)/build-aux/check-style
	$(AM_V_GEN)$(MKDIR_P) build-aux && \
	$(PYTHON) $(srcdir)/build-aux/check-includes $(srcdir) && \
	$(PYTHON) $(srcdir)/build-aux/check-style $(srcdir) && \
	touch $@
