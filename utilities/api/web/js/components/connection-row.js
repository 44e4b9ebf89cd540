// SPDX-License-Identifier: Apache-2.0
//
// A connection in a list.

import { h, replace, setText } from '../dom.js';
import { expiry, traffic } from '../format.js';
import { connectionLink, reference } from '../router.js';
import { connectionBadge, handshake } from './parts.js';

/** @typedef {import('../api-types.js').Connection} Connection */
/** @typedef {import('../views/connection-list.js').ConnectionList}
 *      ConnectionList */

/** @param {ConnectionList} list */
export function connectionRow(list) {
    let id = '';
    const box = list.mayChange ? h('input', {
        type: 'checkbox',
        onchange: () => list.choose(id, box.checked),
    }) : null;
    const link = h('a', {});
    const groups = h('span', { class: 'groups' });
    const state = h('div', { role: 'cell', class: 'c-state' });
    const address = h('code', {});
    const seen = h('div', { role: 'cell', class: 'c-seen' });
    const rates = h('div', { role: 'cell', class: 'c-traffic number' });
    const ends = h('div', { role: 'cell', class: 'c-expires' });
    const element = h('div', { role: 'row', class: 'row' },
                      h('div', { role: 'cell', class: 'c-name' }, box, link,
                        groups),
                      state, h('div', { role: 'cell', class: 'c-address' },
                               address), seen, rates, ends);
    let known = '';

    /** @param {Connection} c */
    const updateConnection = (c) => {
        id = c.id;
        setText(link, c.name);
        link.href = connectionLink(reference(list.service), reference(c));
        box?.setAttribute('aria-label', 'Select ' + c.name);
        replace(groups, c.groups.map((g) => h('span', { class: 'tag' }, g)));
        replace(state, connectionBadge(c));
        state.title = c.error_message ?? '';
        setText(address, c.addresses.concat(c.type === 'site'
            ? c.peer_cidrs.slice(c.addresses.length) : []).join(', '));
    };
    return {
        element,
        /** @param {Connection} c */
        update(c) {
            const now = JSON.stringify(c);
            if (now !== known) {
                known = now;
                updateConnection(c);
            }
            const t = list.traffic.get(c.id);
            setText(seen, t ? handshake(t.last_handshake_at) : '…');
            setText(rates, traffic(t?.rate));
            setText(ends, expiry(c.expires_at));
            if (box) {
                box.checked = list.selected.has(c.id);
            }
        },
    };
}
