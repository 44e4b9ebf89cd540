// SPDX-License-Identifier: Apache-2.0
//
// Small things that several views show.

import { h, refresh, replace } from '../dom.js';
import { ago, expiry } from '../format.js';

/** @typedef {import('../dom.js').Child} Child */
/** @typedef {import('../api-types.js').Connection} Connection */
/** @typedef {import('../api-types.js').Service} Service */

/**
 * @typedef {'good'|'warn'|'bad'|'off'} Tone
 */

/**
 * A state in a word.  Its mark differs by shape, too, and not by colour alone.
 *
 * @param {Tone} tone
 * @param {string} text
 */
export function badge(tone, text) {
    return h('span', { class: 'badge ' + tone }, text);
}

/** @param {Service} service */
export function serviceBadge({ spec, status }) {
    return !spec.enabled ? badge('off', 'disabled')
        : status.phase === 'error' ? badge('bad', 'error')
        : status.phase === 'pending' ? badge('warn', 'pending')
        : status.warnings.length ? badge('warn', 'active')
        : badge('good', 'active');
}

/**
 * @param {Connection} connection
 * @returns {{tone: Tone, text: string}}
 */
export function connectionState(connection) {
    return !connection.enabled ? { tone: 'off', text: 'disabled' }
        : connection.expires_at && expiry(connection.expires_at) === 'expired'
        ? { tone: 'off', text: 'expired' }
        : connection.error_message ? { tone: 'bad', text: 'error' }
        : connection.status === 'active' ? { tone: 'good', text: 'active' }
        : connection.status === 'pending' ? { tone: 'off', text: 'not seen' }
        : { tone: 'warn', text: 'inactive' };
}

/** @param {Connection} connection */
export function connectionBadge(connection) {
    const { tone, text } = connectionState(connection);
    return badge(tone, text);
}

/**
 * What the last handshake means: WireGuard ends a session that is older than
 * 180 seconds.
 *
 * @param {string|undefined} time
 */
export function handshake(time) {
    return time ? ago(time) : 'never';
}

/** A list of names and values, for showFacts(). */
export function factList() {
    return h('dl', { class: 'facts' });
}

/**
 * @param {Element} list From factList().
 * @param {Array<[string, Child]>} rows Those without a value are left out.
 */
export function showFacts(list, rows) {
    refresh(list, rows.filter(([, value]) => (
        value !== undefined && value !== null && value !== false
            && value !== '' && !(Array.isArray(value) && !value.length)
    )).map(([name, value]) => h('div', {}, h('dt', {}, name),
                                h('dd', {}, value))));
}

/** @param {string[]} values */
export function codes(values) {
    return values.map((value, i) => [i ? ', ' : '', h('code', {}, value)]);
}

/** @param {Object<string, string>|undefined} labels */
export function labelTags(labels = {}) {
    return Object.entries(labels).map(([key, value]) => (
        h('span', { class: 'tag' }, key + '=' + value)));
}

/**
 * The way back, above a view's title.
 *
 * @param {...[string, string]} steps Names and addresses.
 */
export function crumbs(...steps) {
    return h('nav', { class: 'crumbs', 'aria-label': 'Breadcrumb' },
             steps.map(([name, href], i) => [i ? ' / ' : '',
                                             h('a', { href }, name)]));
}

/**
 * A view's title, which is focused when the view is shown.
 *
 * @param {...Child} children
 */
export function title(...children) {
    return h('h1', { tabindex: -1 }, children);
}

/**
 * A box that says what is wrong.
 *
 * @param {Tone} tone
 * @param {...Child} children
 */
export function message(tone, ...children) {
    return h('div', { class: 'message ' + tone }, children);
}

/**
 * Fills an element with "Loading" or an error and a way to try again.
 *
 * @param {Element} element
 * @param {Error|undefined} error
 * @param {() => void} retry
 */
export function showWaiting(element, error, retry) {
    if (error) {
        replace(element, message('bad', h('p', {}, error.message),
                                 h('button', { type: 'button',
                                               onclick: retry },
                                   'Try again')));
    } else {
        replace(element, h('p', { class: 'dim', role: 'status' },
                           'Loading …'));
    }
}

/**
 * Fills an element with what is made of an answer to come, or with why there
 * is none and a way to try again.
 *
 * @param {Element} element
 * @param {() => Promise<Node[]>} make
 */
export async function fill(element, make) {
    const again = () => fill(element, make);

    showWaiting(element, undefined, again);
    try {
        replace(element, ...await make());
    } catch (error) {
        showWaiting(element, /** @type {Error} */ (error), again);
    }
}
