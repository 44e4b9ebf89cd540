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
    await page.keyboard.type('2');
    await press('Enter');
    await page.getByText('This is shown once.').waitFor();
    await tabTo(page, 'Done');
    await press('Enter');
    await page.getByRole('heading', { name: 'laptop2' }).waitFor();
    await tabTo(page, 'Disable');
    await press('Enter');
    await page.getByText('laptop2 is disabled.').waitFor();
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
    await press('Escape');
    await tabTo(page, 'Delete');
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

async function checkSettings(page, token) {
    await page.goto(base + '/#/services/s1/settings');
    await page.getByLabel('Name servers').fill('10.0.0.53 example.com');
    await page.getByLabel('Gateways').fill('gw1:20 gw2:x');
    await shoot(page, 'settings');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('[data-field=gateways] .fault:not(:empty)').waitFor();
    await page.getByLabel('Gateways').fill('gw1:20 gw2:10:sticky');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('gw1 20, gw2 10 (sticky)').waitFor();
    const { spec } = await api('GET', 'vpn-services/s1', undefined, token);
    assert.deepEqual(spec.dns, ['10.0.0.53', 'example.com']);
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
    await checkDrain(page);
    await checkEventDuringLoad(open, page, tokens.admin);
    await checkLoss(page);
});
