// SPDX-License-Identifier: Apache-2.0
//
// A client of ovn-vpn-api, for this dashboard and for any other page or
// program that can import a module:
//
//     import { ApiClient } from 'https://vpn.example/js/api-client.js';
//
//     const api = new ApiClient({ base: 'https://vpn.example', token });
//     for await (const connection of api.allConnections('s1')) { ... }
//     await api.createConnection('s1', { name: 'laptop', public_key });
//     api.follow({ onEvent: (event) => ..., onState: (state) => ... });
//
// Services and connections are named by name or UUID.  A request that fails
// throws an ApiError with the API's own words.

import { ApiError, problem } from './api-error.js';
import { ApiTransport, etagOf, path, query } from './api-transport.js';
import { EventStream } from './event-stream.js';

export { ApiError };

/** @typedef {import('./api-types.js').AccessRule} AccessRule */
/** @typedef {import('./api-types.js').ApiEvent} ApiEvent */
/** @typedef {import('./api-types.js').Connection} Connection */
/** @typedef {import('./api-types.js').ConnectionWithKeys}
 *      ConnectionWithKeys */
/** @typedef {import('./api-types.js').Gateway} Gateway */
/** @typedef {import('./api-types.js').Identity} Identity */
/** @typedef {import('./api-types.js').Service} Service */
/** @typedef {import('./api-types.js').ServiceStatus} ServiceStatus */
/** @typedef {import('./api-types.js').ServiceTraffic} ServiceTraffic */
/** @typedef {import('./api-types.js').Traffic} Traffic */

/** @typedef {import('./api-transport.js').RequestOptions} RequestOptions */

export class ApiClient extends ApiTransport {
    /** @returns {Promise<Identity>} */
    whoami() {
        return this.json('GET', path('whoami'));
    }

    // Services.

    /** @returns {AsyncGenerator<Service>} */
    async * allServices() {
        let token;
        do {
            const page = await this.json('GET', path('vpn-services') + query({
                limit: 1000, page_token: token,
            }));
            yield* page.vpn_services;
            token = page.next_page_token;
        } while (token);
    }

    /**
     * Makes a request about a service.
     *
     * @param {string} method
     * @param {string} target
     * @param {RequestOptions} [options]
     * @returns {Promise<{service: Service, etag: string}>}
     */
    async taggedService(method, target, options) {
        const response = await this.request(method, target, options);
        return { service: await response.json(), etag: etagOf(response) };
    }

    /** @param {string} service */
    getService(service) {
        return this.taggedService('GET', path('vpn-services', service));
    }

    /**
     * @param {string} service
     * @returns {Promise<ServiceStatus>}
     */
    serviceStatus(service) {
        return this.json('GET', path('vpn-services', service, 'status'));
    }

    /**
     * @param {object} body VpnServiceCreate of openapi.json.
     * @returns {Promise<Service>}
     */
    createService(body) {
        return this.json('POST', path('vpn-services'), {
            body, idempotencyKey: crypto.randomUUID?.(),
        });
    }

    /**
     * @param {string} service
     * @param {object} changes What is missing stays as it is.
     * @param {string} [etag] Of what is to be changed.
     */
    updateService(service, changes, etag) {
        return this.taggedService('PATCH', path('vpn-services', service),
                                  { body: changes, etag });
    }

    /** @param {string} service */
    async deleteService(service) {
        await this.request('DELETE', path('vpn-services', service));
    }

    /**
     * @param {string} service
     * @param {object[]} gateways Chassis with priorities; an empty array
     *     follows the router's.
     * @param {string} [etag]
     */
    setGateways(service, gateways, etag) {
        return this.taggedService(
            'PUT', path('vpn-services', service, 'gateways'),
            { body: { gateways }, etag });
    }

    /**
     * @param {string} service
     * @returns {Promise<AccessRule[]>}
     */
    async accessRules(service) {
        return (await this.json('GET', path('vpn-services', service,
                                            'access-rules'))).access_rules;
    }

    /**
     * Makes a request about an access rule.
     *
     * @param {string} method
     * @param {string} service
     * @param {string} id
     * @param {RequestOptions} [options]
     * @returns {Promise<{rule: AccessRule, etag: string}>}
     */
    async taggedAccessRule(method, service, id, options) {
        const response = await this.request(
            method, path('vpn-services', service, 'access-rules', id),
            options);
        return { rule: await response.json(), etag: etagOf(response) };
    }

    /**
     * @param {string} service
     * @param {string} id
     */
    getAccessRule(service, id) {
        return this.taggedAccessRule('GET', service, id);
    }

    /**
     * @param {string} service
     * @param {object} body AccessRuleInput of openapi.json.
     * @returns {Promise<AccessRule>}
     */
    createAccessRule(service, body) {
        return this.json('POST', path('vpn-services', service,
                                      'access-rules'), {
            body, idempotencyKey: crypto.randomUUID?.(),
        });
    }

    /**
     * @param {string} service
     * @param {string} id
     * @param {object} changes What is missing stays as it is.
     * @param {string} [etag] Of what is to be changed.
     */
    updateAccessRule(service, id, changes, etag) {
        return this.taggedAccessRule('PATCH', service, id,
                                     { body: changes, etag });
    }

    /**
     * @param {string} service
     * @param {string} id
     */
    async deleteAccessRule(service, id) {
        await this.request('DELETE', path('vpn-services', service,
                                          'access-rules', id));
    }

