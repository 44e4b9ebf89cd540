// SPDX-License-Identifier: Apache-2.0
//
// A live chart of two rates, in SVG.

import { h, replace, setText, svg } from '../dom.js';
import { rate } from '../format.js';

/** Until it is known how much room there is. */
const WIDTH = 640;
const HEIGHT = 180;
const LEFT = 76;
const BOTTOM = 22;
const TOP = 8;

/** What the chart shows, in milliseconds. */
const SPAN_MS = 300000;
const TICKS_MS = 60000;

/** @typedef {{at: number, rx: number, tx: number}} Point */

/**
 * The least of 1, 2, 5, 10 ... that is not less, in bits.
 *
 * @param {number} bytes
 */
function ceiling(bytes) {
    const bits = Math.max(bytes * 8, 1000);
    const power = 10 ** Math.floor(Math.log10(bits));
    const factor = [1, 2, 5, 10].find((f) => f * power >= bits) ?? 10;
    return factor * power / 8;
}

/**
 * @param {Point[]} points
 * @param {'rx'|'tx'} which
 * @param {(at: number) => number} x
 * @param {(value: number) => number} y
 */
function line(points, which, x, y) {
    return points.map((point, i) => (i ? 'L' : 'M') + x(point.at).toFixed(1)
                      + ' ' + y(point[which]).toFixed(1)).join('');
}

export class Chart {
    /** @param {number} now */
    constructor(now) {
        /** @type {Point[]} */
        this.points = [];
        this.plot = svg('svg', {
            'aria-hidden': 'true', class: 'plot',
        });
        this.rx = h('strong', {});
        this.tx = h('strong', {});
        this.element = h(
            'figure', { class: 'chart' },
            h('figcaption', {},
              h('span', { class: 'key rx' }, 'from the peer ', this.rx),
              h('span', { class: 'key tx' }, 'to the peer ', this.tx)),
            this.plot);
        this.draw(now);
        this.observer = new ResizeObserver(() => this.draw(Date.now()));
        this.observer.observe(this.plot);
    }

    destroy() {
        this.observer.disconnect();
    }

    /**
     * @param {{rx: number, tx: number}|undefined} value Bytes per second.
     * @param {number} now Milliseconds.
     */
    add(value, now) {
        if (value) {
            this.points.push({ at: now, rx: value.rx, tx: value.tx });
            while (this.points[0].at < now - SPAN_MS - 10000) {
                this.points.shift();
            }
        }
        setText(this.rx, rate(value?.rx));
        setText(this.tx, rate(value?.tx));
        this.draw(now);
    }

    /** @param {number} now */
    draw(now) {
        const width = this.plot.clientWidth || WIDTH;
        const from = now - SPAN_MS;
        const top = ceiling(Math.max(0, ...this.points.flatMap(
            (p) => [p.rx, p.tx])));
        const x = (/** @type {number} */ at) => (
            LEFT + Math.max(0, at - from) / SPAN_MS * (width - LEFT - 8));
        const y = (/** @type {number} */ value) => (
            HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP));
        this.plot.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
        replace(this.plot, [0, top / 2, top].map((value) => [
            svg('line', { class: 'grid', x1: LEFT, x2: width - 8,
                          y1: y(value), y2: y(value) }),
            svg('text', { x: LEFT - 8, y: y(value) + 4,
                          'text-anchor': 'end' }, rate(value)),
        ]), [5, 4, 3, 2, 1, 0].map((n) => svg(
            'text', {
                x: x(now - n * TICKS_MS), y: HEIGHT - 6,
                'text-anchor': n ? 'middle' : 'end',
            }, n ? '−' + n + '\u202fmin' : 'now')),
        svg('path', { class: 'rx', d: line(this.points, 'rx', x, y) }),
        svg('path', { class: 'tx', d: line(this.points, 'tx', x, y) }));
    }
}
