// SPDX-License-Identifier: Apache-2.0
//
// One thing done to many connections, some requests at a time.

import { plural } from '../format.js';
import { notify } from './notices.js';

/** @typedef {import('../api-types.js').Connection} Connection */

/** The API puts requests that arrive together into one transaction. */
const AT_ONCE = 8;

/**
 * @param {Connection[]} connections
 * @param {string} done "deleted".
 * @param {(connection: Connection) => Promise<any>} action
 * @param {(n: number) => void} onProgress
 */
export async function doToAll(connections, done, action, onProgress) {
    const queue = [...connections];
    /** @type {string[]} */
    const errors = [];
    let n = 0;
    const work = async () => {
        for (let next = queue.shift(); next; next = queue.shift()) {
            try {
                await action(next);
            } catch (error) {
                errors.push(next.name + ': '
                            + /** @type {Error} */ (error).message);
            }
            onProgress(++n);
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const ok = connections.length - errors.length;
    if (ok) {
        notify(plural(ok, 'connection') + ' ' + done + '.');
    }
    if (errors.length) {
        notify(plural(errors.length, 'connection') + ' not ' + done + ': '
               + errors.slice(0, 3).join('; ')
               + (errors.length > 3 ? '; …' : ''), { isError: true });
    }
}
