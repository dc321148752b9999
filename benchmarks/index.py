"""Speed of the index engine against its bars and against plain NumPy written for one case, in one run.

Run: python benchmarks/index.py [--quick]. Reading and writing are left out; every case is run once to load and
compile, then timed. Prints seconds, the bar, and the ratio to the reference where there is one. Exits with 1 if
a bar is missed.
"""

from __future__ import annotations

import csv
import resource
import sys
import time
from pathlib import Path

import numpy as np

from kenes.comparison import Workshop, benefit_of_the_doubt, build, from_plain, read_inputs, uncertainty, what_if
from kenes.comparison.declared.coin import from_coin

ASEM = Path(__file__).parents[1] / "tests" / "data" / "asem"
WEIGHTS = {"kind": "weights", "distribution": "dirichlet", "concentration": 10}
METHODS = {"kind": "alternatives", "path": "normalise.method", "values": ["min_max", "z_score", "rank"]}
TREATMENTS = {"kind": "alternatives", "path": "treat.max_points", "values": [2, 5]}
missed = []


def timed(work, rounds=3):
    work()
    best = np.inf
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def tell(name, seconds, bar, reference=None):
    against = f"  {seconds / reference:5.2f} times plain NumPy ({reference:.3f} s)" if reference else ""
    state = "kept  " if seconds <= bar else "MISSED"
    if seconds > bar:
        missed.append(name)
    print(f"{state} {seconds:8.3f} s  bar {bar:6.3f} s  {name}{against}", flush=True)


def asem():
    with (ASEM / "indicators.csv").open(encoding="utf-8") as one, (ASEM / "metadata.csv").open(encoding="utf-8") as two:
        plain, data = from_coin(list(csv.DictReader(one)), list(csv.DictReader(two)))
    plain["steps"] = [
        {"denominate": {}},
        {"impute": {"method": "group_mean", "by": "EurAsia_group"}},
        {"treat": {"method": "winsorise", "max_points": 5, "then": "log_coin"}},
        {"normalise": {"method": "min_max", "low": 0, "high": 100}},
        {"aggregate": "arithmetic"},
    ]
    return from_plain(plain), data


def synthetic(places, indicators, *, geometric=False):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(places, 1)) + rng.normal(size=(places, indicators))
    nodes = [{"id": "index"}, *({"id": f"p{k}", "parent": "index"} for k in range(10))]
    if geometric:
        nodes[1]["aggregate"] = "geometric"
    nodes += [{"id": f"i{k}", "parent": f"p{k % 10}"} for k in range(indicators)]
    steps = [{"normalise": {"method": "min_max", "low": 1, "high": 100}}, "aggregate"]
    data = {"place": [str(k) for k in range(places)], **{f"i{k}": values[:, k] for k in range(indicators)}}
    return build({"nodes": nodes, "steps": steps}, data)


def plain_weights(profile, draws):
    """The same question in plain NumPy: weights of all indicators, one product, ranks and quantiles."""
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.ones(profile.spec.tree.leaves), draws)
    scores = weights @ profile.normalised.T
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1) + 1
    np.quantile(scores, [0.05, 0.95], axis=0)
    np.quantile(ranks, [0.05, 0.95], axis=0)


def plain_errors(profile, draws):
    """The same question in plain NumPy, draw by draw: errors, min-max, means, then ranks and quantiles."""
    rng = np.random.default_rng(0)
    raw, tree = profile.inputs.values, profile.spec.tree
    error = 0.1 * np.abs(raw)
    groups = [list(tree.children[p]) for p in tree.aggregates][:10]
    scores = np.empty((draws, len(raw)))
    for d in range(draws):
        x = raw + error * rng.standard_normal(raw.shape)
        low, high = x.min(axis=0), x.max(axis=0)
        x = (x - low) / (high - low) * 99 + 1
        first = np.exp(np.log(x[:, groups[0]]).mean(axis=1))
        scores[d] = np.mean([first, *(x[:, g].mean(axis=1) for g in groups[1:])], axis=0)
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1) + 1
    np.quantile(scores, [0.05, 0.95], axis=0)
    np.quantile(ranks, [0.05, 0.95], axis=0)


def small():
    """The bars on ASEM."""
    spec, data = asem()
    inputs = read_inputs(spec, data)
    tell("ASEM, full build", timed(lambda: Workshop(inputs).build(spec)), 0.02)
    profile = Workshop(inputs).build(spec)
    choice = [METHODS, TREATMENTS, WEIGHTS]
    replications = timed(lambda: uncertainty(Workshop(inputs).build(spec), 1000, factors=choice))
    tell("ASEM, 1,000 replications over methods and weights", replications, 0.2)
    errors = [{"kind": "errors", "share": 0.1}, *choice]
    replications = timed(lambda: uncertainty(profile, 1000, factors=errors))
    tell("ASEM, 1,000 replications, error in every cell, treated again", replications, 1.5)


def large(scale):
    """The bars on 1,000 and 13,000 places."""
    draws = 10_000 // scale
    big = synthetic(1000, 100)
    tell("what-if, 1,000 x 100 x 500", timed(lambda: what_if(big, {"i3": 2.0}, draws=500), 9), 0.1)
    reference = timed(lambda: plain_weights(big, draws), 1)
    variants = [{**METHODS, "values": ["min_max", "z_score"]}, WEIGHTS]
    seconds = timed(lambda: uncertainty(big, draws, factors=variants, nodes=["index"]), 2)
    tell(f"1,000 x 100 x {draws:,}, weights and two cached variants", seconds, 2 / scale, reference)
    mixed = synthetic(1000, 100, geometric=True)
    noise = [{"kind": "errors", "share": 0.1}, WEIGHTS]
    reference = timed(lambda: plain_errors(mixed, draws // 10), 1) * 10
    long = timed(lambda: uncertainty(mixed, draws, factors=noise, nodes=["index"]), 1)
    tell(f"1,000 x 100 x {draws:,}, error in every cell, a geometric node", long, 12 / scale, reference)
    short = timed(lambda: uncertainty(mixed, draws // 10, factors=noise, nodes=["index"]), 1)
    print(f"       per draw: {short / draws * 1e4:.3f} ms at a tenth of the draws, {long / draws * 1e3:.3f} ms at all")
    wide = synthetic(13_000, 100)
    seconds = timed(lambda: uncertainty(wide, 1000 // scale, factors=[WEIGHTS], nodes=["index"]), 1)
    tell(f"13,000 x 100 x {1000 // scale:,}, weights", seconds, 10 / scale)


def main():
    small()
    large(10 if "--quick" in sys.argv else 1)
    table = np.exp(synthetic(1000, 20).inputs.values / 2)
    tell("benefit of the doubt, 1,000 x 20", timed(lambda: benefit_of_the_doubt(table)), 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory {peak:.2f} GB (bar 2 GB)")
    if peak > 2:
        missed.append("memory")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
