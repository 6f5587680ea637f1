"""Figures of kadsim beside those of NetworkX for the same graphs: compare.py KADSIM FOLDER."""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import figures
import networkx as nx

# Kinds of graphs with their parameters.
GENERATED = [
    ("full-mesh", 12),
    ("ring", 41),
    ("star", 30),
    ("grid", 60),
    ("torus", 48),
    ("tree", 50),
    ("random", 90, "connection_ratio=0.05"),
    ("bootstrap", 40, "bootstrap_nodes=4", "known_bootstrap_nodes=2"),
    # With so few edges it is in pieces.
    ("erdos-renyi", 200, "mean_degree=2.5"),
    ("random-regular", 80, "degree=5"),
    ("watts-strogatz", 150, "neighbours=6", "rewiring=0.2"),
    ("barabasi-albert", 300, "edges_per_node=3"),
    ("waxman", 120),
    ("transit-stub", 100),
]

# A run whose overlay is looked at while nodes join and when they have long been there.
SCENARIO = """
name = "compared"
[phases]
init = "30s"
transition = "10s"
measurement = "50s"
[nodes]
count = 36
[kademlia]
k = 3
[churn]
model = "lifetime"
lifetime_mean = "5m"
deadtime_mean = "1m"
[output]
plots = []
[[snapshot]]
at = "10s"
export = ["graphml", "gml", "gexf", "dot"]
[[snapshot]]
at = "1m 30s"
export = ["graphml", "gml", "gexf", "dot"]
"""

FORMATS = ["graphml", "gml", "gexf", "dot"]


class Bench:
    """The program, a folder for its files, and what went wrong."""

    def __init__(self, kadsim, folder):
        self.kadsim, self.folder, self.faults = kadsim, folder, []
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def call(self, *words):
        """What the program prints."""
        words = [str(word) for word in words]
        done = subprocess.run([self.kadsim, *words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"kadsim {' '.join(words)} failed: {done.stderr}")
        return done.stdout

    def compare(self, name, graph, found):
        """Notes every figure of kadsim's that is another."""
        wrong = figures.differences(graph, found)
        self.faults += [f"{name}: {line}" for line in wrong]
        kind = "directed" if graph.is_directed() else "undirected"
        size = f"{graph.number_of_nodes()} vertices, {graph.number_of_edges()} edges, {kind}"
        print(f"{'FAIL' if wrong else 'ok':5}{name}: {size}", flush=True)

    def same(self, name, files):
        """Notes formats that do not hold the same graph; gives the graph."""
        graphs = {file.suffix[1:]: read(file) for file in files}
        first = graphs["graphml"]
        for form, graph in graphs.items():
            if edges(graph) != edges(first) or set(graph) != set(first):
                self.faults.append(f"{name}: another graph as {form}")
            if graph.is_directed() != first.is_directed():
                self.faults.append(f"{name}: directions differ as {form}")
        return first


def read(file):
    """The graph in a file, vertices by their numbers, without repeated edges."""
    readers = {
        ".graphml": nx.read_graphml,
        ".gml": lambda file: nx.read_gml(file, label="id"),
        ".gexf": nx.read_gexf,
        ".dot": nx.nx_pydot.read_dot,
    }
    graph = readers[file.suffix](file)
    graph = nx.relabel_nodes(graph, {name: int(name) for name in graph})
    return nx.DiGraph(graph) if graph.is_directed() else nx.Graph(graph)


def edges(graph):
    """The edges as a set; without directions, smaller end first."""
    if graph.is_directed():
        return set(graph.edges)
    return {(min(ends), max(ends)) for ends in graph.edges}


def exported(bench, name, *graph):
    """The graph that the program writes in all formats."""
    files = [bench.folder / f"{name}.{form}" for form in FORMATS]
    for form, file in zip(FORMATS, files):
        bench.call("topology", *graph, "--export", form, "--out", file)
    return bench.same(name, files)


def generated(bench):
    """Graphs that kadsim makes."""
    for kind, nodes, *settings in GENERATED:
        words = [kind, "--nodes", nodes, "--seed", 7]
        words += [word for setting in settings for word in ("--set", setting)]
        graph = exported(bench, kind, *words)
        found = json.loads(bench.call("topology", *words, "--metrics", "--format", "json"))
        bench.compare(kind, graph, found)


def drawn(bench):
    """Graphs that NetworkX wrote: with loops and repeated edges, in pieces, of known names."""
    draws = random.Random(5)
    scattered, sparse = nx.MultiDiGraph(), nx.MultiGraph()
    for graph, count, lines in [(scattered, 40, 90), (sparse, 60, 55)]:
        graph.add_nodes_from(range(count))
        graph.add_edges_from([[draws.randrange(count) for _ in "ab"] for _ in range(lines)])
    files = {
        "scattered": scattered,
        "sparse": sparse,
        "karate": nx.Graph(nx.karate_club_graph().edges),
        "tournament": nx.DiGraph(
            (a, b) if draws.random() < 0.5 else (b, a) for a in range(30) for b in range(a)
        ),
        "nothing": nx.empty_graph(5),
    }
    for name, graph in files.items():
        file = bench.folder / f"{name}-given.graphml"
        nx.write_graphml(graph, file)
        found = json.loads(bench.call("topology", file, "--format", "json"))
        bench.compare(name, exported(bench, name, file), found)
        if nx.number_of_nodes(graph) != found["vertices"]:
            bench.faults.append(f"{name}: vertices are lost")


def of_a_run(bench):
    """Overlays of a run, as it measured them and as they are read from its files."""
    file = bench.folder / "compared.toml"
    file.write_text(SCENARIO)
    bench.call("run", file, "--out", bench.folder, "--quiet")
    folder = bench.folder / "compared-42"
    result = json.loads((folder / "result.json").read_text())
    for snapshot, name in zip(result["snapshots"], ["overlay-10s", "overlay-1m30s"], strict=True):
        graph = bench.same(name, [folder / f"{name}.{form}" for form in FORMATS])
        bench.compare(name, graph, snapshot)
        again = json.loads(bench.call("topology", folder / f"{name}.gml", "--format", "json"))
        if any(again[key] != snapshot[key] for key in figures.KEYS):
            bench.faults.append(f"{name}: other figures when read from its file")


def main():
    """Compares all; the status is 1 if anything differs."""
    bench = Bench(sys.argv[1], Path(sys.argv[2]))
    print(f"== figures beside those of NetworkX {nx.__version__}")
    generated(bench)
    drawn(bench)
    of_a_run(bench)
    print("\n".join(bench.faults) or "no figure differs")
    sys.exit(1 if bench.faults else 0)


if __name__ == "__main__":
    main()
