// SPDX-License-Identifier: Apache-2.0
//
// The modules that take no browser.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import http from 'node:http';

const js = '../../utilities/api/web/js/';
const { faultsOf } = await import(js + 'api-error.js');
const { ApiClient } = await import(js + 'api-client.js');
const { EventParser } = await import(js + 'event-stream.js');
const format = await import(js + 'format.js');
const { fillIn, makeKeyPair } = await import(js + 'keys.js');
const { Rate } = await import(js + 'rates.js');
const { findRoute, connectionLink } = await import(js + 'router.js');

// Events, however the text is cut.
const text = ':\n\nid: 1-1\nevent: service.updated\ndata: {"a": "b: c"}\n\n'
      + 'event: reset\ndata: {}\n\n:\n\nid: 1-2\nevent: x\ndata: 1\n\n';
for (let cut = 0; cut <= text.length; cut++) {
    const events = [];
    const parser = new EventParser((event) => events.push(event));
    parser.push(text.slice(0, cut));
    parser.push(text.slice(cut));
    assert.deepEqual(events, [
        { type: 'service.updated', id: '1-1', data: { a: 'b: c' } },
        { type: 'reset', id: '1-1', data: {} },
        { type: 'x', id: '1-2', data: 1 },
    ]);
    assert.equal(parser.lastId, '1-2');
}

// A stream that is cut in the middle of an event is taken up after the last
// event that came whole.
const asked = [];
const server = http.createServer((request, response) => {
    const n = asked.push(request.headers['last-event-id']);
    assert.equal(request.headers.authorization, 'Bearer t');
    if (n === 2) {
        response.writeHead(503, { 'Content-Type': 'application/json' });
        response.end('{"detail": "not now", "status": 503}');
        return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    if (n === 1) {
        response.write('id: 7-1\nevent: x\ndata: 1\n\nid: 7-2\nevent: x\n',
                       () => response.destroy());
    } else {
        response.write('id: 7-2\nevent: x\ndata: 2\n\n');
    }
});
await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
});
const seen = [];
const client = new ApiClient({
    token: 't', base: 'http://127.0.0.1:' + server.address().port });
await new Promise((resolve) => {
    const stream = client.follow({
        onEvent: ({ data }) => {
            seen.push(data);
            if (data === 2) {
                stream.close();
                resolve();
            }
        },
        onState: (state, error) => seen.push(error?.status ?? state),
    });
});
assert.deepEqual(seen, ['live', 1, 'lost', 503, 'live', 2]);
assert.deepEqual(asked, [undefined, '7-1', '7-1']);
server.closeAllConnections();
server.close();

// Keys: WireGuard's own program agrees.
for (let i = 0; i < 20; i++) {
    const { privateKey, publicKey } = await makeKeyPair();
    assert.equal(execFileSync('wg', ['pubkey'], {
        input: privateKey, encoding: 'utf8' }).trim(), publicKey);
    assert.equal(Buffer.from(privateKey, 'base64')[0] & 7, 0);
}

const template = `[Interface]
# The private key stayed with its owner; write it in the next line.
PrivateKey = (it)
Address = 10.0.0.2/24

[Peer]
PublicKey = x
# The pre-shared key stayed with its owner; write it in the next line.
PresharedKey = (it)
`;
assert.equal(fillIn(template, { privateKey: 'A$&=', psk: 'B=' }),
             `[Interface]
PrivateKey = A$&=
Address = 10.0.0.2/24

[Peer]
PublicKey = x
PresharedKey = B=
`);
assert.equal(fillIn(template, {}), template);

// Rates: counters move when gateways report, and begin anew after a takeover.
const rate = new Rate();
const counters = (rx, tx) => ({ rx_bytes: rx, tx_bytes: tx });
assert.equal(rate.update({}, 0), undefined);
assert.equal(rate.update(counters(1000, 0), 0), undefined);
assert.equal(rate.update(counters(1000, 0), 5000), undefined);
assert.deepEqual(rate.update(counters(2000, 500), 10000),
                 { rx: 100, tx: 50 });
assert.deepEqual(rate.update(counters(2000, 500), 20000),
                 { rx: 100, tx: 50 });
assert.deepEqual(rate.update(counters(100, 600), 20000), { rx: 10, tx: 10 });
assert.deepEqual(rate.update(counters(100, 600), 60000), { rx: 0, tx: 0 });

// Which fields are at fault, in whatever way a problem says so.
assert.deepEqual(faultsOf({ detail: 'd', field: 'name' }),
                 [{ field: 'name', message: 'd' }]);
assert.deepEqual(faultsOf({ detail: 'd' }), [{ field: '', message: 'd' }]);
assert.deepEqual(faultsOf({ detail: 'd', field: 'x', errors: [
    { field: 'name', detail: 'n' }, { pointer: '#/spec/dns/0' },
    { pointer: '/labels/a~1b', message: 'm' }] }), [
    { field: 'name', message: 'n' }, { field: 'spec.dns.0', message: 'd' },
    { field: 'labels.a/b', message: 'm' }]);

// Addresses.
const routes = [['', 'overview'], ['services/:service', 'service'],
                ['services/:service/connections/:connection', 'connection']];
assert.deepEqual(findRoute(routes, ''), { view: 'overview', parameters: {} });
assert.deepEqual(findRoute(routes, connectionLink('a/b', 'c d')), {
    view: 'connection', parameters: { service: 'a/b', connection: 'c d' } });
assert.equal(findRoute(routes, '#/services'), null);
assert.equal(findRoute(routes, '#/services/%'), null);

// Numbers.
const nnbsp = '\u202f';
assert.equal(format.bytes(0), '0 B'.replace(' ', nnbsp));
assert.equal(format.bytes(999), '999 B'.replace(' ', nnbsp));
assert.equal(format.bytes(999500), '1.0 MB'.replace(' ', nnbsp));
assert.equal(format.bytes(12345678), '12 MB'.replace(' ', nnbsp));
assert.equal(format.rate(125), '1.0 kbit/s'.replace(' ', nnbsp));
assert.equal(format.endpoint('192.0.2.1', 51820), '192.0.2.1:51820');
assert.equal(format.endpoint('2001:db8::1', 1), '[2001:db8::1]:1');
assert.equal(format.rate(undefined), '–');
assert.equal(format.count(10000), '10' + nnbsp + '000');
assert.equal(format.plural(1, 'connection'), '1 connection');
assert.equal(format.expiry('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 2)),
             'expired');
assert.equal(format.expiry(undefined), 'never');
assert.equal(format.ago('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 0, 3)),
             '3' + nnbsp + 'min ago');
