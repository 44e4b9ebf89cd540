// SPDX-License-Identifier: Apache-2.0
//
// Questions.  The browser's own dialog element keeps the focus in it, ends on
// Escape, and gives the focus back.

import { h } from '../dom.js';

/** @typedef {import('../dom.js').Child} Child */

let count = 0;

/** Answers all questions with "Cancel". */
export function closeDialogs() {
    for (const dialog of document.querySelectorAll('dialog')) {
        dialog.close();
    }
}

/**
 * Asks before something is done that cannot be undone.
 *
 * @param {object} question
 * @param {string} question.title Names the thing.
 * @param {Child} question.text What will happen.
 * @param {string} question.action On the button: a verb and the thing.
 * @param {boolean} [question.isDangerous]
 * @returns {Promise<boolean>}
 */
export function confirmAction({ title, text, action, isDangerous = true }) {
    const id = 'dialog-' + ++count;
    const cancel = h('button', { type: 'button',
                                 onclick: () => dialog.close() }, 'Cancel');
    const dialog = h(
        'dialog', { 'aria-labelledby': id },
        h('h2', { id }, title), h('div', {}, text),
        h('div', { class: 'actions' }, cancel,
          h('button', {
              type: 'button', class: isDangerous ? 'danger' : 'primary',
              onclick: () => dialog.close('yes'),
          }, action)));
    document.body.append(dialog);
    dialog.showModal();
    cancel.focus();
    // Another view has other questions.
    addEventListener('hashchange', closeDialogs);
    return new Promise((resolve) => {
        dialog.addEventListener('close', () => {
            removeEventListener('hashchange', closeDialogs);
            dialog.remove();
            resolve(dialog.returnValue === 'yes');
        });
    });
}
