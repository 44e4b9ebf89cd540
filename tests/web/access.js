// SPDX-License-Identifier: Apache-2.0
//
// Who may do what, with the keyboard alone, and without a connection.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

import { api, base, run, shoot, until, withBrowser } from './browser.js';

async function fill() {
    run('ovn-vpn-nbctl', 'svc-add', 's1', 'r', '192.0.2.1', '10.9.0.0/24');
    run('ovn-vpn-nbctl', '--', 'set', 'VPN_Service', 's1', 'phase=active',
        'public_ip=192.0.2.1', 'active_chassis=gw1',
        'public_key="' + 'B'.repeat(42) + 'A="', 'sealed_private_key=x',
        '--', 'create', 'Chassis', 'name=gw1', 'alive=true');
    // As ovn-vpn does when it starts.
    run('ovn-vpn-nbctl', 'set', 'NB_Global', '.', 'sealing_public_key='
        + '"hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="');
    const admin = await api('POST', 'tokens', { name: 'root', role: 'admin' });
    const tokens = { admin: admin.token };
    for (const role of ['viewer', 'operator']) {
        const made = await api('POST', 'tokens', { name: 'a-' + role, role },
                               admin.token);
        tokens[role] = made.token;
    }
    await api('POST', 'vpn-services/s1/connections', {
        name: 'laptop', public_key: 'C'.repeat(42) + 'A=',
        groups: ['staff'] }, admin.token);
    return tokens;
}

async function signIn(open, token) {
    const page = await open();
    await page.goto(base + '/');
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Services' }).waitFor();
    await page.getByRole('link', { name: 's1' }).waitFor();
    return page;
}

async function checkSignIn(open) {
    const page = await open();
    await page.goto(base + '/');
    await page.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('the token is not valid').waitFor();
    await shoot(page, 'sign-in');
}

async function checkViewer(open, token) {
    const page = await signIn(open, token);
    const buttons = /New|Edit|Drain|Delete|Disable|Enable|keys/;
    for (const hash of ['', 'services/s1', 'services/s1/connections/laptop']) {
        await page.evaluate((h) => {
            location.hash = '#/' + h;
        }, hash);
        await page.getByText(hash.includes('laptop') ? 'Public key'
                             : hash ? 'laptop' : 'gw1').first().waitFor();
        assert.equal(await page.getByRole('button', { name: buttons })
                     .count(), 0);
        assert.equal(await page.getByRole('link', { name: buttons }).count(),
                     0);
        assert.equal(await page.getByRole('checkbox').count(), 0);
    }
    await shoot(page, 'viewer');
    for (const hash of ['new', 'services/s1/new', 'services/s1/settings',
                        'services/s1/rules/new',
                        'services/s1/connections/laptop/settings']) {
        await page.evaluate((h) => {
            location.hash = '#/' + h;
        }, hash);
        await page.getByText('This takes the role operator').waitFor();
        await page.goBack();
    }
    // A token goes away with it.
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)),
                     []);
    assert.ok(!page.url().includes(token));
}

/** Presses Tab until the element with that name has the focus. */
async function tabTo(page, name) {
    for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        const now = await page.evaluate(() => {
            const e = document.activeElement;
            return (e?.labels?.[0]?.textContent || e?.textContent
                    || e?.getAttribute('aria-label') || '').trim();
        });
        if (now.startsWith(name)) {
            return;
        }
    }
    assert.fail('Tab does not lead to ' + name);
}

