// SPDX-License-Identifier: Apache-2.0
//
// Forms whose errors are the API's own, at the field at fault.

import { ApiError } from '../api-error.js';
import { h, replace } from '../dom.js';

/** @typedef {import('../api-error.js').Fault} Fault */
/** @typedef {import('../dom.js').Child} Child */

let count = 0;

/**
 * A field with its label, a hint and room for an error.
 *
 * @param {object} field
 * @param {string} field.label
 * @param {string} field.name What the API calls it.
 * @param {Child} [field.hint]
 * @param {any} field.control An input, select or textarea.
 */
export function field({ label, name, hint, control }) {
    const id = 'field-' + ++count;
    control.id = id;
    control.name = name;
    const described = [hint && id + '-hint', id + '-error'];
    control.setAttribute('aria-describedby',
                         described.filter(Boolean).join(' '));
    return h('div', { class: 'field', 'data-field': name },
             h('label', { for: id }, label), control,
             hint && h('p', { class: 'hint', id: id + '-hint' }, hint),
             h('p', { class: 'fault', id: id + '-error' }));
}

/**
 * A choice among a few, all of which are shown.
 *
 * @param {string} label
 * @param {string} name
 * @param {Array<[string, string]>} options Values and labels.
 * @param {(value: string) => void} onchange
 */
export function choice(label, name, options, onchange) {
    return h('fieldset', { class: 'field', 'data-field': name },
             h('legend', {}, label),
             h('div', { class: 'choice' }, options.map(([value, text], i) => (
                 h('label', {}, h('input', {
                     type: 'radio', name, value, checked: i === 0,
                     onchange: () => onchange(value),
                 }), text)))),
             h('p', { class: 'fault' }));
}

/**
 * @param {Array<[string, string]>} options Values and labels.
 * @param {Object<string, any>} [properties]
 */
export function select(options, properties = {}) {
    return h('select', properties, options.map(([value, text]) => (
        h('option', { value }, text))));
}

/** @param {any} form */
function clearFaults(form) {
    for (const fault of form.querySelectorAll('.fault')) {
        replace(fault);
    }
    for (const control of form.querySelectorAll('[aria-invalid]')) {
        control.removeAttribute('aria-invalid');
    }
}

/**
 * The place of a field in a form, if it has one that can be seen.
 *
 * @param {any} form
 * @param {string|undefined} name As the API has it: "spec.dns[0]".
 */
function findPlace(form, name = '') {
    const [first] = name.replace(/^spec\./, '').split(/[.[]/);
    const place = first ? form.querySelector(
        `[data-field="${CSS.escape(first)}"]`) : null;
    return place?.closest('[hidden]') ? null : place;
}

/**
 * Shows each fault at its field, and those that have none here above the
 * buttons.  The first field at fault gets the focus.
 *
 * @param {any} form
 * @param {Fault[]} faults
 */
function showFaults(form, faults) {
    /** @type {Child[]} */
    const others = [];
    let focused = false;
    for (const { field: name, message } of faults) {
        const place = findPlace(form, name);
        if (!place) {
            others.push(h('span', {}, name ? name + ': ' : '', message));
            continue;
        }
        const control = place.querySelector(
            'input, select, textarea');
        place.querySelector('.fault').append(
            h('span', {}, message));
        control?.setAttribute('aria-invalid', 'true');
        if (!focused) {
            place.closest('details')?.setAttribute('open', '');
            control?.focus();
            focused = true;
        }
    }
    replace(form.querySelector('.form-fault'), others);
}

/**
 * What a form fails with that finds a fault itself.
 *
 * @param {string} field
 * @param {string} message
 */
export function faultAt(field, message) {
    return new ApiError(0, message, [{ field, message }]);
}

/**
 * A form that does something with the API.
 *
 * @param {object} options
 * @param {Child[]} options.fields
 * @param {string} options.action On the button.
 * @param {string} options.cancel Where "Cancel" leads.
 * @param {(form: any) => Promise<void>} options.submit
 */
export function form({ fields, action, cancel, submit }) {
    const button = h('button', { type: 'submit', class: 'primary' }, action);
    const element = h(
        'form', {
            novalidate: true,
            onsubmit: async (/** @type {Event} */ event) => {
                event.preventDefault();
                if (button.getAttribute('aria-busy')) {
                    return;
                }
                clearFaults(element);
                button.setAttribute('aria-busy', 'true');
                try {
                    await submit(element);
                } catch (error) {
                    const { faults, message } = /** @type {ApiError} */ (
                        error);
                    showFaults(element, faults ?? [{ message }]);
                } finally {
                    button.removeAttribute('aria-busy');
                }
            },
        }, fields, h('p', { class: 'fault form-fault', role: 'alert' }),
        h('div', { class: 'actions' }, button,
          cancel && h('a', { class: 'button', href: cancel }, 'Cancel')));
    return element;
}

/**
 * What stands in a field for several values, as an array.
 *
 * @param {string} text
 */
export function words(text) {
    return text.split(/[\s,]+/).filter(Boolean);
}
