// SPDX-License-Identifier: Apache-2.0
//
// A connection: how it is, its traffic over time, and what can be done to it.

import { Chart } from '../components/chart.js';
import { configSheet } from '../components/config-sheet.js';
import { confirmAction } from '../components/dialog.js';
import { notify, notifyError } from '../components/notices.js';
import { codes, connectionBadge, crumbs, factList, handshake, labelTags,
         message, showFacts, showWaiting, title }
    from '../components/parts.js';
import { h, refresh, replace, setText } from '../dom.js';
import { ago, bytes, dateTime, expiry } from '../format.js';
import { appliesTo, isOfRules, ruleText } from '../rules.js';
import { Rate } from '../rates.js';
import { connectionLink, link, rulesLink, serviceLink } from '../router.js';
import { awaitConfig, serverKeyField, tryToMakeKeys }
    from './new-connection.js';

/** @typedef {import('../api-types.js').AccessRule} AccessRule */
/** @typedef {import('../api-types.js').Connection} Connection */
/** @typedef {import('../api-types.js').Traffic} Traffic */
/** @typedef {import('../app.js').Context} Context */

const TRAFFIC_MS = 2000;

class ConnectionView {
    /**
     * @param {Context} context
     * @param {string} service
     * @param {string} name
     */
    constructor(context, service, name) {
        this.context = context;
        this.api = context.session.api;
        this.service = service;
        this.serviceName = context.store.nameOf(service);
        this.reference = name;
        this.name = name;
        /** @type {Connection|undefined} */
        this.connection = undefined;
        /** @type {Traffic} */
        this.traffic = {};
        /** @type {AccessRule[]} */
        this.rules = [];
        /** A configuration is shown that is shown once. */
        this.hasSheet = false;
        this.rate = new Rate();
        this.chart = new Chart(Date.now());
        this.heading = title(name);
        this.state = h('span', {});
        this.body = h('div', {});
        this.trouble = h('div', {});
        this.facts = factList();
        this.actions = h('div', { class: 'actions' });
        this.element = h('section', {}, crumbs(
            ['Services', link()],
            [this.serviceName, serviceLink(service)]),
            h('div', { class: 'heading' }, this.heading, this.state),
            this.body);
        this.unlisten = context.store.listen((type, data) => (
            this.onEvent(type, data)));
        this.timer = setInterval(() => this.readTraffic(), TRAFFIC_MS);
        this.load();
    }

    destroy() {
        this.unlisten();
        this.chart.destroy();
        clearInterval(this.timer);
    }

    async load() {
        if (!this.connection) {
            showWaiting(this.body, undefined, () => this.load());
        }
        try {
            const [{ connection }, rules] = await Promise.all([
                this.api.getConnection(this.service, this.reference),
                this.api.accessRules(this.service)]);
            this.connection = connection;
            this.name = connection.name;
            this.rules = rules;
            if (this.hasSheet) {
                this.draw();
            } else {
                this.show();
            }
            this.readTraffic();
        } catch (error) {
            // A configuration could not be shown again.
            if (!this.hasSheet) {
                showWaiting(this.body, /** @type {Error} */ (error),
                            () => this.load());
            }
        }
    }

    /** @param {string} type @param {any} data */
    onEvent(type, data) {
        if (type === 'reset' && this.connection) {
            this.load();
        } else if (isOfRules(type, data, this.service)) {
            this.readRules();
        } else if (data && data.id === this.connection?.id) {
            if (type === 'connection.deleted') {
                this.connection = undefined;
                replace(this.state);
                replace(this.body, message('off', h('p', {}, this.name,
                                                    ' was deleted.')));
            } else if (type.startsWith('connection.')) {
                this.connection = data;
                this.draw();
            }
        }
    }

    async readRules() {
        try {
            this.rules = await this.api.accessRules(this.service);
            this.draw();
        } catch {
            // The events say that the connection is lost.
        }
    }

    async readTraffic() {
        const { connection } = this;
        if (!connection || document.hidden || !this.context.store.live) {
            return;
        }
        try {
            this.traffic = await this.api.connectionStatus(this.service,
                                                           connection.id);
        } catch {
            return; // The events say that the connection is lost.
        }
        const now = Date.now();
        this.chart.add(this.rate.update(this.traffic, now), now);
        this.draw();
    }

    /** Shows the connection in place of whatever is shown. */
    show() {
        this.hasSheet = false;
        replace(this.heading, this.name);
        replace(this.body, this.trouble,
                h('div', { class: 'columns' },
                  h('div', { class: 'box' }, this.facts),
                  h('div', { class: 'box' }, h('h2', {}, 'Traffic'),
                    this.chart.element)), this.actions);
        this.draw();
    }

    draw() {
        const c = this.connection;
        if (!c) {
            return;
        }
        refresh(this.state, connectionBadge(c));
        refresh(this.trouble, c.error_message
                && message('bad', h('p', {}, c.error_message)));
        showFacts(this.facts, this.describe(c));
        this.drawActions(c);
    }

