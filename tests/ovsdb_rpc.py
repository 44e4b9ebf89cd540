# SPDX-License-Identifier: Apache-2.0
"""As much of RFC 7047 as a benchmark needs: one connection to a server on a
Unix socket, for transactions or for a monitor."""

import json
import socket


class Client:
    def __init__(self, path, database):
        self.database = database
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.decoder = json.JSONDecoder()
        self.buffer = ''
        self.id = 0

    def close(self):
        self.socket.close()

    def _send(self, message):
        self.socket.sendall(json.dumps(message).encode())

    def _receive(self):
        """Returns the next message, answering probes."""
        while True:
            try:
                message, end = self.decoder.raw_decode(self.buffer)
            except ValueError:
                data = self.socket.recv(1 << 20)
                if not data:
                    raise ConnectionError('the server is gone') from None
                self.buffer += data.decode()
                continue
            self.buffer = self.buffer[end:]
            if message.get('method') != 'echo':
                return message
            self._send({'id': message['id'], 'error': None,
                        'result': message['params']})

    def call(self, method, *params):
        """Returns the result of 'method', and drops updates before it."""
        self.id += 1
        self._send({'id': self.id, 'method': method, 'params': list(params)})
        while True:
            reply = self._receive()
            if reply.get('id') == self.id:
                assert not reply.get('error'), reply['error']
                return reply['result']

    def transact(self, *operations):
        results = self.call('transact', self.database, *operations)
        for result in results:
            assert not (result and 'error' in result), result
        return results

    def select(self, table, where=(), columns=('_uuid',)):
        return self.transact({'op': 'select', 'table': table,
                              'where': list(where),
                              'columns': list(columns)})[0]['rows']

    def monitor(self, table, columns):
        """Makes the server send updates of 'table', but not what is there."""
        self.call('monitor_cond', self.database, table,
                  {table: [{'columns': list(columns),
                            'select': {'initial': False}}]})

    def wait_update(self, timeout=60):
        """Returns the tables of the next update."""
        self.socket.settimeout(timeout)
        while True:
            message = self._receive()
            if message.get('method') == 'update2':
                return message['params'][1]
