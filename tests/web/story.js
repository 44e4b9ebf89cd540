// SPDX-License-Identifier: Apache-2.0
//
// The whole story, in a sandbox: from an empty page to a telephone that scans
// its configuration and reaches a VM, and to a gateway that dies.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { base, PHONE, run, sandbox, shoot, until, WIDE, withBrowser }
    from './browser.js';

const pictures = process.env.WEB_SCREENSHOTS;

/** What somebody with a telephone would read from the screen. */
async function scan(page) {
    const file = path.join(pictures, 'scanned.png');
    await page.locator('svg.qr').screenshot({ path: file });
    try {
        return run('zbarimg', '--quiet', '--raw', '-Sdisable',
                   '-Sqrcode.enable', file);
    } finally {
        fs.rmSync(file);
    }
}

async function addClient(name, config) {
    const file = name + '.conf';
    fs.writeFileSync(file, config, { mode: 0o600 });
    sandbox('client-add', name, file);
    fs.rmSync(file);
    sandbox('exec', name, 'ping', '-c', '1', '-i', '0.2', '-w', '30',
            '10.0.0.10');
}

async function makeService(page) {
    await page.getByText('There is no service yet.').waitFor();
    await page.getByText('healthy').nth(1).waitFor();
    await shoot(page, 'empty');
    await page.getByRole('link', { name: 'New service' }).click();
    await page.getByLabel('Name').fill('office');
    await page.getByLabel('Router').fill('r');
    // The API has no pool to take an address from, and says so.
    await page.getByRole('button', { name: 'Make service' }).click();
    const address = page.getByLabel('Floating IP');
    await page.locator('[data-field=external_ip] .fault')
        .getByText('External_IP_Pool').waitFor();
    assert.equal(await address.getAttribute('aria-invalid'), 'true');
    await shoot(page, 'new-service');
    await address.fill('192.168.0.200');
    await page.getByRole('button', { name: 'Make service' }).click();
    await page.getByRole('heading', { name: 'office' }).waitFor();
    await page.getByText('There is no connection yet.').waitFor();
    await page.locator('.heading .badge.good').waitFor();
}

async function makeConnection(page, name, device) {
    await page.getByRole('link', { name: 'New connection' }).click();
    await page.getByLabel('Name').fill(name);
    if (device) {
        await page.getByLabel('Expires').selectOption('in 90 days');
        await shoot(page, 'new-connection');
    }
    await page.getByRole('button', { name: 'Make connection' }).click();
    await page.getByText('This is shown once.').waitFor();
    const shown = await page.locator('pre').textContent();
    assert.match(shown, /^PrivateKey = [A-Za-z0-9+/]{43}=$/m);
    assert.match(shown, /^PresharedKey = [A-Za-z0-9+/]{43}=$/m);
    assert.equal((await scan(page)).trim(), shown.trim());
    return shown;
}

async function checkDownload(page, name, shown) {
    const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download ' + name + '.conf' })
            .click(),
    ]);
    assert.equal(download.suggestedFilename(), name + '.conf');
    assert.equal(fs.readFileSync(await download.path(), 'utf8'), shown);
}

/** New numbers come without disturbing what has not changed. */
async function checkTraffic(page) {
    const key = page.locator('code.key');
    await page.locator('.key.rx').getByText(/kbit|Mbit/).waitFor();
    await key.evaluate((element) => {
        element.mark = 1;
    });
    await until('the chart has points', async () => (
        await page.locator('path.rx').getAttribute('d')).split('L')
                .length > 4);
    assert.equal(await key.evaluate((element) => element.mark), 1);
    for (const size of [PHONE, WIDE]) {
        await page.setViewportSize(size);
        const [drawn, seen] = await page.locator('svg.plot').evaluate(
            (plot) => new Promise((resolve) => {
                requestAnimationFrame(() => requestAnimationFrame(() => (
                    resolve([plot.viewBox.baseVal.width, plot.clientWidth]))));
            }));
        assert.equal(drawn, seen, 'the chart is as wide as its place');
    }
    await shoot(page, 'connection');
}

/** A takeover is seen as it happens, without anybody asking. */
async function watchTakeover(page) {
    await page.getByRole('link', { name: 'OVN VPN' }).click();
    const picture = page.locator('.services .chassis');
    await picture.locator('.on', { hasText: 'gw1' }).waitFor();
    await until('traffic is shown', async () => /[1-9]\d*\s[kM]bit/.test(
        await page.locator('.services .traffic').textContent()), 60000);
    await shoot(page, 'overview');
    sandbox('kill', 'gw1');
    await picture.locator('.on', { hasText: 'gw2' }).waitFor();
    await page.getByText('office is served by gw2 now.').waitFor();
    await page.getByText(/took \d+\sms/).waitFor();
    // The gateway is silent for a while before it is known to be.
    await page.locator('.concerns').getByText('Gateway gw1').waitFor({
        timeout: 60000 });
    await shoot(page, 'takeover');
}

await withBrowser(async (open) => {
    const page = await open({ acceptDownloads: true });
    const sent = [];
    page.on('request', (request) => {
        sent.push(request.url() + (request.postData() ?? ''));
    });
    await page.goto(base + '/');
    await makeService(page);

    const shown = await makeConnection(page, 'phone', true);
    await checkDownload(page, 'phone', shown);
    const [, secret] = /^PrivateKey = (.*)$/m.exec(shown);
    assert.ok(!sent.some((text) => text.includes(secret)),
              'the private key has left the browser');
    await page.evaluate(() => {
        document.querySelector('pre').textContent
            = document.querySelector('pre').textContent.replace(
                /Key = .*/g, 'Key = (shown once)');
    });
    await shoot(page, 'configuration');
    await addClient('phone', shown);

    await page.getByRole('link', { name: 'Done' }).click();
    await page.locator('.heading .badge.good').waitFor();
    assert.ok(!(await page.content()).includes(secret));
    const ping = spawn('ovn-vpn-sandbox', [
        'exec', 'phone', 'ping', '-q', '-i', '0.02', '-s', '1000', '-w', '100',
        '10.0.0.10'], { stdio: 'ignore' });
    try {
        await checkTraffic(page);
        await watchTakeover(page);
    } finally {
        ping.kill();
    }
});
