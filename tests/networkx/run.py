"""Installs NetworkX in the version that is pinned here and compares figures with it."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))

# How the interop tests find the program and keep what they install.
import install
from run import built, target


def environment(cache):
    """A Python with NetworkX, from PyPI."""
    folder, wanted = cache / "venv", HERE / "requirements.txt"
    python = folder / "bin" / "python"

    def make():
        install.run([sys.executable, "-m", "venv", folder])
        options = ["--quiet", "--only-binary", ":all:", "--no-deps"]
        install.run([python, "-m", "pip", "install", *options, "--requirement", wanted])

    cache.mkdir(parents=True, exist_ok=True)
    install.unless_done(folder, [wanted], make)
    install.run([python, "-c", "import networkx, pydot"])
    return python


def main():
    """Hands over to the comparison, or says why there is none."""
    kadsim, _ = built(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    cache = target() / "networkx"
    try:
        python = environment(cache)
    except install.Missing as reason:
        print(f"skipped: NetworkX: {reason}", file=sys.stderr)
        # Where changes are tested it must be there.
        sys.exit(2 if os.environ.get("CI") == "true" else 0)
    os.execv(python, [str(python), str(HERE / "compare.py"), kadsim, str(cache / "graphs")])


if __name__ == "__main__":
    main()
