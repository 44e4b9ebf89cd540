// SPDX-License-Identifier: Apache-2.0
//
// What is long, odd or much: names as long as they may be, text in any
// script, and text that would be elements or addresses in a careless page;
// many gateways, services and projects.  The API refuses such names; the
// database holds them nevertheless.

import assert from 'node:assert/strict';

import { api, base, shoot, transact, until, withBrowser }
    from './browser.js';

const LONG = 'gateway-' + 'w'.repeat(55);
const HTML = '<img src=x onerror="alert(1)"><b>bold</b>';
const SCRIPTS = 'شبكة المكتب ‮txet desrever‬ 事務所 Büro 🔒 '
      + HTML;

/** Names that mean something in HTML, addresses or selectors. */
const NAMES = ['..', '<b>x</b>', 'a/b?c#d', '100%', '"] *', 'x'.repeat(63)];

function gateways() {
    return Array.from({ length: 40 }, (_, i) => ({
        op: 'insert', table: 'Chassis', row: {
            name: i ? 'gw' + String(i).padStart(2, '0') : LONG,
            hostname: i === 1 ? HTML : 'host' + i + '.example',
            alive: i % 9 !== 5, drain: i === 3, backend: 'kernel',
            version: '0.1.0', ...i === 7 && { problems: HTML },
        } }));
}

function gatewayRefs(n) {
    return ['set', Array.from({ length: n }, (_, i) => (
        ['named-uuid', 'g' + i]))];
}

function services() {
    return Array.from({ length: 30 }, (_, i) => ({
        op: 'insert', table: 'VPN_Service', row: {
            name: 'service' + String(i).padStart(2, '0'), router: 'r' + i,
            external_ip: '192.0.2.' + i, created_at: 1, updated_at: 1,
            project: ['berlin', 'köln'][i % 2], active_chassis: 'gw01',
            phase: i % 3 ? 'active' : 'error',
            ...i % 3 === 0 && { error_message: 'the router r' + i
                                + ' is not there; give another one' },
        } }));
}

function oddService() {
    const connections = NAMES.map((name, i) => ({
        op: 'insert', table: 'VPN_Connection', 'uuid-name': 'c' + i, row: {
            name, type: i % 2 ? 'site' : 'client', status: 'active',
            public_key: 'A'.repeat(42) + i + '=', description: SCRIPTS,
            addresses: ['set', ['10.9.0.' + (i + 2),
                                'fd00:1234:5678:9abc:def0:1234:5678:' + i]],
            groups: ['set', Array.from({ length: 12 }, (_, n) => (
                'group-' + n)).concat(HTML)],
            labels: ['map', [['größe', SCRIPTS], [HTML, HTML]]],
            ...i === 1 && { error_message: HTML + 'x'.repeat(200) },
        } }));
    return [
        ...Array.from({ length: 40 }, (_, i) => ({
            op: 'insert', table: 'Gateway_Chassis', 'uuid-name': 'g' + i,
            row: { name: 'odd-' + i, priority: 100 - i, chassis_name: i
                   ? 'gw' + String(i).padStart(2, '0') : LONG } })),
        ...connections,
        { op: 'insert', table: 'VPN_Service', row: {
            name: 'o'.repeat(63), router: HTML, external_ip: '192.0.2.1',
            public_ip: '2001:db8:1234:5678:9abc:def0:1234:5678',
            tunnel_subnets: ['set', ['10.9.0.0/16', 'fd00::/64']],
            phase: 'active', active_chassis: LONG, created_at: 1,
            updated_at: 1, description: SCRIPTS, project: HTML,
            labels: ['map', [['größe', SCRIPTS]]],
            warnings: HTML + 'w'.repeat(300), gateways: gatewayRefs(40),
            connections: ['set', connections.map((_, i) => (
                ['named-uuid', 'c' + i]))],
        } },
        { op: 'insert', table: 'VPN_Service', row: {
            name: '../../<i>', router: 'r', external_ip: '192.0.2.3',
            phase: 'pending', created_at: 1, updated_at: 1 } },
    ];
}

