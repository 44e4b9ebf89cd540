// SPDX-License-Identifier: Apache-2.0
//
// An access rule: a new one, or one that is changed.

import { editor } from '../components/editor.js';
import { field, form, select } from '../components/form.js';
import { notify } from '../components/notices.js';
import { crumbs, fill, title } from '../components/parts.js';
import { flagSetting, numberSetting, textSetting, wordsSetting }
    from '../components/settings.js';
import { h } from '../dom.js';
import { link, rulesLink, serviceLink } from '../router.js';

/** @typedef {import('../api-types.js').AccessRule} AccessRule */
/** @typedef {import('../app.js').Context} Context */
/** @typedef {import('../components/settings.js').Setting} Setting */

/** @type {Object<string, any>} */
const NEW = { action: 'allow', direction: 'both', priority: 100, log: false };

/**
 * @param {string} label
 * @param {string} name
 * @param {Array<[string, string]>} options
 * @returns {Setting}
 */
function choiceSetting(label, name, options) {
    const control = select(options);
    return {
        name,
        element: field({ label, name, control }),
        show: (value) => {
            control.value = value ?? '';
        },
        read: () => control.value,
        describe: (value) => value,
    };
}

function makeSettings() {
    return [
        textSetting({ label: 'Name', name: 'name' }),
        choiceSetting('Action', 'action', [['allow', 'allow'],
                                           ['drop', 'drop']]),
        choiceSetting('Who opens the flows', 'direction', [
            ['from-peer', 'the connection'],
            ['to-peer', 'the networks'], ['both', 'either']]),
        wordsSetting({ label: 'Groups', name: 'groups',
                       hint: 'No groups and no connections: all '
                           + 'connections.' }),
        wordsSetting({ label: 'Connections', name: 'connections' }),
        wordsSetting({ label: 'Networks', name: 'networks',
                       hint: 'On the other side. Empty: any.' }),
        choiceSetting('Protocol', 'protocol', [
            ['', 'any'], ['tcp', 'TCP'], ['udp', 'UDP'], ['sctp', 'SCTP'],
            ['icmp', 'ICMP of IPv4'], ['icmp6', 'ICMP of IPv6']]),
        wordsSetting({ label: 'Ports', name: 'ports',
                       hint: 'For example 443 8000-8100. Empty: any.' }),
        numberSetting({ label: 'Priority', name: 'priority',
                        hint: 'The highest decides: 0 to 32767.' }),
        flagSetting({ label: 'Log what matches', name: 'log' }),
    ];
}

/**
 * @param {Context} context
 * @param {string} service
 */
function newForm({ session, go }, service) {
    const settings = makeSettings();
    for (const setting of settings) {
        setting.show(NEW[setting.name]);
    }
    return form({
        fields: settings.map((setting) => setting.element),
        action: 'Make rule',
        cancel: rulesLink(service),
        submit: async () => {
            const body = Object.fromEntries(settings.map(
                (setting) => [setting.name, setting.read()]).filter(
                ([, value]) => value !== '' && value !== null));
            await session.api.createAccessRule(service, body);
            notify('The access rule was made.');
            go(rulesLink(service));
        },
    });
}

/** @param {{rule: AccessRule, etag: string}} tagged */
function current({ rule, etag }) {
    return { values: rule, etag };
}

/**
 * @param {Context} context
 * @param {string} service
 * @param {{rule: AccessRule, etag: string}} tagged
 */
function changeForm({ session, go }, service, tagged) {
    const { api } = session;
    const { id } = tagged.rule;
    const settings = makeSettings();
    return editor({
        what: 'The access rule',
        settings,
        fields: settings.map((setting) => setting.element),
        current: current(tagged),
        load: async () => current(await api.getAccessRule(service, id)),
        save: async (changes, etag) => {
            if (changes.protocol === '') {
                changes.protocol = null;
            }
            if (Object.keys(changes).length) {
                await api.updateAccessRule(service, id, changes, etag);
                notify('The access rule was changed.');
            }
            go(rulesLink(service));
        },
        cancel: rulesLink(service),
    });
}

/**
 * @param {Context} context
 * @param {Object<string, string>} parameters The rule "new" is a new one.
 */
export function accessRuleView(context, { service, rule: id }) {
    const name = context.store.nameOf(service);
    const heading = (id === 'new' ? 'New access rule of '
                     : 'Access rule of ') + name;
    const body = h('div', {});
    fill(body, async () => [
        id === 'new' ? newForm(context, service)
            : changeForm(context, service,
                         await context.session.api.getAccessRule(service,
                                                                 id))]);
    return {
        title: heading,
        element: h('section', { class: 'narrow' },
                   crumbs(['Services', link()],
                          [name, serviceLink(service)],
                          ['Access rules', rulesLink(service)]),
                   title(heading), body),
    };
}
