// SPDX-License-Identifier: Apache-2.0
//
// What can be set, each as a field that is shown a value of the API's and
// gives back one.

import { field, select, words } from './form.js';
import { h } from '../dom.js';

/**
 * @typedef {object} Setting
 * @property {string} name What the API calls it.
 * @property {any} element
 * @property {(value: any) => void} show A value of the API's, or one that
 *     read() gave.
 * @property {() => any} read Throws an ApiError if there is no value that the
 *     API could judge.
 * @property {(value: any) => string} describe What read() gave, for people.
 */

/**
 * @typedef {object} Label
 * @property {string} label
 * @property {string} name
 * @property {import('../dom.js').Child} [hint]
 */

/** @param {string} text */
function orNothing(text) {
    return text || 'nothing';
}

/**
 * @param {Label} label
 * @returns {Setting}
 */
export function textSetting(label) {
    const control = h('input', { autocomplete: 'off' });
    return {
        name: label.name,
        element: field({ ...label, control }),
        show: (value) => {
            control.value = value ?? '';
        },
        read: () => control.value.trim(),
        describe: orNothing,
    };
}

/**
 * Several values, with blanks or commas in between.
 *
 * @param {Label} label
 * @returns {Setting}
 */
export function wordsSetting(label) {
    const control = h('input', { autocomplete: 'off', autocapitalize: 'off',
                                 spellcheck: 'false' });
    return {
        name: label.name,
        element: field({ ...label, control }),
        show: (value) => {
            control.value = (value ?? []).join(' ');
        },
        read: () => words(control.value),
        describe: (value) => orNothing(value.join(' ')),
    };
}

/**
 * @param {Label} label
 * @returns {Setting}
 */
export function numberSetting(label) {
    const control = h('input', { autocomplete: 'off', inputmode: 'numeric' });
    return {
        name: label.name,
        element: field({ ...label, control }),
        show: (value) => {
            control.value = value ?? '';
        },
        read: () => {
            const text = control.value.trim();
            // The API says what is wrong with anything else.
            return text === '' ? null : /^\d{1,9}$/.test(text) ? Number(text)
                : text;
        },
        describe: (value) => orNothing(String(value ?? '')),
    };
}

/**
 * @param {Label} label
 * @returns {Setting}
 */
export function flagSetting(label) {
    const control = select([['true', 'yes'], ['false', 'no']]);
    return {
        name: label.name,
        element: field({ ...label, control }),
        show: (value) => {
            control.value = String(value);
        },
        read: () => control.value === 'true',
        describe: (value) => (value ? 'yes' : 'no'),
    };
}

/** @param {Object<string, string>} labels */
function labelLines(labels) {
    return Object.entries(labels).map(([key, value]) => key + '=' + value);
}

/**
 * Keys with values, one in a line.
 *
 * @param {Label} label
 * @returns {Setting}
 */
export function labelsSetting(label) {
    const control = h('textarea', { rows: 2, spellcheck: 'false' });
    return {
        name: label.name,
        element: field({ ...label, control }),
        show: (value) => {
            const lines = labelLines(value ?? {});
            control.value = lines.join('\n');
            control.rows = Math.min(Math.max(lines.length + 1, 2), 8);
        },
        read: () => Object.fromEntries(
            control.value.split('\n').map((/** @type {string} */ line) => (
                line.trim())).filter(Boolean).sort().map(
                (/** @type {string} */ line) => {
                    const [key, ...value] = line.split('=');
                    return [key.trim(), value.join('=').trim()];
                })),
        describe: (value) => orNothing(labelLines(value).join(', ')),
    };
}
