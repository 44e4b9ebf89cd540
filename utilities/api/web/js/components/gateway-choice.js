// SPDX-License-Identifier: Apache-2.0
//
// Which gateways serve a service, and in which order.

import { trouble } from './chassis.js';
import { badge } from './parts.js';
import { h, replace } from '../dom.js';

/** @typedef {import('../api-types.js').ServiceGateway} ServiceGateway */
/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('./settings.js').Setting} Setting */

/** Between the priorities that are proposed. */
const STEP = 10;

/**
 * @typedef {object} Row
 * @property {any} element
 * @property {() => ServiceGateway|undefined} read
 * @property {(gateway: ServiceGateway|undefined) => void} show
 */

/**
 * @param {Store} store
 * @param {string} name Of the chassis.
 * @param {() => number} propose A priority for one that is chosen.
 * @returns {Row}
 */
function makeRow(store, name, propose) {
    const why = trouble(store.gateways.get(name));
    const priority = h('input', { inputmode: 'numeric', size: 5,
                                  'aria-label': 'Priority of ' + name });
    const sticky = h('input', { type: 'checkbox',
                                'aria-label': name + ' is sticky' });
    const chosen = h('input', { type: 'checkbox', onchange: () => {
        if (chosen.checked && !priority.value) {
            priority.value = propose();
        }
        update();
    } });
    const update = () => {
        priority.disabled = sticky.disabled = !chosen.checked;
    };
    return {
        element: h('li', {}, h('label', {}, chosen, h('span', {}, name),
                               why && badge('bad', why)),
                   h('label', {}, 'priority', priority),
                   h('label', {}, sticky, 'sticky')),
        show: (gateway) => {
            chosen.checked = gateway !== undefined;
            priority.value = gateway?.priority ?? '';
            sticky.checked = gateway?.sticky ?? false;
            update();
        },
        read: () => (chosen.checked ? {
            chassis_name: name,
            // The API says what is wrong with anything else.
            priority: /^\d{1,9}$/.test(priority.value)
                ? Number(priority.value) : priority.value,
            sticky: sticky.checked,
        } : undefined),
    };
}

/** @param {ServiceGateway[]} gateways */
function describe(gateways) {
    return gateways.map((g) => g.chassis_name + ' ' + g.priority
                        + (g.sticky ? ' (sticky)' : '')).join(', ')
        || 'as the router has them';
}

/**
 * @param {Store} store
 * @returns {Setting}
 */
export function gatewaysSetting(store) {
    /** @type {Map<string, Row>} */
    const rows = new Map();
    const list = h('ul', {});
    const other = h('input', {
        'aria-label': 'Name of another chassis', autocomplete: 'off',
        placeholder: 'another chassis', onchange: () => add(),
    });
    const read = () => [...rows.values()].flatMap((row) => row.read() ?? [])
          .sort((a, b) => (a.chassis_name < b.chassis_name ? -1 : 1));
    const propose = () => {
        const known = read().map((g) => Number(g.priority)).filter(Boolean);
        return known.length ? Math.max(0, Math.min(...known) - STEP)
            : 2 * STEP;
    };
    /** @param {string} name */
    const rowOf = (name) => {
        let row = rows.get(name);
        if (!row) {
            row = makeRow(store, name, propose);
            rows.set(name, row);
            list.append(row.element);
        }
        return row;
    };
    const add = () => {
        const name = other.value.trim();
        if (name && !rows.has(name)) {
            const priority = propose();
            rowOf(name).show({ chassis_name: name, priority });
        }
        other.value = '';
    };
    return {
        name: 'gateways',
        element: h('fieldset', { class: 'field gateway-choice',
                                 'data-field': 'gateways' },
                   h('legend', {}, 'Gateways'), list, other,
                   h('p', { class: 'hint' }, 'The one with the highest '
                     + 'priority serves. On a sticky one, the service stays '
                     + 'when a better one comes back. None chosen: as the '
                     + 'router has them.'),
                   h('p', { class: 'fault' })),
        show: (/** @type {ServiceGateway[]} */ value) => {
            const wanted = new Map(value.map((g) => [g.chassis_name, g]));
            rows.clear();
            replace(list);
            for (const name of new Set([
                ...[...value].sort((a, b) => (
                    Number(b.priority) - Number(a.priority)))
                    .map((g) => g.chassis_name),
                ...store.sortedGateways().map((g) => g.name)])) {
                rowOf(name).show(wanted.get(name));
            }
        },
        read: () => {
            add();
            return read();
        },
        describe,
    };
}
