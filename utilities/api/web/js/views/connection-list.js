// SPDX-License-Identifier: Apache-2.0
//
// The connections of a service: all are here, so that searching and sorting
// ask nobody; only those that are seen exist as elements, and only their
// traffic is asked for.

import { doToAll } from '../components/bulk.js';
import { connectionRow } from '../components/connection-row.js';
import { confirmAction } from '../components/dialog.js';
import { select } from '../components/form.js';
import { connectionState, message } from '../components/parts.js';
import { Rows } from '../components/rows.js';
import { h, replace, setText } from '../dom.js';
import { count, plural } from '../format.js';
import { Rates } from '../rates.js';

/** @typedef {import('../api-types.js').Connection} Connection */
/** @typedef {import('../api-types.js').Service} Service */
/** @typedef {import('../api-types.js').Traffic} Traffic */
/** @typedef {import('../app.js').Context} Context */
/** @typedef {import('../rates.js').Pair} Pair */

const TRAFFIC_MS = 5000;

/** Most connections whose traffic is asked for at once: the API's limit. */
const NAMES_MAX = 200;

/** @type {Object<string, (a: Connection, b: Connection) => number>} */
const ORDERS = {
    name: (a, b) => (a.name < b.name ? -1 : 1),
    state: (a, b) => connectionState(a).text.localeCompare(
        connectionState(b).text) || ORDERS.name(a, b),
    expiry: (a, b) => (a.expires_at ?? '9').localeCompare(
        b.expires_at ?? '9') || ORDERS.name(a, b),
    newest: (a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? '')
        || ORDERS.name(a, b),
    key: (a, b) => (a.key_created_at ?? '').localeCompare(
        b.key_created_at ?? '') || ORDERS.name(a, b),
};

/** @param {string} label @param {any} control */
function labelled(label, control) {
    control.setAttribute('aria-label', label);
    return control;
}

export class ConnectionList {
    /**
     * @param {Context} context
     * @param {Service} service
     */
    constructor(context, service) {
        this.context = context;
        this.service = service;
        /** @type {Map<string, Connection>} */
        this.connections = new Map();
        /** @type {Map<string, Traffic & {rate?: Pair}>} */
        this.traffic = new Map();
        this.rates = new Rates();
        /** @type {Set<string>} */
        this.selected = new Set();
        this.mayChange = context.session.may('operator');
        this.loads = 0;
        /**
         * What events have said while the list is being loaded, which is
         * newer than the list: null if it is gone.
         *
         * @type {Map<string, Connection|null>|undefined}
         */
        this.news = undefined;
        this.frame = 0;
        this.makeControls();
        this.rows = new Rows({
            label: 'Connections',
            columns: ['Name', 'State', 'Address', 'Last handshake',
                      'Traffic', 'Expires'],
            key: (c) => c.id,
            create: () => connectionRow(this),
        });
        this.rows.onVisible = () => this.onVisible();
        this.note = h('div', {});
        this.heading = h('h2', { tabindex: -1 }, 'Connections');
        this.isBusy = false;
        this.element = h('section', { class: 'connections',
                                      'aria-label': 'Connections' },
                         this.heading, this.controls,
                         this.bulk, this.note, this.rows.element);
        this.timer = setInterval(() => this.readTraffic(), TRAFFIC_MS);
        this.load();
    }

    makeControls() {
        const change = () => {
            scrollTo(0, Math.min(scrollY, this.element.offsetTop));
            this.schedule();
        };
        this.search = labelled('Search', h('input', {
            type: 'search', placeholder: 'Search name, address, group …',
            oninput: change,
        }));
        this.state = labelled('State', select(
            [['', 'any state'], ...['active', 'inactive', 'not seen',
                                    'disabled', 'expired', 'error'].map(
                (s) => /** @type {[string, string]} */ ([s, s]))],
            { onchange: change }));
        this.group = labelled('Group', select([['', 'any group']],
                                              { onchange: change }));
        this.order = labelled('Sort by', select(
            [['name', 'by name'], ['state', 'by state'],
             ['expiry', 'by expiry'], ['newest', 'newest first'],
             ['key', 'oldest key first']], { onchange: change }));
        this.count = h('span', { class: 'dim', role: 'status' });
        this.controls = h('div', { class: 'controls' }, this.search,
                          this.state, this.group, this.order, this.count);
        this.makeBulk();
    }

