"""One network of everybody: what each stores is read by one of each that joins afterwards."""

import time
from concurrent.futures import ThreadPoolExecutor

import checks
import items
from peer import Broken

# Nodes of ours in the network.
OURS = 10

JOINED, BROKEN = "the last of ours to join", "(a node broke)"


def mixed(bench, clients):
    """The results by `(writer, kind, reader)`, and by `("", JOINED, member)` for the joining."""
    results, stored = {}, {}
    with bench.network("mixed network") as network:

        def each(peers, work, *more):
            def done(name, peer):
                try:
                    work(bench, network, *more, name, peer)
                except Broken as broken:
                    results["", BROKEN, name] = checks.Result(str(broken), 0.0, network.folder)

            side_by_side(peers, done)

        try:
            first, ours, last = found(bench, network)
            joined = {bench.ours: ours}
            for names in in_turn(clients):
                joined.update({name: network.start(name, [first]) for name in names})
                each(joined, meet, results, last)
                each(joined, write, stored)
                joined = {}
            late = {name: network.start(name, [first]) for name in [bench.ours, *clients]}
            each(late, read, results, stored)
        except Broken as broken:
            results["", BROKEN, bench.ours] = checks.Result(str(broken), 0.0, network.folder)
    return results


def in_turn(clients):
    """Who joins and writes, in turn.

    mainline gives another node id in some of its queries. aria2 takes each for one more node, and
    its lookups, which then never end, announce nothing: so aria2 announces before mainline joins.
    """
    last = [name for name in clients if name == "mainline"]
    return [[name for name in clients if name not in last], last]


def found(bench, network):
    """Ours, all but one bootstrapped through the first: the first, one more, the last's address."""
    first = network.start(bench.ours)
    if bench.ours == "kadsim":
        ours = network.start(bench.ours, [first], ["--count", str(OURS - 1)])
        return first, ours, ours.nodes[-1]
    several = [network.start(bench.ours, [first]) for _ in range(OURS - 1)]
    return first, several[0], several[-1].nodes[0]


def side_by_side(peers, work):
    """Does the same with each of some peers at once, and waits for all."""
    with ThreadPoolExecutor(max(1, len(peers))) as threads:
        for done in [threads.submit(work, name, peer) for name, peer in peers.items()]:
            done.result()


def meet(bench, network, results, last, name, peer):
    """A member has joined when it finds a node that it was not told of.

    aria2 tells its table only by ending, which would take it out of the network.
    """
    if name == "aria2":
        return
    began = time.monotonic()
    reason = bench.clock.until(checks.sees(peer, last["key"], last["address"]))
    seconds = time.monotonic() - began
    results["", JOINED, name] = checks.Result(reason or "", seconds, network.folder)


def write(bench, network, stored, name, peer):
    """Stores one item of each kind that a member has, for all to read."""
    for kind in items.common(name):
        item = kind()
        network.callback(item.close)
        stored[name, kind.name] = item, bench.clock.until(lambda item=item: item.write(peer))


def read(bench, network, results, stored, name, peer):
    """Reads what everybody stored."""
    for (writer, kind), (item, unwritten) in stored.items():
        if type(item) not in items.common(name):
            continue
        began = time.monotonic()
        reason = unwritten and f"was not stored: {unwritten}"
        if not unwritten:
            reason = bench.clock.until(lambda item=item: item.read(peer))
        seconds = time.monotonic() - began
        results[writer, kind, name] = checks.Result(reason or "", seconds, network.folder)
