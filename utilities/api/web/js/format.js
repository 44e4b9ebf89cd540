// SPDX-License-Identifier: Apache-2.0
//
// Numbers and times for people.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/**
 * @param {number} n
 * @param {string[]} units Each 1000 times the one before.
 */
function scaled(n, units) {
    let i = 0;
    while (n >= 999.5 && i < units.length - 1) {
        n /= 1000;
        i++;
    }
    return (i && n < 9.95 ? n.toFixed(1) : n.toFixed(0)) + '\u202f' + units[i];
}

/** @param {number} n */
export function bytes(n) {
    return scaled(n, UNITS);
}

/** @param {number|undefined} n Bytes per second. */
export function rate(n) {
    return n === undefined ? '–'
        : scaled(n * 8, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);
}

/**
 * Both directions, as clients see them.
 *
 * @param {import('./rates.js').Pair|undefined} pair
 */
export function traffic(pair) {
    return pair ? '↓ ' + rate(pair.tx) + '  ↑ ' + rate(pair.rx) : '–';
}

/**
 * Where to call: RFC 3986 has IPv6 addresses in brackets.
 *
 * @param {string|undefined} address
 * @param {number} port
 */
export function endpoint(address = 'no address yet', port) {
    return (address.includes(':') ? '[' + address + ']' : address) + ':'
        + port;
}

/** @param {number} n */
export function count(n) {
    return n.toLocaleString('en').replaceAll(',', '\u202f');
}

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export function plural(n, one, many = one + 's') {
    return count(n) + ' ' + (n === 1 ? one : many);
}

/** @param {number} seconds */
export function duration(seconds) {
    const s = Math.max(0, Math.round(seconds));
    return s < 120 ? s + '\u202fs'
        : s < 7200 ? Math.floor(s / 60) + '\u202fmin'
        : s < 172800 ? Math.round(s / 3600) + '\u202fh'
        : Math.round(s / 86400) + ' days';
}

/**
 * @param {string|undefined} time As in the API.
 * @param {number} [now] Milliseconds.
 */
export function ago(time, now = Date.now()) {
    return time ? duration((now - Date.parse(time)) / 1000) + ' ago' : 'never';
}

/** @param {string} time As in the API. */
export function dateTime(time) {
    const d = new Date(time);
    const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
    return d.getFullYear() + '-' + two(d.getMonth() + 1) + '-'
        + two(d.getDate()) + ' ' + two(d.getHours()) + ':'
        + two(d.getMinutes());
}

/**
 * @param {string|undefined} time
 * @param {number} [now]
 */
export function expiry(time, now = Date.now()) {
    if (!time) {
        return 'never';
    }
    const left = (Date.parse(time) - now) / 1000;
    return left > 0 ? 'in ' + duration(left) : 'expired';
}
