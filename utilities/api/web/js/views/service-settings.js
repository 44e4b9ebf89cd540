// SPDX-License-Identifier: Apache-2.0
//
// What can be changed of a service, and its deletion.

import { byPriority } from '../components/chassis.js';
import { confirmAction } from '../components/dialog.js';
import { field, form, select, words } from '../components/form.js';
import { notify, notifyError } from '../components/notices.js';
import { crumbs, showWaiting, title } from '../components/parts.js';
import { h, replace } from '../dom.js';
import { plural } from '../format.js';
import { link, serviceLink } from '../router.js';

/** @typedef {import('../api-types.js').Service} Service */
/** @typedef {import('../api-types.js').ServiceGateway} ServiceGateway */
/** @typedef {import('../app.js').Context} Context */

/** @param {string} value */
function text(value) {
    return h('input', { value, autocomplete: 'off' });
}

/** @param {boolean} value */
function yesNo(value) {
    const control = select([['true', 'yes'], ['false', 'no']]);
    control.value = String(value);
    return control;
}

/**
 * Gateways as a user writes them: "gw1:20 gw2:10".
 *
 * @param {ServiceGateway[]} gateways
 */
function gatewaysText(gateways) {
    return gateways.map((g) => g.chassis_name + ':' + g.priority
                        + (g.sticky ? ':sticky' : '')).join(' ');
}

/** @param {string} value */
function readGateways(value) {
    return words(value).map((word) => {
        const [name, priority = '0', sticky] = word.split(':');
        return {
            chassis_name: name,
            // The API says what is wrong with anything else.
            priority: /^\d+$/.test(priority) ? Number(priority) : priority,
            ...sticky === 'sticky' && { sticky: true },
        };
    });
}

/** @param {Service} service */
function controls(service) {
    const { description, spec } = service;
    return {
        description: text(description ?? ''),
        enabled: yesNo(spec.enabled),
        local_subnets: text(spec.local_subnets.join(' ')),
        dns: text(spec.dns.join(' ')),
        client_to_client: yesNo(spec.client_to_client),
        gateways: text(gatewaysText(byPriority(service))),
    };
}

/** @param {ReturnType<typeof controls>} c */
function changes(c) {
    return {
        description: c.description.value,
        enabled: c.enabled.value === 'true',
        local_subnets: words(c.local_subnets.value),
        dns: words(c.dns.value),
        client_to_client: c.client_to_client.value === 'true',
    };
}

/** @param {ReturnType<typeof controls>} c */
function fields(c) {
    return [
        field({ label: 'Description', name: 'description',
                control: c.description }),
        field({ label: 'Enabled', name: 'enabled', control: c.enabled }),
        field({ label: 'Networks that clients reach', name: 'local_subnets',
                control: c.local_subnets,
                hint: 'Stand in new configurations. Empty: those of the '
                    + 'router.' }),
        field({ label: 'Name servers and search domains', name: 'dns',
                control: c.dns }),
        field({ label: 'Clients reach each other', name: 'client_to_client',
                control: c.client_to_client }),
        field({ label: 'Gateways', name: 'gateways', control: c.gateways,
                hint: 'CHASSIS:PRIORITY of each, the highest serves: gw1:20 '
                    + 'gw2:10. With :sticky, the service stays where it is '
                    + 'when a better one comes back. Empty: as the router '
                    + 'has them.' }),
    ];
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
 * @param {Object<string, string>} parameters
 */
export function serviceSettingsView(context, { service: name }) {
    const { session, store, go } = context;
    const body = h('div', {});
    const load = async () => {
        try {
            let { service, etag } = await session.api.getService(name);
            const c = controls(service);
            let before = c.gateways.value;
            replace(body, form({
                fields: fields(c),
                action: 'Save',
                cancel: serviceLink(name),
                submit: async () => {
                    if (c.gateways.value !== before) {
                        ({ etag } = await session.api.setGateways(
                            service.id, readGateways(c.gateways.value),
                            etag));
                        before = c.gateways.value;
                    }
                    ({ service, etag } = await session.api.updateService(
                        service.id, changes(c), etag));
                    store.putService(service);
                    notify(name + ' was changed.');
                    go(serviceLink(name));
                },
            }), h('div', { class: 'box danger-zone' },
                  h('h2', {}, 'Delete'),
                  h('p', {}, 'Its connections go with it.'),
                  h('button', { type: 'button', class: 'danger',
                                onclick: () => remove(context, service) },
                    'Delete ' + service.name + ' …')));
        } catch (error) {
            showWaiting(body, /** @type {Error} */ (error), load);
        }
    };
    showWaiting(body, undefined, load);
    load();
    return {
        title: 'Settings of ' + name,
        element: h('section', { class: 'narrow' },
                   crumbs(['Services', link()], [name, serviceLink(name)]),
                   title('Settings of ' + name), body),
    };
}