    makeBulk() {
        const button = (/** @type {string} */ text,
                        /** @type {() => void} */ onclick, style = '') => (
            h('button', { type: 'button', class: style, onclick }, text));
        this.chosen = h('span', { role: 'status' });
        this.bulk = h('div', { class: 'bulk', hidden: true }, this.chosen,
                      button('Select all shown', () => this.selectShown()),
                      button('Select none', () => this.selectNone()),
                      button('Enable', () => this.enable(
                          true, this.chosenOnes())),
                      button('Disable', () => this.enable(
                          false, this.chosenOnes())),
                      button('Delete …', () => this.remove(), 'danger'));
    }

    destroy() {
        this.loads++;
        clearInterval(this.timer);
        clearTimeout(this.soon);
        cancelAnimationFrame(this.frame);
        this.rows.destroy();
    }

    // What there is.

    async load() {
        const { api } = this.context.session;
        const turn = ++this.loads;
        const news = this.news = new Map();
        /** @type {Map<string, Connection>} */
        const fresh = new Map();
        let token;
        try {
            do {
                const page = await api.connectionPage(this.service.id, {
                    limit: 1000, page_token: token,
                });
                if (turn !== this.loads) {
                    return;
                }
                for (const connection of page.connections) {
                    fresh.set(connection.id, connection);
                }
                for (const [id, connection] of news) {
                    if (connection) {
                        fresh.set(id, connection);
                    } else {
                        fresh.delete(id);
                    }
                }
                if (fresh.size >= this.connections.size) {
                    this.connections = fresh;
                    this.schedule();
                }
                token = page.next_page_token;
            } while (token);
            this.connections = fresh;
            this.news = undefined;
            this.isLoaded = true;
            replace(this.note);
        } catch (error) {
            replace(this.note, message(
                'bad', h('p', {}, /** @type {Error} */ (error).message),
                h('button', { type: 'button', onclick: () => this.load() },
                  'Try again')));
        }
        this.schedule();
    }

    /** @param {Service} service */
    updateService(service) {
        this.service = service;
    }

    /** @param {string} type @param {any} data */
    onEvent(type, data) {
        if (data.vpn_service_id !== this.service.id) {
            return;
        }
        const isGone = type === 'connection.deleted';
        this.news?.set(data.id, isGone ? null : data);
        if (isGone) {
            this.connections.delete(data.id);
            this.selected.delete(data.id);
            this.traffic.delete(data.id);
            this.rates.keep(this.connections);
        } else {
            this.connections.set(data.id, data);
        }
        this.schedule();
    }

    async readTraffic() {
        const ids = this.rows.visible.slice(0, NAMES_MAX).map((c) => c.id);
        if (!ids.length || document.hidden || !this.context.store.live) {
            return;
        }
        try {
            const list = await this.context.session.api.connectionsTraffic(
                this.service.id, ids);
            const now = Date.now();
            for (const t of list) {
                this.traffic.set(t.id, {
                    ...t, rate: this.rates.update(t.id, t, now),
                });
            }
            // What is shown, and in which order, does not depend on it.
            this.rows.schedule();
        } catch {
            // The events say that the connection is lost.
        }
    }

    // What is shown of it.

    schedule() {
        this.frame ||= requestAnimationFrame(() => {
            this.frame = 0;
            this.draw();
        });
    }

    /** Those that the user asks for. */
    found() {
        const text = this.search.value.trim().toLowerCase();
        const state = this.state.value;
        const group = this.group.value;
        return [...this.connections.values()].filter((c) => (
            (!text || c.name.toLowerCase().includes(text)
             || c.description?.toLowerCase().includes(text)
             || c.peer_cidrs.some((p) => p.includes(text))
             || c.groups.some((g) => g.toLowerCase().includes(text)))
            && (!state || connectionState(c).text === state)
            && (!group || c.groups.includes(group))))
            .sort(ORDERS[this.order.value]);
    }

