// SPDX-License-Identifier: Apache-2.0
//
// Sign-in with a token.

import { faultAt, field, form } from '../components/form.js';
import { message, title } from '../components/parts.js';
import { h } from '../dom.js';
import { signIn } from '../session.js';

/** @typedef {import('../session.js').Session} Session */

/**
 * @param {(session: Session) => void} enter
 * @param {string} [reason] Why nobody is signed in.
 */
export function signInView(enter, reason) {
    const token = h('input', {
        type: 'password', autocomplete: 'current-password', required: true,
        spellcheck: 'false',
    });
    return {
        title: 'Sign in',
        element: h(
            'section', { class: 'narrow' }, title('Sign in'),
            reason && message('warn', h('p', {}, reason)),
            form({
                fields: [field({
                    label: 'Token', name: 'token', control: token,
                    hint: 'An administrator makes one for you. It stays in '
                        + 'this tab, and goes away with it.',
                })],
                action: 'Sign in',
                cancel: '',
                submit: async () => {
                    try {
                        enter(await signIn(token.value.trim()));
                    } catch (error) {
                        throw faultAt('token', /** @type {Error} */ (
                            error).message);
                    }
                },
            })),
    };
}
