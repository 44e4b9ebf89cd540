#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures ovn-vpn-api with 10,000 connections in the database.

Usage: bench-api.py SCHEMA [SERVICES]

The connections are spread over SERVICES services, 10 if not given.  Prints a
line for each figure, and writes the main ones as JSON into the file that
BENCH_JSON names.  Latencies are those that 50 clients with connections that
stay open see, each with one request on its way at a time."""

import http.client
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time

CONNECTIONS = 10000
CLIENTS = 50
GETS = 100000
LISTS = 20000                   # One hiccup delays 50 of them.
CREATES = 1000
MIXED = 5000                    # Requests, of which one in ten creates.
SEALING_KEY = 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo='
results = {}


def result(name, value, unit, note=''):
    results[name] = {'value': value, 'unit': unit}
    print(('%s: %s %s %s' % (name, value, unit, note)).rstrip())


def run(*args, **kwargs):
    return subprocess.run(args, check=True, capture_output=True, text=True,
                          **kwargs).stdout


def wait_for(address):
    for _ in range(300):
        try:
            client = http.client.HTTPConnection(address, timeout=10)
            client.request('GET', '/readyz')
            if client.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError('ovn-vpn-api does not come up')


def service_row(number):
    return {'op': 'insert', 'table': 'VPN_Service', 'uuid-name': 's', 'row': {
        'name': 's%d' % number, 'router': 'r', 'created_at': 1,
        'external_ip': '192.0.2.%d' % number, 'updated_at': 1,
        'tunnel_subnets': '10.%d.0.0/16' % number}}


def connection_row(number, index):
    key = '%07d/%033d0=' % (number, index)
    return {'op': 'insert', 'table': 'VPN_Connection',
            'uuid-name': 'c%d' % index,
            'row': {'name': 'c%05d' % index, 'type': 'client',
                    'public_key': 'A' + key,
                    'addresses': '10.%d.%d.%d' % (number, 1 + index // 250,
                                                  2 + index % 250)}}


def fill(db, services):
    run('ovn-vpn-nbctl', 'set', 'NB_Global', '.',
        'sealing_public_key="%s"' % SEALING_KEY)
    each = CONNECTIONS // services
    for number in range(1, services + 1):
        row = service_row(number)
        row['row']['connections'] = ['set', [['named-uuid', 'c%d' % i]
                                             for i in range(each)]]
        transact(db, [connection_row(number, i) for i in range(each)] + [row])


def transact(db, operations):
    """Does it by hand: no command line can hold as much."""
    s = socket.socket(socket.AF_UNIX)
    s.connect(db.split(':', 1)[1])
    s.sendall(json.dumps({'id': 0, 'method': 'transact', 'params':
                          ['OVN_VPN_Northbound'] + operations}).encode())
    text = ''
    while True:
        text += s.recv(1 << 20).decode()
        try:
            answer = json.loads(text)
            break
        except ValueError:
            continue
    s.close()
    for result in answer['result']:
        if result and 'error' in result:
            raise RuntimeError(result)


def complete(data):
    """Whether 'data' is a whole answer."""
    end = data.find(b'\r\n\r\n')
    if end < 0:
        return False
    start = data.find(b'Content-Length: ', 0, end) + 16
    return len(data) >= end + 4 + int(data[start:data.find(b'\r', start)])


def load(address, requests, only=b''):
    """Sends 'requests', and returns sorted latencies, in milliseconds, of
    those that begin with 'only', and the seconds that it took.  What must not
    take the server's time is simple."""
    host, port = address.rsplit(':', 1)
    selector = selectors.DefaultSelector()
    requests = iter(requests)
    latencies = []

    class Client:
        def __init__(self):
            self.socket = socket.create_connection((host, int(port)))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(self.socket, selectors.EVENT_READ, self)

        def send(self):
            request = next(requests, None)
            self.data = b''
            self.started = time.perf_counter()
            self.counts = request is not None and request.startswith(only)
            if request is None:
                selector.unregister(self.socket)
                self.socket.close()
                return 0
            self.socket.sendall(request)
            return 1

    begin = time.perf_counter()
    busy = sum(Client().send() for _ in range(CLIENTS))
    while busy:
        for key, _ in selector.select():
            client = key.data
            client.data += client.socket.recv(1 << 18)
            if complete(client.data):
                if client.data[9:10] != b'2':
                    raise RuntimeError(client.data[:500])
                if client.counts:
                    latencies.append((time.perf_counter() - client.started)
                                     * 1000)
                busy += client.send() - 1
    return sorted(latencies), time.perf_counter() - begin


def get(path):
    return b'GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n' % path.encode()