    /**
     * @param {Connection} c
     * @returns {Array<[string, import('../dom.js').Child]>}
     */
    describe(c) {
        const { traffic } = this;
        const rules = this.rules.filter((rule) => appliesTo(rule, c));
        const networks = c.peer_cidrs.slice(c.addresses.length);
        return [
            ['Description', c.description],
            ['Type', c.type === 'site' ? 'site' : 'device'],
            ['Last handshake', handshake(traffic.last_handshake_at)],
            ['Endpoint', traffic.endpoint
             && h('code', {}, traffic.endpoint)],
            ['Called at', c.peer_address && h('code', {}, c.peer_address)],
            ['Seen by', traffic.node_id],
            ['Address', codes(c.addresses)],
            ['Networks', networks.length ? codes(networks) : undefined],
            ['Received', traffic.rx_bytes !== undefined
             && bytes(traffic.rx_bytes)],
            ['Sent', traffic.tx_bytes !== undefined
             && bytes(traffic.tx_bytes)],
            ['Expires', c.expires_at ? expiry(c.expires_at) + ' ('
             + dateTime(c.expires_at) + ')' : 'never'],
            ['Groups', c.groups.length ? c.groups.map(
                (g) => h('span', { class: 'tag' }, g)) : 'none'],
            ['Labels', labelTags(c.labels)],
            ['Access rules', [rules.length ? h('ul', {}, rules.map(
                (rule) => h('li', {}, rule.name ? rule.name + ': ' : '',
                            ruleText(rule)))) : 'none, so nothing is barred. ',
                h('a', { href: rulesLink(this.service) },
                  'All rules of the service')]],
            ['Key made', c.key_created_at && ago(c.key_created_at)],
            ['Public key', h('code', { class: 'key' }, c.public_key)],
            ['Pre-shared key', !c.has_psk ? 'no' : !c.psk_created_at ? 'yes'
             : 'made ' + ago(c.psk_created_at)],
        ];
    }

    /** @param {Connection} c */
    drawActions(c) {
        if (!this.context.session.may('operator')) {
            return;
        } else if (!this.actions.firstChild) {
            this.toggle = h('button', { type: 'button',
                                        onclick: () => this.enable(
                                            !this.connection?.enabled) });
            replace(this.actions,
                    h('a', { class: 'button primary', href: link(
                        'services', this.service, 'connections',
                        this.reference, 'settings') }, 'Edit'),
                    this.toggle, h('button', { type: 'button',
                                  onclick: () => this.rotate() },
                      'New keys …'),
                    h('button', { type: 'button', class: 'danger',
                                  onclick: () => this.remove() },
                      'Delete …'));
        }
        setText(this.toggle, c.enabled ? 'Disable' : 'Enable');
    }

    /** @param {boolean} enabled */
    async enable(enabled) {
        const c = /** @type {Connection} */ (this.connection);
        try {
            const { connection } = await this.api.updateConnection(
                this.service, c.id, { enabled });
            this.connection = connection;
            notify(c.name + (enabled ? ' is enabled.' : ' is disabled.'), {
                way: { name: 'Undo', action: () => this.enable(!enabled) },
            });
            this.draw();
        } catch (error) {
            notifyError(c.name + ' was not changed', error);
        }
    }

    async remove() {
        const c = /** @type {Connection} */ (this.connection);
        if (!await confirmAction({
            title: `Delete connection ${c.name} of ${this.serviceName}?`,
            text: h('p', {}, c.name + ' loses access at once. This cannot be '
                    + 'undone: a new connection has new keys.'),
            action: 'Delete ' + c.name,
        })) {
            return;
        }
        try {
            this.connection = undefined;
            await this.api.deleteConnection(this.service, c.id);
            notify(c.name + ' was deleted.');
            this.context.go(serviceLink(this.service));
        } catch (error) {
            this.connection = c;
            notifyError(c.name + ' was not deleted', error);
        }
    }

    async rotate() {
        const c = /** @type {Connection} */ (this.connection);
        const keys = await tryToMakeKeys();
        const serverKey = serverKeyField();
        if (!await confirmAction({
            title: `Give ${c.name} new keys?`,
            text: h('div', {}, h('p', {}, 'Its present configuration stops '
                                 + 'working at once. You get a new one, '
                                 + 'which is shown once.'),
                    !keys && serverKey.element),
            action: 'Make new keys', isDangerous: false,
        })) {
            return;
        } else if (!keys && !serverKey.isChecked()) {
            notify('Keys were not changed: nobody was to make them.');
            return;
        }
        try {
            const changed = await this.api.rotateConnectionKey(
                this.service, c.id,
                { psk: 'auto', ...keys && { public_key: keys.publicKey } });
            this.connection = changed;
            this.hasSheet = true;
            replace(this.heading, 'Configuration of ' + c.name);
            this.heading.focus();
            const config = await awaitConfig(this.api, this.service, changed,
                                             keys?.privateKey, this.body);
            this.showSheet(config, keys ? 'browser' : 'api');
        } catch (error) {
            notifyError(c.name + ' got no new configuration', error);
            this.show();
        }
    }

    /** @param {string} config @param {'browser'|'api'} keyFrom */
    showSheet(config, keyFrom) {
        const sheet = configSheet({
            connection: this.name, config, keyFrom,
            done: connectionLink(this.service, this.reference),
        });
        // The address does not change, so that nobody would show the view.
        sheet.querySelector('.config a.button')?.addEventListener(
            'click', (/** @type {Event} */ event) => {
                event.preventDefault();
                this.show();
                this.heading.focus();
            });
        replace(this.body, sheet);
    }
}

/**
 * @param {Context} context
 * @param {Object<string, string>} parameters
 */
export function connectionView(context, { service, connection }) {
    const view = new ConnectionView(context, service, connection);
    return {
        title: connection,
        element: view.element,
        destroy: () => view.destroy(),
    };
}