    /** @returns {Promise<ServiceTraffic[]>} */
    async traffic() {
        return (await this.json('GET', path('traffic'))).services;
    }

    // Connections.

    /**
     * A page of a service's connections, sorted by name.
     *
     * @param {string} service
     * @param {{limit?: number, page_token?: string, name?: string,
     *          status?: string}} [parameters]
     * @param {AbortSignal} [signal]
     * @returns {Promise<{connections: Connection[], total_size: number,
     *                    next_page_token?: string}>}
     */
    connectionPage(service, parameters = {}, signal) {
        return this.json('GET', path('vpn-services', service, 'connections')
                         + query(parameters), { signal });
    }

    /**
     * @param {string} service
     * @returns {AsyncGenerator<Connection>}
     */
    async * allConnections(service) {
        let token;
        do {
            const page = await this.connectionPage(service, {
                limit: 1000, page_token: token,
            });
            yield* page.connections;
            token = page.next_page_token;
        } while (token);
    }

    /**
     * Makes a request about a connection.
     *
     * @param {string} method
     * @param {string} target
     * @param {RequestOptions} [options]
     * @returns {Promise<{connection: Connection, etag: string}>}
     */
    async taggedConnection(method, target, options) {
        const response = await this.request(method, target, options);
        return { connection: await response.json(), etag: etagOf(response) };
    }

    /**
     * @param {string} service
     * @param {string} connection
     */
    getConnection(service, connection) {
        return this.taggedConnection('GET', path(
            'vpn-services', service, 'connections', connection));
    }

    /**
     * @param {string} service
     * @param {object} body VpnConnectionCreate of openapi.json.  Without
     *     public_key, the API makes a key pair and sends it, once.
     * @returns {Promise<ConnectionWithKeys>}
     */
    createConnection(service, body) {
        return this.json('POST', path('vpn-services', service, 'connections'),
                         { body, idempotencyKey: crypto.randomUUID?.() });
    }

    /**
     * @param {string} service
     * @param {string} connection
     * @param {object} changes What is missing stays as it is.
     * @param {string} [etag] Of what is to be changed.
     */
    updateConnection(service, connection, changes, etag) {
        return this.taggedConnection('PATCH', path(
            'vpn-services', service, 'connections', connection),
                                     { body: changes, etag });
    }

    /**
     * @param {string} service
     * @param {string} connection
     */
    async deleteConnection(service, connection) {
        await this.request('DELETE', path('vpn-services', service,
                                          'connections', connection));
    }

    /**
     * Gives a connection new keys.
     *
     * @param {string} service
     * @param {string} connection
     * @param {{public_key?: string, psk?: string}} body
     * @returns {Promise<ConnectionWithKeys>}
     */
    rotateConnectionKey(service, connection, body) {
        return this.json('POST', path('vpn-services', service, 'connections',
                                      connection, 'rotate-key'), { body });
    }

    /**
     * The configuration for wg-quick, without the keys that stayed with their
     * owner.
     *
     * @param {string} service
     * @param {string} connection
     * @returns {Promise<string>}
     */
    async connectionConfig(service, connection) {
        const response = await this.request('GET', path(
            'vpn-services', service, 'connections', connection, 'config'));
        return response.text();
    }

    /**
     * @param {string} service
     * @param {string} connection
     * @returns {Promise<{status: string, error_message?: string} & Traffic>}
     */
    connectionStatus(service, connection) {
        return this.json('GET', path('vpn-services', service, 'connections',
                                     connection, 'status'));
    }

    /**
     * @param {string} service
     * @param {string[]} connections At most 200.
     * @returns {Promise<Array<{id: string} & Traffic>>}
     */
    async connectionsTraffic(service, connections) {
        const target = path('vpn-services', service, 'traffic')
              + query({ connections: connections.join(',') });
        return (await this.json('GET', target)).connections;
    }

    // Gateways.

    /** @returns {Promise<Gateway[]>} */
    async gateways() {
        return (await this.json('GET', path('gateways'))).gateways;
    }

    /**
     * Moves services away from a gateway, or lets them come back.
     *
     * @param {string} gateway
     * @param {boolean} drain
     * @returns {Promise<Gateway>}
     */
    drainGateway(gateway, drain) {
        return this.json('POST', path('gateways', gateway,
                                      drain ? 'drain' : 'undrain'));
    }

    // Events.

    /**
     * Follows changes, across lost connections, until the stream is closed.
     *
     * @param {object} handlers
     * @param {(event: ApiEvent) => void} handlers.onEvent
     * @param {(state: 'live'|'lost', error?: ApiError) => void}
     *     [handlers.onState]
     * @returns {EventStream}
     */
    follow(handlers) {
        return new EventStream((headers, signal) => this.openEvents(
            headers, signal), handlers);
    }

    /**
     * @param {Record<string, string>} headers
     * @param {AbortSignal} signal
     * @returns {Promise<ReadableStream<Uint8Array>>}
     */
    async openEvents(headers, signal) {
        let response;
        try {
            response = await fetch(this.base + path('events'), {
                headers: { ...this.headers(), ...headers },
                signal, credentials: 'omit', cache: 'no-store',
            });
        } catch {
            throw new ApiError(0, 'the API cannot be reached');
        }
        if (!response.ok || !response.body) {
            throw await problem(response);
        }
        return response.body;
    }
}
