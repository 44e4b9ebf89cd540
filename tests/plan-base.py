# SPDX-License-Identifier: Apache-2.0
"""The databases of a small cloud, as JSON for "ovstest test-plan".

Usage: plan-base.py [STATEMENT]

A router "r" with a network, an external network and two gateway chassis, and a
VPN service "s1" with one connection.  STATEMENT is Python that changes the
tables first: it sees them as "nb", "sb", "vnb" and "vsb", and rows by the
names given below.  New rows are made with add()."""

import json
import sys


def key(letter):
    """A public key that consists of one letter's code, in base64."""
    import base64
    return base64.b64encode(letter.encode() * 32).decode()


def oset(*atoms):
    return ['set', list(atoms)]


def omap(**pairs):
    """A map; two underscores in a key stand for a hyphen."""
    return ['map', [[k.replace('__', '-'), v] for k, v in pairs.items()]]


def ref(*names):
    return oset(*(['named-uuid', name] for name in names))


class Row(dict):
    """A row, or a database, whose columns or tables are attributes."""
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__
    __delattr__ = dict.__delitem__


nb, sb, vnb, vsb = Row(), Row(), Row(), Row()


def add(db, table, uuid_name=None, **columns):
    row = Row(columns)
    if uuid_name:
        row['uuid-name'] = uuid_name
    db.setdefault(table, []).append(row)
    return row


def append(row, column, name):
    """Makes a set of references refer to one more."""
    row.setdefault(column, oset())[1].append(['named-uuid', name])


# OVN: router r, networks net and pub.
add(nb, 'NB_Global')
add(nb, 'Gateway_Chassis', 'g1', name='r-pub-gw1', chassis_name='gw1',
    priority=20)
add(nb, 'Gateway_Chassis', 'g2', name='r-pub-gw2', chassis_name='gw2',
    priority=10)
r_net = add(nb, 'Logical_Router_Port', 'r_net', name='r-net',
            networks='10.0.0.1/24', mac='00:00:00:00:01:01')
r_pub = add(nb, 'Logical_Router_Port', 'r_pub', name='r-pub',
            networks='192.168.0.1/24', mac='00:00:00:00:01:02',
            gateway_chassis=ref('g1', 'g2'))
r = add(nb, 'Logical_Router', 'r', name='r', ports=ref('r_net', 'r_pub'))
net_r = add(nb, 'Logical_Switch_Port', 'net_r', name='net-r', type='router',
            options=omap(router__port='r-net'))
pub_r = add(nb, 'Logical_Switch_Port', 'pub_r', name='pub-r', type='router',
            options=omap(router__port='r-pub', nat__addresses='router'))
add(nb, 'Logical_Switch_Port', 'pub_ln', name='pub-ln', type='localnet')
net = add(nb, 'Logical_Switch', name='net', ports=ref('net_r'))
pub = add(nb, 'Logical_Switch', name='pub', ports=ref('pub_r', 'pub_ln'))

# Chassis: two gateways with agents, and a third.
for name in ('gw1', 'gw2', 'hv1'):
    add(sb, 'Chassis', 'c_' + name, name=name,
        other_config=omap(ovn__bridge__mappings='ext:br-ex,ovn-vpn:br-vpn'))
for name in ('gw1', 'gw2'):
    add(vsb, 'Chassis', name=name)

# VPN: service s1.
vpn_global = add(vnb, 'NB_Global')
john = add(vnb, 'VPN_Connection', 'john', name='john', type='client',
           public_key=key('j'), addresses='10.200.200.2')
s1 = add(vnb, 'VPN_Service', 's1', name='s1', router='r',
         external_ip='192.168.0.200', tunnel_subnets='10.200.200.0/24',
         connections=ref('john'), public_key=key('s'), created_at=10)


def service(name, **columns):
    """Another service on router r, younger than those before."""
    defaults = dict(router='r', external_ip='192.168.0.201',
                    tunnel_subnets='10.201.0.0/24', public_key=key('t'),
                    created_at=20 + len(vnb.VPN_Service))
    return add(vnb, 'VPN_Service', name, name=name, **{**defaults, **columns})


def router(name, address, switch=pub):
    """Another router, with its address on an external switch."""
    add(nb, 'Gateway_Chassis', name + '_g1', name=name + '-pub-gw1',
        chassis_name='gw1', priority=20)
    add(nb, 'Logical_Router_Port', name + '_pub', name=name + '-pub',
        networks=address, mac='00:00:00:00:09:02',
        gateway_chassis=ref(name + '_g1'))
    add(nb, 'Logical_Switch_Port', 'pub_' + name, name='pub-' + name,
        type='router', options=omap(router__port=name + '-pub'))
    append(switch, 'ports', 'pub_' + name)
    return add(nb, 'Logical_Router', name, name=name,
               ports=ref(name + '_pub'))


def connection(name, letter, **columns):
    """Another connection of s1, or of the service given."""
    defaults = dict(type='client', public_key=key(letter),
                    created_at=20 + len(vnb.VPN_Connection))
    append(columns.pop('of', s1), 'connections', name)
    return add(vnb, 'VPN_Connection', name, name=name,
               **{**defaults, **columns})


def site(of, letter, cidr, **columns):
    """A site of a service, which is called like the letter of its key."""
    return connection(letter, letter, of=of, type='site', peer_cidrs=cidr,
                      **columns)


def route(prefix, **columns):
    """A static route of router r."""
    name = 'route%d' % len(nb.get('Logical_Router_Static_Route', []))
    append(r, 'static_routes', name)
    return add(nb, 'Logical_Router_Static_Route', name, ip_prefix=prefix,
               nexthop='10.0.0.9', **columns)


def nat(kind, external_ip, logical_ip):
    """A NAT row of router r."""
    name = 'nat%d' % len(nb.get('NAT', []))
    append(r, 'nat', name)
    return add(nb, 'NAT', name, type=kind, external_ip=external_ip,
               logical_ip=logical_ip)


def load_balancer(name, vip, protocol=oset(), of=r):
    """A load balancer on router r, or on the one given."""
    append(of, 'load_balancer', name)
    return add(nb, 'Load_Balancer', name, name=name, protocol=protocol,
               vips=['map', [[vip, '10.0.0.7']]])


exec(sys.argv[1] if len(sys.argv) > 1 else '')
json.dump({'ovn_nb': nb, 'ovn_sb': sb, 'vpn_nb': vnb, 'vpn_sb': vsb},
          sys.stdout)
