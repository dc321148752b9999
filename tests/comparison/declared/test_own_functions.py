import numpy as np
import pytest
from tests.comparison.worlds import flat, table, two_levels

from kenes.comparison import Aggregator, build, contributions, marginal_gains, sensitivity, uncertainty, what_if
from kenes.comparison.declared.plain import digest, from_plain, to_plain, with_changes
from kenes.vocabulary.errors import BadInput, DefinitionError

SCALE = {"normalise": {"method": "min_max", "low": 1, "high": 100}}
WEIGHTS = {"kind": "weights", "distribution": "dirichlet", "concentration": 5}


def mine(values, weights):
    """The weighted arithmetic mean, written anew."""
    return weights @ values


def logged(values, weights):
    return np.exp(weights @ np.log(values))


def world(gaps=True, rows=30):
    values = np.random.default_rng(5).normal(size=(rows, 6))
    if gaps:
        values[np.random.default_rng(6).random(values.shape) < 0.15] = np.nan
    return table(values)


def pair(function, method, **changes):
    """The same index by a function of one's own and by the method it repeats."""
    step = {"min_coverage": 0.5, **changes}
    specs = [two_levels(2, 6, [SCALE, {"aggregate": {"method": m, **step}}]) for m in ("mine", method)]
    data = world()
    return build(specs[0], data, aggregators={"mine": function}), build(specs[1], data)


@pytest.mark.parametrize(("function", "method"), [(mine, "arithmetic"), (logged, "geometric")])
def test_a_function_of_ones_own_follows_the_same_rule_for_gaps(function, method):
    own, ours = pair(function, method)
    assert np.isnan(ours.scores).any()
    np.testing.assert_allclose(own.scores, ours.scores, rtol=1e-12, equal_nan=True)
    np.testing.assert_array_equal(own.ranks, ours.ranks)


@pytest.mark.parametrize("factors", [[WEIGHTS, {"kind": "leave_one_out"}], [WEIGHTS, {"kind": "errors", "share": 0.1}]])
def test_its_intervals_are_those_of_the_method_it_repeats(factors):
    own, ours = pair(logged, "geometric")
    first, second = (uncertainty(p, 60, seed=3, factors=factors) for p in (own, ours))
    np.testing.assert_allclose(first.drawn, second.drawn, rtol=1e-10)
    np.testing.assert_array_equal(first.rank_low, second.rank_low)


def test_it_can_be_one_of_the_alternatives_and_goes_on_into_the_rest():
    spec = flat(4, [SCALE, {"aggregate": {"min_coverage": 0.5}}])
    profile = build(spec, world(gaps=False), aggregators={"mine": logged})
    factor = {"kind": "alternatives", "path": "aggregate.method", "values": ["arithmetic", "mine", "geometric"]}
    told = sensitivity(profile, factors=[factor])[0]
    assert told.total.tolist() == pytest.approx([1])
    changed = profile.workshop.build(with_changes(profile.spec, {"aggregate.method": "mine"}))
    assert contributions(changed).sum(axis=1) == pytest.approx(changed.index)
    assert np.isfinite(marginal_gains(changed)).all()
    doubled = what_if(changed, {"i0": 2.0}, draws=20)
    geometric = profile.workshop.build(
        with_changes(profile.spec, {"aggregate.method": "geometric", "nodes.i0.weight": 2})
    )
    assert doubled.score[:, -1] == pytest.approx(geometric.index)


def test_a_file_that_names_one_is_refused_with_the_way_out():
    spec = flat(3, [SCALE, {"aggregate": {"method": "mine"}}])
    with pytest.raises(DefinitionError, match=r"mine.*aggregators="):
        from_plain(spec)
    by_level = flat(3, [SCALE, {"aggregate": {"by_level": {2: "mine"}}}])
    with pytest.raises(DefinitionError, match=r"mine.*by_level.*aggregators="):
        from_plain(by_level)
    known = from_plain(by_level, aggregators={"mine": mine})
    again = from_plain(to_plain(known), aggregators={"mine": mine})
    assert digest(again) == digest(known)
    with pytest.raises(DefinitionError, match="own"):
        from_plain(flat(3, [SCALE, {"aggregate": {"own": 1}}]))


def test_names_of_methods_and_what_cannot_be_called_are_refused():
    spec = flat(3, [SCALE])
    with pytest.raises(DefinitionError, match=r"aggregator median.*another name"):
        build(spec, world(), aggregators={"median": mine})
    with pytest.raises(DefinitionError, match=r"aggregator mine.*function"):
        build(spec, world(), aggregators={"mine": 3})


def test_what_gives_no_number_is_refused_with_node_and_values():
    spec = flat(6, [{"normalise": {"low": 0, "high": 100}}, {"aggregate": {"method": "mine"}}])
    with pytest.raises(BadInput, match=r"aggregator mine.*finite.*node index"):
        build(spec, world(), aggregators={"mine": lambda v, w: w @ np.log(v)})
    with pytest.raises(BadInput, match=r"shape \(\)"):
        build(spec, world(), aggregators={"mine": lambda v, w: 1.0})
    with pytest.raises(DefinitionError, match=r"node index.*above zero"):
        build(spec, world(), aggregators={"mine": Aggregator(logged, positive=True)})