def post(path, body):
    text = json.dumps(body).encode()
    return (b'POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: '
            b'application/json\r\nContent-Length: %d\r\n\r\n%s'
            % (path.encode(), len(text), text))


def p99(latencies):
    return latencies[len(latencies) * 99 // 100]


def memory(pid):
    with open('/proc/%d/status' % pid) as f:
        return next(int(line.split()[1]) for line in f
                    if line.startswith('VmRSS'))


def cpu(pid):
    """Returns the seconds of processor time that 'pid' has taken."""
    with open('/proc/%d/stat' % pid) as f:
        fields = f.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


class Phase:
    """One kind of requests: latencies, and what each costs whom."""

    def __init__(self, name, address, pids, requests, n, only=b''):
        self.name = name
        before = [cpu(pid) for pid in pids]
        start = os.times()
        self.latencies, self.seconds = load(address, requests, only)
        end = os.times()
        self.n = n
        self.cpu = [(cpu(pid) - old) * 1000 / n
                    for pid, old in zip(pids, before)]
        self.cpu.append((end.user + end.system - start.user - start.system)
                        * 1000 / n)

    def print_latency(self):
        result(self.name + '-p99', round(p99(self.latencies), 1), 'ms')

    def print_costs(self):
        median = self.latencies[len(self.latencies) // 2]
        print('%s-cpu: %.3f ms in ovn-vpn-api, %.3f ms in ovsdb-server, '
              '%.3f ms in the client; p50 %.1f ms, %d per second'
              % (self.name, *self.cpu, median, self.n / self.seconds))


def measure(address, pids, services):
    path = '/api/v1/vpn-services/s%d/connections'
    each = CONNECTIONS // services

    def number(i):
        return 1 + i % services

    lists = Phase('list-100', address, pids,
                  [get((path + '?limit=100&page_token=c%05d')
                       % (number(i), i * 7 % max(1, each - 100)))
                   for i in range(LISTS)], LISTS)
    before = memory(pids[0])
    gets = Phase('get', address, pids,
                 (get((path + '/c%05d') % (number(i), i * 7 % each))
                  for i in range(GETS)), GETS)
    growth = memory(pids[0]) - before
    creates = Phase('create', address, pids,
                    [post(path % number(i), {'name': 'new%d' % i})
                     for i in range(CREATES)], CREATES)
    mixed = Phase('get-during-creates', address, pids,
                  [get((path + '/c%05d') % (number(i), i * 7 % each))
                   if i % 10 else post(path % number(i // 10),
                                       {'name': 'mixed%d' % i})
                   for i in range(MIXED)], MIXED, b'GET')
    for phase in (lists, gets, creates):
        phase.print_latency()
    result('gets-per-second', int(GETS / gets.seconds), '')
    result('memory-growth', growth, 'KiB', 'over %d requests' % GETS)
    mixed.print_latency()
    for phase in (lists, gets, creates, mixed):
        phase.print_costs()


def main():
    schema = os.path.abspath(sys.argv[1])
    results_file = os.path.abspath(os.environ.get('BENCH_JSON', os.devnull))
    services = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory(prefix='ovn-vpn-bench-') as directory:
        os.chdir(directory)
        os.environ['OVN_RUNDIR'] = os.environ['OVN_LOGDIR'] = directory
        run('ovsdb-tool', 'create', 'nb.db', schema)
        daemons = []
        try:
            daemons.append(subprocess.Popen(
                ['ovsdb-server', '-vconsole:off', '--no-chdir',
                 '--unixctl=%s/nb.ctl' % directory,
                 '--remote=punix:%s/ovn_vpn_nb_db.sock' % directory, 'nb.db']))
            while not os.path.exists('ovn_vpn_nb_db.sock'):
                time.sleep(0.05)
            run('ovn-vpn-nbctl', 'init')
            fill('unix:ovn_vpn_nb_db.sock', services)
            daemons.append(subprocess.Popen(
                ['ovn-vpn-api', '-vconsole:off', '--listen=127.0.0.1:0',
                 '--unixctl=%s/api.ctl' % directory]))
            while not os.path.exists('api.ctl'):
                time.sleep(0.05)
            address = run('ovn-appctl', '-t', directory + '/api.ctl',
                          'listen').strip().strip('"')
            wait_for(address)
            measure(address, [daemon.pid for daemon in reversed(daemons)],
                    services)
        finally:
            for daemon in daemons:
                daemon.terminate()
                daemon.wait()
    with open(results_file, 'w') as f:
        json.dump(results, f, indent=4)
        f.write('\n')


if __name__ == '__main__':
    main()
