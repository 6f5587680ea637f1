"""The download program aria2, driven as far as `kadsim node` is: what BEP 5 has.

aria2 has no commands for its DHT. It looks peers up and announces itself because it has a
download to do; it tells its routing table by writing it to a file when it ends; what it sends and
is answered stands in its log. So does everything that is said here.
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import control

PATIENCE = 20.0

OPTIONS = [
    "--no-conf",
    "--enable-dht",
    "--interface=127.0.0.1",
    "--disable-ipv6",
    "--enable-rpc",
    "--enable-peer-exchange=false",
    "--dht-message-timeout=2",
    "--max-concurrent-downloads=100",
    "--bt-metadata-only",
    "--quiet",
    "--log-level=info",
]

# How the file with the routing table begins: its format, version 3. Bytes of its head and of each
# entry.
MAGIC = bytes.fromhex("a1a2020000000003")
TABLE_HEAD, TABLE_ENTRY = 56, 56

# What a line of the log can tell, and what of it.
TELLING = {
    "tcp": re.compile(r"listening on TCP port (\d+)"),
    "udp": re.compile(r"listening on UDP port (\d+)"),
    "contact": re.compile(r"Message received: dht response ping .*Remote:(\S+), "),
    "asked": re.compile(r"Message sent: dht query get_peers .*info_hash=(\w+)"),
    "sent": re.compile(
        r"Message sent: dht query announce_peer TransactionID=(\w+) .*info_hash=(\w+)"
    ),
    "confirmed": re.compile(r"Message received: dht response announce_peer TransactionID=(\w+) "),
    "greeted": re.compile(r"From: (\S+) handshake "),
}


class Log:
    """What the lines that were logged until now have told. It is read as it comes and kept
    nowhere: beside mainline, aria2 can write gigabytes."""

    def __init__(self, stream):
        self.told = {name: set() for name in TELLING}
        self.thread = threading.Thread(target=self.read, args=(stream,), daemon=True)
        self.thread.start()

    def read(self, stream):
        """Reads to the end."""
        for line in stream:
            for name, pattern in TELLING.items():
                if found := pattern.search(line):
                    self.told[name].add(found[1] if pattern.groups < 2 else found.groups())


class Node:
    """One process of aria2 with a folder of its own."""

    def __init__(self, program, bootstrap):
        self.program, self.bootstrap = program, bootstrap
        self.folder = tempfile.mkdtemp(prefix="aria2-", dir=".")
        # A table without contacts, since aria2 takes its node id from there and tells it nowhere.
        self.key = os.urandom(20)
        with open(os.path.join(self.folder, "dht.dat"), "wb") as file:
            file.write(MAGIC + bytes(16) + self.key + bytes(12))
        self.process = None
        self.downloads = {}
        for _ in range(5):
            # Ports are free when they are asked for, but not held: another program may be quicker.
            self.tcp, self.udp, self.rpc = free_port(), free_port(), free_port()
            if self.start():
                return
            self.end()
        raise SystemExit("aria2 did not start")

    def start(self):
        """Starts the program; whether it listens. Its DHT begins with the first download."""
        entry = [f"--dht-entry-point={address}" for address in self.bootstrap[:1]]
        places = [
            f"--dir={self.folder}",
            "--log=-",
            f"--dht-file-path={self.folder}/dht.dat",
            f"--listen-port={self.tcp}",
            f"--dht-listen-port={self.udp}",
            f"--rpc-listen-port={self.rpc}",
            f"--stop-with-process={os.getpid()}",
        ]
        command = [self.program, *OPTIONS, *places, *entry, magnet(os.urandom(20).hex())]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self.log = Log(self.process.stdout)
        self.downloads = {}
        return self.wait(self.listens, PATIENCE) is not None

    def listens(self):
        """Whether both ports are bound and the other program's calls are answered."""
        told = self.log.told
        bound = str(self.tcp) in told["tcp"] and str(self.udp) in told["udp"]
        return bound and self.answers() or None

    def answers(self):
        """Whether calls are answered."""
        try:
            return bool(self.call("aria2.getVersion"))
        except OSError:
            return False

    def end(self):
        """Ends the program, which writes its table."""
        if self.process.poll() is None:
            try:
                self.call("aria2.forceShutdown")
                self.process.wait(10)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
        self.process.wait()

    def remove(self):
        """Ends the program at once, its table unwanted, and takes its folder away."""
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self, ask, seconds):
        """What `ask` answers first that is not `None`; `None` when the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                return None
            answer = ask()
            if answer is not None:
                return answer
            time.sleep(0.05)
        return None

    def call(self, method, *values):
        """One call of aria2's own interface."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": values})
        connection = http.client.HTTPConnection("127.0.0.1", self.rpc, timeout=5)
        try:
            connection.request("POST", "/jsonrpc", body)
            return json.load(connection.getresponse()).get("result")
        finally:
            connection.close()

    def download(self, info_hash):
        """The download of an info hash, begun when the DHT has somebody to ask.

        One that begins earlier finds nobody and tries again only after six seconds.
        """
        if info_hash not in self.downloads:
            if self.bootstrap:
                self.wait(lambda: self.log.told["contact"] or None, PATIENCE)
            self.downloads[info_hash] = self.call("aria2.addUri", [magnet(info_hash)])
        return self.downloads[info_hash]

    def announce(self, request):
        """Announces the port that it listens on for peers; there is no way to choose another."""
        if request.get("port", self.tcp) != self.tcp:
            raise control.Failure(f"aria2 announces its own port, {self.tcp}")
        info_hash = request["infohash"]
        self.download(info_hash)

        def confirmed():
            told = self.log.told
            sent = {number for number, about in told["sent"] if about == info_hash}
            return len(sent & told["confirmed"]) or None

        copies = self.wait(confirmed, PATIENCE)
        if copies is None:
            raise control.Failure("nobody confirmed")
        return {"copies": copies}

    def find_peers(self, request):
        """Peers that it connected to, since those that it was told of are told to nobody.

        One that hung up after a handshake, in which the info hash must agree, was found as well.
        """
        gid = self.download(request["infohash"])

        def connected():
            peers = {f"{peer['ip']}:{peer['port']}" for peer in self.call("aria2.getPeers", gid)}
            return sorted(peers | self.log.told["greeted"]) or None

        return {"peers": self.wait(connected, 3.0) or []}

    def find_node(self, request):
        """The routing table as aria2 leaves it when it ends; it starts again with that table.

        Before, it looks peers up under the key, which leads it to the nodes around.
        """
        self.download(request["target"])
        self.wait(lambda: request["target"] in self.log.told["asked"] or None, 2.0)
        self.end()
        with open(os.path.join(self.folder, "dht.dat"), "rb") as file:
            table = file.read()
        if not self.start():
            raise control.Failure("aria2 did not start again")
        target = int(request["target"], 16)
        nodes = sorted(entries(table), key=lambda node: int(node["key"], 16) ^ target)
        return {"nodes": nodes}


