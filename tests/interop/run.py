"""kadsim's nodes against Mainline DHT clients that others wrote, on 127.0.0.1. See docs/interop.md."""

import argparse
import copy
import os
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import checks
import install
import mixed
import program
import table
from peer import Clock

REPOSITORY = install.HERE.parent.parent

# The longest time that everything may take once the clients are installed, in seconds.
LONGEST = 900

# The longest wait for a check that must not come true, in seconds.
CONTROL = 2.0

# All that one client is put to, each a network of its own.
SESSIONS = [
    *((checks.meet,), (checks.pass_on,), (checks.find_nothing,)),
    *((checks.take_turns,), (checks.be_refused,)),
    *((program.come_back,), (program.only_read,)),
    *((checks.store, name) for name in checks.STORED),
]

# The rows of the table.
ROWS = [*checks.ROWS, *program.ROWS]

# The client that speaks IPv6 as well. (aria2 wants a global address for that.)
SIX = "libtorrent"

# Who stands for kadsim when the harness itself is tested.
STAND_IN = "libtorrent"


def give_up(message):
    """Ends with the status of what cannot be tested at all."""
    print(message, file=sys.stderr)
    sys.exit(2)


def arguments():
    """What the user asked for."""
    parser = argparse.ArgumentParser(prog="tests/interop/run", description=__doc__)
    parser.add_argument("--kadsim", type=Path, metavar="PATH", help="the program to test")
    parser.add_argument(
        "--without-kadsim", action="store_true", help=f"test the harness, with {STAND_IN} as ours"
    )
    parser.add_argument("--all", action="store_true", help="fail where a client is missing")
    parser.add_argument("--only", action="append", choices=install.INSTALLERS, metavar="CLIENT")
    parser.add_argument("--jobs", type=int, default=4, help="sessions side by side (4)")
    return parser.parse_args()


def target():
    """Cargo's target folder."""
    return Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")).resolve()


def built(given):
    """The program to test: the one that was named, or the newest that cargo built."""
    if given is None:
        names = [target() / profile / "kadsim" for profile in ("release", "debug")]
        programs = [name for name in names if name.is_file()]
        if not programs:
            give_up(f"no kadsim in {target()}: build it, or name it with --kadsim")
        given = max(programs, key=lambda name: name.stat().st_mtime)
    if not os.access(given, os.X_OK) or not given.is_file():
        give_up(f"{given} is not a program")
    return [str(given.resolve()), "node"]


def columns_of(bench, clients):
    """The columns of the table: each client, IPv6, and ours against itself."""
    columns = [(name, bench, name) for name in [*clients, bench.ours]]
    if SIX in bench.commands:
        six = copy.copy(bench)
        six.host, six.folder = "[::1]", bench.folder / "six"
        columns.append((f"{SIX} ::1", six, SIX))
    return columns


def against_each(columns, jobs, sessions):
    """Sessions of all columns, several side by side: `(row, column)` to result."""
    results = {}
    with ThreadPoolExecutor(jobs) as threads:
        begun = [
            (column, threads.submit(session, bench, client, *more))
            for column, bench, client in columns
            for session, *more in sessions
        ]
        for column, session in begun:
            results.update({(row, column): result for row, result in session.result().items()})
    return results


def show_mixed(results):
    """The table of the mixed network: writers and kinds down, readers across."""
    rows = [(writer, kind) for writer, kind, _ in results]
    rows = sorted(dict.fromkeys(rows))
    readers = sorted(dict.fromkeys(reader for _, _, reader in results))
    cells = {((writer, kind), reader): result for (writer, kind, reader), result in results.items()}
    title = f"One network of all and {mixed.OURS} of ours: what the left stored is read by"
    return table.show(title, rows, readers, cells)


def control(bench, clients, jobs):
    """The checks again with every write left out: lines that name those that pass all the same."""
    bench.omits_writes, bench.clock = True, Clock(LONGEST, CONTROL)
    bench.folder = bench.folder / "control"
    sessions = [(checks.store, name) for name in checks.STORED]
    results = against_each(columns_of(bench, clients), jobs, sessions)
    print(f"\n{len(results)} checks without their writes: each must fail")
    return [
        f"PASS without a write: {client}: {row}; transcripts: {result.transcripts}"
        for (row, client), result in results.items()
        if not result.reason
    ]


def main():
    """Installs, checks, prints; the status is 0 when nothing failed."""
    given = arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Every node ends when its input does, so nothing needs to be waited for.
        signal.signal(number, lambda number, _: os._exit(128 + number))
    ours = STAND_IN if given.without_kadsim else "kadsim"
    ours_is = None if given.without_kadsim else built(given.kadsim)
    cache, wanted = target() / "interop", given.only or list(install.INSTALLERS)
    print(f"== clients, kept in {cache}", flush=True)
    commands, missing = install.install(cache, {*wanted, ours} - {"kadsim"})
    for name, reason in missing.items():
        print(f"skipped: {name}: {reason}")
    if missing and (given.all or os.environ.get("CI") == "true" or ours in missing):
        give_up("a client is missing")
    if ours_is is not None:
        commands["kadsim"] = ours_is
    clients = [name for name in install.INSTALLERS if name in commands and name in wanted]
    clients = [name for name in clients if name != ours]
    given.transcripts = cache / "transcripts"
    shutil.rmtree(given.transcripts, ignore_errors=True)

    began = time.monotonic()
    bench = checks.Bench(commands, ours, Clock(LONGEST), given.transcripts)
    columns = columns_of(bench, clients)
    results = against_each(columns, given.jobs, SESSIONS)
    together = mixed.mixed(bench, clients)
    title = f"Us ({ours}) and each client, seconds"
    failed = table.show(title, ROWS, [column for column, _, _ in columns], results)
    failed += show_mixed(together)
    if given.without_kadsim:
        failed += control(bench, clients, given.jobs)
    print(f"\n{len(results) + len(together)} checks, {len(failed)} failed,", end=" ")
    print(f"{time.monotonic() - began:.0f} s; transcripts in {given.transcripts}")
    for line in failed:
        print(line)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
