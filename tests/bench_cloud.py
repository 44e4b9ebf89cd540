# SPDX-License-Identifier: Apache-2.0
"""ovn-vpn with the databases of a large cloud."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import bench_data
import ovsdb_rpc

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get('OVN_VPN_BUILDDIR', HERE.parent))
SCHEMAS = HERE.parent / 'ovsdb-schema'
OVN_SCHEMAS = pathlib.Path(os.environ.get('OVN_SCHEMADIR', '/usr/share/ovn'))
PATIENCE = 300                          # Seconds.
SPARE_ROUTERS = 10                      # For services that are added.
GRACE = 15                              # Seconds, CHASSIS_DEAD_MS.
HEARTBEAT = 5                           # Seconds.

OVN_VPN = str(BUILD / 'ovn-vpn' / 'ovn-vpn')
os.environ['OVSTEST'] = str(BUILD / 'tests' / 'ovstest')

DATABASES = {
    'ovnnb_db': ('OVN_Northbound', OVN_SCHEMAS / 'ovn-nb.ovsschema'),
    'ovnsb_db': ('OVN_Southbound', OVN_SCHEMAS / 'ovn-sb.ovsschema'),
    'ovn_vpn_nb_db': ('OVN_VPN_Northbound',
                      SCHEMAS / 'ovn-vpn-nb.ovsschema'),
    'ovn_vpn_sb_db': ('OVN_VPN_Southbound',
                      SCHEMAS / 'ovn-vpn-sb.ovsschema'),
}


def say(text):
    print(text, file=sys.stderr, flush=True)


def tunables():
    """How ovn-vpn-ctl makes what it starts manage memory."""
    text = (HERE.parent / 'utilities' / 'ovn-vpn-ctl').read_text()
    return os.environ.get('GLIBC_TUNABLES',
                          re.search('^TUNABLES=(.*)', text, re.M).group(1))


def processor_time(process):
    """Seconds of processor time that a process has used."""
    total = 0
    for path in pathlib.Path('/proc/%d/task' % process.pid).iterdir():
        total += int((path / 'schedstat').read_text().split()[0])
    return total / 1e9


class Cloud:
    """Databases with 'n_services' of 'n_connections' each, their servers, and
    ovn-vpn."""

    def __init__(self, n_services, n_connections):
        self.n_services, self.n_connections = n_services, n_connections
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='ovn-vpn-bench'))
        self.env = dict(os.environ, OVN_RUNDIR=str(self.dir),
                        OVN_LOGDIR=str(self.dir),
                        OVN_VPN_SYSCONFDIR=str(self.dir),
                        GLIBC_TUNABLES=tunables())
        self.processes = []
        self.servers = []
        self.translator = None
        self.closing = threading.Event()
        self.heart = threading.Thread(target=self.beat)

    def __enter__(self):
        try:
            say('making databases: %d services of %d connections'
                % (self.n_services, self.n_connections))
            self.write_databases()
            for name in DATABASES:
                self.start_server(name)
            self.nb = self.connect('ovn_vpn_nb_db')
            self.sb = self.connect('ovn_vpn_sb_db')
            self.heart.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.closing.set()
        if self.heart.is_alive():
            self.heart.join()
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.dir)

    def write_databases(self):
        key = bench_data.make_sealing_key(self.dir / 'sealing.key')
        n_routers = (self.n_services // bench_data.SERVICES_PER_ROUTER
                     + SPARE_ROUTERS)
        contents = {
            'ovnnb_db': bench_data.ovn_northbound(n_routers),
            'ovnsb_db': bench_data.ovn_southbound(),
            'ovn_vpn_nb_db': bench_data.vpn_northbound(
                self.n_services, self.n_connections, key),
            'ovn_vpn_sb_db': bench_data.vpn_southbound(),
        }
        for name, (_, schema) in DATABASES.items():
            contents[name].write(self.dir / (name + '.db'), schema)
        self.sealing_key = key

    def start(self, *args):
        with open(self.dir / 'output', 'a') as output:
            process = subprocess.Popen(args, env=self.env, cwd=self.dir,
                                       stdout=output, stderr=output)
        self.processes.append(process)
        return process

    def start_server(self, name):
        socket = self.dir / (name + '.sock')
        self.servers.append(
            self.start('ovsdb-server', '--unixctl=%s.ctl' % (self.dir / name),
                       '--remote=punix:%s' % socket, '-vconsole:warn',
                       str(self.dir / (name + '.db'))))
        self.wait('the server of %s' % name, socket.exists)

    def connect(self, name):
        return ovsdb_rpc.Client(str(self.dir / (name + '.sock')),
                                DATABASES[name][0])

    def beat(self):
        """Counts heartbeats of all chassis, as their agents do."""
        sb = self.connect('ovn_vpn_sb_db')
        while not self.closing.wait(HEARTBEAT):
            sb.transact({'op': 'mutate', 'table': 'Chassis', 'where': [],
                         'mutations': [['heartbeat', '+=', 1]]})
        sb.close()

    def start_translator(self):
        """Returns the time that ovn-vpn takes to its first sb_cfg."""
        begin = time.monotonic()
        self.translator = self.start(
            OVN_VPN, '-vconsole:warn',
            '--unixctl=%s' % (self.dir / 'ovn-vpn.ctl'))
        self.wait('ovn-vpn has written everything', self.is_up_to_date, 0.05)
        return time.monotonic() - begin

    def is_up_to_date(self):
        row, = self.nb.select('NB_Global', columns=('nb_cfg', 'sb_cfg'))
        return row['nb_cfg'] == row['sb_cfg']

    def wait(self, what, condition, interval=0.02):
        end = time.monotonic() + PATIENCE
        while not condition():
            for process in self.processes:
                if process.poll() is not None:
                    raise RuntimeError(
                        '%s is gone: %s' % (
                            process.args[0],
                            (self.dir / 'output').read_text()))
            if time.monotonic() > end:
                raise RuntimeError('gave up waiting until %s' % what)
            time.sleep(interval)

    def cpu(self):
        """Seconds of processor time that ovn-vpn has used."""
        return processor_time(self.translator)

    def servers_cpu(self):
        """The same for all database servers together."""
        return sum(map(processor_time, self.servers))

    def memory(self, field):
        """A field of ovn-vpn's /proc/PID/status, in KiB."""
        path = pathlib.Path('/proc/%d/status' % self.translator.pid)
        for line in path.read_text().splitlines():
            if line.startswith(field + ':'):
                return int(line.split()[1])
        raise KeyError(field)

    def settle(self, quiet=0.3):
        """Waits until ovn-vpn is idle.  Returns its processor time."""
        before = self.cpu()
        since = time.monotonic()
        while time.monotonic() - since < quiet:
            time.sleep(0.02)
            now = self.cpu()
            if now - before > 0.001:
                before, since = now, time.monotonic()
        return self.cpu()

    def calm_down(self):
        """Waits until ovn-vpn has ceased to wait for chassis to serve: once
        for each service, it writes that none does."""
        time.sleep(GRACE)
        self.wait('no service is pending',
                  lambda: not self.nb.select('VPN_Service',
                                             [['phase', '==', 'pending']]))
        self.settle(1)

    def appctl(self, *args):
        subprocess.run(['ovs-appctl', '-t', str(self.dir / 'ovn-vpn.ctl'),
                        *args], check=True, stdout=subprocess.PIPE)

    def service(self, name):
        row, = self.nb.select('VPN_Service', [['name', '==', name]])
        return row['_uuid']

    def wait_for_tunnel(self, name):
        self.wait('service %s has a tunnel' % name,
                  lambda: self.sb.select('Tunnel', [['name', '==', name]]))
