"""Published composite indices recomputed; every figure is cited beside its test."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog
from tests.comparison.worlds import DATA, asem, asem_steps, rows_of

from kenes.comparison import build
from kenes.comparison.declared.coin import from_coin
from kenes.comparison.steps.aggregation import aggregate
from kenes.comparison.steps.frontier import benefit_of_the_doubt, common_weights, directional, order_m
from kenes.vocabulary.errors import BadInput, DefinitionError

# COINr 1.1 documentation, article "Presenting results", printed with two decimals
PRINTED = {
    "CHE": (1, 68.38, 62.79, 73.98, 63.41, 32.87, 74.78, 85.94, 56.93, 77.21, 87.85, 56.88),
    "NLD": (2, 64.82, 61.94, 67.70, 64.87, 46.62, 84.55, 71.74, 41.92, 58.73, 86.58, 57.78),
    "DNK": (3, 64.80, 57.10, 72.51, 50.52, 30.43, 78.13, 75.35, 51.04, 69.83, 86.40, 61.29),
    "NOR": (4, 64.47, 57.44, 71.50, 58.18, 25.70, 80.03, 89.46, 33.80, 70.90, 87.00, 56.59),
    "BEL": (5, 63.54, 63.99, 63.09, 71.97, 48.22, 80.84, 75.60, 43.32, 53.01, 86.17, 50.09),
    "SWE": (6, 63.00, 53.87, 72.12, 51.51, 23.87, 80.98, 74.51, 38.50, 66.37, 87.74, 62.27),
    "IND": (45, 39.79, 28.60, 50.99, 18.78, 6.38, 51.90, 59.84, 6.07, 75.34, 22.74, 54.88),
}
NODES = ("Index", "Conn", "Sust", "Physical", "ConEcFin", "Political", "Instit", "P2P", "Environ", "Social", "SusEcFin")
INDIA_RANKS = (45, 44, 43, 48, 49, 33, 37, 47, 6, 51, 36)


@pytest.fixture(scope="module")
def built():
    rows, meta = asem()
    plain, data = from_coin(rows, meta, steps=asem_steps())
    return build(plain, data)


@pytest.mark.parametrize("place", PRINTED)
def test_asem_scores_are_those_printed_by_coinr(built, place):
    row = built.row(place)
    rank, *scores = PRINTED[place]
    assert built.ranks[row, -1] == rank
    assert [built.node(n)[row] for n in NODES] == pytest.approx(scores, abs=0.00501)


def test_asem_ranks_of_india_are_those_printed_by_coinr(built):
    row = built.row("IND")
    assert tuple(int(built.ranks[row, built.position(n)]) for n in NODES) == INDIA_RANKS


def hdi_spec():
    posts = {"le": (20, 85), "eys": (0, 18), "mys": (0, 15), "gnipc": (100, 75000)}
    parents = {"le": "health", "eys": "education", "mys": "education", "gnipc": "income"}
    leaves = [{"id": k, "parent": parents[k], "goalposts": {"worst": w, "best": b}} for k, (w, b) in posts.items()]
    leaves[3]["normalise"] = {"transform": "log"}
    nodes = [
        {"id": "hdi", "aggregate": "geometric"},
        *({"id": d, "parent": "hdi"} for d in ("health", "education", "income")),
    ]
    steps = [{"normalise": {"method": "goalposts", "low": 0, "high": 1}}, {"aggregate": "arithmetic"}]
    return {"id": "hdi", "place_column": "iso3", "nodes": nodes + leaves, "steps": steps}


@pytest.mark.parametrize("year", [2000, 2010, 2021])
def test_the_human_development_index_is_that_published(year):
    # UNDP, Human Development Report 2021/22, statistical annex; technical note 1 for the formula
    rows = [r for r in rows_of(DATA / "hdr" / "hdi.csv") if r[f"hdi_{year}"]]
    data = [{"iso3": r["iso3"], **{k: r[f"{k}_{year}"] for k in ("le", "eys", "mys", "gnipc")}} for r in rows]
    profile = build(hdi_spec(), data)
    assert profile.index == pytest.approx([float(r[f"hdi_{year}"]) for r in rows], abs=0.00051)


def mazziotta_pareto(values):
    """The formula of Mazziotta and Pareto (2013) written out on its own."""
    z = 100 + 10 * (values - values.mean(axis=0)) / values.std(axis=0)
    mean, spread = z.mean(axis=1), z.std(axis=1)
    return mean - spread * (spread / mean)


def test_mazziotta_pareto_on_transport_of_european_regions():
    values = np.random.default_rng(6).lognormal(size=(34, 5))
    # the paper standardises with deviations over n; ours are over n - 1, so the wanted deviation is scaled
    wanted = 10 * np.sqrt(34 / 33)
    nodes = [{"id": "r"}, *({"id": f"i{k}", "parent": "r"} for k in range(5))]
    spec = {
        "nodes": nodes,
        "steps": [{"normalise": {"method": "z_score", "mean": 100, "sd": wanted}}, {"aggregate": "mpi"}],
    }
    profile = build(spec, {"place": list(range(34)), **{f"i{k}": values[:, k] for k in range(5)}})
    assert profile.index == pytest.approx(mazziotta_pareto(values), abs=1e-9)


def test_the_adjusted_index_scales_to_seventy_and_hundred_and_thirty():
    # Mazziotta and Pareto (2016), equations 1 to 3: goalposts to [70, 130], mean minus S times S over the mean
    values = np.array([[70.0, 130, 100], [100, 100, 100]]).T
    assert aggregate(values, np.ones(3), {"method": "ampi"}) == pytest.approx([100 - 600 / 100, 100], abs=1e-12)


def better_life():
    rows = rows_of(DATA / "bli2017" / "bli_2017.csv")
    return np.array([[float(v) for k, v in r.items() if k != "country"] for r in rows])


def by_highs(values, lower=None, upper=None):
    """Benefit of the doubt as a primal programme for each place, by another solver."""
    scores = []
    for own in values:
        rows, limits = [values], [np.ones(len(values))]
        if lower is not None:
            rows.append(lower * own[None] - np.diag(own))
            limits.append(np.zeros(len(own)))
        if upper is not None:
            rows.append(np.diag(own) - upper * own[None])
            limits.append(np.zeros(len(own)))
        found = linprog(-own, A_ub=np.vstack(rows), b_ub=np.concatenate(limits), method="highs")
        scores.append(-found.fun)
    return np.array(scores)


@pytest.mark.parametrize(("lower", "upper"), [(None, None), (0.02, 0.3), (0.05, None), (None, 0.2)])
def test_benefit_of_the_doubt_agrees_with_another_solver(lower, upper):
    values = better_life()
    found = benefit_of_the_doubt(values, lower=lower, upper=upper)
    assert found.scores == pytest.approx(by_highs(values, lower, upper), abs=1e-8)
    shares = found.weights * values / found.scores[:, None]
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(values)))
    if lower is not None:
        assert shares.min() >= lower - 1e-9
    if upper is not None:
        assert shares.max() <= upper + 1e-9


def test_targets_of_the_frontier_are_made_by_peers_and_reach_as_far_as_the_score_says():
    values = better_life()
    found = benefit_of_the_doubt(values)
    assert (found.targets * found.scores[:, None] >= values * found.scores[:, None] - 1e-9).all()
    assert found.peers.sum(axis=1) == pytest.approx(found.scores)
    on_frontier = found.scores > 1 - 1e-9
    assert (found.peers[:, ~on_frontier] == 0).all()


def test_order_m_in_closed_form_is_the_mean_over_all_samples():
    values = np.random.default_rng(2).uniform(1, 3, size=(4, 3))
    for place in range(4):
        reach = (values / values[place]).min(axis=1)
        mean = np.mean([max(reach[list(s)]) for s in itertools.product(range(4), repeat=3)])
        assert order_m(values, 3)[place] == pytest.approx(1 / mean, abs=1e-12)


def test_directional_and_common_scores_keep_to_the_frontier():
    values = better_life()
    plain = benefit_of_the_doubt(values).scores
    assert (directional(values)[plain < 1 - 1e-9] < 1).all()
    scores, weights = common_weights(values)
    assert scores.max() == pytest.approx(1)
    assert (scores <= plain + 1e-9).all()
    assert (weights >= 0).all()


def test_frontiers_refuse_what_has_no_answer():
    with pytest.raises(BadInput, match="complete values"):
        benefit_of_the_doubt(np.array([[1.0, np.nan], [1, 2]]))
    with pytest.raises(DefinitionError, match="Widen the bounds"):
        benefit_of_the_doubt(np.ones((3, 2)), lower=0.6)
