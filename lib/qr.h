/* SPDX-License-Identifier: Apache-2.0 */
#ifndef QR_H
#define QR_H 1

/* QR codes: the only user of libqrencode and libpng.
 *
 * qr_create() makes a symbol.  Each qr_format_*() draws it in one way and asks
 * qr_width() and qr_is_dark() alone, so that another way needs no more than a
 * function of its own.
 *
 * What is encoded may be a secret.  Symbols are wiped when they are destroyed;
 * the caller destroys what is drawn with vpn_wipe_ds(). */

#include <stdbool.h>
#include <stddef.h>

struct ds;
struct qr;

/* Light modules that must surround a symbol on each side: ISO/IEC 18004. */
#define QR_QUIET_ZONE 4

char *qr_create(const void *data, size_t, struct qr **);
void qr_destroy(struct qr *);

int qr_width(const struct qr *);
bool qr_is_dark(const struct qr *, int x, int y);

/* How to draw on a terminal. */
enum qr_style {
    QR_UTF8,                    /* Two modules per character. */
    QR_ASCII,                   /* Two characters per module. */
};
void qr_format_terminal(const struct qr *, enum qr_style, bool colours,
                        struct ds *);

/* Images. */
void qr_format_png(const struct qr *, struct ds *);
void qr_format_svg(const struct qr *, struct ds *);

#endif /* lib/qr.h */
