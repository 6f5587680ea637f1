"""One client against ours: each finds the other, stores on it and reads from it.

Whatever is stored lies on exactly one node when it is read: the network is the holder alone, the
writer has ended, and the reader is a process that did not exist while it was written.
"""

import time
from dataclasses import dataclass

import items
from peer import Broken, Network

# Clients that leave queries of others unanswered: mainline reads transaction ids of four bytes
# only, and these two send two.
UNANSWERED = {"mainline": {"libtorrent", "bittorrent-dht"}}

FINDS_US, WE_FIND_IT, PASSES_US_ON = "it finds our node", "we find it", "it passes our node on"
NOTHING = "finds nothing that was never stored"

# What each session of a store shows of each kind of item: a row of the table.
STORED = {
    "it writes on us": ["it announces to us", "it puts immutable on us", "it puts mutable on us"],
    "it reads from us": [
        "it finds peers through us",
        "it gets immutable from us",
        "it gets mutable from us",
    ],
    "we write on it": ["we announce to it", "we put immutable on it", "we put mutable on it"],
    "we read from it": [
        "we find peers on it",
        "we get immutable from it",
        "we get mutable from it",
    ],
}

TURNS = "it and we update one item in turn"
OLDER, OTHER = "we refuse it an older seq", "we refuse it a wrong cas"
RIGHT = "we take a right cas from it"

ROWS = [
    *(FINDS_US, WE_FIND_IT, PASSES_US_ON),
    *(row for rows in STORED.values() for row in rows),
    *(NOTHING, TURNS, OLDER, OTHER, RIGHT),
]


@dataclass
class Result:
    """How one check went; `reason` is empty where it passed."""

    reason: str
    seconds: float
    transcripts: str


class Bench:
    """Where checks are made: what the nodes are started with, how long, and where they tell."""

    def __init__(self, commands, ours, clock, folder, host="127.0.0.1"):
        self.commands, self.ours, self.clock = commands, ours, clock
        self.folder, self.host = folder, host
        # Set to see that every check fails whose item was not stored.
        self.omits_writes = False

    def network(self, name):
        """A network of its own for one session."""
        return Network(self.commands, self.host, self.folder / name.replace(" ", "-"))

    def results(self, session, name, rows):
        """Runs one session; a node that broke fails all rows that were not reached."""
        results = {}
        with self.network(name) as network:

            def check(row, attempt, polled=True):
                began = time.monotonic()
                reason = self.clock.until(attempt) if polled else attempt()
                seconds = time.monotonic() - began
                results[row] = Result(reason or "", seconds, network.folder)
                return reason is None

            missed = "was not reached"
            try:
                session(network, check)
            except Broken as broken:
                missed = str(broken)
            for row in rows:
                results.setdefault(row, Result(missed, 0.0, network.folder))
        return results


def sees(peer, key, address):
    """An attempt to find a node by its key at a peer."""

    def attempt():
        answer = peer.ask("find-node", target=key)
        if reason := items.told(answer, {}):
            return reason
        if {"key": key, "address": address} in answer["nodes"]:
            return None
        return f"{key} at {address} is not among the {len(answer['nodes'])} nodes that it found"

    return attempt


def meet(bench, client):
    """The client and a node of ours join through another of ours, and look for each other."""
    if not answers(client, bench.ours):
        return {}

    def session(network, check):
        first = network.start(bench.ours)
        second = network.start(bench.ours, [first])
        its = network.start(client, [first])
        check(FINDS_US, sees(its, second.key, second.address))
        third = network.start(bench.ours, [first])
        check(WE_FIND_IT, sees(third, its.key, its.address))

    return bench.results(session, f"{client} meets us", [FINDS_US, WE_FIND_IT])


def pass_on(bench, client):
    """Two nodes of ours know nobody but the client, and one finds the other."""
    if not answers(client, bench.ours):
        return {}

    def session(network, check):
        its = network.start(client)
        one = network.start(bench.ours, [its])
        other = network.start(bench.ours, [its])
        check(PASSES_US_ON, sees(other, one.key, one.address))

    return bench.results(session, f"{client} passes us on", [PASSES_US_ON])


