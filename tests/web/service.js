// SPDX-License-Identifier: Apache-2.0
//
// A service with one connection, for tests that take no gateways, and tokens.

import { api, base, run } from './browser.js';

/** Returns a token of each role. */
export async function makeService() {
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

/** Opens a page and signs in there. */
export async function signIn(open, token) {
    const page = await open();
    await page.goto(base + '/');
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Services' }).waitFor();
    await page.getByRole('link', { name: 's1' }).waitFor();
    return page;
}
