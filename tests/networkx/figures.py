"""The figures of a graph as NetworkX has them, in the form in which kadsim writes them."""

from collections import Counter
from itertools import permutations

import networkx as nx
from networkx.algorithms.connectivity import build_auxiliary_node_connectivity
from networkx.algorithms.flow import build_residual_network

# kadsim rounds to six decimals.
TOLERANCE = 1e-6

CLASSES = 20


def spread(degrees):
    """Smallest, mean, largest and how often each."""
    values = [degree for _, degree in degrees]
    return {
        "min": min(values),
        "mean": sum(values) / len(values),
        "max": max(values),
        "distribution": distribution(values),
    }


def distribution(values):
    """How often each value occurs, in order."""
    return [list(pair) for pair in sorted(Counter(values).items())]


def paths(graph):
    """Lengths between all that are connected."""
    lengths = [
        length
        for source, reached in nx.all_pairs_shortest_path_length(graph)
        for target, length in reached.items()
        if target != source
    ]
    connected = nx.is_strongly_connected if graph.is_directed() else nx.is_connected
    if len(graph) > 1 and connected(graph):
        assert max(lengths) == nx.diameter(graph)
        mean = nx.average_shortest_path_length(graph)
        assert abs(sum(lengths) / len(lengths) - mean) < 1e-9
    return {
        "sources": whole(graph),
        "pairs": len(lengths),
        "mean": sum(lengths) / len(lengths) if lengths else None,
        "diameter": max(lengths, default=0),
        "diameter_is": "exact",
        "distribution": distribution(lengths),
    }


def clustering(graph):
    """Of the graph without directions and loops."""
    triangles = nx.triangles(graph)
    classes = [0] * CLASSES
    for vertex, degree in graph.degree():
        pairs = degree * (degree - 1)
        place = 2 * triangles[vertex] * CLASSES // pairs if pairs else 0
        classes[min(place, CLASSES - 1)] += 1
    has_pairs = any(degree > 1 for _, degree in graph.degree())
    return {
        "centres": whole(graph),
        "mean_local": nx.average_clustering(graph),
        "transitivity": nx.transitivity(graph) if has_pairs else None,
        "distribution": [[place / CLASSES, count] for place, count in enumerate(classes)],
    }


def whole(graph):
    """That everything was looked at."""
    return {"taken": len(graph), "of": len(graph)}


def parts(components):
    """How many there are and the size of the largest."""
    sizes = [len(component) for component in components]
    return {"count": len(sizes), "largest": max(sizes)}


def connectivity(graph):
    """Without directions what NetworkX says; with them the least of all pairs, since its
    node_connectivity follows paths from the chosen vertex and not those to it."""
    if not graph.is_directed():
        return nx.node_connectivity(graph)
    auxiliary = build_auxiliary_node_connectivity(graph)
    residual = build_residual_network(auxiliary, "capacity")
    fewest = len(graph) - 1
    for source, target in permutations(graph, 2):
        if not graph.has_edge(source, target):
            fewest = min(
                fewest,
                nx.algorithms.connectivity.local_node_connectivity(
                    graph, source, target, auxiliary=auxiliary, residual=residual
                ),
            )
    return fewest


def of(graph):
    """All of them."""
    simple = nx.Graph(graph)
    simple.remove_edges_from(list(nx.selfloop_edges(simple)))
    without_loops = graph.copy()
    without_loops.remove_edges_from(list(nx.selfloop_edges(graph)))
    directed = graph.is_directed()
    weak = parts(nx.connected_components(simple))
    core_numbers = list(nx.core_number(simple).values())
    return {
        "directed": directed,
        "vertices": graph.number_of_nodes(),
        "edges": graph.number_of_edges(),
        "loops": nx.number_of_selfloops(graph),
        "degrees": {
            "out": spread(graph.out_degree() if directed else graph.degree()),
            "in": spread(graph.in_degree() if directed else graph.degree()),
        },
        "paths": paths(graph),
        "clustering": clustering(simple),
        "components": {
            "weak": weak,
            "strong": parts(nx.strongly_connected_components(graph)) if directed else weak,
        },
        "articulation_points": len(set(nx.articulation_points(simple))),
        "vertex_connectivity": {"value": connectivity(without_loops), "value_is": "exact"},
        "cores": {"largest": max(core_numbers), "distribution": distribution(core_numbers)},
    }


KEYS = [
    *("directed", "vertices", "edges", "loops", "degrees", "paths", "clustering", "components"),
    *("articulation_points", "vertex_connectivity", "cores"),
]


def differences(graph, found):
    """A line for each figure of `found` that NetworkX has otherwise."""
    expected = of(graph)
    assert list(expected) == KEYS
    # How many pairs it took is kadsim's own affair.
    hold = {key: value for key, value in found["vertex_connectivity"].items() if key != "pairs"}
    found = {**found, "vertex_connectivity": hold}
    return [line for key in KEYS for line in unlike(key, expected[key], found[key])]


def unlike(path, expected, found):
    """Where two figures part."""
    if isinstance(expected, dict):
        if expected.keys() != found.keys():
            yield f"{path} has {sorted(found)} and not {sorted(expected)}"
            return
        for key in expected:
            yield from unlike(f"{path}.{key}", expected[key], found[key])
    elif isinstance(expected, float) and isinstance(found, (int, float)):
        if abs(expected - found) > TOLERANCE:
            yield f"{path} is {found}; NetworkX has {expected}"
    elif expected != found:
        yield f"{path} is {found}; NetworkX has {expected}"
