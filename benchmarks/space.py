"""Spatial indicators beside networkx, igraph, scipy and pandana, in one run on the same graph.

    python benchmarks/space.py [EXTRACT.osm.pbf] [--nodes 5000000] [--peers PYTHON]

Prints seconds and the ratio to ours. igraph and pandana are no dependencies: name with --peers a
Python that has them. Compiled loops are warmed up before they are timed.
"""

# ruff: noqa: E501  (the program of the peers is text)

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from kenes.indicators.space.graph import build_graph
from kenes.indicators.space.reach import distances_to, neighbourhood_sums
from kenes.indicators.space.snapping import StreetFinder
from kenes.indicators.space.structure import crossings
from kenes.sources.city.openstreetmap import read_extract

MONACO = Path(__file__).parents[1] / "tests" / "data" / "osm" / "monaco" / "monaco.osm.pbf"
KINDS = ("eating", "learning", "supplies", "health", "moving")
PEERS = """
import sys, time
import numpy as np
d = np.load(sys.argv[1])
u, v, w, x, y = d["u"], d["v"], d["w"], d["x"], d["y"]
goals = [d[k] for k in d.files if k.startswith("goal")]
def tell(name, begun, answer): print(name, time.perf_counter() - begun, float(np.nansum(np.where(np.isfinite(answer), answer, 0))), flush=True)
try:
    import igraph
    n = len(x)
    begun = time.perf_counter()
    total = 0
    for goal in goals:
        g = igraph.Graph(n + 1, np.column_stack([np.r_[u, np.full(len(goal), n)], np.r_[v, goal]]).tolist())
        found = np.array(g.distances(n, weights=np.r_[w, np.zeros(len(goal))].tolist())[0][:n])
        found[found > 1600] = np.inf
        total += np.where(np.isfinite(found), found, 0).sum()
    tell("igraph", begun, np.array([total]))
except ImportError as fault: print("igraph - ", fault)
try:
    import pandas as pd, pandana
    net = pandana.Network(pd.Series(x), pd.Series(y), pd.Series(u), pd.Series(v), pd.DataFrame({"w": w}))
    begun = time.perf_counter()
    total = 0
    net.precompute(1600)
    for k, goal in enumerate(goals):
        net.set_pois(f"k{k}", 1600, 1, pd.Series(x[goal]), pd.Series(y[goal]))
        found = net.nearest_pois(1600, f"k{k}", num_pois=1)[1].to_numpy()
        total += np.where(found < 1600, found, 0).sum()
    tell("pandana", begun, np.array([total]))
except ImportError as fault: print("pandana - ", fault)
"""


def timed(name, work, ours=None, repeat=3):
    seconds = []
    for _ in range(repeat):
        begun = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - begun)
    best = min(seconds)
    print(f"{name:<58} {best:9.3f} s" + (f"  {best / ours:8.1f} times ours" if ours else ""), flush=True)
    return best, result


def city(path, peers):
    extract = timed("read extract", lambda: read_extract(path))[1]
    s = extract.streets
    walk = s.walkable[s.way]
    graph = timed("build graph", lambda: build_graph(s.longitude, s.latitude, s.start[walk], s.end[walk]))[1]
    print(f"{graph.nodes} nodes, {graph.segments} segments, {len(graph.junction)} junctions")
    finder = StreetFinder(graph)
    at = {k: finder.snap(extract.destinations[k].longitude, extract.destinations[k].latitude) for k in KINDS}
    everywhere = graph.node_positions
    ours, found = timed(
        "five kinds within 1,600 m, every node (ours)",
        lambda: [distances_to(graph, at[k].on_the_street(), 1600).at(everywhere) for k in KINDS],
    )
    met = crossings(graph)
    values = (met.cluster >= 0).astype(float)[:, None]
    timed(
        f"1,000 m neighbourhoods of {len(graph.junction)} junctions (ours)",
        lambda: neighbourhood_sums(
            graph,
            np.arange(len(graph.junction)),
            1000.0,
            junction_values=values,
            places=everywhere,
            place_values=np.ones((graph.nodes, 1)),
        ),
        repeat=2,
    )
    others(graph, at, found, ours, peers)


