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
 * @param {object} what
 * @param {string} what.done "deleted".
 * @param {(connection: Connection) => Promise<any>} what.action
 * @param {(n: number) => void} what.onProgress
 * @param {(done: Connection[]) => void} [what.undo]
 * @returns {Promise<Connection[]>} To which it was not done.
 */
export async function doToAll(connections, { done, action, onProgress,
                                             undo }) {
    const queue = [...connections];
    /** @type {Connection[]} */
    const failed = [];
    /** @type {string[]} */
    const errors = [];
    let n = 0;
    const work = async () => {
        for (let next = queue.shift(); next; next = queue.shift()) {
            try {
                await action(next);
            } catch (error) {
                failed.push(next);
                errors.push(next.name + ': '
                            + /** @type {Error} */ (error).message);
            }
            onProgress(++n);
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const ok = connections.filter((c) => !failed.includes(c));
    if (ok.length) {
        notify(plural(ok.length, 'connection') + ' ' + done + '.', {
            way: undo && { name: 'Undo', action: () => undo(ok) },
        });
    }
    if (errors.length) {
        notify(plural(errors.length, 'connection') + ' not ' + done + ': '
               + errors.slice(0, 3).join('; ')
               + (errors.length > 3 ? '; …' : ''), { isError: true });
    }
    return failed;
}
