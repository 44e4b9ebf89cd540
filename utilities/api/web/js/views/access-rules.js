// SPDX-License-Identifier: Apache-2.0
//
// What the connections of a service may reach, and what may reach them.

import { confirmAction } from '../components/dialog.js';
import { notify, notifyError } from '../components/notices.js';
import { badge, crumbs, showWaiting, title } from '../components/parts.js';
import { cell, makeTable } from '../components/table.js';
import { h, replace } from '../dom.js';
import { link, rulesLink, serviceLink } from '../router.js';
import { byPrecedence, isOfRules, ruleText, whoText } from '../rules.js';

/** @typedef {import('../api-types.js').AccessRule} AccessRule */
/** @typedef {import('../app.js').Context} Context */

class AccessRulesView {
    /**
     * @param {Context} context
     * @param {string} service
     */
    constructor({ session, store }, service) {
        this.api = session.api;
        this.service = service;
        this.name = store.nameOf(service);
        this.mayChange = session.may('operator');
        this.body = h('div', {});
        this.element = h(
            'section', {},
            crumbs(['Services', link()], [this.name, serviceLink(service)]),
            h('div', { class: 'heading' }, title('Access rules of '
                                                     + this.name),
              this.mayChange && h('a', {
                  class: 'button primary',
                  href: link('services', service, 'rules', 'new'),
              }, 'New rule')), this.body);
        this.unlisten = store.listen((type, data) => {
            if (type === 'reset' || isOfRules(type, data, service)) {
                this.load();
            }
        });
        showWaiting(this.body, undefined, () => this.load());
        this.load();
    }

    async load() {
        try {
            const rules = await this.api.accessRules(this.service);
            this.draw(rules.sort(byPrecedence));
        } catch (error) {
            showWaiting(this.body, /** @type {Error} */ (error),
                        () => this.load());
        }
    }

    /** @param {AccessRule[]} rules */
    draw(rules) {
        const table = makeTable('rules', [
            ['Name'], ['Priority', 'number'], ['For'], ['What'],
            ...this.mayChange
                ? /** @type {Array<[string, string?]>} */ ([['']]) : [],
        ]);
        table.body.append(...rules.map((rule) => this.row(rule)));
        replace(this.body, h('p', { class: 'dim' }, 'Of the rules that '
            + 'match, the one with the highest priority decides. What no '
            + 'rule matches passes.'),
                rules.length ? table.element
                : h('p', { class: 'empty' }, 'There is no access rule: all '
                    + 'connections reach whatever the router reaches.'));
    }

    /** @param {AccessRule} rule */
    row(rule) {
        const name = rule.name || ruleText(rule);
        return h(
            'tr', { role: 'row' },
            cell('Name', { class: 'first' }, this.mayChange
                 ? h('a', { href: rulesLink(this.service) + '/' + rule.id },
                     rule.name || 'without a name')
                 : rule.name || 'without a name'),
            cell('Priority', { class: 'number' }, rule.priority ?? 0),
            cell('For', { class: 'text' }, whoText(rule)),
            cell('What', { class: 'text' }, h('div', {}, badge(
                rule.action === 'allow' ? 'good' : 'bad', rule.action), ' ',
                ruleText(rule).replace(/^\w+ /, ''))),
            this.mayChange && cell('', { class: 'action' }, h('button', {
                type: 'button', class: 'danger', 'aria-label': 'Delete '
                    + name, onclick: () => this.remove(rule, name),
            }, 'Delete …')));
    }

    /** @param {AccessRule} rule @param {string} name */
    async remove(rule, name) {
        if (!await confirmAction({
            title: `Delete access rule “${name}” of ${this.name}?`,
            text: h('p', {}, 'It is for ' + whoText(rule) + ': '
                    + ruleText(rule) + '.'),
            action: 'Delete rule',
        })) {
            return;
        }
        try {
            await this.api.deleteAccessRule(this.service, rule.id);
            notify(`Access rule “${name}” was deleted.`);
            await this.load();
            this.element.querySelector('h1').focus();
        } catch (error) {
            notifyError(`Access rule “${name}” was not deleted`, error);
        }
    }
}

/**
 * @param {Context} context
 * @param {Object<string, string>} parameters
 */
export function accessRulesView(context, { service }) {
    const view = new AccessRulesView(context, service);
    return {
        title: 'Access rules of ' + view.name,
        element: view.element,
        destroy: () => view.unlisten(),
    };
}
