/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vpn-keys.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Most bytes in a symbol: version 40 with the least error correction, table 7
 * of ISO/IEC 18004. */
#define QR_DATA_MAX 2953

struct qr {
    QRcode *code;
};

/* Frees 'code' and wipes what it says. */
static void
free_code(QRcode *code)
{
    vpn_wipe(code->data, code->width * code->width);
    QRcode_free(code);
}

/* Makes a symbol of the 'n' bytes at 'data'.  On success returns NULL and
 * stores the symbol in '*qrp'; the caller must free it with qr_destroy().  On
 * failure returns a message for the user, which the caller must free, and
 * stores NULL.
 *
 * The symbol is the smallest one, which a camera reads best and which fits
 * into 80 columns for configurations of up to about 425 bytes, with as much
 * error correction as there is room for in one of that size. */
char *
qr_create(const void *data, size_t n, struct qr **qrp)
{
    static const QRecLevel levels[] = {
        QR_ECLEVEL_L, QR_ECLEVEL_M, QR_ECLEVEL_Q, QR_ECLEVEL_H,
    };
    QRcode *code = NULL;

    *qrp = NULL;
    if (!n) {
        return xstrdup("there is nothing to make a QR code of");
    } else if (n > QR_DATA_MAX) {
        return xasprintf("a QR code holds at most %d bytes, and this text has "
                         "%"PRIuSIZE, QR_DATA_MAX, n);
    }

    for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
        QRcode *next = QRcode_encodeData(n, data, 0, levels[i]);

        if (!next) {
            break;
        } else if (code && next->version > code->version) {
            free_code(next);
            break;
        }
        if (code) {
            free_code(code);
        }
        code = next;
    }
    if (!code) {
        return xasprintf("no QR code can be made of this text (%s)",
                         ovs_strerror(errno));
    }
    *qrp = xmalloc(sizeof **qrp);
    (*qrp)->code = code;
    return NULL;
}

void
qr_destroy(struct qr *qr)
{
    if (qr) {
        free_code(qr->code);
        free(qr);
    }
}

/* Returns the number of modules on each side of 'qr', without quiet zone. */
int
qr_width(const struct qr *qr)
{
    return qr->code->width;
}

/* Returns whether the module in column 'x' of row 'y' is a dark one.  Outside
 * of the symbol, in the quiet zone, all are light. */
bool
qr_is_dark(const struct qr *qr, int x, int y)
{
    int width = qr->code->width;

    return (x >= 0 && x < width && y >= 0 && y < width
            && qr->code->data[y * width + x] & 1);
}

/* Drawing on terminals.
 *
 * A light module is drawn and a dark one is left blank, which is right where
 * terminals are dark, as most are.  With colours it is right everywhere: they
 * name black and white of the 256 colours, which no theme changes. */
#define COLOURS_ON "\033[38;5;231;48;5;16m"
#define COLOURS_OFF "\033[0m"

static void
put_utf8(const struct qr *qr, int x, int y, struct ds *ds)
{
    /* Indexed by whether the upper and the lower module are light. */
    static const char *const blocks[2][2] = {
        { " ", "\u2584" },
        { "\u2580", "\u2588" },
    };

    ds_put_cstr(ds, blocks[!qr_is_dark(qr, x, y)][!qr_is_dark(qr, x, y + 1)]);
}

/* With colours both halves of a module have the same one, so that it is filled
 * whatever the font. */
static void
put_ascii(const struct qr *qr, int x, int y, bool colours, struct ds *ds)
{
    bool dark = qr_is_dark(qr, x, y);

    if (colours) {
        ds_put_cstr(ds, dark ? "\033[48;5;16m" : "\033[48;5;231m");
    }
    ds_put_cstr(ds, dark ? "  " : "##");
}

/* Appends 'qr' to 'ds', with its quiet zone, as lines for a terminal with a
 * fixed-width font: QR_UTF8 makes (width + 8) columns of half blocks, QR_ASCII
 * twice as many.  'colours' adds the terminal's colour codes, without which
 * the symbol is readable on dark terminals only. */
void
qr_format_terminal(const struct qr *qr, enum qr_style style, bool colours,
                   struct ds *ds)
{
    const int first = -QR_QUIET_ZONE;
    const int end = qr_width(qr) + QR_QUIET_ZONE;
    const int step = style == QR_UTF8 ? 2 : 1;
    /* Longest form of a module, and what stands around a line. */
    const size_t cell_max = strlen("\033[48;5;231m##");
    const size_t line_max = strlen(COLOURS_ON COLOURS_OFF "\n");

    ds_reserve(ds, ds->length
                   + (end - first) * ((end - first) * cell_max + line_max));
    for (int y = first; y < end; y += step) {
        if (colours) {
            ds_put_cstr(ds, COLOURS_ON);
        }
        for (int x = first; x < end; x++) {
            if (style == QR_UTF8) {
                put_utf8(qr, x, y, ds);
            } else {
                put_ascii(qr, x, y, colours, ds);
            }
        }
        ds_put_cstr(ds, colours ? COLOURS_OFF "\n" : "\n");
    }
}
