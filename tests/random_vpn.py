# SPDX-License-Identifier: Apache-2.0
"""Random changes of the VPN Northbound database: what operators do."""

import base64
import itertools
import json
import random
import subprocess
import time

import ovsdb_rpc

DATABASES = {
    'ovnnb_db': 'OVN_Northbound',
    'ovnsb_db': 'OVN_Southbound',
    'ovn_vpn_nb_db': 'OVN_VPN_Northbound',
    'ovn_vpn_sb_db': 'OVN_VPN_Southbound',
}
CHASSIS = ('gw1', 'gw2', 'hv1')
CONNECTION = ('name', 'public_key', 'addresses', 'peer_cidrs', 'created_at')
DAY_MS = 86400000


def key(letter):
    return base64.b64encode(letter.encode() * 32).decode()


def oset(atoms):
    return ['set', list(atoms)]


def omap(**members):
    return ['map', [[name.replace('_', '-'), value]
                    for name, value in members.items()]]


def where(row):
    return [['_uuid', '==', row['_uuid']]]


def update(table, row, columns):
    return {'op': 'update', 'table': table, 'where': where(row),
            'row': columns}


def without_uuids(row):
    return json.dumps([value for column, value in sorted(row.items())
                       if not (isinstance(value, list)
                               and value[0] == 'uuid')])


