"""Gets the clients that others wrote, in the versions that are pinned here, into a cache folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DRIVERS = HERE / "drivers"

# Longest time for one step of an installation, in seconds.
PATIENCE = 900


class Missing(Exception):
    """A client that cannot be had here, and why."""


def run(command, folder=None):
    """Runs one step, or says with its last words why it could not be done."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        raise Missing(f"{command[0]} is not there") from None
    except subprocess.TimeoutExpired:
        raise Missing(f"{command[0]} took more than {PATIENCE} s") from None
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Missing(f"{command[0]} failed: {words[-1] if words else 'without a word'}")
    return done.stdout


def unless_done(folder, sources, make):
    """Makes a folder anew, unless it was made from the same sources as now."""
    stamp, now = folder / "made-from", "\n".join(file.read_text() for file in sources)
    if not stamp.exists() or stamp.read_text() != now:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make()
        stamp.write_text(now)


def libtorrent(cache):
    """A virtual environment with libtorrent from PyPI."""
    folder, wanted = cache / "libtorrent", DRIVERS / "requirements.txt"
    python = folder / "bin" / "python"

    def make():
        run([sys.executable, "-m", "venv", folder])
        options = ["--quiet", "--only-binary", ":all:", "--no-deps"]
        run([python, "-m", "pip", "install", *options, "--requirement", wanted])

    unless_done(folder, [wanted], make)
    run([python, "-c", "import libtorrent, nacl"])
    return [python, DRIVERS / "libtorrent_peer.py"]


def bittorrent_dht(cache):
    """A folder with the npm package, and the driver beside it, where Node looks for packages."""
    folder = cache / "bittorrent-dht"
    listed = [DRIVERS / "package.json", DRIVERS / "package-lock.json"]

    def make():
        for file in listed:
            shutil.copy(file, folder)
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)

    run(["node", "--version"])
    unless_done(folder, listed, make)
    return ["node", shutil.copy(DRIVERS / "bittorrent_dht_peer.mjs", folder)]


def mainline(cache):
    """A program with the crate, built by cargo, which sees for itself whether it is up to date."""
    manifest, folder = HERE / "mainline-peer" / "Cargo.toml", cache / "mainline"
    options = ["--locked", "--quiet", "--manifest-path", manifest, "--target-dir", folder]
    run(["cargo", "build", *options])
    return [folder / "debug" / "mainline-peer"]


def aria2(_):
    """The program of the system, which apt is asked for where it is missing and may be asked."""
    if shutil.which("aria2c") is None:
        if shutil.which("apt-get") is None:
            raise Missing("aria2c is not there, and there is no apt-get to install it")
        root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        install = [*root, "apt-get", "install", "--yes", "--no-install-recommends", "aria2"]
        try:
            run(install)
        except Missing:
            # Often only the lists of packages are missing.
            run([*root, "apt-get", "update"])
            run(install)
    return [sys.executable, DRIVERS / "aria2_peer.py"]


INSTALLERS = {
    "libtorrent": libtorrent,
    "bittorrent-dht": bittorrent_dht,
    "mainline": mainline,
    "aria2": aria2,
}


def install(cache, wanted):
    """The commands of the clients that could be had, and why the others could not."""
    cache.mkdir(parents=True, exist_ok=True)
    commands, missing = {}, {}
    for name in wanted:
        try:
            commands[name] = [str(word) for word in INSTALLERS[name](cache)]
        except Missing as reason:
            missing[name] = str(reason)
    return commands, missing
