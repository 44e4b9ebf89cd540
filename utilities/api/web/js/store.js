// SPDX-License-Identifier: Apache-2.0
//
// What the page knows: services and gateways, kept up to date by events, and
// traffic, asked for while somebody looks at it.  Connections belong to the
// views that show them; their events pass through here.

import { Rates } from './rates.js';

/** @typedef {import('./api-client.js').ApiClient} ApiClient */
/** @typedef {import('./api-client.js').ApiError} ApiError */
/** @typedef {import('./api-types.js').ApiEvent} ApiEvent */
/** @typedef {import('./api-types.js').Gateway} Gateway */
/** @typedef {import('./api-types.js').Service} Service */
/** @typedef {import('./rates.js').Pair} Pair */

/**
 * "services" and "gateways" when some have changed, "traffic" when it has been
 * read again, "link" when the connection is lost or back, "reset" when
 * anything may have changed, and the API's own events, with their data.
 *
 * @typedef {(type: string, data?: any) => void} Listener
 */

const TRAFFIC_MS = 5000;

/** How old numbers of connections may be. */
const COUNTS_MS = 500;

export class Store {
    /** @param {ApiClient} api */
    constructor(api) {
        this.api = api;
        /** @type {Map<string, Service>} */
        this.services = new Map();
        /** @type {Map<string, Gateway>} */
        this.gateways = new Map();
        /** @type {Map<string, {nodes: string[], rate?: Pair}>} */
        this.traffic = new Map();
        this.rates = new Rates();
        this.loaded = false;
        /** The project whose services are shown; all, if empty. */
        this.project = '';
        this.loads = 0;
        /**
         * Events that have come while all is being loaded: they are newer.
         *
         * @type {ApiEvent[]|undefined}
         */
        this.news = undefined;
        /** @type {ApiError|undefined} */
        this.error = undefined;
        this.live = false;
        /** @type {number|undefined} Since when the connection is lost. */
        this.lostAt = undefined;
        /** @type {Set<Listener>} */
        this.listeners = new Set();
        this.watchers = 0;
        /** @type {Set<string>} Services to count the connections of. */
        this.dirty = new Set();
        this.stream = api.follow({
            onEvent: (event) => this.onEvent(event),
            onState: (state, error) => this.onState(state, error),
        });
    }

    close() {
        this.stream.close();
        clearInterval(this.timer);
        this.listeners.clear();
    }

