// SPDX-License-Identifier: Apache-2.0
//
// Short messages at the page's edge, which are read out.

import { h } from '../dom.js';

/** @typedef {{name: string, action: () => void}} Way What can be done. */

const SHOWN_MS = 8000;

/** With something to be done, which takes a while to reach by keyboard. */
const WAY_MS = 20000;

/** Most messages at a time, and most errors: older ones go first. */
const NOTICES_MAX = 3;

export const notices = h('div', { class: 'notices', role: 'status',
                                  'aria-live': 'polite' });

/**
 * Takes a message away after a while in which nobody is at it.
 *
 * @param {any} notice
 * @param {number} ms
 */
function expire(notice, ms) {
    const timer = setInterval(() => {
        if (!notice.isConnected) {
            clearInterval(timer);
        } else if (!notice.matches(':hover, :focus-within')) {
            clearInterval(timer);
            notice.remove();
        }
    }, ms);
}

/**
 * Takes older messages away if there are too many of a kind.
 *
 * @param {string} kind A selector.
 */
function thinOut(kind) {
    const list = [...notices.children].filter((e) => e.matches(kind));
    for (const old of list.slice(0, -NOTICES_MAX)) {
        old.remove();
    }
}

/**
 * @param {string} message
 * @param {{isError?: boolean, way?: Way}} [options] An error stays until it is
 *     closed.
 */
export function notify(message, { isError = false, way } = {}) {
    const button = (/** @type {object} */ properties,
                    /** @type {string} */ text,
                    /** @type {() => void} */ action) => h('button', {
        type: 'button', ...properties,
        onclick: () => {
            notice.remove();
            action();
        },
    }, text);
    const notice = h('div', { class: isError ? 'notice bad' : 'notice' },
                     h('span', {}, message),
                     way && button({}, way.name, way.action),
                     button({ class: 'quiet',
                              'aria-label': 'Close this message' }, '✕',
                            () => {}));
    notices.append(notice);
    thinOut(isError ? '.bad' : ':not(.bad)');
    if (!isError) {
        expire(notice, way ? WAY_MS : SHOWN_MS);
    }
}

/**
 * Says that something was refused, in the API's words.
 *
 * @param {string} what "laptop was not deleted".
 * @param {unknown} error
 */
export function notifyError(what, error) {
    notify(what + ': ' + /** @type {Error} */ (error).message,
           { isError: true });
}
