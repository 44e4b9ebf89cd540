#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks for secrets where they must not be.
Usage: find-secrets.py SECRETS FILE...

SECRETS holds keys in base64, one per line.  Prints the name of each FILE in
which one of them is found, as its bytes, in base64 or in hexadecimal digits,
and in which of these forms.  Exits with status 1 if there is any."""

import base64
import mmap
import sys


def forms(key):
    raw = base64.b64decode(key)
    text = base64.b64encode(raw)
    assert len(raw) == 32
    return {
        'bytes': raw,
        'base64': text.rstrip(b'='),
        'base64 for URLs': base64.urlsafe_b64encode(raw).rstrip(b'='),
        'hex': raw.hex().encode(),
        'HEX': raw.hex().upper().encode(),
        'C string': ''.join('\\x%02x' % b for b in raw).encode(),
    }


def main():
    with open(sys.argv[1]) as f:
        secrets = [forms(line.strip()) for line in f if line.strip()]
    assert secrets
    found = False
    for name in sys.argv[2:]:
        with open(name, 'rb') as f:
            try:
                data = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:      # Empty, or a file in /proc.
                data = f.read()
        for number, secret in enumerate(secrets, 1):
            for form, pattern in secret.items():
                if data.find(pattern) >= 0:
                    print('%s: secret %d as %s' % (name, number, form))
                    found = True
    return found


if __name__ == '__main__':
    sys.exit(main())
