// SPDX-License-Identifier: Apache-2.0
//
// The page: its frame, who is signed in, and which view is shown.

import { closeDialogs } from './components/dialog.js';
import { notices } from './components/notices.js';
import { title } from './components/parts.js';
import { h, replace, setText } from './dom.js';
import { duration } from './format.js';
import { forgetProject, projectSwitch } from './projects.js';
import { findRoute, link } from './router.js';
import { rememberedToken, signIn, signOut } from './session.js';
import { Store } from './store.js';
import { noteTakeover } from './takeovers.js';
import { applyTheme, themeButton } from './theme.js';
import { accessRuleView } from './views/access-rule.js';
import { accessRulesView } from './views/access-rules.js';
import { connectionSettingsView } from './views/connection-settings.js';
import { connectionView } from './views/connection.js';
import { newConnectionView } from './views/new-connection.js';
import { newServiceView } from './views/new-service.js';
import { overviewView } from './views/overview.js';
import { serviceSettingsView } from './views/service-settings.js';
import { serviceView } from './views/service.js';
import { signInView } from './views/sign-in.js';

/** @typedef {import('./session.js').Session} Session */

/**
 * What views get.
 *
 * @typedef {object} Context
 * @property {Session} session
 * @property {Store} store
 * @property {(hash: string) => void} go
 */

/**
 * @typedef {object} View
 * @property {string} title
 * @property {Element} element With an h1.
 * @property {() => void} [destroy]
 */

/** @typedef {(context: Context, parameters: Object<string, string>) => View}
 *      ViewMaker */

/**
 * A view for those who may do what it is for.
 *
 * @param {ViewMaker} make
 * @returns {ViewMaker}
 */
function forOperators(make) {
    return (given, parameters) => (given.session.may('operator')
        ? make(given, parameters) : {
            title: 'Not allowed',
            element: h('section', {}, title('Not allowed'),
                       h('p', {}, 'This takes the role operator, and your '
                         + 'token has the role '
                         + given.session.identity.role + '. ',
                         h('a', { href: link() }, 'All services'))),
        });
}

/** @type {Array<[string, ViewMaker]>} */
const routes = [
    ['', overviewView],
    ['new', forOperators(newServiceView)],
    ['services/:service', serviceView],
    ['services/:service/settings', forOperators(serviceSettingsView)],
    ['services/:service/new', forOperators(newConnectionView)],
    ['services/:service/rules', accessRulesView],
    ['services/:service/rules/:rule', forOperators(accessRuleView)],
    ['services/:service/connections/:connection', connectionView],
    ['services/:service/connections/:connection/settings',
     forOperators(connectionSettingsView)],
];

const header = h('header', { class: 'top' });
const banner = h('section', { class: 'banner', hidden: true,
                              'aria-label': 'Connection' });
const lost = h('span', { role: 'status' });
const age = h('span', {});
const main = h('main', { id: 'main', tabindex: -1 });

/** @type {Context|undefined} */
let context;
/** @type {View|undefined} */
let view;

/** @param {View} next */
function show(next) {
    view?.destroy?.();
    view = next;
    document.title = next.title + ' – OVN VPN';
    replace(main, next.element);
}

function notFoundView() {
    return {
        title: 'Not found',
        element: h('section', {}, title('Not found'),
                   h('p', {}, 'There is nothing at this address. ',
                     h('a', { href: link() }, 'All services'))),
    };
}

/** Shows what the address says. */
function navigate() {
    if (!context) {
        return;
    }
    const found = findRoute(routes, location.hash);
    show(found ? found.view(context, found.parameters) : notFoundView());
    window.scrollTo(0, 0);
    // So that a screen reader reads it, and Tab goes on from there.
    main.querySelector('h1')?.focus({ preventScroll: true });
}

/** Says when what is shown may be old. */
function updateBanner() {
    const store = context?.store;
    const isLost = store?.lostAt !== undefined && !store.live;
    banner.hidden = !isLost;
    if (store && isLost) {
        const lostAt = /** @type {number} */ (store.lostAt);
        setText(age, duration((Date.now() - lostAt) / 1000));
    }
    // This alone is read out, and once, though the age changes.
    setText(lost, isLost ? 'The connection to the API is lost.' : '');
}

function drawHeader() {
    const mark = h('a', { href: link(), class: 'mark' }, 'OVN VPN');
    if (!context) {
        replace(header, mark, h('span', { class: 'grow' }), themeButton);
        return;
    }
    const { session, store } = context;
    const live = h('span', { class: 'live' });
    const update = () => {
        live.classList.toggle('on', store.live);
        setText(live, store.live ? 'live' : store.loaded ? 'offline'
                : 'connecting');
        updateBanner();
    };
    store.listen((type) => {
        if (type === 'link') {
            update();
        }
    });
    update();
    replace(header, mark, live, projectSwitch(session, store),
            h('span', { class: 'grow' }),
            h('span', { class: 'who' },
              session.identity.token ? session.identity.token + ' · ' : '',
              session.identity.role), themeButton,
            session.identity.token
            && h('button', { type: 'button', class: 'quiet',
                             onclick: () => leave() }, 'Sign out'));
}

/**
 * @param {string} [reason]
 * @param {object} [options]
 * @param {boolean} [options.keepToken] For when the page is loaded again.
 */
function leave(reason, { keepToken = false } = {}) {
    context?.store.close();
    // Nothing goes on, or can be undone, with the rights of who leaves.
    context?.session.api.close();
    context = undefined;
    closeDialogs();
    replace(notices);
    forgetProject();
    if (!keepToken) {
        signOut();
    }
    updateBanner();
    drawHeader();
    show(signInView(enter, reason));
}

/** @param {Session} session */
function enter(session) {
    const store = new Store(session.api);
    session.api.onUnauthorized = (error) => store.tell('signed-out', error);
    context = {
        session, store,
        go: (hash) => {
            location.hash = hash;
        },
    };
    store.listen((type, data) => {
        if (type === 'signed-out') {
            leave(data.message);
        } else if (type === 'service.takeover') {
            noteTakeover(data);
        }
    });
    drawHeader();
    navigate();
}

async function start() {
    applyTheme();
    drawHeader();
    replace(document.body,
            h('a', { href: '#main', class: 'skip', onclick: (
                /** @type {Event} */ event) => {
                event.preventDefault();
                main.focus();
            } }, 'Skip to content'),
            header, banner, main, notices);
    replace(banner, lost, h('span', {}, 'What you see is ', age,
                            ' old. Trying again …'),
            h('button', { type: 'button', class: 'quiet',
                          onclick: () => context?.store.stream.retry() },
              'Try now'));
    addEventListener('hashchange', navigate);
    setInterval(updateBanner, 1000);
    try {
        enter(await signIn(rememberedToken()));
    } catch (error) {
        const { status, message } = /** @type {any} */ (error);
        leave(rememberedToken() || status !== 401 ? message : undefined,
              // That the API cannot tell now does not make it a wrong one.
              { keepToken: status !== 401 });
    }
}

start();
