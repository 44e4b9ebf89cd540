// SPDX-License-Identifier: Apache-2.0
//
// Which project's services are shown, for those who see several.

import { h, replace } from './dom.js';

/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./store.js').Store} Store */

const STORAGE_KEY = 'ovn-vpn-project';

/**
 * All projects that are known, sorted.
 *
 * @param {Session} session
 * @param {Store} store
 */
export function knownProjects(session, store) {
    return [...new Set([
        ...session.identity.projects,
        ...[...store.services.values()].map((s) => s.project_id ?? ''),
    ])].filter(Boolean).sort();
}

/**
 * A choice among projects, which is not there where there is none.
 *
 * @param {Session} session
 * @param {Store} store
 */
export function projectSwitch(session, store) {
    const control = h('select', {
        'aria-label': 'Project', class: 'projects', hidden: true,
        onchange: () => {
            sessionStorage.setItem(STORAGE_KEY, control.value);
            store.showProject(control.value);
        },
    });
    let known = '';
    const update = () => {
        const projects = knownProjects(session, store);
        const now = JSON.stringify(projects);
        if (now === known || !store.loaded) {
            return;
        }
        const chosen = sessionStorage.getItem(STORAGE_KEY) ?? '';
        known = now;
        replace(control, [['', 'all projects'],
                          ...projects.map((p) => [p, p])].map(
            ([value, text]) => h('option', { value }, text)));
        control.value = projects.includes(chosen) ? chosen : '';
        control.hidden = projects.length < 2;
        if (store.project !== control.value) {
            store.showProject(control.value);
        }
    };
    store.listen((type) => {
        if (type === 'services') {
            update();
        }
    });
    update();
    return control;
}

/** So that whoever signs in next begins with all. */
export function forgetProject() {
    sessionStorage.removeItem(STORAGE_KEY);
}
