// SPDX-License-Identifier: Apache-2.0
//
// A new connection: name, type and expiry.  Its key pair is made here.

import { configSheet } from '../components/config-sheet.js';
import { expirySetting } from '../components/expiry.js';
import { choice, faultAt, field, form, words } from '../components/form.js';
import { crumbs, message, title } from '../components/parts.js';
import { h, replace } from '../dom.js';
import { canMakeKeys, fillIn, makeKeyPair } from '../keys.js';
import { connectionLink, link, serviceLink } from '../router.js';

/** @typedef {import('../api-client.js').ApiClient} ApiClient */
/** @typedef {import('../api-types.js').ConnectionWithKeys}
 *      ConnectionWithKeys */
/** @typedef {import('../app.js').Context} Context */
/** @typedef {import('../keys.js').KeyPair} KeyPair */

/**
 * Makes a key pair, unless the browser cannot.
 *
 * @returns {Promise<KeyPair|undefined>}
 */
export async function tryToMakeKeys() {
    try {
        return canMakeKeys() ? await makeKeyPair() : undefined;
    } catch {
        return undefined;
    }
}

/** Says that keys will not be made here, and asks for the alternative. */
export function serverKeyField() {
    const box = h('input', { type: 'checkbox', name: 'server_key' });
    const element = h(
        'div', { class: 'field', 'data-field': 'server_key' },
        message('warn', h('p', {}, 'This browser cannot make the key pair: '
                          + 'that takes HTTPS or localhost, and X25519 in '
                          + 'WebCrypto (Chromium 137, Firefox 130, Safari 17 '
                          + 'or newer).'),
                h('label', {}, box, ' Let the API make it. It sends the '
                  + 'private key once and does not store it.')),
        h('p', { class: 'fault' }));
    return { element, isChecked: () => box.checked };
}

/**
 * The configuration for the owner of 'keys', with what the API's answer to
 * the request that made them holds.
 *
 * @param {ApiClient} api
 * @param {string} service
 * @param {ConnectionWithKeys} connection
 * @param {string|undefined} privateKey
 */
export async function completeConfig(api, service, connection, privateKey) {
    const config = connection.config
          ?? await api.connectionConfig(service, connection.id);
    return fillIn(config, {
        privateKey: privateKey ?? connection.private_key,
        psk: connection.psk,
    });
}

/** Shows what stands between keys and their configuration, and waits. */
export async function awaitConfig(
    /** @type {ApiClient} */ api, /** @type {string} */ service,
    /** @type {ConnectionWithKeys} */ connection,
    /** @type {string|undefined} */ privateKey,
    /** @type {Element} */ place) {
    for (;;) {
        try {
            return await completeConfig(api, service, connection, privateKey);
        } catch (error) {
            if (/** @type {any} */ (error).status !== 409
                || !place.isConnected) {
                throw error;
            }
            replace(place, message('warn', h('p', { role: 'status' },
                                             /** @type {any} */ (error)
                                             .message, '. Waiting …')));
            await new Promise((resolve) => {
                setTimeout(resolve, 1000);
            });
        }
    }
}

/** Fields that sites have besides. */
function siteFields() {
    const networks = h('input', { autocomplete: 'off' });
    const address = h('input', { autocomplete: 'off' });
    const key = h('input', { autocomplete: 'off', spellcheck: 'false' });

    return {
        element: h(
            'div', {},
            field({ label: 'Networks behind it', name: 'peer_cidrs',
                    control: networks,
                    hint: 'For example 172.20.0.0/24 172.21.0.0/16.' }),
            field({ label: 'Its address', name: 'peer_address',
                    control: address,
                    hint: 'HOST:PORT. Empty: the site calls.' }),
            field({ label: 'Its public key', name: 'public_key',
                    control: key,
                    hint: 'Empty: a key pair is made here for it.' })),
        publicKey: () => key.value.trim(),
        values: () => ({
            peer_cidrs: words(networks.value),
            ...address.value && { peer_address: address.value.trim() },
        }),
    };
}

/**
 * @param {Context} context
 * @param {Object<string, string>} parameters
 */
export function newConnectionView({ session, store }, { service }) {
    const { api } = session;
    const heading = title('New connection');
    const name = h('input', {
        required: true, autocomplete: 'off', autocapitalize: 'off',
    });
    const expiry = expirySetting();
    const site = siteFields();
    const serverKey = serverKeyField();
    let type = 'client';
    const body = h('div', {});
    const element = h('section', {}, crumbs(
        ['Services', link()], [store.nameOf(service), serviceLink(service)]),
                      heading, body);

    site.element.hidden = true;
    serverKey.element.hidden = canMakeKeys();
    const create = async () => {
        const expiresAt = expiry.read();
        const ownKey = type === 'site' ? site.publicKey() : '';
        const keys = ownKey || serverKey.isChecked()
              ? undefined : await tryToMakeKeys();
        if (!keys && !ownKey && !serverKey.isChecked()) {
            serverKey.element.hidden = false;
            throw faultAt('server_key', 'choose who makes the key pair');
        }
        const publicKey = ownKey || keys?.publicKey;
        const connection = await api.createConnection(service, {
            name: name.value.trim(), type, psk: ownKey ? 'none' : 'auto',
            ...expiresAt && { expires_at: expiresAt },
            ...publicKey && { public_key: publicKey },
            ...type === 'site' && site.values(),
        });
        replace(heading, 'Configuration of ' + connection.name);
        heading.focus();
        const config = await awaitConfig(api, service, connection,
                                         keys?.privateKey, body);
        replace(body, configSheet({
            connection: connection.name, config,
            keyFrom: ownKey ? 'owner' : keys ? 'browser' : 'api',
            done: connectionLink(service, connection.name),
        }));
    };

    replace(body, h('div', { class: 'narrow' }, form({
        fields: [
            field({ label: 'Name', name: 'name', control: name,
                    hint: 'Of the device or the site, such as '
                        + 'anna-laptop.' }),
            choice('Type', 'type', [['client', 'a device'],
                                    ['site', 'a site with networks']],
                   (value) => {
                       type = value;
                       site.element.hidden = value !== 'site';
                   }),
            site.element,
            expiry.element,
            serverKey.element,
        ],
        action: 'Make connection',
        cancel: serviceLink(service),
        submit: create,
    })));
    return { title: 'New connection', element };
}
