// SPDX-License-Identifier: Apache-2.0
//
// QR codes, drawn here of what must not be sent anywhere.

import { svg } from './dom.js';

/** Light modules around the code: ISO/IEC 18004. */
const MARGIN = 4;

/**
 * The global of the library qrcode-generator, which index.html loads.
 *
 * @returns {any}
 */
function library() {
    return /** @type {any} */ (globalThis).qrcode;
}

/** Whether the library is there. */
export function canDrawQr() {
    return library() !== undefined;
}

/**
 * Draws a QR code.  Returns null if the text is too long for one, or the
 * library is missing.
 *
 * @param {string} text ASCII.
 * @param {string} label What it is, for who does not see it.
 * @returns {SVGSVGElement|null}
 */
export function qrCode(text, label) {
    if (!canDrawQr()) {
        return null;
    }
    const code = library()(0, 'L');
    try {
        code.addData(text, 'Byte');
        code.make();
    } catch {
        return null;
    }
    const n = code.getModuleCount();
    let d = '';
    for (let y = 0; y < n; y++) {
        for (let x = 0; x < n; x++) {
            if (code.isDark(y, x)) {
                d += `M${x} ${y}h1v1h-1z`;
            }
        }
    }
    const size = n + 2 * MARGIN;
    return svg('svg', {
        class: 'qr', role: 'img', 'aria-label': label,
        viewBox: `${-MARGIN} ${-MARGIN} ${size} ${size}`,
        'shape-rendering': 'crispEdges',
    }, svg('rect', { x: -MARGIN, y: -MARGIN, width: size, height: size,
                     fill: '#fff' }),
    svg('path', { d, fill: '#000' }));
}
