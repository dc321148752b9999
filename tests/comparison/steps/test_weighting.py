import numpy as np
import pytest
from tests.comparison.worlds import asem, asem_steps, flat, table, two_levels

from kenes.comparison import build, from_plain, to_plain, uncertainty, what_if
from kenes.comparison.declared.coin import from_coin
from kenes.comparison.declared.plain import digest
from kenes.comparison.steps import weights
from kenes.vocabulary.errors import BadInput, DefinitionError

STEPS = [{"normalise": {"method": "min_max", "low": 1, "high": 100}}, "aggregate"]


def values(rows=30, columns=6):
    rng = np.random.default_rng(8)
    return rng.normal(size=(rows, 1)) + rng.normal(size=(rows, columns)) * np.linspace(0.5, 1.5, columns)


def by_rule(rule, *, leaves=6, **fields):
    spec = two_levels(2, leaves, STEPS, weights={"set": "rule", "sets": {"rule": rule}}, **fields)
    return build(spec, table(values(columns=leaves)))


@pytest.mark.parametrize(
    ("name", "method"),
    [("pca", weights.principal), ("entropy", weights.entropy), ("critic", weights.critic), ("merec", weights.merec)],
)
def test_a_rule_weighs_each_branch_by_its_method_from_the_bottom_up(name, method):
    profile = by_rule({"method": name})
    given = dict(zip(profile.spec.tree.ids, profile.spec.weights(), strict=True))
    first = [profile.spec.tree.ids.index(f"i{k}") for k in (0, 2, 4)]
    assert [given[f"i{k}"] for k in (0, 2, 4)] == pytest.approx(method(profile.scores[:, first]).tolist(), rel=1e-12)
    branches = profile.scores[:, [profile.position("p0"), profile.position("p1")]]
    assert [given["p0"], given["p1"]] == pytest.approx(method(branches).tolist(), rel=1e-12)
    own = profile.scores[:, first] @ np.array([given[f"i{k}"] for k in (0, 2, 4)])
    assert profile.node("p0") == pytest.approx(own, rel=1e-12)


def test_a_rule_for_some_nodes_leaves_the_others_at_their_nominal_weights():
    profile = by_rule({"method": "critic", "nodes": ["p0"]})
    given = dict(zip(profile.spec.tree.ids, profile.spec.weights(), strict=True))
    assert given["i1"] == given["p0"] == 1
    assert given["i0"] != 1


def test_equal_importance_is_reached_where_equal_weights_do_not_give_it():
    profile = by_rule({"method": "importance"})
    assert weights.importance_of(profile.normalised[:, [0, 2, 4]], np.array(profile.spec.weights()[:5:2])) == (
        pytest.approx([1 / 3] * 3, abs=1e-6)
    )


def test_judgements_and_budgets_give_the_weights_that_they_state():
    ahp = by_rule({"method": "pairwise", "judgements": {"p0": {"i0": {"i2": 2, "i4": 4}, "i2": {"i4": 2}}}})
    assert [ahp.spec.weights()[k] for k in (0, 2, 4)] == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert ahp.spec.worked.ratios == {"p0": pytest.approx(0, abs=1e-12)}
    budget = by_rule({"method": "budget", "points": {"p0": [30, 50], "p1": [70, 50]}})
    assert budget.spec.weights()[-3:-1] == pytest.approx((0.4, 0.6))
    judged = {"best": {"i0": 1, "i2": 2, "i4": 4}, "worst": {"i0": 4, "i2": 2, "i4": 1}}
    best = by_rule({"method": "best_worst", "judgements": {"p0": judged}})
    assert [best.spec.weights()[k] for k in (0, 2, 4)] == pytest.approx([4 / 7, 2 / 7, 1 / 7])


def test_a_rule_is_written_and_read_back_and_its_weights_are_no_part_of_the_specification():
    profile = by_rule({"method": "critic"})
    plain = to_plain(profile.spec)
    assert plain["weights"] == {"set": "rule", "sets": {"rule": {"method": "critic"}}}
    again = from_plain(plain)
    assert again == profile.spec
    assert digest(again) == digest(profile.spec)
    with pytest.raises(DefinitionError, match=r"weights\.set rule: expected data to work the weights out of"):
        again.weights()


def test_sets_of_weights_may_be_alternatives_and_a_what_if_starts_from_the_worked_ones():
    sets = {"equal": {"method": "equal"}, "critic": {"method": "critic"}, "pca": {"method": "pca"}}
    factor = {"kind": "alternatives", "path": "weights.set", "values": list(sets)}
    spec = two_levels(2, 6, STEPS, weights={"set": "equal", "sets": sets}, uncertainty={"factors": [factor]})
    data = table(values())
    told = uncertainty(build(spec, data), 60)
    apart = {
        name: build({**spec, "weights": {"set": name, "sets": sets}}, data).index.round(9).tobytes() for name in sets
    }
    drawn = {line.round(9).tobytes() for line in told.drawn}
    assert drawn == set(apart.values())
    profile = build({**spec, "weights": {"set": "critic", "sets": sets}}, data)
    assert what_if(profile, {}).score[:, -1].tolist() == profile.index.tolist()


def test_asem_by_criteria_of_its_own_data_ranks_every_country():
    rows, meta = asem()
    plain, data = from_coin(rows, meta, steps=asem_steps())
    for method in ("pca", "critic", "entropy", "importance"):
        profile = build(
            {**plain, "weights": {"set": "a", "sets": {"a": {"method": method, "nodes": ["Physical"]}}}}, data
        )
        assert profile.ranked.all()
        assert sum(profile.spec.weights()[:8]) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"method": "magic"}, "method: expected one of equal, pca"),
        ({"method": "critic", "node": ["p0"]}, "node: expected one of method, nodes"),
        ({"method": "critic", "nodes": ["p9"]}, "expected ids of nodes, found p9"),
        ({"method": "budget"}, "expected points for budget"),
        ({"method": "budget", "points": {"i0": [1, 2]}}, r"for each child a list.*node p0"),
        ({"method": "pairwise", "judgements": {"p0": {"i0": {"i2": 2}}}}, "nothing on i0 and i4"),
        ({"method": "pairwise", "judgements": {"p0": {"i0": {"i1": 2}}}}, "expected children: i0, i2, i4, found i1"),
        ({"method": "best_worst", "judgements": {"p0": {"best": {"i0": 1}}}}, "none for i2, i4"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_by_name(rule, says):
    with pytest.raises(DefinitionError, match=says):
        by_rule(rule)


def test_data_that_a_method_cannot_weigh_name_the_node():
    spec = flat(
        2,
        [{"normalise": {"method": "z_score"}}, "aggregate"],
        weights={"set": "a", "sets": {"a": {"method": "entropy"}}},
    )
    with pytest.raises(BadInput, match=r"weights by entropy: expected values of zero or more.*node index"):
        build(spec, table(values(columns=2)))
