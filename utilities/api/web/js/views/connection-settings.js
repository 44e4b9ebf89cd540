// SPDX-License-Identifier: Apache-2.0
//
// What can be changed of a connection, but its keys.

import { editor } from '../components/editor.js';
import { expirySetting } from '../components/expiry.js';
import { notify } from '../components/notices.js';
import { crumbs, fill, title } from '../components/parts.js';
import { flagSetting, labelsSetting, numberSetting, textSetting,
         wordsSetting } from '../components/settings.js';
import { h } from '../dom.js';
import { connectionLink, link, reference, serviceLink } from '../router.js';

/** @typedef {import('../api-types.js').Connection} Connection */
/** @typedef {import('../app.js').Context} Context */

/** @param {Connection} connection */
function settingsOf({ type }) {
    return [
        textSetting({ label: 'Description', name: 'description' }),
        flagSetting({ label: 'Enabled', name: 'enabled' }),
        expirySetting(),
        wordsSetting({ label: 'Groups', name: 'groups',
                       hint: 'Access rules may name them.' }),
        ...type !== 'site' ? [] : [
            wordsSetting({ label: 'Networks behind it', name: 'peer_cidrs' }),
            textSetting({ label: 'Its address', name: 'peer_address',
                          hint: 'HOST:PORT. Empty: the site calls.' }),
        ],
        wordsSetting({ label: 'Tunnel addresses', name: 'addresses',
                       hint: 'Stand in the configuration that the owner '
                           + 'has.' }),
        numberSetting({ label: 'Keepalive, in seconds', name: 'keepalive',
                        hint: '0: none. Empty: the service\'s.' }),
        labelsSetting({ label: 'Labels', name: 'labels',
                        hint: 'KEY=VALUE, one in a line.' }),
    ];
}

/** @param {{connection: Connection, etag: string}} tagged */
function current({ connection, etag }) {
    return {
        values: {
            ...connection,
            // Its addresses stand there, too.
            peer_cidrs: connection.peer_cidrs.slice(
                connection.addresses.length),
        },
        etag,
    };
}

/**
 * @param {Context} context
 * @param {string} service
 * @param {{connection: Connection, etag: string}} tagged
 */
function settingsForm({ session, go }, service, tagged) {
    const { api } = session;
    const { id, name } = tagged.connection;
    const settings = settingsOf(tagged.connection);
    const back = connectionLink(service, reference(tagged.connection));

    return editor({
        what: 'Connection ' + name,
        settings,
        fields: settings.map((setting) => setting.element),
        current: current(tagged),
        load: async () => current(await api.getConnection(service, id)),
        save: async (changes, etag) => {
            if (changes.peer_cidrs) {
                // Without these, the API takes them from peer_cidrs.
                changes.addresses = settings.find(
                    (setting) => setting.name === 'addresses')?.read();
            }
            if (Object.keys(changes).length) {
                await api.updateConnection(service, id, changes, etag);
                notify(name + ' was changed.');
            }
            go(back);
        },
        cancel: back,
    });
}

/**
 * @param {Context} context
 * @param {Object<string, string>} parameters
 */
export function connectionSettingsView(context, { service, connection }) {
    const body = h('div', {});
    fill(body, async () => [settingsForm(
        context, service,
        await context.session.api.getConnection(service, connection))]);
    return {
        title: 'Settings of ' + connection,
        element: h('section', { class: 'narrow' },
                   crumbs(['Services', link()],
                          [context.store.nameOf(service),
                           serviceLink(service)],
                          [connection,
                           connectionLink(service, connection)]),
                   title('Settings of ' + connection), body),
    };
}
