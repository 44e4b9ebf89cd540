# SPDX-License-Identifier: Apache-2.0
"""Random changes of OVN's databases, which tenants and chassis make, and of
the VPN Southbound database, where chassis report."""

import time
import uuid

from random_vpn import Base, key, omap, oset, update, where

OWNER = 'ovn-vpn:service'

# What a table of ovn-vpn's may be damaged in.
OWN_ROWS = {
    'Logical_Router': {'enabled': False},
    'Logical_Switch': {'name': 'damaged'},
    'Logical_Router_Port': {'networks': '10.9.9.9/24'},
    'Logical_Switch_Port': {'addresses': 'router'},
    'Logical_Router_Static_Route': {'nexthop': '10.9.9.9'},
    'NAT': {'logical_ip': '10.9.9.9'},
    'ACL': {'priority': 1},
    'Address_Set': {'addresses': '10.9.9.9'},
    'Gateway_Chassis': {'priority': 9},
    'Load_Balancer': {'protocol': 'tcp'},
}

# After how many seconds something changes by itself: see health.h, chassis.h
# and vpn-model.h.
ILL = 1
WELL = 10
DEAD = 15
SESSION = 180


def is_own(row):
    return OWNER in dict(row['external_ids'][1])


class TenantChanges(Base):
    def pick_row(self, table, own, *columns):
        """A random row that is, or is not, ovn-vpn's."""
        return self.choose([
            row for row in self.ovn.select(
                table, (), ('_uuid', 'external_ids') + columns)
            if is_own(row) == own])

    def rewrite_foreign(self, table, columns, *keys):
        row = self.pick_row(table, False, *keys)
        if row:
            self.ovn.transact(update(table, row, columns))

    def toggle_router(self):
        rows = self.ovn.select('Logical_Router', [['name', '==', 'r2']])
        if rows:
            self.ovn.transact(self.some(
                {'op': 'delete', 'table': 'Logical_Router',
                 'where': where(rows[0])},
                update('Logical_Router', rows[0], {'name': 'r3'})))
            return
        self.ovn.transact(
            {'op': 'delete', 'table': 'Logical_Router',
             'where': [['name', '==', 'r3']]},
            {'op': 'insert', 'table': 'Gateway_Chassis', 'uuid-name': 'g',
             'row': {'name': 'r2-pub-gw1', 'chassis_name': 'gw1',
                     'priority': 5}},
            {'op': 'insert', 'table': 'Logical_Router_Port',
             'uuid-name': 'p', 'row': {
                 'name': 'r2-pub', 'networks': '192.168.0.2/24',
                 'mac': '00:00:00:00:02:02',
                 'gateway_chassis': ['named-uuid', 'g']}},
            {'op': 'insert', 'table': 'Logical_Router', 'row': {
                'name': 'r2', 'ports': ['named-uuid', 'p']}})

    def toggle_namesake(self):
        """A second router called "r"."""
        if self.rarely(True, False):
            self.ovn.transact({'op': 'insert', 'table': 'Logical_Router',
                               'row': {'name': 'r'}})
        else:
            self.ovn.transact({'op': 'delete', 'table': 'Logical_Router',
                               'where': [['name', '==', 'r'],
                                         ['ports', '==', oset([])]]})

    def toggle_obstacle(self):
        """A port that has the name which one of ovn-vpn's should have."""
        if self.rarely(True, False):
            name = 'vpn-%s-rt' % self.service_name()
            if not self.ovn.select('Logical_Router_Port',
                                   [['name', '==', name]]):
                self.ovn.transact(
                    {'op': 'insert', 'table': 'Logical_Router_Port',
                     'uuid-name': 'p', 'row': {
                         'name': name, 'networks': '10.77.0.1/24',
                         'mac': '00:00:00:00:03:03'}},
                    {'op': 'insert', 'table': 'Logical_Router', 'row': {
                        'name': 'obstacle', 'ports': ['named-uuid', 'p']}})
        else:
            self.clear_obstacles()

    def clear_obstacles(self):
        """Also what was ovn-vpn's on a tenant's router and has lost its
        mark."""
        ports = [row['_uuid'] for row in self.ovn.select(
            'Logical_Router_Port', (), ('_uuid', 'name', 'external_ids'))
            if row['name'].startswith('vpn-') and not is_own(row)]
        self.ovn.transact(
            {'op': 'delete', 'table': 'Logical_Router',
             'where': [['name', '==', 'obstacle']]},
            {'op': 'mutate', 'table': 'Logical_Router', 'where': [],
             'mutations': [['ports', 'delete', oset(ports)]]})

    def vip(self):
        address = self.external_ip()
        port = self.some('', ':443', ':100%d' % self.random.randint(1, 9))
        return ('[%s]%s' if ':' in address and port else '%s%s') % (address,
                                                                    port)

    def add_to_router(self):
        column, table, row = self.some(
            ('static_routes', 'Logical_Router_Static_Route',
             {'ip_prefix': self.prefix(), 'nexthop': '10.0.0.9'}),
            ('nat', 'NAT', {'type': 'dnat_and_snat', 'logical_ip': '10.0.0.7',
                            'external_ip': self.external_ip()}),
            ('load_balancer', 'Load_Balancer',
             {'protocol': self.some('tcp', 'udp'),
              'vips': ['map', [[self.vip(), '10.0.0.7']]]}))
        self.ovn.transact(
            {'op': 'insert', 'table': table, 'row': row, 'uuid-name': 'x'},
            {'op': 'mutate', 'table': 'Logical_Router',
             'where': [['name', '==', self.some('r', 'r2')]],
             'mutations': [[column, 'insert', ['named-uuid', 'x']]]})

    def remove_from_router(self):
        """Also what is not a tenant's."""
        column, table, what = self.some(
            ('static_routes', 'Logical_Router_Static_Route', 'ip_prefix'),
            ('nat', 'NAT', 'external_ip'),
            ('load_balancer', 'Load_Balancer', 'vips'))
        row = self.pick(self.ovn, table, what, 'external_ids')
        if row:
            self.ovn.transact({
                'op': 'mutate', 'table': 'Logical_Router', 'where': [],
                'mutations': [[column, 'delete', row['_uuid']]]})

    def change_on_router(self):
        self.rewrite_foreign(*self.some(
            ('NAT', {'external_ip': self.external_ip()}, 'external_ip'),
            ('NAT', {'type': self.some('dnat', 'snat')}, 'external_ip'),
            ('Load_Balancer', {'protocol': self.some('tcp', 'udp')}, 'vips'),
            ('Logical_Router_Static_Route', {'ip_prefix': self.prefix()},
             'ip_prefix'),
            ('Logical_Router_Static_Route',
             {'policy': self.some('src-ip', 'dst-ip', oset([]))},
             'ip_prefix'),
            ('Logical_Router_Static_Route',
             {'route_table': self.some('', 'other')}, 'ip_prefix')))

    def change_router_port(self):
        name, networks = self.some(
            ('r-net', self.rarely('10.203.0.1/24', '10.0.0.1/24')),
            ('r-net', oset(['10.0.0.1/24', self.some(
                'fd00:10::1/64', 'fd00:200::1/64', 'fd6f:766e:7670::3/126',
                'fd00:99::1/64')])),
            ('r-pub', oset(['192.168.0.1/24', 'fd00:192::1/64'])),
            ('r-pub', self.rarely('192.168.0.203/24', '192.168.0.1/24')),
            ('r2-pub', self.rarely('192.168.0.204/24', '192.168.0.2/24')))
        self.ovn.transact({
            'op': 'update', 'table': 'Logical_Router_Port',
            'where': [['name', '==', name]], 'row': {'networks': networks}})

    def change_router_chassis(self):
        self.ovn.transact({
            'op': 'update', 'table': 'Logical_Router',
            'where': [['name', '==', 'r2']],
            'row': {'options': self.rarely(omap(chassis='gw2'), omap())}})

    def change_router_gateways(self):
        self.rewrite_foreign('Gateway_Chassis', self.some(
            {'priority': self.random.randint(1, 30)},
            {'chassis_name': self.some('gw1', 'gw2')}), 'name')

    def change_ha_group(self):
        rows = self.ovn.select('HA_Chassis_Group')
        port = [['name', '==', self.some('r-pub', 'r2-pub')]]
        if rows and self.random.random() < 0.6:
            self.rewrite(self.ovn, 'HA_Chassis', self.some(
                {'priority': self.random.randint(1, 30)},
                {'chassis_name': self.some('gw1', 'gw2')}),
                'chassis_name', 'priority')
        elif rows:
            self.ovn.transact(
                {'op': 'update', 'table': 'Logical_Router_Port', 'where': [],
                 'row': {'ha_chassis_group': oset([])}},
                {'op': 'delete', 'table': 'HA_Chassis_Group', 'where': []})
        else:
            self.ovn.transact(
                {'op': 'insert', 'table': 'HA_Chassis', 'uuid-name': 'c',
                 'row': {'chassis_name': self.some('gw1', 'gw2'),
                         'priority': 7}},
                {'op': 'insert', 'table': 'HA_Chassis_Group',
                 'uuid-name': 'g', 'row': {
                     'name': next(self.names),
                     'ha_chassis': ['named-uuid', 'c']}},
                {'op': 'update', 'table': 'Logical_Router_Port',
                 'where': port,
                 'row': {'ha_chassis_group': ['named-uuid', 'g']}})

    def change_switch(self):
        """Of the provider network, or of the tenant's."""
        table, name, columns = self.some(
            ('Logical_Switch_Port', 'pub-r', {'options': ['map', [
                ['router-port', self.rarely('r2-pub', 'r-pub')]]]}),
            ('Logical_Switch_Port', 'pub-r', {'options': ['map', [
                ['router-port', 'r-pub'], ['nat-addresses', 'router']]]}),
            ('Logical_Switch_Port', 'pub-r',
             {'type': self.rarely('', 'router')}),
            ('Logical_Switch_Port', 'pub-ln',
             {'type': self.rarely('', 'localnet')}),
            ('Logical_Switch', 'net', {'name': 'other'}),
            ('Logical_Switch', 'other', {'name': 'net'}))
        self.ovn.transact({'op': 'update', 'table': table,
                           'where': [['name', '==', name]], 'row': columns})

    def damage_ovn(self):
        table = self.some(*sorted(OWN_ROWS))
        row = self.pick_row(table, True)
        if row:
            self.ovn.transact(update(table, row, self.some(
                OWN_ROWS[table], OWN_ROWS[table], {'external_ids': omap()})))

    def damage_all(self):
        """A service loses a router or switch, and all that is in it."""
        table = self.some('Logical_Router', 'Logical_Switch')
        row = self.pick_row(table, True)
        if row:
            self.ovn.transact({'op': 'delete', 'table': table,
                               'where': where(row)})


