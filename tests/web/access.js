// SPDX-License-Identifier: Apache-2.0
//
// Who may do what, with the keyboard alone, and without a connection.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

import { api, base, run, shoot, until, withBrowser } from './browser.js';
import { makeService, signIn } from './service.js';

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
    // The field at fault has the focus.
    await page.locator('[data-field=name]').getByText(
        'another connection named laptop').waitFor();
    await page.keyboard.press('End');
    await page.keyboard.type('2');
    await press('Enter');
    await page.getByText('This is shown once.').waitFor();
    await tabTo(page, 'Done');
    await press('Enter');
    await page.getByRole('heading', { name: 'laptop2' }).waitFor();
    await page.locator('dd').getByText(/^made .* ago$/).waitFor();
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

/** While something is loaded, or cannot be, the page says so. */
async function checkStates(page) {
    const places = [
        ['', /\/vpn-services\?/, page.getByRole('link', { name: 's1' })],
        ['services/s1', /\/connections\?/,
         page.getByRole('link', { name: 'laptop' })],
        ['services/s1/settings', /\/vpn-services\/s1$/,
         page.getByLabel('Description')],
        ['services/s1/rules', /\/access-rules$/,
         page.getByText('There is no access rule')],
        ['services/s1/connections/laptop', /\/connections\/laptop$/,
         page.getByText('Public key')],
    ];
    for (const [hash, what, sign] of places) {
        let answer;
        const held = new Promise((resolve) => {
            answer = resolve;
        });
        await page.goto(base + '/#/' + hash);
        await sign.first().waitFor();
        await page.route(what, async (route) => {
            await held;
            await route.fulfill({
                status: 503, contentType: 'application/problem+json',
                json: { status: 503, detail: 'the database is away' },
            });
        });
        await page.reload();
        await page.locator('main').getByText('Loading …').waitFor();
        answer();
        await page.getByText('the database is away').waitFor();
        if (hash === 'services/s1') {
            await shoot(page, 'error');
        }
        await page.unroute(what);
        await page.getByRole('button', { name: 'Try again' }).click();
        await sign.first().waitFor();
        assert.ok(await page.getByText('the database is away').isHidden());
    }
    // That nobody can tell whose a token is does not take it away.
    await page.goto(base + '/#/');
    await page.route(/\/whoami$/, (route) => route.fulfill({
        status: 503, contentType: 'application/problem+json',
        json: { status: 503, detail: 'the database is away' },
    }), { times: 1 });
    await page.reload();
    await page.getByText('the database is away').waitFor();
    await page.reload();
    await page.getByRole('link', { name: 's1' }).first().waitFor();
    await page.goto(base + '/#/services/nobody');
    await page.getByText('There is no service “nobody”.').waitFor();
    await page.goto(base + '/#/services/s1/connections/nobody');
    await page.getByText('service s1 has no connection "nobody"').waitFor();
    await page.goto(base + '/#/nowhere');
    await page.getByText('There is nothing at this address.').waitFor();
}

/** Who is not allowed any more gets to the form for signing in. */
async function checkRevoked(open, admin) {
    const { id, token } = await api('POST', 'tokens', {
        name: 'temporary', role: 'operator' }, admin);
    const page = await signIn(open, token);
    await page.goto(base + '/#/services/s1/connections/laptop');
    await page.getByRole('button', { name: 'New keys' }).click();
    await page.getByRole('dialog').waitFor();
    await api('DELETE', 'tokens/' + (id ?? 'temporary'), undefined, admin);
    await page.getByLabel('Token').waitFor();
    await page.getByText('the token is not valid').waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    await page.close();
}

/** What somebody did cannot be undone by who signs in after them. */
async function checkSignOut(open, { operator, admin }) {
    const page = await signIn(open, operator);
    await page.goto(base + '/#/services/s1/connections/laptop');
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Undo' }).count(), 0);
    await page.goBack();
    await page.getByLabel('Token').waitFor();
    await api('PATCH', 'vpn-services/s1/connections/laptop',
              { enabled: true }, admin);
    await page.close();
}

/** Shows a configuration, and lets the next look at the connection fail. */
async function showKeys(open, token) {
    const page = await signIn(open, token);
    await page.goto(base + '/#/services/s1/connections/laptop');
    await page.getByRole('button', { name: 'New keys' }).click();
    await page.getByRole('button', { name: 'Make new keys' }).click();
    await page.getByText('This is shown once.').waitFor();
    const refused = new Promise((resolve) => {
        page.route(/\/connections\/laptop$/, async (route) => {
            await route.fulfill({
                status: 503, contentType: 'application/problem+json',
                json: { status: 503, detail: 'the database is away' },
            });
            resolve();
        }, { times: 1 });
    });
    return { page, refused };
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

/** Gateways are not for administrators of some projects to drain. */
async function checkSomeProjects(open, admin) {
    const { token } = await api('POST', 'tokens', {
        name: 'some', role: 'admin', projects: ['p1'] }, admin);
    const page = await open();
    await page.goto(base + '/');
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'New service' }).waitFor();
    await page.getByText('gw1').first().waitFor();
    assert.equal(await page.getByRole('button', { name: /Drain/ }).count(),
                 0);
    await page.close();
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

const tokens = await makeService();
await withBrowser(async (open) => {
    await checkSignIn(open);
    await checkViewer(open, tokens.viewer);
    await checkKeyboard(open, tokens.operator);
    const page = await signIn(open, tokens.admin);
    await checkStates(page);
    await checkRevoked(open, tokens.admin);
    await checkDrain(page);
    await checkSomeProjects(open, tokens.admin);
    await checkEventDuringLoad(open, page, tokens.admin);
    await checkSignOut(open, tokens);
    const keys = await showKeys(open, tokens.operator);
    await checkLoss(page);
    await keys.refused;
    await keys.page.getByText('live', { exact: true }).waitFor();
    await keys.page.getByText('This is shown once.').waitFor();
});
