"""Composite indices on files: build, explain, import from COINr."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

from kenes.comparison.building import Profile, Workshop
from kenes.comparison.declared.coin import from_coin
from kenes.comparison.declared.plain import digest, renamed, to_plain
from kenes.comparison.draws.influence import Sensitivity
from kenes.comparison.draws.intervals import uncertainty
from kenes.comparison.steps.inputs import read_inputs
from kenes.pipeline.folders import whole_folder
from kenes.pipeline.index.explaining import explained
from kenes.pipeline.index.reading import errors_of, names_of, read_specification, read_table
from kenes.pipeline.index.results import files_of, versions, write_result
from kenes.pipeline.index.studies import study_tables
from kenes.pipeline.index.tables import csv_bytes, influence, profile_tables, sensitivity_table
from kenes.store.files import write_whole


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
) -> dict[str, Any]:
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
    spec = read_specification(spec_path)
    if seed is not None:
        spec = renamed(spec, seed=seed)
    data = read_table(data_path, names_of(spec))
    profile = Workshop(read_inputs(spec, data, errors_of(spec, data))).build(spec)
    count = spec.draws if draws is None else draws
    intervals = uncertainty(profile, count, workers=workers) if count > 0 and profile.ranked.any() else None
    tables, shares = profile_tables(profile, intervals), list[Sensitivity]()
    if intervals is not None:
        shares = influence(profile, count, workers)
        tables["sensitivity"] = sensitivity_table(shares)
    tables |= study_tables(profile, intervals)
    result = {
        "index": spec.id,
        "version": spec.version,
        "seed": spec.seed,
        "draws": count,
        "level": spec.level,
        "specification": digest(spec),
        "data": hashlib.sha256(data_path.read_bytes()).hexdigest(),
        "places": len(set(profile.places)),
        "rows": len(profile.places),
        "ranked": int(profile.ranked.sum()),
        "not_ranked": sorted({p for p, ok in zip(profile.places, profile.ranked, strict=True) if not ok}),
        "factors": list(intervals.factors) if intervals else [],
        "versions": versions(),
        **weighed(profile),
    }
    with whole_folder(out, files_of) as folder:
        (folder / "data.csv").write_bytes(csv_bytes(list(data), zip(*data.values(), strict=True)))
        (folder / "spec.json").write_text(json.dumps(to_plain(spec), indent=2, ensure_ascii=False) + "\n", "utf-8")
        if extras:
            from kenes.pages.index.report import Facts, report  # noqa: PLC0415 - loaded when written
            from kenes.pages.index.workbook import workbook  # noqa: PLC0415
            from kenes.pages.language import language as spoken  # noqa: PLC0415

            (folder / "index.xlsx").write_bytes(workbook(tables))
            facts = Facts(
                places=len(set(profile.places)),
                ranked=int(profile.ranked.sum()),
                seed=spec.seed,
                draws=count,
                level=spec.level,
                specification=result["specification"],
                data=result["data"],
            )
            page = report(profile, intervals, tables, facts, spoken(language), next(iter(shares), None))
            (folder / "report.html").write_text(page, "utf-8")
        write_result(folder, tables, result)
    return result


def weighed(profile: Profile) -> dict[str, Any]:
    """The weight set of a build, and by node how far the weights are from what was asked, where that is known."""
    spec = profile.spec
    if spec.weight_set is None:
        return {}
    rule = spec.rule
    ratios = dict(spec.worked.ratios) if spec.worked is not None else {}
    told = {"set": spec.weight_set, "method": None if rule is None else rule["method"]}
    name = "importance_difference" if told["method"] == "importance" else "consistency"
    return {"weights": told | ({name: ratios} if ratios else {})}


def explain(
    spec_path: Path, data_path: Path, place: str, *, draws: int | None = None, seed: int | None = None
) -> dict[str, Any]:
    """Why a place has its score: interval, contributions, what one unit more would move, strengths.

    With years, the place's last one is explained.

    Raises:
        BadInput: there is no such place.
    """
    spec = read_specification(spec_path)
    if seed is not None:
        spec = renamed(spec, seed=seed)
    data = read_table(data_path, names_of(spec))
    profile = Workshop(read_inputs(spec, data, errors_of(spec, data))).build(spec)
    return explained(profile, place, draws=draws)


def import_coin(idata: Path, imeta: Path, out: Path) -> dict[str, Any]:
    """Write spec.yaml and data.csv from COINr's two tables; codes are kept."""
    plain, data = from_coin(read_table(idata, ("uCode", "uName", "Time")), read_table(imeta, ("iCode", "iName")))
    rows = list(zip(*data.values(), strict=True))
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / "spec.yaml", yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110).encode())
    write_whole(out / "data.csv", csv_bytes(list(data), rows))
    leaves = sum(1 for n in plain["nodes"] if "direction" in n)
    return {"nodes": len(plain["nodes"]), "indicators": leaves, "places": len(rows), "spec": str(out / "spec.yaml")}