def entries(table):
    """The contacts in a file of aria2's format, version 3, for IPv4."""
    if not table.startswith(MAGIC):
        raise control.Failure("the file with the routing table has another format")
    for at in range(TABLE_HEAD, len(table), TABLE_ENTRY):
        entry = table[at : at + TABLE_ENTRY]
        host = socket.inet_ntoa(entry[8:12])
        port = int.from_bytes(entry[12:14], "big")
        yield {"key": entry[32:52].hex(), "address": f"{host}:{port}"}


def magnet(info_hash):
    """A link that names nothing but the info hash."""
    return f"magnet:?xt=urn:btih:{info_hash}"


def free_port():
    """A port that is free for TCP and for UDP."""
    while True:
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
            stream.bind(("127.0.0.1", 0))
            port = stream.getsockname()[1]
            try:
                datagram.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def main():
    """Starts aria2 and answers requests."""
    # Ends as it does at the end of its input, so that aria2 and its folder go as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    given = control.arguments(__doc__)
    node = Node("aria2c", given.bootstrap)
    try:
        control.say(
            {
                "event": "ready",
                "nodes": [{"node": 0, "address": f"127.0.0.1:{node.udp}", "key": node.key.hex()}],
                "announces": node.tcp,
            }
        )
        control.serve(
            {
                "announce": node.announce,
                "find-peers": node.find_peers,
                "find-node": node.find_node,
            }
        )
    finally:
        node.remove()


if __name__ == "__main__":
    main()
