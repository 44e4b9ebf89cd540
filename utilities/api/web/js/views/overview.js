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
import { link, reference, serviceLink } from '../router.js';

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
    for (const service of store.sortedServices()) {
        const { id, name, status, spec } = service;
        const href = serviceLink(reference(service));
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

/**
 * Whether a service is what somebody looks for.
 *
 * @param {Service} service
 * @param {string} text In lower case.
 */
function isFound({ name, description, project_id: project, labels, spec,
                   status }, text) {
    return [name, description, project, spec.router_id, spec.external_ip,
            status.public_ip, status.node_id, status.error_message,
            ...Object.entries(labels ?? {}).map((pair) => pair.join('='))]
        .some((s) => s?.toLowerCase().includes(text));
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
    const rates = h('span', {});
    const takeover = h('span', {});
    return {
        element: h('tr', { role: 'row' },
                   cell('Service', { class: 'first' }, name, ' ', project),
                   cell('State', {}, state),
                   cell('Floating IP', { class: 'text' }, address),
                   cell('Gateways', {}, picture.element),
                   cell('Connected', { class: 'number' }, connected),
                   cell('Traffic', { class: 'number traffic' }, rates),
                   cell('Last takeover', {}, takeover)),
        /** @param {Service} service */
        update(service) {
            const { status, spec } = service;
            setText(name, service.name);
            name.href = serviceLink(reference(service));
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
    const button = context.session.mayDrain() && h('button', {
        type: 'button', onclick: () => drain(context, current),
    });
    return {
        element: h('tr', { role: 'row' },
                   cell('Gateway', { class: 'first' }, name),
                   cell('Health', {}, state),
                   cell('Host', { class: 'text' }, host),
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
                const verb = gateway.drain ? 'Undrain' : 'Drain';
                setText(button, verb);
                button.setAttribute('aria-label', verb + ' ' + gateway.name);
            }
        },
    };
}

/** Most concerns to show at first. */
const CONCERNS_MAX = 5;

/** From how many services on there is a search. */
const SEARCH_MIN = 10;

/** @param {Context} context */
export function overviewView(context) {
    const { session, store } = context;
    const attention = h('ul', { class: 'concerns' });
    const all = h('button', { type: 'button', onclick: () => {
        showsAll = !showsAll;
        draw();
    } });
    const attentionBox = h('section', { class: 'attention',
                                        'aria-label': 'Needs attention' },
                           h('h2', {}, 'Needs attention'), attention, all);
    const search = h('input', {
        type: 'search', 'aria-label': 'Search services',
        placeholder: 'Search services …', oninput: () => draw(),
    });
    const found = h('span', { class: 'dim', role: 'status' });
    const controls = h('div', { class: 'controls' }, search, found);
    const services = makeTable('services', [
        ['Service'], ['State'], ['Floating IP'], ['Gateways'],
        ['Connected', 'number'], ['Traffic', 'number'], ['Last takeover'],
    ]);
    const gateways = makeTable('gateways', [
        ['Gateway'], ['Health'], ['Host'], ['WireGuard'],
        ['Serves', 'number'],
        ...session.mayDrain()
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
    const content = h('div', {}, attentionBox, empty, controls,
                      services.element,
                      h('h2', {}, 'Gateways'), gateways.element,
                      h('p', { class: 'empty none' },
                        'No ovn-vpn-controller has reported yet.'));
    const concernList = new KeyedList(attention, (c) => c.key, concernPart);
    const serviceList = new KeyedList(services.body, (s) => s.id,
                                      () => serviceRow(store));
    const gatewayList = new KeyedList(gateways.body, (g) => g.name,
                                      () => gatewayRow(context));
    let frame = 0;
    let showsAll = false;

    const drawServices = () => {
        const list = store.sortedServices();
        const text = search.value.trim().toLowerCase();
        const shown = list.filter((s) => !text || isFound(s, text));
        empty.hidden = list.length > 0;
        controls.hidden = list.length < SEARCH_MIN && !text;
        setText(found, text ? count(shown.length) + ' of '
                + plural(list.length, 'service')
                : plural(list.length, 'service'));
        services.element.hidden = !shown.length;
        serviceList.update(shown);
    };
    const draw = () => {
        frame = 0;
        waiting.hidden = store.loaded;
        content.hidden = !store.loaded;
        if (!store.loaded) {
            showWaiting(waiting, store.error, () => store.load());
            return;
        }
        const list = concerns(store);
        const isLong = list.length > CONCERNS_MAX + 1;
        attentionBox.hidden = !list.length;
        concernList.update(isLong && !showsAll ? list.slice(0, CONCERNS_MAX)
                           : list);
        all.hidden = !isLong;
        setText(all, showsAll ? 'Show fewer' : 'Show all '
                + count(list.length));
        drawServices();
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
