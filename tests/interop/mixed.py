"""One network of everybody: what each stores is read by one of each that joins afterwards."""

import time
from concurrent.futures import ThreadPoolExecutor

import checks
import items
from peer import Broken

# Nodes of ours in the network.
OURS = 10

JOINED = "the last of ours to join"


def mixed(bench, clients):
    """The results by `(writer, kind, reader)`, and by `("", JOINED, member)` for the joining."""
    results = {}
    everybody = [bench.ours, *clients]
    with bench.network("mixed network") as network:
        try:
            first, members, last = gather(bench, network, clients)
            side_by_side(members, lambda name, peer: meet(bench, results, last, name, peer))
            stored = {}
            side_by_side(members, lambda name, peer: write(bench, network, stored, name, peer))
            late = {name: network.start(name, [first]) for name in everybody}
            side_by_side(late, lambda name, peer: read(bench, results, stored, name, peer))
        except Broken as broken:
            results["", JOINED, bench.ours] = checks.Result(str(broken), 0.0, network.folder)
    return results


def gather(bench, network, clients):
    """One node of ours, and all others bootstrapped through it: ours, and one of each client.

    Returns the first, the member of each kind, and the last of ours.
    """
    first = network.start(bench.ours)
    if bench.ours == "kadsim":
        ours = network.start(bench.ours, [first], ["--count", str(OURS - 1)])
        last = ours.nodes[-1]
    else:
        several = [network.start(bench.ours, [first]) for _ in range(OURS - 1)]
        ours, last = several[0], several[-1].nodes[0]
    members = {name: network.start(name, [first]) for name in clients}
    return first, {bench.ours: ours, **members}, last


def side_by_side(peers, work):
    """Does the same with each of some peers at once, and waits for all."""
    with ThreadPoolExecutor(len(peers)) as threads:
        for done in [threads.submit(work, name, peer) for name, peer in peers.items()]:
            done.result()


def meet(bench, results, last, name, peer):
    """A member has joined when it finds a node that it was not told of.

    aria2 tells its table only by ending, which would take it out of the network.
    """
    if name == "aria2":
        return
    began = time.monotonic()
    reason = bench.clock.until(checks.sees(peer, last["key"], last["address"]))
    seconds = time.monotonic() - began
    results["", JOINED, name] = checks.Result(reason or "", seconds, bench.folder)


def write(bench, network, stored, name, peer):
    """Stores one item of each kind that a member has, for all to read."""
    for kind in items.common(name):
        item = kind()
        network.callback(item.close)
        stored[name, kind.name] = item, bench.clock.until(lambda item=item: item.write(peer))


def read(bench, results, stored, name, peer):
    """Reads what everybody stored."""
    for (writer, kind), (item, unwritten) in stored.items():
        if type(item) not in items.common(name):
            continue
        began = time.monotonic()
        reason = unwritten and f"was not stored: {unwritten}"
        if not unwritten:
            reason = bench.clock.until(lambda item=item: item.read(peer))
        seconds = time.monotonic() - began
        results[writer, kind, name] = checks.Result(reason or "", seconds, bench.folder)