    /**
     * @param {Listener} listener
     * @returns {() => void} Ends it.
     */
    listen(listener) {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    /**
     * @param {string} type
     * @param {any} [data]
     */
    tell(type, data) {
        for (const listener of [...this.listeners]) {
            listener(type, data);
        }
    }

    /** The services that are shown, sorted by name. */
    sortedServices() {
        return [...this.services.values()].filter((s) => (
            !this.project || s.project_id === this.project)).sort((a, b) => (
            a.name < b.name ? -1 : 1));
    }

    /** @param {string} project All, if empty. */
    showProject(project) {
        this.project = project;
        this.tell('services');
    }

    /** @param {string} name Or UUID. */
    findService(name) {
        return this.services.get(name)
            ?? [...this.services.values()].find((s) => s.name === name);
    }

    /** @param {string} reference Name or UUID of a service. */
    nameOf(reference) {
        return this.findService(reference)?.name ?? reference;
    }

    /** All gateways, sorted by name. */
    sortedGateways() {
        return [...this.gateways.values()].sort((a, b) => (
            a.name < b.name ? -1 : 1));
    }

    async load() {
        const turn = ++this.loads;
        /** @type {ApiEvent[]} */
        const news = this.news = [];
        try {
            const services = new Map();
            for await (const service of this.api.allServices()) {
                services.set(service.id, service);
            }
            const gateways = await this.api.gateways();
            if (turn !== this.loads) {
                return;
            }
            this.services = services;
            this.gateways = new Map(gateways.map((g) => [g.name, g]));
            news.forEach((event) => this.apply(event));
            this.loaded = true;
            this.error = undefined;
        } catch (error) {
            if (turn !== this.loads) {
                return;
            }
            this.error = /** @type {ApiError} */ (error);
        }
        this.news = undefined;
        this.tell('services');
        this.tell('gateways');
        await this.readTraffic();
    }

    /**
     * @param {'live'|'lost'} state
     * @param {ApiError} [error]
     */
    onState(state, error) {
        if (state === 'live') {
            const isKnown = this.loaded && this.stream.parser.lastId;
            this.live = true;
            this.lostAt = undefined;
            if (!isKnown) {
                this.reset();
            }
        } else {
            this.live = false;
            this.lostAt ??= Date.now();
            if (error?.status === 401) {
                this.tell('signed-out', error);
                return;
            } else if (!this.loaded) {
                this.error = error;
                this.tell('services');
            }
        }
        this.tell('link');
    }

    reset() {
        this.load();
        this.tell('reset');
    }

    /**
     * Does what an event says, if it is about all of a service or gateway.
     *
     * @param {ApiEvent} event
     * @returns {boolean}
     */
    apply({ type, data }) {
        switch (type) {
        case 'service.created':
        case 'service.updated':
            this.services.set(data.id, data);
            return true;
        case 'service.deleted':
            this.services.delete(data.id);
            return true;
        case 'gateway.updated':
            this.gateways.set(data.name, data);
            return true;
        case 'gateway.deleted':
            this.gateways.delete(data.name);
            return true;
        default:
            return false;
        }
    }

    /** @param {ApiEvent} event */
    onEvent(event) {
        const { type, data } = event;
        if (this.apply(event)) {
            this.news?.push(event);
            this.tell(type.startsWith('service.') ? 'services' : 'gateways');
            this.tell(type, data);
        } else if (type === 'reset') {
            this.reset();
        } else {
            if (type.startsWith('connection.')) {
                this.recount(data.vpn_service_id);
            }
            this.tell(type, data);
        }
    }

    /**
     * A connection of a service has changed, and with it, maybe, how many of
     * them are active, of which no event tells.
     *
     * @param {string} id
     */
    recount(id) {
        if (!this.dirty.size) {
            setTimeout(() => this.readCounts(), COUNTS_MS);
        }
        this.dirty.add(id);
    }

    async readCounts() {
        const ids = [...this.dirty];
        this.dirty.clear();
        for (const id of ids) {
            const service = this.services.get(id);
            try {
                const status = await this.api.serviceStatus(id);
                if (service && this.services.get(id) === service) {
                    this.putService({ ...service, status });
                }
            } catch {
                // It is gone, or the connection is: events tell which.
            }
        }
    }

    /**
     * What a change was answered with, which its event may follow later.
     *
     * @param {Service} service
     */
    putService(service) {
        this.services.set(service.id, service);
        this.tell('services');
    }

    /** @param {Gateway} gateway */
    putGateway(gateway) {
        this.gateways.set(gateway.name, gateway);
        this.tell('gateways');
    }

    // Traffic.

    /**
     * Reads the services' traffic again and again.
     *
     * @returns {() => void} Ends it.
     */
    watchTraffic() {
        if (!this.watchers++) {
            this.readTraffic();
            this.timer = setInterval(() => this.readTraffic(), TRAFFIC_MS);
        }
        return () => {
            if (!--this.watchers) {
                clearInterval(this.timer);
            }
        };
    }

    async readTraffic() {
        if (document.hidden || !this.live) {
            return;
        }
        try {
            const services = await this.api.traffic();
            const now = Date.now();
            this.traffic = new Map(services.map((s) => [s.vpn_service_id, {
                nodes: s.nodes,
                rate: this.rates.update(s.vpn_service_id, s, now),
            }]));
            this.rates.keep(this.traffic);
            this.tell('traffic');
        } catch {
            // The events say that the connection is lost.
        }
    }

    /**
     * The chassis of a service, the active one first, then the others in the
     * order in which they would take over, as far as it is known.
     *
     * @param {Service} service
     */
    nodesOf(service) {
        const priorities = new Map(service.spec.gateways.map(
            (g) => [g.chassis_name, g.priority ?? 0]));
        const nodes = new Set([
            ...this.traffic.get(service.id)?.nodes ?? [],
            ...priorities.keys(),
        ]);
        const active = service.status.node_id;
        if (active) {
            nodes.add(active);
        }
        const rank = (/** @type {string} */ name) => (
            name === active ? 1e9 : priorities.get(name) ?? 0);
        return [...nodes].sort((a, b) => (
            rank(b) - rank(a) || (a < b ? -1 : 1)));
    }
}
