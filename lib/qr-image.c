/* SPDX-License-Identifier: Apache-2.0 */

/* QR codes as images. */

#include <config.h>

#include "lib/qr.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vpn-keys.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Pixels on each side of a module: what a telephone's camera resolves from
 * arm's length on a usual display. */
#define PNG_SCALE 6

/* What libpng and zlib allocate is wiped when they free it, because what they
 * compress is a secret. */
struct wiped_block {
    size_t size;
    max_align_t data[];
};

static png_voidp
alloc_cb(png_structp png OVS_UNUSED, png_alloc_size_t size)
{
    struct wiped_block *block = xmalloc(sizeof *block + size);

    block->size = size;
    return block->data;
}

static void
free_cb(png_structp png OVS_UNUSED, png_voidp data)
{
    if (data) {
        struct wiped_block *block = CONTAINER_OF(data, struct wiped_block,
                                                 data);

        vpn_wipe(data, block->size);
        free(block);
    }
}

static void
write_cb(png_structp png, png_bytep data, size_t n)
{
    ds_put_buffer(png_get_io_ptr(png), (const char *) data, n);
}

static void
flush_cb(png_structp png OVS_UNUSED)
{
    /* What is written is in memory. */
}

/* Draws row 'y' of modules into 'row', one bit per pixel, light pixels set. */
static void
draw_row(const struct qr *qr, int y, uint8_t *row, size_t size)
{
    const int end = qr_width(qr) + QR_QUIET_ZONE;
    size_t pixel = 0;

    memset(row, 0, size);
    for (int x = -QR_QUIET_ZONE; x < end; x++) {
        for (int i = 0; i < PNG_SCALE; i++, pixel++) {
            if (!qr_is_dark(qr, x, y)) {
                row[pixel / 8] |= 0x80 >> pixel % 8;
            }
        }
    }
}

/* Appends 'qr' to 'ds', with its quiet zone, as a PNG image. */
void
qr_format_png(const struct qr *qr, struct ds *ds)
{
    const int end = qr_width(qr) + QR_QUIET_ZONE;
    const int side = (end + QR_QUIET_ZONE) * PNG_SCALE;
    const size_t row_size = DIV_ROUND_UP(side, 8);
    uint8_t *row = xmalloc(row_size);
    png_structp png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, NULL,
                                                NULL, NULL, NULL, alloc_cb,
                                                free_cb);
    png_infop info = png ? png_create_info_struct(png) : NULL;

    /* Neither memory nor the "file" can run out, and the arguments are
     * right, so that libpng has no reason to fail. */
    if (!info || setjmp(png_jmpbuf(png))) {
        OVS_NOT_REACHED();
    }
    /* No image is larger than its pixels and what stands around them. */
    ds_reserve(ds, ds->length + (row_size + 16) * side + 4096);
    const char *start = ds->string;

    png_set_write_fn(png, ds, write_cb, flush_cb);
    png_set_IHDR(png, info, side, side, 1, PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = -QR_QUIET_ZONE; y < end; y++) {
        draw_row(qr, y, row, row_size);
        for (int i = 0; i < PNG_SCALE; i++) {
            png_write_row(png, row);
        }
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    vpn_wipe(row, row_size);
    free(row);
    ovs_assert(ds->string == start);
}

/* Appends 'qr' to 'ds', with its quiet zone, as an SVG image: one path of
 * horizontal strokes. */
void
qr_format_svg(const struct qr *qr, struct ds *ds)
{
    /* "M177 177.5h177" */
    const size_t stroke_max = 16;
    const int width = qr_width(qr);
    const int side = width + 2 * QR_QUIET_ZONE;

    ds_reserve(ds, ds->length + width * (width / 2 + 1) * stroke_max + 1024);
    const char *start = ds->string;

    ds_put_format(ds, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                  "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                  "shape-rendering=\"crispEdges\">\n"
                  "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n"
                  "<path stroke=\"#000\" d=\"", side * PNG_SCALE,
                  side * PNG_SCALE, side, side, side, side);
    for (int y = 0; y < width; y++) {
        for (int x = 0, n; x < width; x += n + 1) {
            for (n = 0; qr_is_dark(qr, x + n, y); n++) {
                continue;
            }
            if (n) {
                ds_put_format(ds, "M%d %d.5h%d", x + QR_QUIET_ZONE,
                              y + QR_QUIET_ZONE, n);
            }
        }
    }
    ds_put_cstr(ds, "\"/>\n</svg>\n");
    ovs_assert(ds->string == start);
}
