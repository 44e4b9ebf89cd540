#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds connections with pre-shared keys to a service in one transaction.

Usage: many_connections.py SERVICE SUBNET NUMBER

Runs in the directory of the databases' sockets.  The last connection has the
box of another one, which does not open there."""

import ipaddress
import os
import sys

import bench_data
import ovsdb_rpc

os.environ.setdefault('OVSTEST', 'ovstest')


def main():
    service, subnet, n = sys.argv[1:]
    subnet, n = ipaddress.ip_network(subnet), int(n)
    nb = ovsdb_rpc.Client('ovn_vpn_nb_db.sock', 'OVN_VPN_Northbound')
    row, = nb.select('NB_Global', columns=['sealing_public_key'])
    keys = list(bench_data.seal(row['sealing_public_key'], service, n))
    keys[-1][1] = keys[0][1]
    nb.transact(
        *({'op': 'insert', 'table': 'VPN_Connection', 'uuid-name': 'c%d' % i,
           'row': bench_data.connection_columns('c%d' % i, subnet[i + 2],
                                                *pair)}
          for i, pair in enumerate(keys)),
        {'op': 'mutate', 'table': 'VPN_Service',
         'where': [['name', '==', service]],
         'mutations': [['connections', 'insert', ['set', [
             ['named-uuid', 'c%d' % i] for i in range(n)]]]]})


if __name__ == '__main__':
    main()
