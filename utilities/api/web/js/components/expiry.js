// SPDX-License-Identifier: Apache-2.0
//
// When a connection ends: never, in a while, or at a time.

import { faultAt, field, select } from './form.js';
import { h } from '../dom.js';
import { dateTime } from '../format.js';

/** @typedef {import('./settings.js').Setting} Setting */

/** @type {Array<[string, string]>} */
const CHOICES = [
    ['', 'never'], ['+1d', 'in a day'], ['+7d', 'in a week'],
    ['+30d', 'in 30 days'], ['+90d', 'in 90 days'], ['+365d', 'in a year'],
    ['at', 'at a time …'],
];

/** @returns {Setting} */
export function expirySetting() {
    const time = h('input', { type: 'datetime-local', hidden: true,
                              'aria-label': 'Day and time' });
    const choice = select(CHOICES, { onchange: () => {
        time.hidden = choice.value !== 'at';
    } });
    const element = field({ label: 'Expires', name: 'expires_at',
                            control: choice });
    // The control shows minutes only.
    let exact = '';
    let shown = '';

    time.setAttribute('aria-describedby',
                      choice.getAttribute('aria-describedby'));
    choice.after(time);
    return {
        name: 'expires_at',
        element,
        show: (value) => {
            const isTime = value && !value.startsWith('+');
            exact = isTime ? value : '';
            shown = isTime ? dateTime(value).replace(' ', 'T') : '';
            time.value = shown;
            choice.value = isTime ? 'at' : value ?? '';
            time.hidden = !isTime;
        },
        read: () => {
            if (choice.value !== 'at') {
                return choice.value || null;
            } else if (!time.value) {
                throw faultAt('expires_at', 'give a day and a time');
            }
            return time.value === shown ? exact
                : new Date(time.value).toISOString().replace('.000', '');
        },
        describe: (value) => (
            CHOICES.find(([v]) => v === (value ?? ''))?.[1]
                ?? dateTime(value)),
    };
}
