// SPDX-License-Identifier: Apache-2.0
//
// Where a service runs, as a small picture: its gateways in a row, the active
// one filled, those that are out of order crossed out.

import { h } from '../dom.js';

/** @typedef {import('../api-types.js').Gateway} Gateway */
/** @typedef {import('../api-types.js').Service} Service */
/** @typedef {import('../store.js').Store} Store */

/** Most gateways to draw in a cell of a table. */
const IN_CELL_MAX = 4;

/**
 * A service's gateways in the order in which they serve.
 *
 * @param {Service} service
 */
export function byPriority({ spec }) {
    return [...spec.gateways].sort((a, b) => (
        (b.priority ?? 0) - (a.priority ?? 0)
            || (a.chassis_name < b.chassis_name ? -1 : 1)));
}

/** @param {Gateway|undefined} gateway */
export function trouble(gateway) {
    return gateway === undefined ? undefined
        : !gateway.alive ? 'silent'
        : gateway.problems.length ? 'cannot serve'
        : gateway.drain ? 'drained' : undefined;
}

/**
 * @param {Store} store
 * @param {Service} service
 * @param {number} [max] Most gateways to draw; the rest are counted.
 * @returns {HTMLElement}
 */
export function chassisPicture(store, service, max = Infinity) {
    const active = service.status.node_id;
    const all = store.nodesOf(service);
    const nodes = all.length > max ? all.slice(0, max - 1) : all;
    const rest = all.slice(nodes.length);
    if (!nodes.length) {
        return h('span', { class: 'dim' }, 'none');
    }
    return h('ul', { class: 'chassis' }, nodes.map((name) => {
        const why = trouble(store.gateways.get(name));
        const role = name === active ? 'active' : why ?? 'standby';
        return h('li', {
            class: (name === active ? 'on' : 'standby') + (why ? ' out' : ''),
            title: name + ': ' + role + (name === active && why
                                         ? ', ' + why : ''),
        }, name, h('span', { class: 'sr' }, ' (' + role + ')'));
    }), rest.length ? h('li', { class: 'rest', title: rest.join(', ') },
                        '+' + rest.length,
                        h('span', { class: 'sr' }, ' more')) : null);
}

/**
 * The same, kept up to date.
 *
 * @param {Store} store
 */
export function chassisCell(store) {
    const element = h('div', {});
    let known = '';
    return {
        element,
        /** @param {Service} service */
        update(service) {
            const nodes = store.nodesOf(service);
            const now = JSON.stringify([service.status.node_id, nodes.map(
                (name) => [name, trouble(store.gateways.get(name))])]);
            if (now !== known) {
                known = now;
                element.replaceChildren(chassisPicture(store, service,
                                                       IN_CELL_MAX));
            }
        },
    };
}
