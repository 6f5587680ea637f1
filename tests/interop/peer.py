"""Nodes as processes: started, asked by JSON lines, and ended, those and no others."""

import contextlib
import json
import queue
import subprocess
import threading
import time

# Longest time until a node listens, and until it has answered one request, in seconds.
START, ANSWER = 30.0, 40.0


class Broken(Exception):
    """A node that did not do what every node must: start, answer, stay."""


class Peer:
    """A process that hosts a node, or several, and speaks as `kadsim node` does."""

    def __init__(self, name, command, host, bootstrap, transcript):
        """Starts the command in the folder of its transcript."""
        self.name, self.host = name, host
        joins = [word for address in bootstrap for word in ("--bootstrap", address)]
        self.transcript = open(transcript, "w", buffering=1)
        self.process = subprocess.Popen(
            [*command, "--listen", f"{host}:0", *joins],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.transcript,
            cwd=transcript.parent,
            text=True,
            # The interrupt of a person at the terminal goes to the harness, which ends the nodes.
            start_new_session=True,
        )
        self.transcript.write(f"$ {' '.join(self.process.args)}\n")
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.asked = 0
        try:
            self.ready = self.expect(lambda line: line.get("event") == "ready", START)
        except Broken:
            self.end()
            raise
        self.nodes = self.ready["nodes"]
        self.address, self.key = self.nodes[0]["address"], self.nodes[0]["key"]

    def read(self):
        """Takes every line as it comes; a last `None` tells that there will be no more."""
        for line in self.process.stdout:
            self.transcript.write(f"< {line}")
            self.lines.put(line)
        self.lines.put(None)

    def expect(self, wanted, seconds):
        """The first line that is wanted; others are events that nobody waits for."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise Broken(f"{self.name} said nothing for {seconds:.0f} s") from None
            if line is None:
                raise Broken(f"{self.name} ended, status {self.process.wait()}")
            try:
                said = json.loads(line)
            except ValueError:
                raise Broken(f"{self.name} said what is not JSON: {line!r}") from None
            if wanted(said):
                return said

    def ask(self, verb, **fields):
        """The answer to one request, whether it was done or not."""
        self.asked += 1
        number = self.asked
        line = json.dumps({"id": number, "do": verb, **fields})
        self.transcript.write(f"> {line}\n")
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except OSError:
            raise Broken(f"{self.name} ended, status {self.process.wait()}") from None
        return self.expect(lambda said: said.get("id") == number, ANSWER)

    def end(self):
        """Ends the process: by asking, by a signal, at last by force."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        for harder in (self.process.terminate, self.process.kill):
            try:
                self.process.wait(5)
                break
            except subprocess.TimeoutExpired:
                harder()
        self.process.wait()
        self.process.stdout.close()


class Network(contextlib.ExitStack):
    """The nodes of one test, all of which end with it."""

    def __init__(self, commands, host, folder):
        super().__init__()
        self.commands, self.host, self.folder, self.started = commands, host, folder, 0

    def start(self, kind, through=(), options=()):
        """One more node of a kind, bootstrapped through others."""
        self.started += 1
        name = f"{kind} ({self.started})"
        self.folder.mkdir(parents=True, exist_ok=True)
        transcript = self.folder / f"{self.started}-{kind}.txt"
        addresses = [peer.address for peer in through]
        peer = Peer(name, [*self.commands[kind], *options], self.host, addresses, transcript)
        self.callback(peer.end)
        return peer


class Clock:
    """The time that is left for everything, and for each check."""

    def __init__(self, seconds, check=25.0):
        self.end, self.check = time.monotonic() + seconds, check

    def until(self, attempt):
        """Repeats an attempt until it says nothing against success, or its time is over; returns
        what it said last, `None` for success."""
        end = min(time.monotonic() + self.check, self.end)
        while True:
            reason = attempt()
            if reason is None or time.monotonic() >= end:
                return reason
            time.sleep(0.25)