class Base:
    """What there is to choose from, and when something happens by itself."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = ('g%d-%d' % (seed, i) for i in itertools.count())
        self.moments = []               # Seconds since the epoch.
        self.db = {name: ovsdb_rpc.Client(name + '.sock', database)
                   for name, database in DATABASES.items()}
        self.nb, self.sb = self.db['ovn_vpn_nb_db'], self.db['ovn_vpn_sb_db']
        self.ovn, self.ovn_sb = self.db['ovnnb_db'], self.db['ovnsb_db']

    def choose(self, rows):
        """One of 'rows', or None.  UUIDs do not matter, so that the same seed
        leads to the same choices."""
        return self.random.choice(sorted(rows, key=without_uuids)
                                  ) if rows else None

    def pick(self, client, table, *columns):
        """A random row of 'table', or None.  'columns' tell rows apart."""
        return self.choose(client.select(table, (), ('_uuid',) + columns))

    def rewrite(self, client, table, columns, *keys):
        """Updates a random row of 'table' with 'columns'."""
        row = self.pick(client, table, *keys)
        if row:
            client.transact(update(table, row, columns))

    def some(self, *choices):
        return self.random.choice(choices)

    def rarely(self, bad, good):
        """So that most services work most of the time."""
        return bad if self.random.random() < 0.1 else good

    def note(self, seconds):
        """Something will happen by itself that many seconds from now."""
        self.moments.append(time.time() + seconds)

    def soon(self):
        """A time shortly after now, in milliseconds since the epoch."""
        delay = self.random.randint(50, 400)
        self.note(delay / 1000)
        return int(time.time() * 1000) + delay

    def service_name(self):
        return 's%d' % self.random.randint(1, 6)

    def external_ip(self):
        return self.rarely('fd00:192::%d', '192.168.0.%d') \
            % self.random.randint(200, 204)

    def prefix(self):
        return self.some(*('10.20%d.0.0/24' % i for i in range(8)),
                         *('fd00:20%d::/64' % i for i in range(4)),
                         '10.200.0.0/15', '10.0.0.0/16', '10.201.0.128/25',
                         'fd00:200::/31')

    def address(self):
        return self.some('10.20%d.0.%d', 'fd00:20%d::%d') % (
            self.random.randrange(8), self.random.randint(1, 9))

    def groups(self):
        return self.some(oset([]), 'g', oset(['g', 'h']))


class VpnChanges(Base):
    """Each change is one transaction."""

    def service_column(self):
        return self.some(
            ('external_ip', self.some(self.external_ip(),
                                      self.external_ip(), oset([]))),
            ('tunnel_subnets', self.prefix()),
            ('tunnel_subnets', oset([self.prefix(), '10.9.0.0/24'])),
            ('tunnel_subnets', oset([self.prefix(), 'fd00:9::/64'])),
            ('router', self.rarely('nowhere', self.some('r', 'r', 'r2'))),
            ('enabled', self.rarely(False, True)),
            ('created_at', self.random.randint(1, 9)),
            ('listen_port', 1000 + self.random.randint(1, 9)),
            ('client_to_client', self.some(True, False)),
            ('network', self.some(oset([]), 'net', 'pub', 'nowhere')),
            ('local_subnets', self.some(oset([]), self.prefix())),
            ('dns', self.some(oset([]), '10.0.0.53')),
            ('options', self.rarely(['map', [
                ['external_port', self.some('r-pub', 'r2-pub')]]], omap())),
            ('external_ip_pool', self.rarely('nowhere', 'p')),
            ('mtu', self.some(oset([]), 1300)))

    def connection_column(self):
        return self.some(
            ('name', self.some('a', 'b', 'c', 'd')),
            ('public_key', key(self.some(*'abcdef'))),
            ('addresses', self.address()),
            ('addresses', oset([])),
            ('peer_cidrs', oset([])),
            ('peer_cidrs', self.prefix()),
            ('type', self.some('client', 'site')),
            ('enabled', self.some(True, False)),
            ('groups', self.groups()),
            ('expires_at', self.some(oset([]), 1, 1 << 50)),
            ('key_created_at', self.some(oset([]), 1)),
            ('psk_created_at', self.some(oset([]), 1)),
            ('keepalive', self.some(oset([]), 25)),
            ('peer_address', self.some(oset([]), '192.0.2.1:51820',
                                       '[2001:db8::1]:51820')),
            ('sealed_psk', self.some(oset([]), oset([]), 'damaged')),
            ('created_at', self.random.randint(1, 9)))

    def add_service(self):
        name = self.service_name()
        if self.nb.select('VPN_Service', [['name', '==', name]]):
            return
        self.nb.transact({'op': 'insert', 'table': 'VPN_Service', 'row': {
            'name': name, 'router': 'r', 'external_ip': self.external_ip(),
            'external_ip_pool': 'p',
            'tunnel_subnets': self.prefix(),
            'created_at': self.random.randint(1, 9)}})

    def delete_service(self):
        row = self.pick(self.nb, 'VPN_Service', 'name')
        if row:
            self.nb.transact({'op': 'delete', 'table': 'VPN_Service',
                              'where': where(row)})

    def change_service(self):
        self.rewrite(self.nb, 'VPN_Service', dict([self.service_column()]),
                    'name')

    def rule_column(self):
        return self.some(
            ('action', self.some('allow', 'drop')),
            ('direction', self.some('from-peer', 'to-peer', 'both')),
            ('priority', self.random.randint(0, 3)),
            ('log', self.some(True, False)),
            ('groups', self.groups()),
            ('networks', self.some(oset([]), self.prefix())),
            ('protocol', self.some(oset([]), 'tcp', 'icmp6')),
            ('ports', self.rarely('22', oset([]))))

    def add_access_rule(self):
        """For all, or for some of the service's connections."""
        row = self.pick(self.nb, 'VPN_Service', 'name')
        who = self.pick(self.nb, 'VPN_Connection', *CONNECTION)
        if row:
            columns = {'name': next(self.names), 'direction': 'both',
                       'action': 'allow'}
            columns.update(self.rule_column() for _ in range(2))
            if who and self.some(True, False):
                columns['connections'] = who['_uuid']
            self.nb.transact(
                {'op': 'insert', 'table': 'Access_Rule', 'uuid-name': 'a',
                 'row': columns},
                {'op': 'mutate', 'table': 'VPN_Service', 'where': where(row),
                 'mutations': [['access_rules', 'insert',
                                ['named-uuid', 'a']]]})

    def change_access_rule(self):
        self.rewrite(self.nb, 'Access_Rule', dict([self.rule_column()]),
                     'name')

    def remove_access_rule(self):
        row = self.pick(self.nb, 'Access_Rule', 'name')
        if row:
            self.nb.transact({'op': 'mutate', 'table': 'VPN_Service',
                              'where': [], 'mutations': [
                                  ['access_rules', 'delete', row['_uuid']]]})

    def change_pool(self):
        addresses = self.some('192.168.0.200-192.168.0.203',
                              '192.168.0.202/31', 'fd00:192::200')
        rows = self.nb.select('External_IP_Pool')
        if not rows:
            self.nb.transact({'op': 'insert', 'table': 'External_IP_Pool',
                              'row': {'name': 'p', 'addresses': addresses}})
        else:
            self.nb.transact(self.rarely(
                {'op': 'delete', 'table': 'External_IP_Pool',
                 'where': where(rows[0])},
                update('External_IP_Pool', rows[0],
                       {'addresses': addresses})))

    def add_connection(self):
        service = self.pick(self.nb, 'VPN_Service', 'name', 'tunnel_subnets')
        if service:
            subnet = service['tunnel_subnets']
            columns = {'name': self.some(*'abcdefghi'), 'type': 'client',
                       'public_key': key(self.some(*'abcdefghi'))}
            if isinstance(subnet, str):
                network = subnet.split('/')[0]
                if ':' not in network:
                    network = network.rsplit('.', 1)[0] + '.'
                columns['addresses'] = '%s%d' % (network,
                                                 self.random.randint(2, 9))
            columns.update(self.connection_column() for _ in range(2))
            self.nb.transact(
                {'op': 'insert', 'table': 'VPN_Connection', 'row': columns,
                 'uuid-name': 'c'},
                {'op': 'mutate', 'table': 'VPN_Service',
                 'where': where(service), 'mutations': [
                     ['connections', 'insert', ['named-uuid', 'c']]]})

    def add_connection_with_psk(self):
        """This fails for some services."""
        subprocess.run(['ovn-vpn-nbctl', 'conn-add', '--psk=auto',
                        '--public-key=' + key(self.some(*'abcdef')),
                        self.service_name(), next(self.names)],
                       check=False, capture_output=True)

    def change_connection(self):
        self.rewrite(self.nb, 'VPN_Connection',
                    dict(self.connection_column() for _ in range(2)),
                    *CONNECTION)

    def move_connection(self):
        """To another service, to both, or nowhere."""
        row = self.pick(self.nb, 'VPN_Connection', *CONNECTION)
        service = self.pick(self.nb, 'VPN_Service', 'name')
        if row:
            remove = {'op': 'mutate', 'table': 'VPN_Service', 'where': [],
                      'mutations': [['connections', 'delete', row['_uuid']]]}
            add = {'op': 'mutate', 'table': 'VPN_Service',
                   'where': where(service),
                   'mutations': [['connections', 'insert', row['_uuid']]]}
            self.nb.transact(*self.some((remove, add), (add,), (remove,)))

    def change_soon(self):
        """A connection expires, or its keys grow old, in a moment."""
        self.rewrite(self.nb, 'VPN_Connection', self.some(
            {'expires_at': self.soon()},
            {'key_created_at': self.soon() - DAY_MS},
            {'psk_created_at': self.soon() - DAY_MS}), *CONNECTION)

    # Keys.

    def change_service_key(self):
        self.rewrite(self.nb, 'VPN_Service', self.some(
            {'cutover_at': self.some(oset([]), 1, 1 << 50)},
            {'cutover_at': self.soon()},
            {'key_created_at': self.some(1, self.soon() - DAY_MS)},
            {'sealed_private_key': self.rarely('damaged', oset([]))},
            {'sealed_next_private_key': 'damaged'},
            {'public_key': oset([]), 'sealed_private_key': oset([])},
            {'public_key': oset([]), 'sealed_private_key': oset([])}),
            'name')

    def change_sealing_key(self):
        self.nb.transact({'op': 'mutate', 'table': 'NB_Global', 'where': [],
                          'mutations': [['sealing_cfg', '+=', 1]]})

    # Gateways, options, and what is ovn-vpn's own.

    def change_gateways(self):
        row = self.pick(self.nb, 'VPN_Service', 'name')
        if row:
            first, second = self.random.sample(CHASSIS, 2)
            self.nb.transact(
                {'op': 'insert', 'table': 'Gateway_Chassis',
                 'uuid-name': 'g', 'row': {
                     'name': next(self.names), 'chassis_name': first,
                     'priority': self.random.randint(1, 9)}},
                {'op': 'insert', 'table': 'Gateway_Chassis',
                 'uuid-name': 'h', 'row': {
                     'name': next(self.names), 'chassis_name': second,
                     'sticky': self.some(True, False),
                     'priority': self.random.randint(1, 9)}},
                update('VPN_Service', row, {'gateways': self.some(
                    oset([]), ['named-uuid', 'g'],
                    oset([['named-uuid', 'g'], ['named-uuid', 'h']]))}))

    def change_gateway_row(self):
        self.rewrite(self.nb, 'Gateway_Chassis', self.some(
            {'chassis_name': self.some('gw1', 'gw2')},
            {'sticky': self.some(True, False)},
            {'priority': self.random.randint(1, 9)}), 'name')

    def change_drain(self):
        self.rewrite(self.nb, 'Chassis', {'drain': self.some(True, False)},
                    'name')

    def change_options(self):
        options = self.some(
            {}, {'transit_subnet': '169.254.200.0/24'},
            {'transit_subnet_ipv6': 'fd00:99::/64'},
            {'default_mtu': '1300'}, {'bfd_interval_ms': '200'})
        options['key_max_age_days'] = '1'
        self.nb.transact({
            'op': 'update', 'table': 'NB_Global', 'where': [],
            'row': {'options': ['map', sorted(options.items())]}})

    def damage_status(self):
        table, columns = self.some(
            ('VPN_Service', {'phase': 'active', 'error_message': 'damaged'}),
            ('VPN_Service', {'warnings': 'damaged', 'public_ip': '1.2.3.4'}),
            ('VPN_Connection', {'status': 'active'}),
            ('VPN_Connection', {'error_message': 'damaged'}),
            ('Chassis', {'hostname': 'damaged', 'alive': False}))
        self.rewrite(self.nb, table, columns,
                    *(CONNECTION if table == 'VPN_Connection' else ('name',)))

    def damage_chassis(self):
        row = self.pick(self.nb, 'Chassis', 'name')
        if row:
            self.nb.transact({'op': 'delete', 'table': 'Chassis',
                              'where': where(row)})
