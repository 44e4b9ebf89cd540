// SPDX-License-Identifier: Apache-2.0
//
// Which view an address stands for.  It stands after "#", so that the server
// never sees it.

/** @param {string[]} segments */
export function link(...segments) {
    return '#/' + segments.map(encodeURIComponent).join('/');
}

/** Names as the API takes them. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/**
 * What to call a service or connection in addresses: its name, or its UUID if
 * that is one which somebody wrote into the database and which may mean
 * something in addresses.
 *
 * @param {{id: string, name: string}} thing
 */
export function reference({ id, name }) {
    return NAME.test(name) ? name : id;
}

/** @param {string} service */
export function serviceLink(service) {
    return link('services', service);
}

/**
 * @param {string} service
 * @param {string} connection
 */
export function connectionLink(service, connection) {
    return link('services', service, 'connections', connection);
}

/** @param {string} service */
export function rulesLink(service) {
    return link('services', service, 'rules');
}

/**
 * @param {string} pattern "services/:service/new".
 * @param {string[]} segments
 * @returns {Object<string, string>|null} The parameters.
 */
function match(pattern, segments) {
    const parts = pattern ? pattern.split('/') : [];
    /** @type {Object<string, string>} */
    const parameters = {};
    if (parts.length !== segments.length) {
        return null;
    }
    for (const [i, part] of parts.entries()) {
        if (part.startsWith(':')) {
            parameters[part.slice(1)] = segments[i];
        } else if (part !== segments[i]) {
            return null;
        }
    }
    return parameters;
}

/**
 * @template V
 * @param {Array<[string, V]>} routes
 * @param {string} hash
 * @returns {{view: V, parameters: Object<string, string>}|null}
 */
export function findRoute(routes, hash) {
    let segments;
    try {
        segments = hash.replace(/^#?\/?/, '').split('/').filter(Boolean)
            .map(decodeURIComponent);
    } catch {
        return null;
    }
    for (const [pattern, view] of routes) {
        const parameters = match(pattern, segments);
        if (parameters) {
            return { view, parameters };
        }
    }
    return null;
}
