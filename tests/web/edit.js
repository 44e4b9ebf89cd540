// SPDX-License-Identifier: Apache-2.0
//
// Changing what is there, also when others change it at the same time.

import assert from 'node:assert/strict';

import { api, base, shoot, transact, withBrowser } from './browser.js';
import { makeService, signIn } from './service.js';

async function checkSite(page) {
    await page.goto(base + '/#/services/s1/new');
    await page.getByLabel('Name').fill('branch');
    await page.getByLabel('a site with networks').check();
    await page.getByLabel('Networks behind it').fill('172.20.0.0/33');
    await shoot(page, 'new-site');
    await page.getByRole('button', { name: 'Make connection' }).click();
    await page.locator('[data-field=peer_cidrs] .fault:not(:empty)')
        .waitFor();
    await page.getByLabel('Networks behind it').fill('172.20.0.0/24');
    await page.getByLabel('Its public key').fill('D'.repeat(42) + 'A=');
    await page.getByRole('button', { name: 'Make connection' }).click();
    await page.getByText('stayed with its owner, who writes').waitFor();
    assert.equal(await page.locator('svg.qr').count(), 0);
}

async function save(page) {
    await page.getByRole('button', { name: 'Save' }).click();
}

async function checkSettings(page, token) {
    await page.goto(base + '/#/services/s1/settings');
    await page.getByLabel('Name servers').fill('10.0.0.53 example.com');
    await page.getByLabel('MTU').fill('1400');
    await page.getByLabel('Keepalive').fill('20');
    await page.getByLabel('Networks that clients').fill('10.0.0.0/24');
    await page.getByLabel('Clients reach each other').selectOption('yes');
    await page.getByLabel('Labels').fill('Büro = Köln\nteam=a=b');
    await page.getByRole('checkbox', { name: 'gw1', exact: true }).check();
    await page.getByLabel('Name of another chassis').fill('gw2');
    await page.keyboard.press('Tab');
    const second = page.getByLabel('Priority of gw2');
    assert.equal(await second.inputValue(), '10');
    await page.getByLabel('gw2 is sticky').check();
    await second.fill('99999');
    await shoot(page, 'settings');
    await save(page);
    await page.locator('[data-field=gateways] .fault:not(:empty)').waitFor();
    await second.fill('10');
    // A field that cannot be seen is shown when it is at fault.
    await page.getByText('Addresses').click();
    await page.getByLabel('Port').fill('x');
    await page.getByText('Addresses').click();
    await save(page);
    await page.locator('[data-field=listen_port] .fault:not(:empty)')
        .waitFor();
    await page.getByLabel('Port').fill('51821');
    await save(page);
    await page.getByText('gw1 20, gw2 10 (sticky)').waitFor();
    await page.getByText('Büro=Köln').waitFor();
    const { spec, labels } = await api('GET', 'vpn-services/s1', undefined,
                                       token);
    assert.deepEqual(labels, { Büro: 'Köln', team: 'a=b' });
    assert.deepEqual(
        { ...spec, gateways: spec.gateways.length }, {
            ...spec, gateways: 2, dns: ['10.0.0.53', 'example.com'],
            mtu: 1400, keepalive: 20, local_subnets: ['10.0.0.0/24'],
            client_to_client: true, enabled: true, listen_port: 51821,
        });
}

/** Two people change a service at the same time. */
async function checkConflict(page, token) {
    await page.goto(base + '/#/services/s1/settings');
    await page.getByLabel('Description').fill('mine');
    await page.getByLabel('Keepalive').fill('');
    await api('PATCH', 'vpn-services/s1', { description: 'theirs', mtu: 1300 },
              token);
    await save(page);
    await page.getByText('changed by somebody else meanwhile').waitFor();
    assert.equal(await page.getByLabel('Description').inputValue(), 'mine');
    assert.equal(await page.getByLabel('MTU').inputValue(), '1300');
    await page.locator('[data-field=description]').getByText(
        'Somebody else has made it: theirs').waitFor();
    assert.equal(await page.locator('.fault:not(:empty)').count(), 1);
    await shoot(page, 'conflict');
    await save(page);
    await page.getByText('mine', { exact: true }).waitFor();
    const { spec, description } = await api('GET', 'vpn-services/s1',
                                            undefined, token);
    assert.equal(description, 'mine');
    assert.equal(spec.mtu, 1300);
    assert.equal(spec.keepalive, undefined);
}

