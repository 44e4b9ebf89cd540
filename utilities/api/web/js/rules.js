// SPDX-License-Identifier: Apache-2.0
//
// Access rules in words, and to whom they apply.

/** @typedef {import('./api-types.js').AccessRule} AccessRule */
/** @typedef {import('./api-types.js').Connection} Connection */

/**
 * Whether a rule is for a connection: one that names neither connections nor
 * groups is for all.
 *
 * @param {AccessRule} rule
 * @param {Connection} connection
 */
export function appliesTo({ connections = [], groups = [] }, connection) {
    return !connections.length && !groups.length
        || connections.some((n) => (
            n === connection.name || n === connection.id))
        || groups.some((g) => connection.groups.includes(g));
}

/**
 * Whether an event is about access rules of a service.
 *
 * @param {string} type
 * @param {any} data
 * @param {string} service Name or UUID.
 */
export function isOfRules(type, data, service) {
    return type.startsWith('access-rule.')
        && [data.vpn_service, data.vpn_service_id].includes(service);
}

/** @param {AccessRule} rule */
export function whoText({ connections = [], groups = [] }) {
    return [...groups.map((g) => 'group ' + g), ...connections].join(', ')
        || 'all connections';
}

const DIRECTIONS = {
    'from-peer': 'what it opens to',
    'to-peer': 'what is opened to it from',
    both: 'both ways, with',
};

/**
 * What a rule says of a connection to which it applies: "allow what it opens
 * to 10.0.0.0/24, tcp 443".
 *
 * @param {AccessRule} rule
 */
export function ruleText({ action, direction = 'both', networks = [],
                           protocol, ports = [] }) {
    return action + ' ' + DIRECTIONS[direction] + ' '
        + (networks.length ? networks.join(', ') : 'anything')
        + (protocol ? ', ' + [protocol, ports.join(', ')].filter(Boolean)
           .join(' ') : '');
}

/**
 * The order in which rules are looked at: of two with the same priority, one
 * that drops decides.
 *
 * @param {AccessRule} a
 * @param {AccessRule} b
 */
export function byPrecedence(a, b) {
    return (b.priority ?? 0) - (a.priority ?? 0)
        || Number(a.action === 'allow') - Number(b.action === 'allow')
        || ((a.name ?? '') < (b.name ?? '') ? -1 : 1);
}
