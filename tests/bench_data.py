# SPDX-License-Identifier: Apache-2.0
"""Database files of a cloud with many VPN services, written without a server:
an OVSDB file is a log of transactions (ovsdb(5)), which is much quicker to
write than transactions are to run.

Ten services share a router, all routers share one external network, and two
of three chassis are gateways."""

import base64
import hashlib
import ipaddress
import json
import os
import subprocess
import uuid

SERVICES_PER_ROUTER = 10
GATEWAYS = ('gw1', 'gw2')


def oset(atoms):
    return ['set', list(atoms)]


def omap(**pairs):
    """A map; two underscores in a key stand for a hyphen."""
    return ['map', [[k.replace('__', '-'), v] for k, v in pairs.items()]]


def refs(uuids):
    return oset(['uuid', u] for u in uuids)


class Database:
    """Rows that will be in a database file."""

    def __init__(self):
        self.tables = {}

    def add(self, table, **columns):
        row = str(uuid.uuid4())
        self.tables.setdefault(table, {})[row] = columns
        return row

    def write(self, path, schema):
        with open(schema) as f:
            records = (json.load(f), self.tables)
        with open(path, 'wb') as f:
            for record in records:
                data = json.dumps(record).encode() + b'\n'
                digest = hashlib.sha1(data).hexdigest()
                f.write(b'OVSDB JSON %d %s\n' % (len(data), digest.encode()))
                f.write(data)


def ovn_northbound(n_routers):
    nb = Database()
    nb.add('NB_Global')
    pub_ports = [nb.add('Logical_Switch_Port', name='pub-ln', type='localnet',
                        options=omap(network_name='ext'),
                        addresses='unknown')]
    for i in range(n_routers):
        gateways = [nb.add('Gateway_Chassis', name='r%d-pub-%s' % (i, name),
                           chassis_name=name, priority=20 - j)
                    for j, name in enumerate(GATEWAYS)]
        ports = [
            nb.add('Logical_Router_Port', name='r%d-net' % i,
                   networks='10.%d.%d.1/24' % (i // 256, i % 256),
                   mac='00:00:00:00:%02x:%02x' % (i // 256, i % 256)),
            nb.add('Logical_Router_Port', name='r%d-pub' % i,
                   networks='%s/12' % external_ip(i),
                   mac='00:00:00:01:%02x:%02x' % (i // 256, i % 256),
                   gateway_chassis=refs(gateways))]
        nb.add('Logical_Router', name='r%d' % i, ports=refs(ports))
        for side in 'net', 'pub':
            options = {'router__port': 'r%d-%s' % (i, side)}
            if side == 'pub':
                options['nat__addresses'] = 'router'
            port = nb.add('Logical_Switch_Port', name='%s-r%d' % (side, i),
                          type='router', addresses='router',
                          options=omap(**options))
            if side == 'pub':
                pub_ports.append(port)
            else:
                nb.add('Logical_Switch', name='net%d' % i, ports=refs([port]))
    nb.add('Logical_Switch', name='pub', ports=refs(pub_ports))
    return nb


def ovn_southbound():
    sb = Database()
    sb.add('SB_Global')
    for i, name in enumerate(GATEWAYS + ('hv1',)):
        encap = sb.add('Encap', type='geneve', ip='127.0.0.%d' % (i + 1),
                       chassis_name=name)
        sb.add('Chassis', name=name, encaps=refs([encap]),
               other_config=omap(ovn__bridge__mappings='ovn-vpn:br-vpn'))
    return sb


def external_ip(n):
    """Address 'n' of the external network.  Routers begin at 0, services at
    65536."""
    return ipaddress.ip_address('172.16.0.1') + n


def random_key():
    return base64.b64encode(os.urandom(32)).decode()


def make_sealing_key(path):
    """Makes a key file and returns its public half."""
    return subprocess.run(
        [os.environ['OVSTEST'], 'test-vpn-keys', 'keyfile', path],
        stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def seal(sealing_key, service, n):
    """Yields 'n' pairs of a public key and a sealed pre-shared key."""
    with subprocess.Popen(
            [os.environ['OVSTEST'], 'test-vpn-keys', 'seal', sealing_key,
             service, str(n)], stdout=subprocess.PIPE, text=True) as p:
        for line in p.stdout:
            yield line.split()


def service_columns(i, subnet):
    """Service 's<i>'."""
    return dict(name='s%d' % i, router='r%d' % (i // SERVICES_PER_ROUTER),
                external_ip=str(external_ip(65536 + i)),
                tunnel_subnets=str(subnet), created_at=1000 + i)


def subnets(n_connections):
    """Tunnel subnets that hold so many connections, and some more, each."""
    bits = (n_connections + 20).bit_length()
    return ipaddress.ip_network('100.64.0.0/10').subnets(new_prefix=32 - bits)


def connection_columns(name, address, public_key, sealed_psk):
    return dict(name=name, type='client', addresses=str(address),
                public_key=public_key, sealed_psk=sealed_psk,
                created_at=2000)


def vpn_northbound(n_services, n_connections, sealing_key):
    """'n_connections' is the number for each service."""
    nb = Database()
    nb.add('NB_Global', nb_cfg=1, sealing_public_key=sealing_key)
    for i, subnet in zip(range(n_services), subnets(n_connections)):
        connections = [
            nb.add('VPN_Connection',
                   **connection_columns('c%d' % j, subnet[j + 2], *keys))
            for j, keys in enumerate(seal(sealing_key, 's%d' % i,
                                          n_connections))]
        nb.add('VPN_Service', connections=refs(connections),
               **service_columns(i, subnet))
    return nb


def vpn_southbound():
    sb = Database()
    sb.add('SB_Global')
    for name in GATEWAYS:
        sb.add('Chassis', name=name, sealing_public_key=random_key())
    return sb
