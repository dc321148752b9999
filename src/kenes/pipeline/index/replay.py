"""An index run once for each row of a design, as for a sensitivity study of somebody else's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile, Workshop
from kenes.comparison.declared.plain import digest, with_changes, with_weights
from kenes.comparison.declared.specification import Specification, canonical
from kenes.comparison.steps.inputs import read_inputs
from kenes.comparison.table import Columns
from kenes.pipeline.folders import whole_folder
from kenes.pipeline.index.reading import names_of, read_specification, read_table
from kenes.pipeline.index.results import files_of, versions, write_result
from kenes.pipeline.index.tables import Tables, keys_of, whole_numbers
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]


class ReplayResult(TypedDict):
    """What `result.json` says of a replay, besides its files."""

    index: str
    runs: int
    specification: str
    seed: int
    design: str
    versions: dict[str, str]


def replay(
    spec_path: Path, data_path: Path, design: Path, out: Path, *, weights: Path | None = None, seed: int | None = None
) -> ReplayResult:
    """Run the index once for each row of a design and write scores and ranks of the root, a column a run.

    Args:
        spec_path: the specification.
        data_path: the data.
        design: CSV with `run` and dotted paths of the specification as columns, JSON values; an empty cell
            changes nothing.
        out: the folder.
        weights: CSV with `run` and nodes as columns, or the columns `run`, `node` and `weight`.
        seed: instead of that of the specification.
    """
    spec = read_specification(spec_path)
    if seed is not None:
        spec = replace(spec, seed=seed)
    data = read_table(data_path, names_of(spec))
    runs, changes = _design(design)
    given = _weights(weights) if weights else {}
    unknown = sorted(set(given) - set(runs))
    if unknown:
        raise BadInput(str(weights), expected="runs of the design", found=", ".join(unknown))
    scores, ranks = list[Floats](), list[Floats]()
    for profile in _profiles(spec, data, runs, changes, given):
        scores.append(profile.index.copy())
        ranks.append(profile.ranks[:, -1].copy())
    key, keys = keys_of(profile)
    order = sorted(range(len(keys)), key=lambda i: tuple(map(str, keys[i])))
    by_place, whole = np.array(scores).T, whole_numbers(np.array(ranks).T)
    tables: Tables = {
        "scores": ([*key, *runs], [[*keys[i], *by_place[i]] for i in order]),
        "ranks": ([*key, *runs], [[*keys[i], *whole[i]] for i in order]),
    }
    result: ReplayResult = {
        "index": spec.id,
        "runs": len(runs),
        "specification": digest(spec),
        "seed": spec.seed,
        "design": hashlib.sha256(design.read_bytes()).hexdigest(),
        "versions": versions(),
    }
    with whole_folder(out, files_of) as folder:
        write_result(folder, tables, result)
    return result


def _profiles(
    spec: Specification,
    data: Columns,
    runs: Sequence[str],
    changes: Sequence[Mapping[str, object]],
    weights: Mapping[str, Mapping[str, float]],
) -> Iterator[Profile]:
    """The index under each run: its changes of the specification, and the weights that it gives."""
    workshop = Workshop(read_inputs(spec, data))
    kept: dict[str, Specification] = {}
    for run, change in zip(runs, changes, strict=True):
        name = canonical(change)
        if name not in kept:
            kept[name] = with_changes(spec, change)
        chosen = kept[name]
        fresh = _same_inputs(workshop, chosen, spec, data)
        if run in weights:
            nominal = dict(zip(chosen.tree.ids, fresh.worked(chosen).weights(), strict=True))
            chosen = with_weights(chosen, "run", {**nominal, **weights[run]})
        yield fresh.build(chosen)


def _same_inputs(workshop: Workshop, chosen: Specification, spec: Specification, data: Columns) -> Workshop:
    """The shared workshop, or one of its own for a run that reads other columns."""
    same = (
        chosen.indicators == spec.indicators
        and chosen.place_column == spec.place_column
        and chosen.time_column == spec.time_column
        and [n.denominator for n in chosen.nodes] == [n.denominator for n in spec.nodes]
        and chosen.has("denominate") == spec.has("denominate")
        and chosen.step("impute").get("by") == spec.step("impute").get("by")
        and chosen.groups == spec.groups
    )
    return workshop if same else Workshop(read_inputs(chosen, data))


def _design(path: Path) -> tuple[list[str], list[dict[str, object]]]:
    columns = read_table(path)
    if "run" not in columns or not columns["run"]:
        raise BadInput(str(path), expected="a column run and at least one row", found="none")
    runs = [str(r) for r in columns["run"]]
    if len(set(runs)) != len(runs):
        raise BadInput(str(path), expected="each run once", found="a run twice")
    paths = [c for c in columns if c != "run"]
    changes = [
        {p: _json(columns[p][i], path, p, i) for p in paths if columns[p][i] is not None} for i in range(len(runs))
    ]
    return runs, changes


def _json(text: object, path: Path, column: str, row: int) -> object:
    """A JSON value; a bare word stands for itself."""
    if not isinstance(text, str):
        return text
    try:
        found: object = json.loads(text)
    except ValueError:
        if text[:1] in '[{"':
            raise BadInput(str(path), expected="JSON", found=text, where=f"{column}, row {row + 2}") from None
        return text
    return found


def _weights(path: Path) -> dict[str, dict[str, float]]:
    """The weights that each run gives; nodes without one keep theirs."""
    columns = read_table(path)
    if "run" not in columns:
        raise BadInput(str(path), expected="a column run", found=", ".join(columns))
    long = {"node", "weight"} <= set(columns)
    keys = list(zip(columns["run"], columns["node"], strict=True)) if long else columns["run"]
    if len(set(keys)) < len(keys):
        raise BadInput(str(path), expected="each run (and node) once", found="one twice", mend="Remove one row.")
    found: dict[str, dict[str, float]] = {}
    if long:
        for run, node, weight in zip(columns["run"], columns["node"], columns["weight"], strict=True):
            found.setdefault(str(run), {})[str(node)] = _weight(weight, path, str(run), str(node))
        return found
    for i, run in enumerate(columns["run"]):
        given = {c: v[i] for c, v in columns.items() if c != "run" and v[i] is not None}
        found[str(run)] = {c: _weight(v, path, str(run), c) for c, v in given.items()}
    return found


def _weight(value: object, path: Path, run: str, node: str) -> float:
    try:
        return float(str(value))
    except ValueError:
        raise BadInput(
            str(path), expected="a number", found=repr(value), where=f"run {run}, node {node}", mend="Correct the cell."
        ) from None
