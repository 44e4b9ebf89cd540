#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that a Grafana dashboard shows what is there.
Usage: api-check-metrics.py DASHBOARD < METRICS

Prints the metrics that an expression of DASHBOARD names and METRICS does not
have, and those that METRICS has and no expression names.  Exits with status 1
if there are any."""

import json
import re
import sys

NAME = re.compile(r'\bovn_vpn_\w+')


def expressions(value):
    if isinstance(value, dict):
        for key, member in value.items():
            if key in ('expr', 'query') and isinstance(member, str):
                yield member
            else:
                yield from expressions(member)
    elif isinstance(value, list):
        for member in value:
            yield from expressions(member)


def main():
    with open(sys.argv[1]) as f:
        named = set(NAME.findall(' '.join(expressions(json.load(f)))))
    types = dict(re.findall(r'^# TYPE (\S+) (\S+)$', sys.stdin.read(), re.M))
    there = {name + '_bucket' if kind == 'histogram' else name
             for name, kind in types.items()}
    for name in sorted(named - there):
        print('%s: there is no such metric' % name)
    for name in sorted(there - named):
        print('%s: no panel shows it' % name)
    return named != there


if __name__ == '__main__':
    sys.exit(main())
