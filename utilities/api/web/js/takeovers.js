// SPDX-License-Identifier: Apache-2.0
//
// Says that services have moved: once for all that moved together, for a
// gateway that dies may have served hundreds.

import { notify } from './components/notices.js';
import { plural } from './format.js';

/** @typedef {import('./api-types.js').Service} Service */

/** How long to wait for more, in milliseconds. */
const TOGETHER_MS = 300;

/** Most services to name. */
const NAMES_MAX = 3;

/** @type {Map<string, Set<string>>} Names of services by gateway. */
const moved = new Map();

function tell() {
    for (const [gateway, services] of moved) {
        const names = [...services];
        notify((names.length === 1 ? names[0] + ' is'
                : plural(names.length, 'service') + ' are')
               + ' served by ' + gateway + ' now'
               + (names.length === 1 ? '.' : ': '
                  + names.slice(0, NAMES_MAX).join(', ')
                  + (names.length > NAMES_MAX ? ' …' : '.')));
    }
    moved.clear();
}

/** @param {Service} service */
export function noteTakeover({ name, status }) {
    const gateway = status.node_id ?? '';
    if (!moved.size) {
        setTimeout(tell, TOGETHER_MS);
    }
    moved.set(gateway, (moved.get(gateway) ?? new Set()).add(name));
}