async function checkConnectionSettings(page, token) {
    await page.goto(base + '/#/services/s1/connections/laptop');
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Groups').fill('staff berlin');
    await page.getByLabel('Expires', { exact: true })
        .selectOption('at a time …');
    await save(page);
    await page.locator('[data-field=expires_at]').getByText('give a day')
        .waitFor();
    const time = page.getByLabel('Day and time');
    await time.fill('2001-01-01T00:00');
    await save(page);
    await page.locator('[data-field=expires_at]').getByText(
        'not in the future').waitFor();
    assert.equal(await time.inputValue(), '2001-01-01T00:00');
    await time.fill('2091-02-03T04:05');
    await page.getByLabel('Tunnel addresses').fill('10.9.0.77');
    await shoot(page, 'edit-connection');
    await save(page);
    await page.getByText('2091-02-03 04:05').waitFor();
    const target = 'vpn-services/s1/connections/laptop';
    const laptop = await api('GET', target, undefined, token);
    assert.deepEqual(laptop.groups, ['berlin', 'staff']);
    assert.deepEqual(laptop.addresses, ['10.9.0.77']);

    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Groups').fill('');
    await api('PATCH', target, { groups: ['x'] }, token);
    await save(page);
    await page.getByText('Somebody else has made it: x').waitFor();
    await page.getByLabel('Expires', { exact: true }).selectOption('never');
    await save(page);
    await page.getByRole('heading', { name: 'laptop', exact: true })
        .waitFor();
    const changed = await api('GET', target, undefined, token);
    assert.deepEqual(changed.groups, []);
    assert.equal(changed.expires_at, undefined);

    // Networks of a site, without its addresses.
    await page.goto(base + '/#/services/s1/connections/branch/settings');
    await page.getByLabel('Networks behind it').fill(
        '172.20.0.0/24 172.21.0.0/24');
    await save(page);
    await page.getByText('branch was changed.').waitFor();
    const branch = await api('GET', 'vpn-services/s1/connections/branch',
                             undefined, token);
    assert.deepEqual(branch.peer_cidrs.slice(branch.addresses.length),
                     ['172.20.0.0/24', '172.21.0.0/24']);
    assert.equal(branch.addresses.length, 1);
}

async function checkRules(page, token) {
    await page.goto(base + '/#/services/s1');
    await page.getByRole('link', { name: 'Access rules' }).click();
    await page.getByText('There is no access rule').waitFor();
    await page.getByRole('link', { name: 'New rule' }).click();
    await page.getByLabel('Name').fill('web only');
    await page.getByLabel('Ports').fill('443');
    await page.getByLabel('Connections').fill('laptop');
    await page.getByRole('button', { name: 'Make rule' }).click();
    await page.locator('[data-field=ports] .fault:not(:empty)').waitFor();
    await page.getByLabel('Protocol').selectOption('TCP');
    await page.getByLabel('Networks').fill('10.0.0.0/24');
    await shoot(page, 'new-rule');
    await page.getByRole('button', { name: 'Make rule' }).click();
    await page.getByRole('link', { name: 'web only' }).waitFor();
    await api('POST', 'vpn-services/s1/access-rules',
              { action: 'drop', name: 'rest', priority: 0 }, token);
    await page.getByRole('link', { name: 'rest' }).waitFor();
    await shoot(page, 'rules');
    await transact([{ op: 'update', table: 'Access_Rule',
                      where: [['name', '==', 'rest']],
                      row: { priority: 12 } }]);
    await page.getByRole('cell', { name: '12', exact: true }).waitFor();
    await page.getByRole('link', { name: 'web only' }).click();
    await page.getByLabel('Ports').fill('443 8000-8100');
    const rules = 'vpn-services/s1/access-rules';
    const { access_rules: list } = await api('GET', rules, undefined, token);
    const { id } = list.find((/** @type {any} */ rule) => (
        rule.name === 'web only'));
    await api('PATCH', rules + '/' + id, { priority: 7 }, token);
    await save(page);
    await page.getByText('changed by somebody else meanwhile').waitFor();
    assert.equal(await page.getByLabel('Priority').inputValue(), '7');
    await save(page);
    await page.getByText('tcp 443, 8000-8100').waitFor();
    await page.goto(base + '/#/services/s1/connections/laptop');
    await page.getByText('web only: allow').waitFor();
    await page.getByText('rest: drop').waitFor();
    await page.getByRole('link', { name: 'All rules of the service' }).click();
    await page.getByRole('button', { name: 'Delete rest' }).click();
    await page.getByText('Delete access rule “rest” of s1?').waitFor();
    await page.getByRole('button', { name: 'Delete rule' }).click();
    await page.getByText('Access rule “rest” was deleted.').waitFor();
    assert.equal(await page.getByRole('link', { name: 'rest' }).count(), 0);
}

const tokens = await makeService();
await withBrowser(async (open) => {
    const page = await signIn(open, tokens.admin);
    await checkSite(page);
    await checkSettings(page, tokens.admin);
    await checkConflict(page, tokens.admin);
    await checkConnectionSettings(page, tokens.admin);
    await checkRules(page, tokens.admin);
});