    drawGroups() {
        const groups = [...new Set([...this.connections.values()].flatMap(
            (c) => c.groups))].sort();
        if (groups.join() !== this.groups) {
            const { value } = this.group;
            this.groups = groups.join();
            replace(this.group, [['', 'any group'],
                                 ...groups.map((g) => [g, g])].map(
                ([v, t]) => h('option', { value: v }, t)));
            this.group.value = groups.includes(value) ? value : '';
        }
        this.group.hidden = !groups.length;
    }

    draw() {
        this.drawGroups();
        const items = this.found();
        const n = this.connections.size;
        this.rows.update(items);
        this.controls.hidden = !n;
        this.rows.element.hidden = !items.length;
        setText(this.count, items.length === n ? plural(n, 'connection')
                : count(items.length) + ' of ' + plural(n, 'connection'));
        this.bulk.hidden = !this.selected.size;
        if (!this.isBusy) {
            setText(this.chosen, plural(this.selected.size, 'connection')
                    + ' selected');
        }
        if (this.isLoaded && !items.length) {
            replace(this.note, h('p', { class: 'empty' }, n
                ? 'No connection is like that.'
                : 'There is no connection yet.'));
        } else if (this.isLoaded) {
            replace(this.note);
        } else if (!this.note.firstChild) {
            replace(this.note, h('p', { class: 'dim' }, 'Loading …'));
        }
    }

    /** Rows have come into sight: what is known of their traffic is old. */
    onVisible() {
        const isNew = this.rows.visible.some((c) => !this.traffic.has(c.id));
        if (isNew && !this.soon) {
            this.soon = setTimeout(() => {
                this.soon = undefined;
                this.readTraffic();
            }, 150);
        }
    }

    // What is done to them.

    /** @param {string} id @param {boolean} isSelected */
    choose(id, isSelected) {
        if (isSelected) {
            this.selected.add(id);
        } else {
            this.selected.delete(id);
        }
        this.schedule();
    }

    selectShown() {
        for (const { id } of this.found()) {
            this.selected.add(id);
        }
        this.schedule();
    }

    selectNone() {
        this.selected.clear();
        this.schedule();
    }

    chosenOnes() {
        return [...this.selected].flatMap((id) => (
            this.connections.get(id) ?? []));
    }

    /**
     * Does something to connections.  Those to which it could not be done
     * stay selected.
     *
     * @param {Connection[]} list
     * @param {string} done
     * @param {(connection: Connection) => Promise<any>} action
     * @param {(done: Connection[]) => void} [undo]
     */
    async doTo(list, done, action, undo) {
        this.isBusy = this.bulk.inert = true;
        // The button that was pressed goes away.
        this.heading.focus({ preventScroll: true });
        const failed = await doToAll(list, {
            done, action, undo,
            onProgress: (n) => setText(this.chosen, count(n) + ' of '
                                       + count(list.length) + ' ' + done),
        });
        this.isBusy = this.bulk.inert = false;
        this.selected = new Set(failed.map((c) => c.id));
        this.schedule();
    }

    /** @param {boolean} enabled @param {Connection[]} list */
    enable(enabled, list) {
        const changed = list.filter((c) => c.enabled !== enabled);
        const action = async (/** @type {Connection} */ { id }) => {
            const { connection } = await this.context.session.api
                  .updateConnection(this.service.id, id, { enabled });
            this.connections.set(id, connection);
        };
        return this.doTo(changed, enabled ? 'enabled' : 'disabled', action,
                         (done) => this.enable(!enabled, done.map((c) => ({
                             ...c, enabled }))));
    }

    async remove() {
        const list = this.chosenOnes();
        const names = list.slice(0, 5).map((c) => c.name).join(', ')
              + (list.length > 5 ? ' and ' + count(list.length - 5) + ' more'
                 : '');
        if (await confirmAction({
            title: 'Delete ' + plural(list.length, 'connection') + ' of '
                + this.service.name + '?',
            text: h('p', {}, names + ' will lose access at once. This cannot '
                    + 'be undone: a new connection has new keys.'),
            action: 'Delete ' + plural(list.length, 'connection'),
        })) {
            await this.doTo(list, 'deleted', async (c) => {
                await this.context.session.api.deleteConnection(
                    this.service.id, c.id);
                this.connections.delete(c.id);
            });
        }
    }
}
