// SPDX-License-Identifier: Apache-2.0
//
// Short messages at the page's edge, which are read out.

import { h } from '../dom.js';

const SHOWN_MS = 8000;

export const notices = h('div', { class: 'notices', role: 'status',
                                  'aria-live': 'polite' });

/**
 * @param {string} message
 * @param {{isError?: boolean}} [options] An error stays until it is closed.
 */
export function notify(message, { isError = false } = {}) {
    const notice = h('div', { class: isError ? 'notice bad' : 'notice' },
                     h('span', {}, message),
                     h('button', {
                         type: 'button', class: 'quiet',
                         'aria-label': 'Close this message',
                         onclick: () => notice.remove(),
                     }, '✕'));
    notices.append(notice);
    if (!isError) {
        setTimeout(() => notice.remove(), SHOWN_MS);
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
