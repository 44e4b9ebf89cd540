// SPDX-License-Identifier: Apache-2.0
//
// What can be changed of a service, and its deletion.

import { confirmAction } from '../components/dialog.js';
import { editor } from '../components/editor.js';
import { gatewaysSetting } from '../components/gateway-choice.js';
import { notify, notifyError } from '../components/notices.js';
import { crumbs, fill, message, title } from '../components/parts.js';
import { flagSetting, labelsSetting, numberSetting, textSetting,
         wordsSetting } from '../components/settings.js';
import { h } from '../dom.js';
import { plural } from '../format.js';
import { link, reference, serviceLink } from '../router.js';

/** @typedef {import('../api-types.js').Service} Service */
/** @typedef {import('../app.js').Context} Context */
/** @typedef {import('../components/settings.js').Setting} Setting */

function commonSettings() {
    return [
        textSetting({ label: 'Description', name: 'description' }),
        flagSetting({ label: 'Enabled', name: 'enabled' }),
        wordsSetting({ label: 'Networks that clients reach',
                       name: 'local_subnets',
                       hint: 'Stand in new configurations. Empty: those of '
                           + 'the router.' }),
        wordsSetting({ label: 'Name servers and search domains',
                       name: 'dns',
                       hint: 'Stand in new configurations.' }),
        flagSetting({ label: 'Clients reach each other',
                      name: 'client_to_client' }),
        numberSetting({ label: 'MTU of the tunnel', name: 'mtu',
                        hint: 'From 1280 to 8920. Empty: what fits.' }),
        numberSetting({ label: 'Keepalive of clients, in seconds',
                        name: 'keepalive',
                        hint: '0: none. Empty: the default.' }),
        labelsSetting({ label: 'Labels', name: 'labels',
                        hint: 'KEY=VALUE, one in a line.' }),
    ];
}

/** What stands in configurations that clients have. */
function addressSettings() {
    return [
        textSetting({ label: 'Router', name: 'router_id' }),
        textSetting({ label: 'Floating IP', name: 'external_ip' }),
        numberSetting({ label: 'Port', name: 'listen_port' }),
        wordsSetting({ label: 'Tunnel subnets', name: 'tunnel_subnets' }),
    ];
}

/** @param {Setting[]} settings */
function elements(settings) {
    return settings.map((setting) => setting.element);
}

/** @param {{service: Service, etag: string}} tagged */
function current({ service, etag }) {
    const { description, labels, spec } = service;
    return { values: { ...spec, description, labels }, etag };
}

/**
 * @param {Context} context
 * @param {Service} service
 */
async function remove({ session, go }, service) {
    const n = service.status.connections;
    if (!await confirmAction({
        title: 'Delete service ' + service.name + '?',
        text: h('p', {}, (n ? plural(n, 'connection') + ' of it will be '
                          + 'deleted, too, and lose access at once. ' : '')
                + 'This cannot be undone.'),
        action: 'Delete ' + service.name,
    })) {
        return;
    }
    try {
        await session.api.deleteService(service.id);
        notify('Service ' + service.name + ' was deleted.');
        go(link());
    } catch (error) {
        notifyError(service.name + ' was not deleted', error);
    }
}

/**
 * @param {Context} context
 * @param {{service: Service, etag: string}} tagged
 */
function settingsForm({ session, store, go }, tagged) {
    const { api } = session;
    const { id, name } = tagged.service;
    const gateways = gatewaysSetting(store);
    const common = commonSettings();
    const addresses = addressSettings();

    return editor({
        what: 'Service ' + name,
        settings: [...common, gateways, ...addresses],
        fields: [
            elements(common), gateways.element,
            h('details', { class: 'field' },
              h('summary', {}, 'Addresses'),
              message('warn', h('p', {}, 'Configurations that clients already '
                                + 'have name these: a change takes new '
                                + 'ones.')),
              elements(addresses)),
        ],
        current: current(tagged),
        load: async () => current(await api.getService(id)),
        save: async ({ gateways: wanted, ...changes }, etag, accept) => {
            let now = { etag };
            if (Object.keys(changes).length) {
                now = await api.updateService(id, changes, etag);
                accept(Object.keys(changes), now.etag);
            }
            if (wanted) {
                now = await api.setGateways(id, wanted, now.etag);
            }
            if ('service' in now) {
                store.putService(/** @type {Service} */ (now.service));
                notify(name + ' was changed.');
            }
            go(serviceLink(reference(tagged.service)));
        },
        cancel: serviceLink(reference(tagged.service)),
    });
}

/**
 * @param {Context} context
 * @param {Object<string, string>} parameters
 */
export function serviceSettingsView(context, { service: name }) {
    const { session } = context;
    const heading = 'Settings of ' + context.store.nameOf(name);
    const body = h('div', {});
    fill(body, async () => {
        const tagged = await session.api.getService(name);
        const { service } = tagged;

        return [settingsForm(context, tagged),
                h('div', { class: 'box danger-zone' },
                  h('h2', {}, 'Delete'),
                  h('p', {}, 'Its connections go with it.'),
                  h('button', { type: 'button', class: 'danger',
                                onclick: () => remove(context, service) },
                    'Delete ' + service.name + ' …'))];
    });
    return {
        title: heading,
        element: h('section', { class: 'narrow' },
                   crumbs(['Services', link()], [context.store.nameOf(name),
                                                 serviceLink(name)]),
                   title(heading), body),
    };
}
