// SPDX-License-Identifier: Apache-2.0
//
// A form for what others may change at the same time.  It sends what its user
// has changed, and only if that is still as the user has seen it.  Otherwise
// it shows what others have changed, and the user decides.

import { form } from './form.js';
import { message } from './parts.js';
import { h, replace } from '../dom.js';

/** @typedef {import('../api-error.js').ApiError} ApiError */
/** @typedef {import('./settings.js').Setting} Setting */

/**
 * What there is now.
 *
 * @typedef {object} Current
 * @property {Object<string, any>} values By names of settings.
 * @property {string} etag
 */

const CHANGED_MEANWHILE = 412;

/**
 * @param {object} options
 * @param {string} options.what Is edited.
 * @param {Setting[]} options.settings
 * @param {import('../dom.js').Child[]} options.fields The settings' elements,
 *     in the order in which they are shown.
 * @param {Current} options.current
 * @param {() => Promise<Current>} options.load
 * @param {(changes: Object<string, any>, etag: string,
 *          accept: (names: string[], etag: string) => void) => Promise<void>}
 *     options.save Does all that changes; if it takes several requests, it
 *     calls accept() when a part has been done.
 * @param {string} options.cancel Where "Cancel" leads.
 */
export function editor({ what, settings, fields, current, load, save,
                         cancel }) {
    let { etag } = current;
    /** @type {Map<string, string>} What read() gave of unchanged settings. */
    const before = new Map();
    const note = h('div', { role: 'alert' });

    /** @param {Setting} setting */
    const valueOf = (setting) => JSON.stringify(setting.read());
    const accept = (/** @type {string[]} */ names,
                    /** @type {string} */ newEtag) => {
        etag = newEtag;
        for (const setting of settings.filter((s) => names.includes(s.name))) {
            before.set(setting.name, valueOf(setting));
        }
    };

    /** Shows what others have changed, without losing what the user has. */
    const merge = async () => {
        const fresh = await load();
        /** @type {string[]} */
        const fault = [];
        for (const setting of settings) {
            const mine = setting.read();
            const old = before.get(setting.name);
            setting.show(fresh.values[setting.name]);
            const theirs = setting.read();
            const now = JSON.stringify(theirs);
            before.set(setting.name, now);
            if (JSON.stringify(mine) !== old) {
                setting.show(mine);
                if (now !== old && now !== JSON.stringify(mine)) {
                    fault.push(setting.name);
                    setting.element.querySelector('.fault').append(
                        h('span', {}, 'Somebody else has made it: '
                          + setting.describe(theirs)));
                }
            }
        }
        etag = fresh.etag;
        replace(note, message('warn', h('p', {}, what + ' was changed by '
            + 'somebody else meanwhile. Nothing of yours is saved yet: what '
            + 'you have not touched shows what it is now'
            + (fault.length ? ', and what you both have changed says so. '
               : '. ') + 'Look at it, and save again to go on.')));
        note.scrollIntoView({ block: 'nearest' });
    };

    for (const setting of settings) {
        setting.show(current.values[setting.name]);
        before.set(setting.name, valueOf(setting));
    }
    return form({
        fields: [note, ...fields],
        action: 'Save',
        cancel,
        submit: async () => {
            const changed = settings.filter((setting) => (
                valueOf(setting) !== before.get(setting.name)));
            replace(note);
            try {
                await save(Object.fromEntries(changed.map((setting) => (
                    [setting.name, setting.read()]))), etag, accept);
            } catch (error) {
                if (/** @type {ApiError} */ (error).status
                    !== CHANGED_MEANWHILE) {
                    throw error;
                }
                await merge();
            }
        },
    });
}
