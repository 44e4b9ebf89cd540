// SPDX-License-Identifier: Apache-2.0
//
// A service: what it is, and its connections.

import { byPriority, chassisPicture } from '../components/chassis.js';
import { codes, crumbs, factList, labelTags, message, serviceBadge,
         showFacts, showWaiting, title } from '../components/parts.js';
import { ConnectionList } from './connection-list.js';
import { h, refresh, replace, setText } from '../dom.js';
import { ago, count, dateTime, endpoint, traffic } from '../format.js';
import { link, rulesLink } from '../router.js';

/** @typedef {import('../api-types.js').Service} Service */
/** @typedef {import('../app.js').Context} Context */
/** @typedef {import('../store.js').Store} Store */

/** Most gateways to show; their settings show all. */
const GATEWAYS_MAX = 8;

/** @param {Service} service */
function prioritiesText(service) {
    const list = byPriority(service).map((g) => (
        g.chassis_name + ' ' + g.priority + (g.sticky ? ' (sticky)' : '')));
    const rest = list.length - GATEWAYS_MAX;
    return !list.length ? 'as the router has them'
        : list.slice(0, GATEWAYS_MAX).join(', ')
        + (rest > 0 ? ' and ' + rest + ' more' : '');
}

/**
 * @param {Store} store
 * @param {Service} service
 * @returns {Array<[string, import('../dom.js').Child]>}
 */
function settings(store, service) {
    const { id, spec, status, project_id: project } = service;
    return [
        ['Project', project],
        ['Clients call', h('code', {}, endpoint(status.public_ip
                                                ?? spec.external_ip,
                                                spec.listen_port))],
        ['Router', h('code', {}, spec.router_id)],
        ['Gateways', chassisPicture(store, service, GATEWAYS_MAX)],
        ['Priorities', prioritiesText(service)],
        ['Last move', status.active_since && ago(status.active_since)],
        ['Clients reach', codes(status.offered_subnets.length
                                ? status.offered_subnets
                                : spec.local_subnets)],
        ['Tunnel', codes(spec.tunnel_subnets)],
        ['DNS', spec.dns.length ? codes(spec.dns) : undefined],
        ['MTU', status.details.mtu ?? spec.mtu],
        ['Keepalive', spec.keepalive !== undefined
         && (spec.keepalive ? spec.keepalive + '\u202fs' : 'none')],
        ['Labels', labelTags(service.labels)],
        ['Clients reach each other', spec.client_to_client ? 'yes' : 'no'],
        ['Connected', count(status.active_connections) + ' of '
         + count(status.connections)],
        ['Traffic', traffic(store.traffic.get(id)?.rate)],
        ['Public key', status.public_key && h('code', { class: 'key' },
                                              status.public_key)],
        ['Next public key', status.next_public_key && status.cutover_at
         && [h('code', { class: 'key' }, status.next_public_key), ' from ',
             dateTime(status.cutover_at)]],
    ];
}

/**
 * @param {Context} context
 * @param {Object<string, string>} parameters
 */
export function serviceView(context, { service: reference }) {
    const { session, store } = context;
    const name = store.nameOf(reference);
    const heading = title(name);
    const body = h('div', {});
    const state = h('span', {});
    const troubles = h('div', {});
    const about = h('p', { class: 'dim' });
    const summary = factList();
    const details = h('details', { class: 'box' },
                      h('summary', {}, 'Settings and state'), summary);
    /** @type {ConnectionList|undefined} */
    let list;
    let frame = 0;

    details.open = innerWidth > 700;
    const draw = () => {
        const service = store.findService(reference);
        frame = 0;
        if (!service) {
            list?.destroy();
            list = undefined;
            showWaiting(body, store.error ?? (store.loaded
                ? new Error('There is no service “' + reference
                                              + '”.')
                : undefined), () => store.load());
            return;
        }
        if (!list) {
            list = new ConnectionList(context, service);
            replace(body, about, troubles, details, list.element);
        }
        const { status } = service;
        setText(heading, service.name);
        refresh(state, serviceBadge(service));
        refresh(troubles,
                status.error_message && message('bad', h('p', {},
                                                    status.error_message)),
                status.warnings.map((text) => message('warn',
                                                      h('p', {}, text))));
        about.hidden = !service.description;
        setText(about, service.description ?? '');
        showFacts(summary, settings(store, service));
        list.updateService(service);
    };
    const schedule = () => {
        frame ||= requestAnimationFrame(draw);
    };
    const unlisten = store.listen((type, data) => {
        if (type === 'reset') {
            list?.load();
        } else if (type.startsWith('connection.')) {
            list?.onEvent(type, data);
            return;
        }
        schedule();
    });
    const unwatch = store.watchTraffic();
    draw();
    return {
        title: name,
        element: h('section', {}, crumbs(['Services', link()]),
                   h('div', { class: 'heading' }, heading, state,
                     h('div', { class: 'tools' },
                       h('a', { class: 'button', href: rulesLink(reference) },
                         'Access rules'),
                       session.may('operator') && [
                           h('a', { class: 'button', href: link(
                               'services', reference, 'settings') },
                             'Edit'),
                           h('a', { class: 'button primary',
                                    href: link('services', reference, 'new') },
                             'New connection')])), body),
        destroy() {
            unlisten();
            unwatch();
            list?.destroy();
            cancelAnimationFrame(frame);
        },
    };
}
