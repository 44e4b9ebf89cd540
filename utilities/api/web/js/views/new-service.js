// SPDX-License-Identifier: Apache-2.0
//
// A new service: what it cannot do without.

import { field, form, select, words } from '../components/form.js';
import { crumbs, title } from '../components/parts.js';
import { h } from '../dom.js';
import { knownProjects } from '../projects.js';
import { link, serviceLink } from '../router.js';

/** @typedef {import('../app.js').Context} Context */

/**
 * A choice among the projects of a token, or the name of one where it is for
 * all.
 *
 * @param {string[]} mine
 */
function projectControl(mine) {
    return mine.length
        ? select(mine.map((name) => [name, name]))
        : h('input', { autocomplete: 'off', list: 'known-projects' });
}

/** @param {Context} context */
export function newServiceView({ session, store, go }) {
    const name = h('input', { required: true, autocomplete: 'off' });
    const router = h('input', { required: true, autocomplete: 'off' });
    const address = h('input', { autocomplete: 'off' });
    const subnets = h('input', { autocomplete: 'off' });
    const projects = knownProjects(session, store);
    const project = projectControl(session.identity.projects);
    project.value = store.project || session.identity.projects[0] || '';

    return {
        title: 'New service',
        element: h(
            'section', { class: 'narrow' },
            crumbs(['Services', link()]), title('New service'),
            form({
                fields: [
                    field({ label: 'Name', name: 'name', control: name }),
                    field({
                        label: 'Router', name: 'router_id', control: router,
                        hint: 'The logical router whose networks clients '
                            + 'shall reach: its name or UUID in OVN.',
                    }),
                    field({
                        label: 'Floating IP', name: 'external_ip',
                        control: address,
                        hint: 'Where clients call. Empty: a free one of a '
                            + 'pool.',
                    }),
                    field({
                        label: 'Tunnel subnet', name: 'tunnel_subnets',
                        control: subnets,
                        hint: 'Clients get their addresses from it. Empty: a '
                            + 'free /24.',
                    }),
                    session.identity.projects.length !== 1 && [
                        field({ label: 'Project', name: 'project_id',
                                control: project, hint: 'Tokens for it see '
                                    + 'the service.' }),
                        h('datalist', { id: 'known-projects' }, projects.map(
                            (value) => h('option', { value })))],
                ],
                action: 'Make service',
                cancel: link(),
                submit: async () => {
                    const service = await session.api.createService({
                        name: name.value.trim(),
                        router_id: router.value.trim(),
                        ...project.value && {
                            project_id: project.value.trim() },
                        ...address.value && {
                            external_ip: address.value.trim() },
                        ...subnets.value && {
                            tunnel_subnets: words(subnets.value) },
                    });
                    store.putService(service);
                    go(serviceLink(service.name));
                },
            })),
    };
}
