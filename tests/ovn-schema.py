#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Usage: ovn-schema.py RELEASE < SCHEMA

Prints the schema of OVN's Northbound or Southbound database as it is in
another release, as far as the tables are concerned that ovn-vpn reads or
writes.  SCHEMA is the one that is installed: columns that the other release
does not have are taken away, and those that it has are added."""

import json
import sys

STRING = {'type': {'key': 'string', 'min': 0, 'max': 1}}
STRINGS = {'type': {'key': 'string', 'min': 0, 'max': 'unlimited'}}
INTEGER = {'type': {'key': 'integer', 'min': 0, 'max': 1}}
MAP = {'type': {'key': 'string', 'value': 'string', 'min': 0,
                'max': 'unlimited'}}

# From the releases' schemas.  What a release has, later ones have, too.
ADDED = [
    ('22.06', 'NAT', 'gateway_port', STRING),
    ('22.06', 'Port_Binding', 'additional_chassis', STRINGS),
    ('22.06', 'Port_Binding', 'additional_encap', STRINGS),
    ('22.06', 'Port_Binding', 'port_security', STRINGS),
    ('22.06', 'Port_Binding', 'requested_additional_chassis', STRINGS),
    ('23.03', 'Logical_Switch_Port', 'mirror_rules', STRINGS),
    ('23.03', 'Port_Binding', 'mirror_rules', STRINGS),
    ('23.09', 'ACL', 'tier', INTEGER),
    ('23.09', 'Logical_Router_Port', 'status', MAP),
    ('24.03', 'Logical_Router_Policy', 'bfd_sessions', STRINGS),
    ('24.09', 'ACL', 'sample_est', STRING),
    ('24.09', 'ACL', 'sample_new', STRING),
    ('24.09', 'Logical_Router_Port', 'dhcp_relay', STRING),
    ('24.09', 'NAT', 'match', {'type': 'string'}),
    ('24.09', 'NAT', 'priority', {'type': 'integer'}),
    ('25.03', 'Logical_Router_Policy', 'chain', STRING),
    ('25.03', 'Logical_Router_Policy', 'jump_chain', STRING),
    ('25.03', 'Logical_Router_Static_Route', 'selection_fields', STRINGS),
    ('25.03', 'Logical_Switch_Port', 'peer', STRING),
]


def main():
    release = sys.argv[1]
    schema = json.load(sys.stdin)
    schema.pop('cksum', None)
    for since, table, column, definition in ADDED:
        columns = schema['tables'].get(table, {}).get('columns')
        if columns and release < since:
            columns.pop(column, None)
        elif columns:
            columns.setdefault(column, definition)
    json.dump(schema, sys.stdout)


if __name__ == '__main__':
    main()
