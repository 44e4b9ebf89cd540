// SPDX-License-Identifier: Apache-2.0
//
// What the API sends and takes, as types.  /openapi.json says what each member
// means.

/**
 * @typedef {object} Identity
 * @property {string} [token] Name of the token.
 * @property {'viewer'|'operator'|'admin'} role
 * @property {string[]} projects All, if empty.
 */

/**
 * @typedef {object} ServiceGateway
 * @property {string} chassis_name
 * @property {number} priority
 * @property {boolean} [sticky]
 */

/**
 * @typedef {object} ServiceSpec
 * @property {string} router_id
 * @property {string} [network_id]
 * @property {string} [external_ip]
 * @property {string} [external_ip_pool]
 * @property {number} listen_port
 * @property {string[]} tunnel_subnets
 * @property {string[]} local_subnets
 * @property {string[]} dns
 * @property {number} [mtu]
 * @property {number} [keepalive]
 * @property {boolean} client_to_client
 * @property {boolean} enabled
 * @property {ServiceGateway[]} gateways
 */

/**
 * @typedef {object} ServiceStatus
 * @property {'pending'|'active'|'error'} phase
 * @property {string} [public_ip]
 * @property {string} [node_id] Chassis that serves the service.
 * @property {string} [active_since]
 * @property {string} [error_message]
 * @property {string[]} warnings
 * @property {string[]} offered_subnets
 * @property {string} [public_key]
 * @property {string} [next_public_key]
 * @property {string} [cutover_at]
 * @property {Object<string, string>} details
 * @property {number} connections
 * @property {number} active_connections
 */

/**
 * @typedef {object} Service
 * @property {string} id
 * @property {string} name
 * @property {string} [description]
 * @property {string} [project_id]
 * @property {Object<string, string>} [labels]
 * @property {ServiceSpec} spec
 * @property {ServiceStatus} status
 * @property {string} [created_at]
 * @property {string} [updated_at]
 */

/**
 * @typedef {object} Connection
 * @property {string} id
 * @property {string} name
 * @property {string} [description]
 * @property {Object<string, string>} [labels]
 * @property {'client'|'site'} type
 * @property {boolean} enabled
 * @property {string} public_key
 * @property {boolean} has_psk
 * @property {string[]} addresses
 * @property {string[]} peer_cidrs Its addresses, and what is behind it.
 * @property {string} [peer_address]
 * @property {number} [keepalive]
 * @property {string} [expires_at]
 * @property {string[]} groups
 * @property {'active'|'pending'|'inactive'} status
 * @property {string} [error_message]
 * @property {string} [key_created_at]
 * @property {string} [psk_created_at]
 * @property {string} [created_at]
 * @property {string} [updated_at]
 */

/**
 * What comes with a connection that was just made or got new keys.
 *
 * @typedef {object} Keys
 * @property {string} [private_key]
 * @property {string} [psk]
 * @property {string} [config] For wg-quick; missing while the service is not
 *     ready.
 */

/** @typedef {Connection & Keys} ConnectionWithKeys */

/**
 * @typedef {object} Traffic
 * @property {string} [last_handshake_at]
 * @property {string} [endpoint]
 * @property {string} [node_id]
 * @property {number} [rx_bytes] From the peer.
 * @property {number} [tx_bytes] To the peer.
 */

/**
 * @typedef {object} ServiceTraffic
 * @property {string} vpn_service_id
 * @property {string[]} nodes Chassis that can serve it.
 * @property {number} rx_bytes
 * @property {number} tx_bytes
 */

/**
 * @typedef {object} Gateway
 * @property {string} name
 * @property {string} [hostname]
 * @property {boolean} alive
 * @property {boolean} drain
 * @property {string} [backend]
 * @property {string} [version]
 * @property {string[]} problems
 * @property {number} active_services
 */

/**
 * @typedef {object} AccessRule
 * @property {string} id
 * @property {string} [name]
 * @property {number} [priority]
 * @property {'allow'|'drop'} action
 * @property {'from-peer'|'to-peer'|'both'} [direction]
 * @property {string[]} [connections]
 * @property {string[]} [groups]
 * @property {string[]} [networks]
 * @property {string} [protocol]
 * @property {string[]} [ports]
 * @property {boolean} [log]
 */

/**
 * An event of the API: "service.created", "service.updated",
 * "service.deleted", "service.takeover", "connection.created",
 * "connection.updated", "connection.deleted", "access-rule.created",
 * "access-rule.updated", "access-rule.deleted", "gateway.updated",
 * "gateway.deleted", or "reset" when some were missed.
 *
 * @typedef {object} ApiEvent
 * @property {string} type
 * @property {string} id
 * @property {any} data The resource; of a connection or an access rule, with
 *     vpn_service_id and vpn_service, its name.
 */

export {};