/** Text is shown as it is, and makes no elements. */
async function checkText(page) {
    assert.equal(await page.locator('img, main b, main i').count(), 0);
}

async function checkOverview(page) {
    await page.goto(base + '/');
    await page.getByText('o'.repeat(63)).first().waitFor();
    await page.locator('main').getByText(HTML).first().waitFor();
    await checkText(page);
    await shoot(page, 'odd-overview');
    // What needs attention does not push away all else.
    const concerns = page.locator('.concerns li');
    assert.equal(await concerns.count(), 5);
    await page.getByRole('button', { name: /^Show all \d+/ }).click();
    assert.ok(await concerns.count() > 15);
    await page.getByRole('button', { name: 'Show fewer' }).click();
    assert.equal(await concerns.count(), 5);
    const picture = page.locator('.services tr', { hasText: 'ooooo' })
          .locator('.chassis li');
    assert.equal(await picture.count(), 4);
    assert.match(await picture.last().textContent(), /^\+37/);

    const rows = page.locator('.services tbody tr');
    await page.getByLabel('Search services').fill('R12');
    await page.getByText('1 of 32 services').waitFor();
    assert.equal(await rows.count(), 1);
    await page.getByLabel('Search services').fill('');
}

async function checkProjects(page) {
    const rows = page.locator('.services tbody tr');
    const choice = page.getByLabel('Project');
    await choice.selectOption('köln');
    await page.getByText('15 services').waitFor();
    assert.equal(await rows.count(), 15);
    await page.reload();
    await page.getByText('15 services').waitFor();
    assert.equal(await choice.inputValue(), 'köln');
    await page.getByRole('link', { name: 'New service' }).click();
    assert.equal(await page.getByRole('combobox', {
        name: 'Project' }).last().inputValue(), 'köln');
    await page.goBack();
    await choice.selectOption('all projects');
    await page.getByText('32 services').waitFor();
}

async function checkService(page) {
    await page.goto(base + '/#/');
    await page.locator('.services').getByRole('link', { name: 'ooooo' })
        .click();
    await page.getByText('6 connections').waitFor();
    await page.getByText('größe=').waitFor();
    await checkText(page);
    await shoot(page, 'odd-service');
    await page.getByLabel('Search').fill('<b>');
    await page.getByText('6 connections', { exact: true }).waitFor();
    await page.getByLabel('Search').fill('');
    for (const name of NAMES) {
        await page.getByRole('link', { name, exact: true }).click();
        await page.getByRole('heading', { name, exact: true }).waitFor();
        await page.locator('dd').getByText('10.9.0.').waitFor();
        await checkText(page);
        await page.goBack();
        await page.getByText('6 connections').waitFor();
    }
    await page.getByRole('link', { name: '<b>x</b>' }).click();
    await page.locator('dd').getByText('10.9.0.').waitFor();
    await shoot(page, 'odd-connection');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Delete connection <b>x</b> of ooo').waitFor();
    await shoot(page, 'odd-dialog');
    // Another view asks its own questions.
    await page.goBack();
    await page.getByText('6 connections').waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Priority of gw39').waitFor();
    await shoot(page, 'odd-settings');
    await page.goto(base + '/#/');
    await page.locator('.services').getByRole('link', { name: '../../<i>' })
        .click();
    await page.getByText('There is no connection yet.').waitFor();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Description').waitFor();
}

/** What is wrong with a service, and what to do, stands on its page. */
async function checkError(page) {
    await page.goto(base + '/#/services/service00');
    await page.locator('.heading .badge.bad').waitFor();
    await page.locator('.message.bad').getByText(
        'the router r0 is not there; give another one').waitFor();
    await shoot(page, 'service-error');
    await transact([{ op: 'update', table: 'VPN_Service',
                      where: [['name', '==', 'service00']],
                      row: { phase: 'active', error_message: ['set', []] } }]);
    await page.locator('.heading .badge.good').waitFor();
    assert.equal(await page.locator('.message').count(), 0);
}

