#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that an OpenAPI document describes the routes on standard input, all
of them and no others, with the parameters of their queries and the values of
these, and that each reference in it leads somewhere.
Usage: api-check-openapi.py FILE < ROUTES"""

import json
import re
import sys


def references(node):
    if isinstance(node, dict):
        if '$ref' in node:
            yield node['$ref']
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def find(document, reference):
    """Returns what 'reference' leads to, or None."""
    node = document
    for key in reference.split('/')[1:]:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def query_of(document, operation):
    """Returns the parameters of the query of 'operation': names, and values
    where not all are allowed."""
    parameters = [find(document, p['$ref']) if '$ref' in p else p
                  for p in operation.get('parameters', [])]
    return sorted('='.join([p['name']] + values_of(p['schema']))
                  for p in parameters if p['in'] == 'query')


def values_of(schema):
    values = (['true', 'false'] if schema['type'] == 'boolean'
              else schema.get('enum', []))
    return [','.join(values)] if values else []


def main():
    with open(sys.argv[1]) as f:
        document = json.load(f)
    routes = {' '.join(words[:2] + sorted(words[2:]))
              for words in map(str.split, sys.stdin)}
    described = {' '.join([method.upper(), re.sub(r'\{[^}]*\}', '*', path)]
                          + query_of(document, operation))
                 for path, item in document['paths'].items()
                 for method, operation in item.items()
                 if method != 'parameters'}
    for route in sorted(routes - described):
        print('not described:', route)
    for route in sorted(described - routes):
        print('not there:', route)

    names = [operation['operationId'] for item in document['paths'].values()
             for method, operation in item.items() if method != 'parameters']
    for name in sorted({name for name in names if names.count(name) > 1}):
        print('described twice:', name)
    for reference in sorted(set(references(document))):
        if find(document, reference) is None:
            print('leads nowhere:', reference)


if __name__ == '__main__':
    main()