def store(bench, client, name):
    """A writer stores one item of each kind on a holder and ends; a reader gets them."""
    ours = bench.ours
    holder, writer, reader = {
        "it writes on us": (ours, client, ours),
        "it reads from us": (ours, ours, client),
        "we write on it": (client, ours, client),
        "we read from it": (client, client, ours),
    }[name]
    if not (answers(holder, writer) and answers(holder, reader)):
        return {}
    kinds = items.common(holder, writer, reader)
    rows = {kind: STORED[name][items.ALL.index(kind)] for kind in kinds}

    def session(network, check):
        node = network.start(holder)
        stored = write(bench, network, check, (writer, node), rows)
        late = network.start(reader, [node])
        for item in stored:
            check(rows[type(item)], lambda item=item: item.read(late))

    return bench.results(session, f"{client} {name}", [*rows.values()])


def write(bench, network, check, pair, rows):
    """The items that a writer could store on the only node it knows, after which it ends."""
    kind_of_writer, node = pair
    writer = network.start(kind_of_writer, [node])
    stored = []
    for kind, row in rows.items():
        item = kind()
        network.callback(item.close)
        reason = None
        if not bench.omits_writes:
            reason = bench.clock.until(lambda item=item: item.write(writer))
        if reason is None:
            stored.append(item)
        else:
            check(row, lambda reason=reason: f"was not stored: {reason}", polled=False)
    writer.end()
    return stored


def take_turns(bench, client):
    """The client and one of ours update one item, each above what it finds, held by ours."""
    if items.Mutable not in items.common(client, bench.ours):
        return {}

    def session(network, check):
        holder = network.start(bench.ours)
        its, other = network.start(client, [holder]), network.start(bench.ours, [holder])
        item = items.Mutable()
        for writer in (its, other, its):
            item.renew()
            reason = bench.clock.until(lambda writer=writer: item.write(writer))
            if reason is not None:
                check(TURNS, lambda: f"{writer.name} could not store: {reason}", polled=False)
                return
        its.end()
        other.end()
        readers = [network.start(kind, [holder]) for kind in (client, bench.ours)]
        check(TURNS, lambda: next(filter(None, map(item.read, readers)), None))

    return bench.results(session, f"{client} takes turns", [TURNS])


def be_refused(bench, client):
    """Ours holds an item of the client's; an older one, and one for another state, leave it.

    That the holder took nothing is read from it by another process. What the writer says is not
    asked: mainline puts on itself as well, and a put that anybody took is a success to it.
    """
    if client not in items.NUMBERING:
        return {}

    def session(network, check):
        holder = network.start(bench.ours)
        item, rival = items.Mutable(), items.Mutable()
        rival.salt, rival.target = item.salt, item.target

        def put(value, **numbers):
            writer = network.start(client, [holder])
            reason = bench.clock.until(lambda: value.write(writer, **numbers))
            writer.end()
            return reason

        def attempt(**numbers):
            writer = network.start(client, [holder])
            reason = bench.clock.until(lambda: item.read(writer))
            if reason is None:
                rival.write(writer, **numbers)
            writer.end()
            return reason or read(item)

        def read(value):
            reader = network.start(client, [holder])
            reason = bench.clock.until(lambda: value.read(reader))
            reader.end()
            return reason

        first = put(item, seq=5)
        check(OLDER, lambda: first or attempt(seq=4), polled=False)
        check(OTHER, lambda: first or attempt(seq=6, cas=4), polled=False)
        check(RIGHT, lambda: first or put(rival, seq=6, cas=5) or read(rival), polled=False)

    return bench.results(session, f"{client} is refused", [OLDER, OTHER, RIGHT])


def find_nothing(bench, client):
    """The client knows ours, and finds on it none of the items that nobody ever stored."""

    def session(network, check):
        holder = network.start(bench.ours)
        its = network.start(client, [holder])
        reason = bench.clock.until(sees(its, holder.key, holder.address))
        check(NOTHING, lambda: reason or nothing(network, its, client), polled=False)

    return bench.results(session, f"{client} finds nothing", [NOTHING])


def nothing(network, reader, client):
    """Reads what nobody stored, one item of each kind that the client has: each must be refused."""
    for kind in items.common(client):
        item = kind()
        network.callback(item.close)
        if item.read(reader) is None:
            return f"found {kind.name} that nobody stored"
    return None


def answers(client, asker):
    """Whether a client answers what another asks."""
    return asker not in UNANSWERED.get(client, ())
