// SPDX-License-Identifier: Apache-2.0
//
// All services and gateways, what needs attention first.

import { chassisCell } from '../components/chassis.js';
import { confirmAction } from '../components/dialog.js';
import { notify, notifyError } from '../components/notices.js';
import { badge, serviceBadge, showWaiting, title }
    from '../components/parts.js';
import { cell, makeTable } from '../components/table.js';
import { h, KeyedList, replace, setText } from '../dom.js';
import { ago, count, plural, traffic } from '../format.js';
import { link, serviceLink } from '../router.js';

/** @typedef {import('../api-types.js').Gateway} Gateway */
/** @typedef {import('../api-types.js').Service} Service */
/** @typedef {import('../app.js').Context} Context */
/** @typedef {import('../components/parts.js').Tone} Tone */
/** @typedef {import('../store.js').Store} Store */

/** @typedef {{key: string, tone: Tone, name: string, href?: string,
 *            text: string}} Concern */

/**
 * What somebody should look at: errors first.
 *
 * @param {Store} store
 * @returns {Concern[]}
 */
function concerns(store) {
    /** @type {Concern[]} */
    const bad = [];
    /** @type {Concern[]} */
    const warn = [];
    for (const gateway of store.sortedGateways()) {
        const key = 'gateway ' + gateway.name;
        const name = 'Gateway ' + gateway.name;
        if (!gateway.alive) {
            bad.push({ key, tone: 'bad', name, text: 'It has not reported '
                       + 'lately: is it down?' });
        }
        for (const text of gateway.problems) {
            bad.push({ key: key + text, tone: 'bad', name, text });
        }
        if (gateway.drain) {
            warn.push({ key: key + ' drain', tone: 'warn', name,
                        text: 'It is drained: services avoid it.' });
        }
    }
    for (const { id, name, status, spec } of store.sortedServices()) {
        const href = serviceLink(name);
        if (status.error_message) {
            bad.push({ key: id, tone: 'bad', name, href,
                       text: status.error_message });
        } else if (status.phase === 'pending' && spec.enabled) {
            warn.push({ key: id, tone: 'warn', name, href,
                        text: 'No gateway serves it yet.' });
        }
        for (const text of status.warnings) {
            warn.push({ key: id + text, tone: 'warn', name, href, text });
        }
    }
    return [...bad, ...warn];
}

/** @param {Concern} concern */
function concernPart({ tone, name, href, text }) {
    return {
        element: h('li', { class: tone },
                   badge(tone, tone === 'bad' ? 'error' : 'warning'),
                   href ? h('a', { href }, name) : h('strong', {}, name),
                   h('span', {}, text)),
        update: () => {},
    };
}

/** @param {Service} service */
function takeoverText({ status: { details } }) {
    const at = Number(details.last_takeover_at);
    return !at ? '–'
        : ago(new Date(at).toISOString())
        + (details.last_takeover_ms
           ? ', took ' + count(Number(details.last_takeover_ms)) + '\u202fms'
           : '');
}

/** @param {Store} store */
function serviceRow(store) {
    const name = h('a', {});
    const project = h('span', { class: 'dim' });
    const state = h('span', {});
    const address = h('code', {});
    const picture = chassisCell(store);
    const connected = h('span', {});
    const rates = h('span', { class: 'traffic' });
    const takeover = h('span', {});
    return {
        element: h('tr', { role: 'row' },
                   cell('Service', { class: 'first' }, name, ' ', project),
                   cell('State', {}, state), cell('Floating IP', {}, address),
                   cell('Gateways', {}, picture.element),
                   cell('Connected', { class: 'number' }, connected),
                   cell('Traffic', { class: 'number' }, rates),
                   cell('Last takeover', {}, takeover)),
        /** @param {Service} service */
        update(service) {
            const { status, spec } = service;
            setText(name, service.name);
            name.href = serviceLink(service.name);
            setText(project, service.project_id ?? '');
            const fresh = serviceBadge(service);
            if (state.firstChild?.className !== fresh.className
                || state.textContent !== fresh.textContent) {
                replace(state, fresh);
            }
            setText(address, status.public_ip ?? spec.external_ip ?? '–');
            picture.update(service);
            setText(connected, count(status.active_connections) + ' / '
                    + count(status.connections));
            setText(rates, traffic(store.traffic.get(service.id)?.rate));
            setText(takeover, takeoverText(service));
        },
    };
}

/**
 * @param {Context} context
 * @param {Gateway} gateway
 */