/** Makes, changes and deletes a connection without a mouse. */
async function checkKeyboard(open, token) {
    const page = await signIn(open, token);
    const press = (key) => page.keyboard.press(key);
    assert.equal(await page.getByRole('button', { name: /Drain/ }).count(),
                 0);
    await tabTo(page, 's1');
    await press('Enter');
    await page.getByRole('heading', { name: 's1' }).waitFor();
    await tabTo(page, 'New connection');
    await press('Enter');
    await page.getByRole('heading', { name: 'New connection' }).waitFor();
    await tabTo(page, 'Name');
    await page.keyboard.type('laptop');
    await press('Enter');
    await page.getByText('another connection named laptop').waitFor();
    await page.getByLabel('Name').focus();
    await page.keyboard.press('End');
    await page.keyboard.type('2');
    await press('Enter');
    await page.getByText('This is shown once.').waitFor();
    await tabTo(page, 'Done');
    await press('Enter');
    await page.getByRole('heading', { name: 'laptop2' }).waitFor();
    await tabTo(page, 'Disable');
    await press('Enter');
    await page.getByText('laptop2 is disabled.').waitFor();
    await tabTo(page, 'Undo');
    await press('Enter');
    await page.getByText('laptop2 is enabled.').waitFor();
    await page.getByRole('button', { name: 'Disable' }).focus();
    await tabTo(page, 'New keys');
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await press('Tab');
    await press('Enter');
    await page.getByText('This is shown once.').waitFor();
    await tabTo(page, 'Done');
    await press('Enter');
    await tabTo(page, 'Delete');
    await press('Enter');
    await page.getByText('Delete connection laptop2 of s1?').waitFor();
    // The focus stays in the dialog, and goes back to where it was.
    for (let i = 0; i < 5; i++) {
        await press('Tab');
        assert.ok(await page.evaluate(() => (
            document.activeElement === document.body
                || document.activeElement.closest('dialog'))));
    }
    await press('Escape');
    assert.equal(await page.evaluate(() => (
        document.activeElement.textContent)), 'Delete …');
    await press('Enter');
    await press('Tab');
    await press('Enter');
    await page.getByText('laptop2 was deleted.').waitFor();
    await page.getByRole('link', { name: 'laptop', exact: true }).waitFor();
    await page.close();
}

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
    const time = page.getByLabel('Time at which it expires');
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
    await page.getByRole('link', { name: 'web only' }).click();
    await page.getByLabel('Ports').fill('443 8000-8100');
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

async function checkDrain(page) {
    await page.goto(base + '/#/');
    await page.getByRole('button', { name: 'Drain gw1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Drain gw1' })
        .click();
    await page.getByText('It is drained').waitFor();
    await page.getByRole('button', { name: 'Undrain gw1' }).click();
    await page.getByText('healthy').waitFor();
}

/** What an event says while the page is being loaded is newer than it. */
async function checkEventDuringLoad(open, page, token) {
    const watcher = await signIn(open, token);
    await page.route(/\/gateways$/, async (route) => {
        const response = await route.fetch();
        await api('POST', 'gateways/gw1/drain', undefined, token);
        await watcher.getByText('It is drained').waitFor();
        await route.fulfill({ response });
    }, { times: 1 });
    await page.reload();
    await page.getByText('It is drained').waitFor();
    await api('POST', 'gateways/gw1/undrain', undefined, token);
    await page.getByText('healthy').waitFor();
    await watcher.close();
}

/** What happened while the API was away is seen when it is back. */
async function checkLoss(page) {
    const pid = run('cat', 'ovn-vpn-api.pid').trim();
    run('ovn-appctl', '-t', 'ovn-vpn-api', 'exit');
    await page.getByText('The connection to the API is lost.').waitFor();
    await shoot(page, 'lost');
    // How old the page is changes, but not under somebody's fingers.
    const again = page.getByRole('button', { name: 'Try now' });
    const banner = page.locator('.banner');
    const text = await banner.textContent();
    await again.focus();
    await until('the page is older', async () => (
        await banner.textContent() !== text));
    assert.ok(await again.evaluate((e) => e === document.activeElement));
    run('ovn-vpn-nbctl', 'svc-add', 's2', 'r', '192.0.2.2', '10.8.0.0/24');
    await until('ovn-vpn-api ends', () => {
        try {
            process.kill(Number(pid), 0);
            return false;
        } catch {
            return true;
        }
    });
    execFileSync('ovn-vpn-api', [
        '-vconsole:off', '--detach', '--no-chdir', '--pidfile', '--log-file',
        '--listen=' + new URL(base).host, '--web-directory='
            + process.env.abs_top_srcdir + '/utilities/api/web',
    ], { stdio: 'ignore' });
    await page.locator('table').getByRole('link', { name: 's2' }).waitFor();
    assert.ok(await page.locator('.banner').isHidden());
}

const tokens = await fill();
await withBrowser(async (open) => {
    await checkSignIn(open);
    await checkViewer(open, tokens.viewer);
    await checkKeyboard(open, tokens.operator);
    const page = await signIn(open, tokens.admin);
    await checkSite(page);
    await checkSettings(page, tokens.admin);
    await checkConflict(page, tokens.admin);
    await checkConnectionSettings(page, tokens.admin);
    await checkRules(page, tokens.admin);
    await checkDrain(page);
    await checkEventDuringLoad(open, page, tokens.admin);
    await checkLoss(page);
});
