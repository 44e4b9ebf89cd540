// SPDX-License-Identifier: Apache-2.0
//
// Tables whose rows become cards on a phone.

import { h } from '../dom.js';

/**
 * @param {string} name
 * @param {Array<[string, string?]>} columns Titles and classes.
 */
export function makeTable(name, columns) {
    const body = h('tbody', { role: 'rowgroup' });
    const element = h(
        'table', { role: 'table', class: name, 'aria-label': name },
        h('thead', { role: 'rowgroup' },
          h('tr', { role: 'row' }, columns.map(([text, style]) => h(
              'th', { role: 'columnheader', scope: 'col', class: style },
              text || h('span', { class: 'sr' }, 'Actions'))))),
        body);
    return { element, body };
}

/**
 * @param {string} label Of its column.
 * @param {Object<string, any>} properties
 * @param {...import('../dom.js').Child} children
 */
export function cell(label, properties, ...children) {
    return h('td', { role: 'cell', 'data-label': label, ...properties },
             children);
}