class ChassisChanges(Base):
    def __init__(self, seed):
        super().__init__(seed)
        self.silent = {}                # When the last heartbeat came.
        self.beaten = 0
        self.ill = set()

    def watch_health(self):
        """Notes when ovn-vpn will draw conclusions from what agents report.
        To be called as often as something may have changed."""
        ill = {(table, str(row.get('tunnel')),
                row.get('chassis', row.get('name')))
               for table, columns in (
                   ('Tunnel_State', ('tunnel', 'chassis')),
                   ('Chassis', ('name',)))
               for row in self.sb.select(
                   table, [['problems', '!=', oset([])]], columns)}
        if ill - self.ill:
            self.note(ILL)
        if self.ill - ill:
            self.note(WELL)
        self.ill = ill

    # OVN's Southbound database.

    def change_ovn_chassis(self):
        self.ovn_sb.transact({
            'op': 'update', 'table': 'Chassis',
            'where': [['name', '==', self.some('gw1', 'gw2')]],
            'row': {'other_config': ['map', [
                ['ovn-bridge-mappings',
                 self.rarely('', 'ovn-vpn:br-vpn')]]]}})

    def move_service(self):
        """Its port comes to a chassis, or leaves it."""
        name = 'cr-vpn-%s-gw' % self.service_name()
        chassis = self.choose(self.ovn_sb.select('Chassis', (),
                                                 ('_uuid', 'name')))
        place = self.some(oset([]), chassis['_uuid'], chassis['_uuid'])
        if self.ovn_sb.select('Port_Binding', [['logical_port', '==', name]]):
            self.ovn_sb.transact({
                'op': 'update', 'table': 'Port_Binding',
                'where': [['logical_port', '==', name]],
                'row': {'chassis': place}})
            return
        number = self.random.randrange(1, 1 << 14)
        self.ovn_sb.transact(
            {'op': 'insert', 'table': 'Datapath_Binding', 'uuid-name': 'd',
             'row': {'tunnel_key': number}},
            {'op': 'insert', 'table': 'Port_Binding', 'row': {
                'logical_port': name, 'type': 'chassisredirect',
                'tunnel_key': number, 'datapath': ['named-uuid', 'd'],
                'chassis': place}})

    # Agents.

    def beat_hearts(self):
        """Without heartbeats, chassis would be taken for dead."""
        for name in ('gw1', 'gw2'):
            if name not in self.silent:
                self.sb.transact({'op': 'mutate', 'table': 'Chassis',
                                  'where': [['name', '==', name]],
                                  'mutations': [['heartbeat', '+=', 1]]})
        self.beaten = time.time()

    def toggle_heart(self):
        if 'gw2' in self.silent:
            del self.silent['gw2']
            self.beat_hearts()
            self.note(WELL)
        else:
            self.silent['gw2'] = self.beaten
            self.note(self.beaten + DEAD - time.time())
            self.note(self.beaten + DEAD + ILL - time.time())

    def change_agent(self):
        columns = self.some(
            {'problems': self.some(oset([]), oset([]), 'damaged')},
            {'other_config': self.some(omap(),
                                       omap(clock_synchronized='false'))},
            {'version': self.some('1', '2')},
            {'sealing_public_key': key(self.some(*'xyz'))})
        self.sb.transact({
            'op': 'update', 'table': 'Chassis',
            'where': [['name', '==', self.some('gw1', 'gw2')]],
            'row': columns})

    def report_handshake(self):
        peer = self.pick(self.sb, 'Peer', 'public_key', 'tunnel')
        if peer:
            age = self.some(0, SESSION - 0.3, 1000)
            self.note(SESSION - age)
            self.sb.transact({'op': 'insert', 'table': 'Peer_State', 'row': {
                'peer': peer['_uuid'], 'tunnel': peer['tunnel'],
                'chassis': self.some('gw1', 'gw2'),
                'problem': self.some(oset([]), oset([]), 'reported'),
                'last_handshake': int((time.time() - age) * 1000)}})

    def report_tunnel(self):
        tunnel = self.pick(self.sb, 'Tunnel', 'name')
        if tunnel:
            problem = self.some(oset([]), oset([]), 'reported')
            self.sb.transact({'op': 'insert', 'table': 'Tunnel_State', 'row': {
                'tunnel': tunnel['_uuid'],
                'chassis': self.some('gw1', 'gw2'),
                'active': self.some(True, False),
                'active_since': self.some(oset([]), 1700000000000),
                'problems': problem}})

    def report_change(self):
        """Also of what is gone."""
        row = self.pick(self.sb, 'Peer_State', 'last_handshake', 'chassis')
        if row:
            self.sb.transact(update('Peer_State', row, self.some(
                {'problem': self.some(oset([]), 'reported')},
                {'last_handshake': oset([])},
                {'peer': oset([])}, {'tunnel': oset([])})))

    def withdraw_report(self):
        table = self.some('Peer_State', 'Tunnel_State')
        row = self.pick(self.sb, table, 'chassis')
        if row:
            self.sb.transact({'op': 'delete', 'table': table,
                              'where': where(row)})

    # Damage to ovn-vpn's own rows.

    def damage_peer(self):
        row = self.pick(self.sb, 'Peer', 'public_key', 'allowed_ips')
        if row:
            self.sb.transact(self.some(
                {'op': 'delete', 'table': 'Peer', 'where': where(row)},
                update('Peer', row, self.some(
                    {'allowed_ips': '10.1.1.1/32'},
                    {'public_key': key('z')},
                    {'connection': ['uuid', str(uuid.uuid4())]}))))

    def damage_tunnel(self):
        row = self.pick(self.sb, 'Tunnel', 'name')
        if row:
            in_tunnel = [['tunnel', '==', row['_uuid']]]
            self.sb.transact(*self.some(
                [update('Tunnel', row, self.some(
                    {'mtu': 1400}, {'mac': 'x'},
                    {'service': ['uuid', str(uuid.uuid4())]}))],
                [{'op': 'delete', 'table': 'Sealed_Key', 'where': in_tunnel}],
                [{'op': 'delete', 'table': table, 'where': in_tunnel}
                 for table in ('Sealed_Key', 'Peer', 'Tunnel_State',
                               'Peer_State')]
                + [{'op': 'delete', 'table': 'Tunnel',
                    'where': where(row)}]))
