#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares commands in guides with what the programs themselves say they know.
Usage: check-guides.py FILE...

FILE is a guide in reStructuredText or Markdown, or a manual page in XML.
Looks at what stands in literal blocks and between backquotes: commands,
options, and how many arguments there are.  Between backquotes arguments may be
missing, for "the command gateway-set" is spoken of there, too.  Prints what is
wrong, or how many commands it has seen."""

import functools
import html
import re
import subprocess
import sys

PROGRAMS = ('ovn-vpn-nbctl', 'ovn-vpn-sbctl', 'ovn-vpn-ctl', 'ovn-vpn-sandbox')
PROGRAM = re.compile(r'(?<![\w/.-])(%s)(?=\s|$)' % '|'.join(PROGRAMS))
# Where the shell ends a command, outside of quotes.
WORD = re.compile(r'''(?:'[^']*'|"[^"]*"|\$\([^()]*\)|[^\s|;&<>()'"])+'''
                  r'|[|;&<>()]+')
# "  COMMAND ARGUMENT [--OPTION] [ARGUMENT]  what it does".
HELP_COMMAND = re.compile(r'^  ([a-z][a-z-]*)'
                          r'((?: (?:\[\S+|[A-Z.]+))*)(?:  |$)')
HELP_OPTION = re.compile(r'(?<![\w-])--[a-z][a-z-]*')


def ask(program, option):
    return subprocess.run([program, option], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()


def count(arguments):
    """Returns the least and the greatest number of ARGUMENTS, which are "!A"
    (one), "?A" (one or none), "+A" (one or more) and "*A" (any number)."""
    kinds = [a[0] for a in arguments.split()]
    least = sum(kind in '!+' for kind in kinds)
    return least, sys.maxsize if set(kinds) & set('+*') else len(kinds)


class Program:
    """What a program says of itself."""

    def __init__(self, name):
        self.name = name
        self.commands = {}      # By name: least, greatest, options or None.
        self.options = {}       # By name: whether a word follows.
        if name.endswith('bctl'):
            self.ask_tables(name)
        else:
            self.ask_help(name)
        assert self.commands and self.options, name

    def ask_tables(self, name):
        for line in ask(name, '--commands'):
            options, command, arguments = line.split(',', 2)
            self.commands[command] = count(arguments) + (
                set(re.findall(r'--[a-z-]+', options)),)
        for line in ask(name, '--options'):
            option, _, argument = line.partition(' ')
            self.options[option.partition('=')[0]] = bool(argument)

    def ask_help(self, name):
        for line in ask(name, '--help'):
            command = HELP_COMMAND.match(line)
            if command:
                words = [w for w in command[2].split() if '--' not in w]
                least = sum(not w.startswith('[') for w in words)
                many = '...' in command[2]
                self.commands[command[1]] = (
                    least, sys.maxsize if many else len(words), None)
            for option in HELP_OPTION.findall(line):
                self.options[option] = False


@functools.lru_cache(maxsize=None)
def program_named(name):
    return Program(name)


def check_one(program, words, is_prose):
    """Yields what is wrong with WORDS, one command of PROGRAM's."""
    given, rest = [], []
    it = iter(words)
    for word in it:
        name = word.partition('=')[0]
        if not word.startswith('-'):
            rest.append(word)
            # The command of "exec" is another program's.
            if rest[0] == 'exec' and len(rest) == 3:
                rest.extend(it)
        elif name in program.options:
            given.append(name)
            if program.options[name]:
                next(it, None)
        else:
            yield 'unknown option %s' % word
    if not rest:
        return
    command, arguments = rest[0], rest[1:]
    if command not in program.commands:
        yield 'unknown command %s' % command
        return
    least, greatest, options = program.commands[command]
    if len(arguments) > greatest:
        yield '%s takes at most %d arguments' % (command, greatest)
    if len(arguments) < least and not is_prose:
        yield '%s takes at least %d arguments' % (command, least)
    if options is None:
        return
    for name in given:
        # Those that commands have are not everybody's.
        if name not in options and name in command_options(program):
            yield '%s takes no option %s' % (command, name)


def command_options(program):
    return set().union(*(c[2] or () for c in program.commands.values()))


def check_command(text, is_prose):
    """Yields what is wrong with the commands in TEXT, of any programs."""
    for match in PROGRAM.finditer(text):
        if is_prose and match.start() > 0:  # What a program has printed.
            break
        words = []
        for word in WORD.findall(text[match.end():]):
            if word[0] in '|;&<>()':
                break
            words.append(word)
        program = program_named(match[1])
        while words:
            end = words.index('--') if '--' in words else len(words)
            for problem in check_one(program, words[:end], is_prose):
                yield '%s: %s' % (match[1], problem)
            words = words[end + 1:]


def literals(path, text):
    """Yields, for each literal in TEXT, its text and whether it is prose."""
    if path.endswith('.xml'):
        for block in re.findall(r'<pre[^>]*>(.*?)</pre>', text, re.S):
            yield html.unescape(re.sub(r'<[^>]*>', '', block)), False
        return
    if path.endswith('.md'):
        blocks = re.findall(r'^```\n(.*?)^```$', text, re.S | re.M)
        prose = re.sub(r'^```\n.*?^```$', '', text, flags=re.S | re.M)
        inline = re.findall(r'`([^`]+)`', prose)
    else:
        blocks = re.findall(r'::\n\n((?:(?:    .*)?\n)+)', text)
        inline = re.findall(r'``([^`]+)``', text)
    yield from ((block, False) for block in blocks)
    yield from ((' '.join(literal.split()), True) for literal in inline)


def main():
    seen, failed = 0, False
    for path in sys.argv[1:]:
        with open(path, encoding='utf-8') as f:
            text = f.read()
        for literal, is_prose in literals(path, text):
            for line in literal.replace('\\\n', ' ').splitlines():
                line = re.sub(r'(^|\s)#.*', '', re.sub(r'^ *\S*# ', '', line))
                seen += len(PROGRAM.findall(line))
                for problem in check_command(line, is_prose):
                    print('%s: "%s": %s' % (path, line.strip(), problem))
                    failed = True
    if not failed:
        print('%d commands' % seen)
    sys.exit(failed or not seen)


main()
