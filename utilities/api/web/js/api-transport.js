// SPDX-License-Identifier: Apache-2.0
//
// How requests of api-client.js travel.

import { ApiError, problem } from './api-error.js';

/** @param {Response} response */
export function etagOf(response) {
    return response.headers.get('ETag') ?? '*';
}

/** @param {string[]} segments */
export function path(...segments) {
    return '/api/v1/' + segments.map(encodeURIComponent).join('/');
}

/** @param {Object<string, string|number|boolean|undefined>} parameters */
export function query(parameters) {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
        if (value !== undefined && value !== '') {
            search.set(name, String(value));
        }
    }
    return search.size ? '?' + search : '';
}

/**
 * @typedef {object} RequestOptions
 * @property {object} [body] Sent as JSON.
 * @property {string} [etag] Of what is to be changed: if it has been changed
 *     meanwhile, nothing is.
 * @property {string} [idempotencyKey] Sent again, makes nothing twice.
 * @property {AbortSignal} [signal]
 */

export class ApiTransport {
    /**
     * @param {object} [options]
     * @param {string} [options.base] Where the API is, without "/" at the
     *     end; where this page came from, if missing.
     * @param {string} [options.token] Goes into a header, never into a URL.
     */
    constructor({ base = '', token = '' } = {}) {
        this.base = base;
        this.token = token;
        this.closed = false;
        /**
         * Called when a request fails since the token is not, or no longer,
         * valid.
         *
         * @type {(error: ApiError) => void}
         */
        this.onUnauthorized = () => {};
    }

    /** Forgets the token, and makes no more requests. */
    close() {
        this.token = '';
        this.closed = true;
    }

    /** @returns {Record<string, string>} */
    headers() {
        return this.token ? { Authorization: 'Bearer ' + this.token } : {};
    }

    /**
     * Makes a request.  Returns the answer, once it is known to be good.
     *
     * @param {string} method
     * @param {string} target
     * @param {RequestOptions} [options]
     * @returns {Promise<Response>}
     */
    async request(method, target, { body, etag, idempotencyKey,
                                    signal } = {}) {
        if (this.closed) {
            throw new ApiError(0, 'you have signed out');
        }
        const headers = this.headers();
        if (body) {
            headers['Content-Type'] = 'application/json';
        }
        if (etag) {
            headers['If-Match'] = etag;
        }
        if (idempotencyKey) {
            headers['Idempotency-Key'] = idempotencyKey;
        }
        let response;
        try {
            response = await fetch(this.base + target, {
                method, headers, signal,
                body: body && JSON.stringify(body),
                credentials: 'omit',
            });
        } catch (error) {
            if (signal?.aborted) {
                throw error;
            }
            throw new ApiError(0, 'the API cannot be reached');
        }
        if (!response.ok) {
            const error = await problem(response);
            if (error.status === 401) {
                this.onUnauthorized(error);
            }
            throw error;
        }
        return response;
    }

    /**
     * @param {string} method
     * @param {string} target
     * @param {RequestOptions} [options]
     */
    async json(method, target, options) {
        const response = await this.request(method, target, options);
        return response.status === 204 ? undefined : response.json();
    }
}
