#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a QR code drawn with characters into an image that a scanner reads.
Usage: qr2pgm.py {utf8|ascii} [colours] < TEXT > IMAGE.pgm

With "colours" the text must have colour codes and is painted as a terminal
does: characters in the foreground colour on the background colour.  Without,
characters are white on black.  Fails if not all lines are equally long or the
quiet zone is not of 4 light modules on each side."""

import re
import sys

SCALE = 4
QUIET_ZONE = 4
BLACK, WHITE = 0, 255
COLOURS = {'16': BLACK, '231': WHITE}

# Which of (upper, lower) half of a character are in the foreground colour.
HALVES = {' ': (0, 0), '\u2580': (1, 0), '\u2584': (0, 1), '\u2588': (1, 1)}


def paint_line(line, halves, colours):
    """Returns the upper and the lower row of pixels of 'line'."""
    foreground, background = (None, None) if colours else (WHITE, BLACK)
    rows = [], []
    for code, character in re.findall(r'\033\[([0-9;]*)m|(.)', line):
        if not character:
            assert colours
            for ground, colour in re.findall(r'([34])8;5;(\d+)', code):
                if ground == '3':
                    foreground = COLOURS[colour]
                else:
                    background = COLOURS[colour]
            continue
        for row, filled in zip(rows, halves[character]):
            pixel = foreground if filled else background
            assert pixel is not None
            row.append(pixel)
    assert not colours or line.endswith('\033[0m')
    return rows


def main():
    style = sys.argv[1]
    colours = len(sys.argv) > 2
    text = sys.stdin.buffer.read().decode('utf-8')
    if style == 'ascii':
        # Characters are half as wide as they are high.
        halves = {' ': (0,), '#': (1,)}
        width = 2
    else:
        halves = HALVES
        width = 1

    pixels = []
    for line in text.splitlines():
        for row in paint_line(line, halves, colours):
            if row:
                assert row[::width] == row[width - 1::width]
                pixels.append(row[::width])

    size = len(pixels[0])
    assert all(len(row) == size for row in pixels)
    assert size <= len(pixels) <= size + 1
    for row in pixels[:QUIET_ZONE] + pixels[-QUIET_ZONE:]:
        assert row == [WHITE] * size
    for row in pixels:
        assert row[:QUIET_ZONE] + row[-QUIET_ZONE:] == [WHITE] * 8

    out = sys.stdout.buffer
    out.write(b'P5 %d %d 255\n' % (size * SCALE, len(pixels) * SCALE))
    for row in pixels:
        out.write(b''.join(bytes([pixel]) * SCALE for pixel in row) * SCALE)


if __name__ == '__main__':
    main()
