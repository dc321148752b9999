"""Composite indices on files: build, explain, import from COINr."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import NotRequired, TypedDict

import yaml

from kenes.comparison.building import Profile, Workshop
from kenes.comparison.declared.coin import from_coin
from kenes.comparison.declared.plain import digest, from_plain, to_plain
from kenes.comparison.declared.specification import Specification
from kenes.comparison.draws.influence import Sensitivity
from kenes.comparison.draws.intervals import Intervals, uncertainty
from kenes.comparison.steps.inputs import read_inputs
from kenes.comparison.table import Columns
from kenes.pipeline.folders import whole_folder
from kenes.pipeline.index.explaining import explained
from kenes.pipeline.index.reading import errors_of, names_of, read_specification, read_table
from kenes.pipeline.index.results import files_of, versions, write_result
from kenes.pipeline.index.studies import study_tables
from kenes.pipeline.index.tables import csv_bytes, influence, profile_tables, sensitivity_table
from kenes.store.files import write_whole


class IndexResult(TypedDict):
    """What `result.json` says of a build, besides its files."""

    index: str
    version: str
    seed: int
    draws: int
    level: float
    specification: str
    data: str
    places: int
    rows: int
    ranked: int
    not_ranked: list[str]
    factors: list[str]
    versions: dict[str, str]
    weights: NotRequired[dict[str, object]]


class Imported(TypedDict):
    """What was imported, and where the specification lies."""

    nodes: int
    indicators: int
    places: int
    spec: str


def build_index(
    spec_path: Path,
    data_path: Path,
    out: Path,
    *,
    draws: int | None = None,
    workers: int = 2,
    seed: int | None = None,
    extras: bool = True,
    language: str = "en",
) -> IndexResult:
    """Build an index from files and write each step to a folder.

    Args:
        spec_path: the specification.
        data_path: the data.
        out: the folder; replaced whole if it holds an earlier result.
        draws: instead of those of the specification; 0 for no intervals.
        workers: threads; they do not change the result.
        seed: instead of that of the specification.
        extras: also write a workbook and a report.
        language: of the report, a code of `kenes.vocabulary.languages.LANGUAGES`.

    Returns:
        What `result.json` says.
    """
    spec, data = _read(spec_path, data_path, seed)
    profile = _built(spec, data)
    count = spec.draws if draws is None else draws
    intervals = uncertainty(profile, count, workers=workers) if count > 0 and profile.ranked.any() else None
    tables, shares = profile_tables(profile, intervals), list[Sensitivity]()
    if intervals is not None:
        shares = influence(profile, count, workers)
        tables["sensitivity"] = sensitivity_table(shares)
    tables |= study_tables(profile, intervals)
    result = _result(profile, intervals, draws=count, data=hashlib.sha256(data_path.read_bytes()).hexdigest())
    with whole_folder(out, files_of) as folder:
        (folder / "data.csv").write_bytes(csv_bytes(list(data), zip(*data.values(), strict=True)))
        (folder / "spec.json").write_text(json.dumps(to_plain(spec), indent=2, ensure_ascii=False) + "\n", "utf-8")
        if extras:
            from kenes.pages.index.report import Facts, report  # noqa: PLC0415 - loaded when written
            from kenes.pages.index.workbook import workbook  # noqa: PLC0415
            from kenes.pages.language import language as spoken  # noqa: PLC0415

            (folder / "index.xlsx").write_bytes(workbook(tables))
            facts = Facts(
                places=result["places"],
                ranked=result["ranked"],
                seed=result["seed"],
                draws=result["draws"],
                level=result["level"],
                specification=result["specification"],
                data=result["data"],
            )
            page = report(profile, intervals, tables, facts, spoken(language), next(iter(shares), None))
            (folder / "report.html").write_text(page, "utf-8")
        write_result(folder, tables, result)
    return result


def _read(spec_path: Path, data_path: Path, seed: int | None) -> tuple[Specification, Columns]:
    """A specification, with a seed instead of its own where one is given, and its data."""
    spec = read_specification(spec_path)
    spec = spec if seed is None else replace(spec, seed=seed)
    return spec, read_table(data_path, names_of(spec))


def _built(spec: Specification, data: Columns) -> Profile:
    return Workshop(read_inputs(spec, data, errors_of(spec, data))).build(spec)


def _result(profile: Profile, intervals: Intervals | None, *, draws: int, data: str) -> IndexResult:
    spec = profile.spec
    result: IndexResult = {
        "index": spec.id,
        "version": spec.version,
        "seed": spec.seed,
        "draws": draws,
        "level": spec.level,
        "specification": digest(spec),
        "data": data,
        "places": len(set(profile.places)),
        "rows": len(profile.places),
        "ranked": int(profile.ranked.sum()),
        "not_ranked": sorted({p for p, ok in zip(profile.places, profile.ranked, strict=True) if not ok}),
        "factors": list(intervals.factors) if intervals else [],
        "versions": versions(),
    }
    weights = weighed(profile)
    if weights is not None:
        result["weights"] = weights
    return result


def weighed(profile: Profile) -> dict[str, object] | None:
    """The weight set of a build, and by node how far the weights are from what was asked, where that is known."""
    spec = profile.spec
    if spec.weight_set is None:
        return None
    method = None if spec.rule is None else spec.rule["method"]
    told: dict[str, object] = {"set": spec.weight_set, "method": method}
    ratios = {} if spec.worked is None else dict(spec.worked.ratios)
    name = "importance_difference" if method == "importance" else "consistency"
    return told | ({name: ratios} if ratios else {})


def explain(
    spec_path: Path, data_path: Path, place: str, *, draws: int | None = None, seed: int | None = None
) -> dict[str, object]:
    """Why a place has its score: interval, contributions, what one unit more would move, strengths.

    With years, the place's last one is explained.

    Raises:
        BadInput: there is no such place.
    """
    return explained(_built(*_read(spec_path, data_path, seed)), place, draws=draws)


def import_coin(idata: Path, imeta: Path, out: Path) -> Imported:
    """Write spec.yaml and data.csv from COINr's two tables; codes are kept."""
    plain, data = from_coin(read_table(idata, ("uCode", "uName", "Time")), read_table(imeta, ("iCode", "iName")))
    rows = list(zip(*data.values(), strict=True))
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / "spec.yaml", yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110).encode())
    write_whole(out / "data.csv", csv_bytes(list(data), rows))
    spec = from_plain(plain)
    return {
        "nodes": len(spec.nodes),
        "indicators": sum(node.direction is not None for node in spec.nodes),
        "places": len(rows),
        "spec": str(out / "spec.yaml"),
    }
