import json

import pytest
import yaml
from tests.comparison.worlds import flat

from kenes.comparison import from_plain, to_plain
from kenes.comparison.declared import allowed, settings
from kenes.comparison.declared.plain import digest, with_changes
from kenes.vocabulary.errors import DefinitionError

STEPS = ["normalise", "aggregate"]


def test_a_specification_survives_yaml_and_json():
    plain = flat(
        3,
        [{"normalise": {"method": "z_score", "mean": 5}}, "aggregate"],
        seed=3,
        weights={"set": "experts", "sets": {"experts": {"i0": 2.0}}},
        uncertainty={
            "draws": 50,
            "level": 0.8,
            "factors": [{"kind": "weights"}, {"path": "normalise.method", "values": ["rank", "min_max"]}],
        },
        nodes={"i1": {"direction": -1, "goalposts": [0, 10], "unit": "t"}},
    )
    spec = from_plain(plain)
    assert from_plain(yaml.safe_load(yaml.safe_dump(to_plain(spec)))) == spec
    again = from_plain(json.loads(json.dumps(to_plain(spec))))
    assert again == spec
    assert digest(again) == digest(spec)
    assert spec.by_id["i1"].goalposts.worst == 10
    assert spec.weights()[0] == 2.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p["nodes"].append({"id": "i0", "parent": "index"}), "node i0: expected one parent"),
        (lambda p: p["nodes"][1].update(parent="nowhere"), "node i0: expected a parent that is a node, found nowhere"),
        (lambda p: p["nodes"][1].update(weight=-1), "node i0: expected a weight of zero or more"),
        (lambda p: p["nodes"][1].update(colour="red"), "colour"),
        (lambda p: p["nodes"][1].update(parent=["index", "x"]), "Give the node one parent"),
        (lambda p: p["nodes"][1].update(direction=1, goalposts={"worst": 5, "best": 1}), "agree with direction"),
        (lambda p: p["nodes"][1].update(direction="up"), "expected 1, -1, more, less or target"),
        (lambda p: p["nodes"][0].update(parent="i0"), "expected one node without a parent"),
        (lambda p: p["steps"].append({"bake": {}}), "found bake"),
        (lambda p: p.update(steps=[{"normalise": "minmax"}]), "found minmax"),
        (lambda p: p.update(steps=["normalise", {"aggregate": "geometric"}]), "Set normalise.low above zero"),
        (lambda p: p.update(steps=[{"normalise": "goalposts"}]), "node i0: expected goalposts"),
        (lambda p: p.update(steps=[{"impute": "group_mean"}]), "Name impute.by"),
        (lambda p: p.update(weights={"set": "none", "sets": {}}), "weights.set"),
        (lambda p: p.update(uncertainty={"level": 2}), "uncertainty.level"),
    ],
)
def test_a_fault_names_the_node_and_the_mend(change, said):
    plain = flat(2, list(STEPS))
    change(plain)
    with pytest.raises(DefinitionError, match=said):
        from_plain(plain)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("denominate", settings.DenominateSettings),
        ("impute", settings.ImputeSettings),
        ("screen", settings.ScreenSettings),
        ("treat", settings.TreatSettings),
        ("normalise", settings.NormaliseSettings),
        ("aggregate", settings.AggregateSettings),
    ],
)
def test_every_setting_that_is_allowed_has_a_type(kind, typed):
    assert set(allowed.names_of_settings(kind)) == set(typed.__annotations__) - {"own"}


def test_every_field_of_a_factor_that_is_allowed_has_a_type():
    fields = {"kind", "name", *(name for rules in allowed.FACTORS.values() for name in rules)}
    assert fields == set(settings.Factor.__annotations__)


def test_a_loop_is_refused():
    nodes = [{"id": "r"}, {"id": "a", "parent": "b"}, {"id": "b", "parent": "a"}, {"id": "c", "parent": "r"}]
    with pytest.raises(DefinitionError, match="found a loop"):
        from_plain({"nodes": nodes})


def test_steps_are_read_from_a_list_a_mapping_or_the_top():
    listed = from_plain(flat(2, [{"normalise": {"method": "rank"}}, "aggregate"]))
    mapped = from_plain(flat(2, {"normalise": {"method": "rank"}, "aggregate": None}))
    plain = flat(2, None)
    top = from_plain({k: v for k, v in plain.items() if k != "steps"} | {"normalise": "rank", "aggregate": {}})
    assert listed.steps == mapped.steps == top.steps


def test_a_share_alone_is_what_a_screen_asks_for_up_to_all():
    for share in (0, 0.5, 1):
        assert from_plain(flat(2, [{"screen": share}, *STEPS])).step("screen") == {"min_coverage": share}
    assert from_plain(flat(2, [{"screen": True}, *STEPS])).step("screen") == {}
    with pytest.raises(DefinitionError, match=r"steps\.normalise: expected a mapping of settings, found 1"):
        from_plain(flat(2, [{"normalise": 1}, "aggregate"]))


def test_dotted_paths_reach_steps_nodes_and_weights():
    spec = from_plain(flat(2, [{"treat": {}}, {"normalise": {"method": "min_max"}}, "aggregate"]))
    changed = with_changes(
        spec,
        {
            "normalise.method": "rank",
            "steps.treat.max_points": 2,
            "steps.0.skew": 1,
            "steps.0.treat.kurtosis": 3,
            "nodes.i1.weight": 4,
            "steps.2.aggregate": {},
            "seed": 9,
        },
    )
    assert changed.step("normalise")["method"] == "rank"
    assert changed.step("treat") == {"max_points": 2, "skew": 1, "kurtosis": 3}
    assert changed.by_id["i1"].weight == 4
    assert changed.seed == 9
    assert spec.step("normalise")["method"] == "min_max"
    with pytest.raises(DefinitionError, match=r"nodes\.nobody\.weight"):
        with_changes(spec, {"nodes.nobody.weight": 1})


def test_methods_differ_by_level_and_by_node():
    plain = {
        "nodes": [
            {"id": "r"},
            {"id": "a", "parent": "r", "aggregate": "harmonic"},
            {"id": "b", "parent": "r"},
            *({"id": f"{p}{k}", "parent": p} for p in "ab" for k in range(2)),
        ],
        "steps": [
            {"normalise": {"low": 1, "high": 100}},
            {"aggregate": {"by_level": {2: "geometric", 3: "arithmetic"}}},
        ],
    }
    spec = from_plain(plain)
    methods = {spec.tree.ids[p]: spec.aggregate_of(p)["method"] for p in spec.tree.aggregates}
    assert methods == {"a": "harmonic", "b": "geometric", "r": "arithmetic"}
