// SPDX-License-Identifier: Apache-2.0
//
// A long list of which only those rows exist that can be seen, and some more.
// It scrolls with the page.  To a screen reader it is a table that says how
// many rows there are.

import { h, KeyedList } from '../dom.js';

/** Rows beyond what is seen, so that Tab always finds the next one. */
const MARGIN = 12;

/**
 * @template T
 * @typedef {object} RowsOptions
 * @property {string} label
 * @property {string[]} columns Their titles.
 * @property {(item: T) => string} key
 * @property {(item: T) => {element: any, update: (item: T) => void}} create
 */

/** @template T */
export class Rows {
    /** @param {RowsOptions<T>} options */
    constructor({ label, columns, key, create }) {
        /** @type {T[]} */
        this.items = [];
        this.body = h('div', { role: 'rowgroup', class: 'rows' });
        this.element = h(
            'div', { role: 'table', 'aria-label': label, class: 'list' },
            h('div', { role: 'rowgroup', class: 'head' },
              h('div', { role: 'row', 'aria-rowindex': 1, class: 'row' },
                columns.map((name) => h('div', { role: 'columnheader' },
                                        name)))),
            this.body);
        this.list = new KeyedList(this.body, key, create);
        this.first = 0;
        /** @type {T[]} */
        this.visible = [];
        this.onVisible = () => {};
        this.frame = 0;
        this.schedule = () => {
            this.frame ||= requestAnimationFrame(() => {
                this.frame = 0;
                this.draw();
            });
        };
        addEventListener('scroll', this.schedule, { passive: true });
        addEventListener('resize', this.schedule);
    }

    destroy() {
        removeEventListener('scroll', this.schedule);
        removeEventListener('resize', this.schedule);
        cancelAnimationFrame(this.frame);
    }

    /** @param {T[]} items */
    update(items) {
        this.items = items;
        this.element.setAttribute('aria-rowcount', String(items.length + 1));
        this.schedule();
    }

    /** The height of a row, which the style sheet knows. */
    rowHeight() {
        return parseFloat(getComputedStyle(this.element)
                          .getPropertyValue('--row')) || 40;
    }

    draw() {
        const height = this.rowHeight();
        const top = this.body.getBoundingClientRect().top;
        const first = Math.floor(-top / height) - MARGIN;
        const last = Math.ceil((innerHeight - top) / height) + MARGIN;

        this.body.style.height = this.items.length * height + 'px';
        this.first = Math.max(0, Math.min(first, this.items.length));
        this.visible = this.items.slice(this.first, Math.max(0, last));
        this.list.update(this.visible);
        let i = this.first;
        for (const part of this.list.parts.values()) {
            part.element.style.transform = `translateY(${i * height}px)`;
            part.element.setAttribute('aria-rowindex', i + 2);
            i++;
        }
        this.onVisible();
    }
}
