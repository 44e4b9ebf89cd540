// SPDX-License-Identifier: Apache-2.0
//
// What the browser tests share: a browser, pictures, and axe.
//
// Environment: WEB_MODULES, the directory of npm's packages; WEB_URL, where
// ovn-vpn-api is; WEB_HOST, in which host of a sandbox the browser runs;
// WEB_SCREENSHOTS, where pictures go.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';

const modules = createRequire(path.join(process.env.WEB_MODULES, 'x.js'));
const { chromium } = modules('playwright-core');
const axe = fs.readFileSync(modules.resolve('axe-core/axe.min.js'), 'utf8');

export const base = process.env.WEB_URL;
const pictures = process.env.WEB_SCREENSHOTS;
const test = path.basename(process.argv[1], '.js');

export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };
const OTHERS = [{ width: 820, height: 1180 }, { width: 1024, height: 768 }];

/** Runs a command, and returns what it prints. */
export function run(command, ...args) {
    return execFileSync(command, args, {
        encoding: 'utf8', timeout: 60000, maxBuffer: 1 << 26,
        stdio: ['ignore', 'pipe', 'inherit'],
    });
}

export function sandbox(...args) {
    return run('ovn-vpn-sandbox', ...args);
}

/** Makes requests that are not the page's own. */
export async function api(method, target, body, token) {
    const response = await fetch(base + '/api/v1/' + target, {
        method, body: body && JSON.stringify(body),
        headers: {
            ...body && { 'Content-Type': 'application/json' },
            ...token && { Authorization: 'Bearer ' + token },
        },
    });
    const text = await response.text();
    assert.ok(response.ok, method + ' ' + target + ': ' + text);
    return text ? JSON.parse(text) : undefined;
}

/** A transaction of the VPN Northbound database, of any length. */
export function transact(operations) {
    return new Promise((resolve, reject) => {
        const socket = net.connect(process.env.OVN_RUNDIR
                                   + '/ovn_vpn_nb_db.sock');
        let text = '';
        socket.setEncoding('utf8').on('data', (data) => {
            text += data;
            try {
                const { result } = JSON.parse(text);
                const failed = result.find((r) => r?.error);
                socket.end();
                (failed ? reject : resolve)(failed ?? result);
            } catch {
                // There is more to come.
            }
        }).on('error', reject);
        socket.write(JSON.stringify({
            id: 0, method: 'transact',
            params: ['OVN_VPN_Northbound', ...operations],
        }));
    });
}

/**
 * Opens a browser, and tells 'story' how to open a page.  Fails if a page has
 * thrown, complained, or asked another host for anything.
 */
export async function withBrowser(story) {
    const browser = await chromium.launch({
        executablePath: path.join(import.meta.dirname, 'chromium'),
        args: ['--disable-dev-shm-usage', '--disable-gpu'],
    });
    for (const name of fs.readdirSync(pictures)) {
        if (name.startsWith(`failed-${test}-`)) {
            fs.rmSync(path.join(pictures, name));
        }
    }
    const complaints = [];
    const open = async (options = {}) => {
        const context = await browser.newContext({
            viewport: WIDE, colorScheme: 'light', ...options,
        });
        context.setDefaultTimeout(20000);
        const page = await context.newPage();
        page.on('pageerror', (error) => complaints.push(error.stack));
        page.on('console', (message) => {
            // The browser notes requests that are refused, as they should be.
            if (['error', 'warning'].includes(message.type())
                && !/Failed to load resource/.test(message.text())) {
                complaints.push(message.text());
            }
        });
        page.on('request', (request) => {
            if (!request.url().startsWith(base + '/')
                && !request.url().startsWith('blob:' + base)) {
                complaints.push('request to ' + request.url());
            }
        });
        return page;
    };
    try {
        await story(open);
        assert.deepEqual(complaints, []);
    } catch (error) {
        await shootAll(browser);
        throw error;
    } finally {
        await browser.close();
    }
}

/** Pictures of what there was when a test failed. */
async function shootAll(browser) {
    for (const [i, context] of browser.contexts().entries()) {
        for (const page of context.pages()) {
            await page.screenshot({
                path: path.join(pictures, `failed-${test}-${i}.png`),
                timeout: 5000,
            }).catch(() => {});
        }
    }
}

/** Fails if axe finds a violation on the page. */
export async function checkAccess(page, name) {
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
        const results = await window.axe.run(document, {
            resultTypes: ['violations'],
        });
        return results.violations.map((v) => v.id + ': ' + v.help + ': '
            + v.nodes.map((n) => n.html + ' ' + n.failureSummary).join('; '));
    });
    assert.deepEqual(violations, [], 'axe on ' + name);
}

async function checkWidth(page, what) {
    const [needed, there] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth]);
    assert.ok(needed <= there, `${what} needs ${needed} of ${there} pixels`);
}

/**
 * Takes pictures of a view, in both sizes and both modes, and lets axe look
 * at each.
 */
export async function shoot(page, name) {
    for (const [mode, size] of [['light', WIDE], ['dark', WIDE],
                                ['dark', PHONE], ['light', PHONE]]) {
        await page.emulateMedia({ colorScheme: mode });
        await page.setViewportSize(size);
        const what = name + (size === PHONE ? '-phone' : '') + '-' + mode;
        // Rows of long lists are made in the next frame.
        await page.evaluate(() => new Promise((resolve) => {
            requestAnimationFrame(() => requestAnimationFrame(resolve));
        }));
        await page.screenshot({ path: path.join(pictures, what + '.png') });
        await checkWidth(page, what);
        await checkAccess(page, what);
    }
    for (const size of OTHERS) {
        await page.setViewportSize(size);
        await checkWidth(page, name);
    }
    await page.setViewportSize(WIDE);
    await page.emulateMedia({ colorScheme: 'light' });
}

/** Fails unless 'found' becomes true. */
export async function until(what, found, limit = 20000) {
    const end = Date.now() + limit;
    for (;;) {
        const value = await found();
        if (value) {
            return value;
        }
        assert.ok(Date.now() < end, what);
        await new Promise((resolve) => {
            setTimeout(resolve, 100);
        });
    }
}
