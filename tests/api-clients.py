#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients of the REST API that behave badly, or well in great numbers.

api-clients.py HOST:PORT idle N    N connections that say nothing, and one that
                                   is served all the same
api-clients.py HOST:PORT slow      a request that never ends, and one that is
                                   served meanwhile
api-clients.py HOST:PORT endless   a request that never ends; says when it is
                                   sent, and when the connection is cut off
api-clients.py HOST:PORT crawl     the same of its first line
api-clients.py HOST:PORT deaf      a client that asks for much and reads
                                   nothing, and one that is served meanwhile
api-clients.py HOST:PORT leave N   N clients, one after the other, that ask for
                                   events and go away; prints the statuses
api-clients.py HOST:PORT vanish N  N clients that go away before their answer
api-clients.py HOST:PORT raw       what stands on standard input, with "\\r\\n"
                                   at the end of each line; prints the status
api-clients.py HOST:PORT together PID REQUEST...
                                   one client for each REQUEST, "METHOD PATH
                                   [JSON]", that the server, process PID, hears
                                   all at once; prints the statuses, sorted
api-clients.py HOST:PORT events N [ID [QUERY]]
                                   prints the types of the next N events, after
                                   the one with ID, and their own IDs
api-clients.py HOST:PORT follow [TOKEN]
                                   prints events until the server ends them
api-clients.py HOST:PORT write FILE
                                   clients that make connections of s1, and one
                                   that reads it, until FILE is there; prints
                                   statuses, and names of connections
"""

import http.client
import json
import os
import signal
import socket
import sys
import threading
import time

TIMEOUT = 20
WRITERS = 4
PAUSE = 0.02


def connect(address):
    host, port = address.rsplit(':', 1)
    return socket.create_connection((host, int(port)), TIMEOUT)


def check_alive(address):
    client = http.client.HTTPConnection(address, timeout=TIMEOUT)
    client.request('GET', '/api/v1/vpn-services')
    answer = client.getresponse()
    json.loads(answer.read())
    print(answer.status)
    client.close()


def idle(address, n):
    sockets = [connect(address) for _ in range(int(n))]
    check_alive(address)
    return sockets


def slow(address):
    s = connect(address)
    s.sendall(b'POST /api/v1/vpn-services HTTP/1.1\r\nHost: localhost\r\n'
              b'Content-Type: application/json\r\nContent-Length: 100\r\n'
              b'\r\n{')
    check_alive(address)
    s.close()


def endless(address, text=b'POST /api/v1/vpn-services HTTP/1.1\r\n'
            b'Host: localhost\r\nContent-Type: application/json\r\n'
            b'Content-Length: 100\r\n\r\n{'):
    s = connect(address)
    s.sendall(text)
    print('sent', flush=True)
    s.settimeout(None)
    print('cut off' if not s.recv(1) else 'answered', flush=True)


def crawl(address):
    endless(address, b'GET /api')


def deaf(address):
    s = connect(address)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.setblocking(False)
    request = b'GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'
    try:
        for _ in range(100000):
            s.sendall(request)
    except BlockingIOError:
        pass
    check_alive(address)


def leave(address, n):
    statuses = set()
    for _ in range(int(n)):
        s = connect(address)
        s.sendall(b'GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n')
        statuses.add(s.makefile('rb').readline().decode().strip())
        s.close()
    print('\n'.join(sorted(statuses)))


def vanish(address, n):
    body = b'{"name": "vanished-%d"}'
    for i in range(int(n)):
        s = connect(address)
        text = body % i
        s.sendall(b'POST /api/v1/vpn-services/s1/connections HTTP/1.1\r\n'
                  b'Host: localhost\r\nContent-Type: application/json\r\n'
                  b'Content-Length: %d\r\n\r\n%s' % (len(text), text))
        s.close()
    check_alive(address)


def raw(address):
    s = connect(address)
    text = sys.stdin.buffer.read().replace(b'\n', b'\r\n')
    s.sendall(text)
    print(s.makefile('rb').readline().decode().strip())


def together(address, pid, *requests):
    os.kill(int(pid), signal.SIGSTOP)
    sockets = [connect(address) for _ in requests]
    for s, request in zip(sockets, requests):
        method, path, *body = request.encode().split(b' ', 2)
        text = b'%s %s HTTP/1.1\r\nHost: localhost\r\n' % (method, path)
        for b in body:
            text += (b'Content-Type: application/json\r\n'
                     b'Content-Length: %d\r\n' % len(b))
        s.sendall(b'\r\n'.join([text, *body]) if body else text + b'\r\n')
    os.kill(int(pid), signal.SIGCONT)
    lines = [s.makefile('rb').readline().decode().strip() for s in sockets]
    print('\n'.join(sorted(lines)))


def events(address, n, last_id=None, query=''):
    client = http.client.HTTPConnection(address, timeout=TIMEOUT)
    client.request('GET', '/api/v1/events?' + query,
                   headers={'Last-Event-ID': last_id} if last_id else {})
    answer = client.getresponse()
    print(answer.status, flush=True)
    types = []
    number = ''
    while len(types) < int(n):
        line = answer.readline().decode()
        if line.startswith('id: '):
            number = ' ' + line[len('id: '):].strip()
        elif line.startswith('event: '):
            types.append(line[len('event: '):].strip() + number)
    print('\n'.join(types), flush=True)


def follow(address, token=None):
    """Prints what comes until the server ends it."""
    client = http.client.HTTPConnection(address, timeout=TIMEOUT)
    client.request('GET', '/api/v1/events',
                   headers={'Authorization': 'Bearer ' + token}
                   if token else {})
    answer = client.getresponse()
    print(answer.status, flush=True)
    for line in answer:
        print(line.decode(), end='', flush=True)
    print('end', flush=True)


def report(client, what, method, path, body=None):
    """Makes a request, and prints what became of it."""
    client.request(method, path, body, {'Content-Type': 'application/json'})
    answer = client.getresponse()
    answer.read()
    words = [what, str(answer.status)]
    words += ['%s: %s' % header for header in answer.getheaders()
              if header[0] in ('Retry-After', 'Warning')]
    print(' '.join(words) + '\n', end='', flush=True)
    time.sleep(PAUSE)


def write(address, stop):
    def make(number):
        client = http.client.HTTPConnection(address, timeout=TIMEOUT)
        n = 0
        while not os.path.exists(stop):
            n += 1
            name = 'c%d-%d' % (number, n)
            report(client, name, 'POST',
                   '/api/v1/vpn-services/s1/connections',
                   json.dumps({'name': name}))

    writers = [threading.Thread(target=make, args=(i,))
               for i in range(WRITERS)]
    for writer in writers:
        writer.start()
    client = http.client.HTTPConnection(address, timeout=TIMEOUT)
    while any(writer.is_alive() for writer in writers):
        report(client, 'read', 'GET', '/api/v1/vpn-services/s1')
    print('end', flush=True)


def main():
    address, command, *args = sys.argv[1:]
    {'idle': idle, 'slow': slow, 'endless': endless, 'crawl': crawl,
     'deaf': deaf, 'leave': leave, 'vanish': vanish, 'raw': raw,
     'together': together, 'events': events, 'follow': follow,
     'write': write}[command](address, *args)


if __name__ == '__main__':
    main()