/** A gateway dies that served many: that is said, and once. */
async function checkTakeovers(page) {
    await page.goto(base + '/#/');
    await page.getByText('32 services').waitFor();
    await transact([{ op: 'update', table: 'VPN_Service',
                      where: [['active_chassis', '==', 'gw01']],
                      row: { active_chassis: 'gw02' } }]);
    await page.locator('[role=status]').getByText(
        /^30 services are served by gw02 now: service\d\d, /).waitFor();
    assert.equal(await page.locator('.notice').count(), 1);
    await until('all pictures show it', async () => await page
        .locator('.services .on', { hasText: 'gw02' }).count() === 30);
}

/** What the page holds when nothing is left to be collected. */
async function holdings(cdp) {
    await cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await cdp.send('Performance.getMetrics');
    const get = (name) => metrics.find((m) => m.name === name).value;
    return { nodes: get('Nodes'), listeners: get('JSEventListeners'),
             heap: get('JSHeapUsedSize') };
}

/** Fails if an action, done again and again, leaves something behind. */
async function checkLeak(page, what, action) {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable');
    await action();
    const before = await holdings(cdp);
    await action();
    const after = await holdings(cdp);
    console.log(what, before, after);
    assert.ok(after.nodes <= before.nodes + 300, what + ': nodes');
    assert.ok(after.listeners <= before.listeners + 20, what + ': listeners');
    assert.ok(after.heap <= before.heap + 1e6, what + ': memory');
    await cdp.detach();
}

async function checkLeaks(page) {
    const service = await page.locator('.services').getByRole('link', {
        name: 'ooooo' }).getAttribute('href');
    const views = [[service, '6 connections'],
                   [service + '/connections/100%25', 'Public key'],
                   [service + '/settings', 'Tunnel subnets'],
                   [service + '/rules', 'There is no access rule'],
                   [service + '/new', 'Make connection'],
                   ['#/', '32 services']];
    await checkLeak(page, 'views', async () => {
        for (let i = 0; i < 10; i++) {
            for (const [hash, text] of views) {
                await page.evaluate((h) => {
                    location.hash = h;
                }, hash);
                await page.locator('main').getByText(text).first()
                    .waitFor({ state: 'attached' });
            }
        }
    });
    await page.goto(base + '/' + service);
    const row = page.locator('.rows .row', { hasText: '100%' });
    await row.waitFor();
    let n = 0;
    await checkLeak(page, 'updates', async () => {
        for (let i = 0; i < 1000; i++) {
            await transact([{ op: 'update', table: 'VPN_Connection',
                              where: [['name', '==', '100%']],
                              row: { groups: 'turn-' + ++n } }]);
        }
        await row.getByText('turn-' + n, { exact: true }).waitFor();
    });
}

/** A token for two projects may choose between them, and one for one not. */
async function checkTokens(open) {
    const admin = await api('POST', 'tokens', { name: 'root', role: 'admin' });
    for (const projects of [['berlin'], ['berlin', 'köln']]) {
        const { token } = await api('POST', 'tokens', {
            name: 't' + projects.length, role: 'operator', projects,
        }, admin.token);
        const page = await open();
        await page.goto(base + '/');
        await page.getByLabel('Token').fill(token);
        await page.keyboard.press('Enter');
        await page.getByText(projects.length * 15 + ' services').waitFor();
        assert.equal(await page.getByLabel('Project').isVisible(),
                     projects.length > 1);
        await page.getByRole('link', { name: 'New service' }).click();
        await page.getByLabel('Router').waitFor();
        assert.equal(await page.locator('[data-field=project_id]').count(),
                     projects.length - 1);
        await page.close();
    }
}

await transact([...gateways(), ...services(), ...oddService()]);
await withBrowser(async (open) => {
    const page = await open();
    await checkOverview(page);
    await checkProjects(page);
    await checkService(page);
    await checkError(page);
    await checkTakeovers(page);
    await checkLeaks(page);
    await checkTokens(open);
});