def others(graph, at, found, ours, peers):
    """The same five searches from nearest nodes, which is all that the others offer."""
    goals = []
    for k in KINDS:
        there = at[k].take(at[k].found)
        tree_x, tree_y = graph.longitude, graph.latitude
        goals.append(
            np.array(
                [
                    np.argmin((tree_x - x) ** 2 + (tree_y - y) ** 2)
                    for x, y in zip(there.longitude, there.latitude, strict=True)
                ]
            )
        )
    n, u, v, w = graph.nodes, graph.start, graph.end, graph.length_m
    matrix = coo_matrix((np.tile(w, 2), (np.r_[u, v], np.r_[v, u])), shape=(n, n)).tocsr()
    timed(
        "  scipy, one search a kind",
        lambda: [dijkstra(matrix, indices=g, min_only=True, limit=1600) for g in goals],
        ours,
    )
    import networkx as nx  # noqa: PLC0415  (a peer, not a dependency)

    g = nx.Graph()
    g.add_weighted_edges_from(zip(u.tolist(), v.tolist(), w.tolist(), strict=True))
    timed(
        "  networkx, one search a kind",
        lambda: [nx.multi_source_dijkstra_path_length(g, set(q.tolist()), 1600) for q in goals],
        ours,
        1,
    )
    if peers:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "graph.npz"
            np.savez(
                file,
                u=u,
                v=v,
                w=w,
                x=graph.longitude,
                y=graph.latitude,
                **{f"goal{i}": q for i, q in enumerate(goals)},
            )
            out = subprocess.run([peers, "-c", PEERS, str(file)], capture_output=True, text=True, check=False)
            for line in out.stdout.splitlines():
                name, seconds = [*line.split(), "", ""][:2]
                if name in ("igraph", "pandana") and seconds != "-":
                    print(f"  {name:<56} {float(seconds):9.3f} s  {float(seconds) / ours:8.1f} times ours")
            if out.returncode:
                print(out.stderr[-600:], file=sys.stderr)
    del found


def country(nodes):
    """A made-up lattice with shape points, to see time and memory at the size of a country."""
    side = int(np.sqrt(nodes / 3))
    k = np.arange(side * side).reshape(side, side)
    lon = np.tile(np.arange(side) * 1e-3, side) + 10
    lat = np.repeat(np.arange(side) * 1e-3, side) + 40
    a = np.concatenate([k[:, :-1].ravel(), k[:-1].ravel()])
    b = np.concatenate([k[:, 1:].ravel(), k[1:].ravel()])
    middle = side * side + np.arange(len(a))
    x, y = np.r_[lon, (lon[a] + lon[b]) / 2 + 1e-5], np.r_[lat, (lat[a] + lat[b]) / 2]
    graph = timed(f"build {len(x)} nodes", lambda: build_graph(x, y, np.r_[a, middle], np.r_[middle, b]), repeat=1)[1]
    finder = timed("grid of streets", lambda: StreetFinder(graph), repeat=1)[1]
    rng = np.random.default_rng(0)
    goals = finder.snap(10 + rng.random(20_000) * side * 1e-3, 40 + rng.random(20_000) * side * 1e-3)
    timed(
        "one destination set, every node",
        lambda: distances_to(graph, goals).at(graph.node_positions),
        repeat=1,
    )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


MONACO = Path(__file__).parents[1] / "tests" / "data" / "osm" / "monaco" / "monaco.osm.pbf"

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("extract", type=Path, nargs="?", default=MONACO)
    parser.add_argument("--nodes", type=int, default=0)
    parser.add_argument("--peers")
    options = parser.parse_args()
    if options.nodes:
        country(options.nodes)
    else:
        city(options.extract, options.peers)