async function drain({ session, store }, gateway) {
    const { name } = gateway;
    const question = gateway.drain ? null : {
        title: 'Drain gateway ' + name + '?',
        text: plural(gateway.active_services, 'service') + ' will move to '
            + 'another gateway, where there is one. Clients hardly notice.',
        action: 'Drain ' + name, isDangerous: false,
    };
    if (question && !await confirmAction(question)) {
        return;
    }
    try {
        store.putGateway(await session.api.drainGateway(name,
                                                        !gateway.drain));
        notify(gateway.drain ? 'Services may come back to ' + name + '.'
               : name + ' is being drained.');
    } catch (error) {
        notifyError(name + ' was not changed', error);
    }
}

/**
 * @param {Gateway} gateway
 * @returns {[Tone, string]}
 */
function health({ alive, problems, drain: isDrained }) {
    return !alive ? ['bad', 'silent']
        : problems.length ? ['bad', 'cannot serve']
        : isDrained ? ['warn', 'drained'] : ['good', 'healthy'];
}

/** @param {Context} context */
function gatewayRow(context) {
    /** @type {Gateway} */
    let current;
    const name = h('strong', {});
    const host = h('span', {});
    const state = h('span', {});
    const backend = h('span', {});
    const services = h('span', {});
    const button = context.session.may('admin') && h('button', {
        type: 'button', onclick: () => drain(context, current),
    });
    return {
        element: h('tr', { role: 'row' },
                   cell('Gateway', { class: 'first' }, name),
                   cell('Health', {}, state), cell('Host', {}, host),
                   cell('WireGuard', {}, backend),
                   cell('Serves', { class: 'number' }, services),
                   button && cell('', { class: 'action' }, button)),
        /** @param {Gateway} gateway */
        update(gateway) {
            const n = [...context.store.services.values()].filter(
                (s) => s.status.node_id === gateway.name).length;
            const [tone, text] = health(gateway);
            current = gateway;
            setText(name, gateway.name);
            setText(host, gateway.hostname || '–');
            if (state.textContent !== text) {
                replace(state, badge(tone, text));
            }
            setText(backend, [gateway.backend, gateway.version]
                    .filter(Boolean).join(', ') || '–');
            setText(services, n);
            if (button) {
                setText(button, (gateway.drain ? 'Undrain ' : 'Drain ')
                        + gateway.name);
            }
        },
    };
}

/** @param {Context} context */
export function overviewView(context) {
    const { session, store } = context;
    const attention = h('ul', { class: 'concerns' });
    const attentionBox = h('section', { 'aria-label': 'Needs attention' },
                           h('h2', {}, 'Needs attention'), attention);
    const services = makeTable('services', [
        ['Service'], ['State'], ['Floating IP'], ['Gateways'],
        ['Connected', 'number'], ['Traffic', 'number'], ['Last takeover'],
    ]);
    const gateways = makeTable('gateways', [
        ['Gateway'], ['Health'], ['Host'], ['WireGuard'],
        ['Serves', 'number'],
        ...session.may('admin')
            ? /** @type {Array<[string, string?]>} */ ([['']]) : [],
    ]);
    const waiting = h('div', {});
    const add = session.may('operator')
          && h('a', { href: link('new'), class: 'button primary' },
               'New service');
    const empty = h('p', { class: 'empty' }, 'There is no service yet.',
                    session.may('operator')
                    ? ' A service gives clients a way into the networks of a '
                    + 'router.' : '');
    const content = h('div', {}, attentionBox, empty, services.element,
                      h('h2', {}, 'Gateways'), gateways.element,
                      h('p', { class: 'empty none' },
                        'No ovn-vpn-controller has reported yet.'));
    const concernList = new KeyedList(attention, (c) => c.key, concernPart);
    const serviceList = new KeyedList(services.body, (s) => s.id,
                                      () => serviceRow(store));
    const gatewayList = new KeyedList(gateways.body, (g) => g.name,
                                      () => gatewayRow(context));
    let frame = 0;

    const draw = () => {
        frame = 0;
        waiting.hidden = store.loaded;
        content.hidden = !store.loaded;
        if (!store.loaded) {
            showWaiting(waiting, store.error, () => store.load());
            return;
        }
        const list = concerns(store);
        attentionBox.hidden = !list.length;
        concernList.update(list);
        empty.hidden = store.services.size > 0;
        services.element.hidden = !store.services.size;
        serviceList.update(store.sortedServices());
        gateways.element.hidden = !store.gateways.size;
        content.querySelector('.none').hidden = store.gateways.size > 0;
        gatewayList.update(store.sortedGateways());
    };
    const schedule = () => {
        frame ||= requestAnimationFrame(draw);
    };
    const unlisten = store.listen(schedule);
    const unwatch = store.watchTraffic();
    const clock = setInterval(schedule, 5000);
    draw();
    return {
        title: 'Services',
        element: h('section', {}, h('div', { class: 'heading' },
                                    title('Services'), add),
                   waiting, content),
        destroy() {
            unlisten();
            unwatch();
            clearInterval(clock);
            cancelAnimationFrame(frame);
        },
    };
}
