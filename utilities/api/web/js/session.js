// SPDX-License-Identifier: Apache-2.0
//
// Who is signed in.  The token lives in this page's memory and in the tab's
// session storage, and goes away with the tab.

import { ApiClient } from './api-client.js';

/** @typedef {import('./api-types.js').Identity} Identity */

const STORAGE_KEY = 'ovn-vpn-token';
const ROLES = ['viewer', 'operator', 'admin'];

export class Session {
    /**
     * @param {ApiClient} api
     * @param {Identity} identity
     */
    constructor(api, identity) {
        this.api = api;
        this.identity = identity;
    }

    /**
     * Whether this one may do what takes 'role'.
     *
     * @param {'viewer'|'operator'|'admin'} role
     */
    may(role) {
        return ROLES.indexOf(this.identity.role) >= ROLES.indexOf(role);
    }

    /** Whether this one may drain gateways, which all projects share. */
    mayDrain() {
        return this.may('admin') && !this.identity.projects.length;
    }
}

/**
 * Signs in.  Throws an ApiError if that is refused.
 *
 * @param {string} token Empty where none is needed.
 * @returns {Promise<Session>}
 */
export async function signIn(token) {
    const api = new ApiClient({ token });
    const identity = await api.whoami();
    if (token) {
        sessionStorage.setItem(STORAGE_KEY, token);
    }
    return new Session(api, identity);
}

/** The token that this tab signed in with before, or "". */
export function rememberedToken() {
    return sessionStorage.getItem(STORAGE_KEY) ?? '';
}

export function signOut() {
    sessionStorage.removeItem(STORAGE_KEY);
}
