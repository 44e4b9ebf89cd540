// SPDX-License-Identifier: Apache-2.0
//
// A configuration with its private key, shown once: as QR code, as text, to
// download and to copy.

import { h, setText } from '../dom.js';
import { qrCode } from '../qr.js';
import { message } from './parts.js';

/**
 * @param {string} name
 * @param {string} text
 */
function download(name, text) {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    h('a', { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/**
 * wg-quick takes the interface's name from that of the file, of which it
 * allows 15 characters.
 *
 * @param {string} connection
 */
function fileName(connection) {
    return connection.replaceAll(/[^A-Za-z0-9_=+.-]/g, '').slice(0, 15)
        + '.conf';
}

/** @param {string} config */
function copyButton(config) {
    const button = h('button', {
        type: 'button',
        onclick: async () => {
            try {
                await navigator.clipboard.writeText(config);
                setText(button, 'Copied');
            } catch {
                setText(button, 'Cannot copy here: select the text');
            }
        },
    }, 'Copy');
    return button;
}

/**
 * @param {object} sheet
 * @param {string} sheet.connection
 * @param {string} sheet.config
 * @param {'browser'|'api'|'owner'} sheet.keyFrom Who made the private key,
 *     which only its owner does not show.
 * @param {string} sheet.done Where "Done" leads.
 */
export function configSheet({ connection, config, keyFrom, done }) {
    const hasKey = keyFrom !== 'owner';
    const qr = hasKey && qrCode(config, 'QR code of the configuration of '
                                + connection);
    return h(
        'div', { class: 'sheet' },
        hasKey
            ? message('warn', h('p', {},
                                h('strong', {}, 'This is shown once.'),
                                keyFrom === 'browser'
                                ? ' The private key was made in this browser'
                                : ' The private key was made by the API',
                                ' and is stored nowhere: scan, download or '
                                + 'copy the configuration now. Whoever has '
                                + 'it can use the connection.'))
            : message('off', h('p', {}, 'The private key stayed with its '
                               + 'owner, who writes it into this '
                               + 'configuration.')),
        h('div', { class: 'columns' },
          qr && h('figure', {}, qr, h('figcaption', {}, 'Scan it with the '
                                      + 'WireGuard app of a phone.')),
          hasKey && !qr && h('p', { class: 'dim' }, 'There is no QR code: '
                             + 'the configuration is too long for one, or '
                             + 'the API\'s machine lacks the library '
                             + 'node-qrcode-generator.'),
          h('div', { class: 'config' },
            h('pre', { tabindex: 0, 'aria-label': 'Configuration' }, config),
            h('div', { class: 'actions' },
              h('button', {
                  type: 'button', class: 'primary',
                  onclick: () => download(fileName(connection), config),
              }, 'Download ' + fileName(connection)), copyButton(config),
              h('a', { class: 'button', href: done }, 'Done')))));
}
