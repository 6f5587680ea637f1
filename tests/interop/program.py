"""What `kadsim node` has and other clients have not, tried at each of them: its options."""

import checks
import items

RESTART = "we come back to it from a state file"
READ_ONLY = "read-only, we read from it"

ROWS = [RESTART, READ_ONLY]


def holding(bench, network, client):
    """A client that alone holds an item, and the item."""
    item = items.common(client)[-1]()
    network.callback(item.close)
    holder = network.start(client)
    writer = network.start(client, [holder])
    reason = bench.clock.until(lambda: item.write(writer))
    writer.end()
    return holder, item, reason and f"was not stored: {reason}"


def come_back(bench, client):
    """Ours knows a client, ends, and finds what the client holds when it starts again with its
    state and without anybody to join through."""
    if bench.ours != "kadsim":
        return {}

    def session(network, check):
        holder, item, reason = holding(bench, network, client)
        state = ["--state", str(network.folder / "state.json")]
        before = network.start(bench.ours, [holder], state)
        reason = reason or bench.clock.until(checks.sees(before, holder.key, holder.address))
        before.end()
        after = network.start(bench.ours, options=state)
        if reason is None and after.key != before.key:
            reason = f"the key was {before.key} and is {after.key}"
        check(RESTART, lambda: reason or item.read(after))

    return bench.results(session, f"{client} sees us come back", [RESTART])


def only_read(bench, client):
    """Ours, read-only, finds what the client holds."""
    if bench.ours != "kadsim":
        return {}

    def session(network, check):
        holder, item, reason = holding(bench, network, client)
        reader = network.start(bench.ours, [holder], ["--read-only"])
        check(READ_ONLY, lambda: reason or item.read(reader))

    return bench.results(session, f"{client} is only read", [READ_ONLY])
