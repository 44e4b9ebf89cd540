#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes databases at random, and checks after every few changes that ovn-vpn
has come to what a recomputation from scratch would come to.

Usage: random_changes.py SEED ROUNDS [fresh]

With "fresh", waits first until ovn-vpn, just started, works as usual.

Runs in the directory of the databases' sockets, next to an ovn-vpn that serves
them, and without ovn-northd.  Names, keys, addresses and prefixes come from
small sets, so that there are plenty of conflicts."""

import re
import subprocess
import sys
import time

import ovsdb_rpc
from random_cloud import OWN_ROWS, ChassisChanges, TenantChanges
from random_vpn import DATABASES, VpnChanges, oset

CHANGES_PER_ROUND = 6
GRACE = 16                              # Seconds, CHASSIS_DEAD_MS and one.
PATIENCE = 60                           # Seconds.
CALM = 1.5                              # Seconds that a check may take.
LATE = 0.3                              # Seconds that ovn-vpn may be late.

# Kinds of changes that are made more often than the others.
OFTEN = ['add_connection'] * 10 + ['add_service', 'remove_from_router'] * 4

WRITTEN = {
    'ovnnb_db': sorted(OWN_ROWS) + ['NB_Global'],
    'ovn_vpn_nb_db': ['VPN_Service', 'VPN_Connection', 'Chassis'],
    'ovn_vpn_sb_db': ['SB_Global', 'Tunnel', 'Sealed_Key', 'Peer',
                      'Tunnel_State', 'Peer_State'],
}
COUNTERS = {'nb_cfg', 'sb_cfg', 'hv_cfg'}


class World(VpnChanges, TenantChanges, ChassisChanges):
    def __init__(self, seed):
        super().__init__(seed)
        self.columns = {
            name: self.read_columns(name) for name in DATABASES}
        self.kinds = [name for name in sorted(dir(World))
                      if name.split('_')[0] in (
                          'add', 'change', 'damage', 'delete', 'move',
                          'remove', 'report', 'toggle', 'withdraw')] + OFTEN

    def read_columns(self, name):
        schema = self.db[name].call('get_schema', DATABASES[name])
        return {table: ['_uuid'] + sorted(set(t['columns']) - COUNTERS)
                for table, t in schema['tables'].items()}

    def outlast_grace(self):
        """Waits until ovn-vpn believes what it does not see.  There is no
        other sign of that than the time."""
        end = time.monotonic() + GRACE
        while time.monotonic() < end:
            self.beat_hearts()
            time.sleep(1)

    def wait_for_calm(self):
        """Waits until nothing will happen by itself for a while."""
        while True:
            now = time.time()
            self.moments = [m for m in self.moments if m > now - LATE]
            if not any(m < now + CALM for m in self.moments):
                break
            time.sleep(0.05)

    def settle(self):
        """Waits until ovn-vpn has seen and written everything."""
        self.beat_hearts()
        for _ in range(2):
            self.nb.transact({'op': 'mutate', 'table': 'NB_Global',
                              'where': [],
                              'mutations': [['nb_cfg', '+=', 1]]})
            end = time.monotonic() + PATIENCE
            while not self.is_up_to_date():
                if time.monotonic() > end:
                    sys.exit('ovn-vpn does not settle')
                time.sleep(0.01)

    def is_up_to_date(self):
        row, = self.nb.select('NB_Global', (), (
            'nb_cfg', 'sb_cfg', 'sealing_cfg', 'sealing_cfg_done'))
        return (row['nb_cfg'] == row['sb_cfg']
                and row['sealing_cfg'] == row['sealing_cfg_done'])

    def dump(self):
        """All that ovn-vpn writes, by table and UUID, but for what depends on
        the time."""
        return {(table, row['_uuid'][1]): normal(row)
                for name, tables in WRITTEN.items()
                for table in tables
                for row in self.db[name].select(
                    table, (), self.columns[name][table])}

    def check(self):
        """Returns what a recomputation changes, None if it took so long that
        something may have happened by itself meanwhile."""
        self.settle()
        self.watch_health()
        self.wait_for_calm()
        self.settle()
        start = time.time()
        before = self.dump()
        subprocess.run(['ovn-appctl', '-t', 'ovn-vpn', 'recompute'],
                       check=True)
        self.settle()
        found = list(differences(before, self.dump()))
        if found and any(start - LATE < m < time.time()
                         for m in self.moments):
            return None
        return found


def differences(before, after):
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, {}), after.get(key, {})
        for column in sorted(old.keys() | new.keys()):
            if old.get(column) != new.get(column):
                name = (old or new).get('name', key[1])
                yield '%s %s %s: %s -> %s' % (
                    key[0], name, column, old.get(column), new.get(column))


# What phase.c says of a service that is planned but not served, alone or after
# what is in its way.
NOT_SERVED = re.compile('no gateway chassis has'
                        '|.*no ovn-vpn-controller runs'
                        '|.*, has not reported for'
                        '|.* has not taken the service up')
KEEPS = 'until then the service keeps what it has; '


def normal(row):
    """Nobody serves the services: after a while, this is called an error."""
    message = str(row.get('error_message'))
    conflict, keeps, why = message.partition(KEEPS)
    if keeps and NOT_SERVED.match(why):
        row = dict(row, error_message=conflict + KEEPS[:-2])
    elif NOT_SERVED.match(message):
        row = dict(row, error_message=oset([]), phase='pending')
    return row


def main():
    seed, rounds = int(sys.argv[1]), int(sys.argv[2])
    world = World(seed)
    done = []
    unknown = 0
    if len(sys.argv) > 3:
        world.outlast_grace()
    world.change_options()
    for _ in range(3):
        world.add_service()
    for number in range(rounds):
        for _ in range(CHANGES_PER_ROUND):
            done.append(world.some(*world.kinds))
            getattr(world, done[-1])()
            world.watch_health()
        found = world.check()
        if found is None:
            unknown += 1
            print('seed %d, round %d: too slow to tell' % (seed, number),
                  file=sys.stderr)
        if found or 2 * unknown > rounds:
            print('seed %d, round %d: a recomputation makes a difference'
                  % (seed, number))
            print('last changes: %s' % done[-2 * CHANGES_PER_ROUND:])
            print('\n'.join(found or ['too slow to tell']))
            sys.exit(1)
    # What is refused is tried again, and counted, with every pass.
    world.clear_obstacles()
    world.settle()
    counts = {table: len(client.select(table)) for client, table in (
        (world.nb, 'VPN_Service'), (world.nb, 'VPN_Connection'),
        (world.sb, 'Tunnel'), (world.sb, 'Peer'), (world.ovn, 'NAT'))}
    print('seed %d: %d changes of %d kinds, at the end %s'
          % (seed, len(done), len(set(done)),
             ', '.join('%d %s' % (n, table) for table, n in counts.items())))


if __name__ == '__main__':
    main()
