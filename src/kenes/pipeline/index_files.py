"""Index specifications and tables on disk: build, replay, compare, explain, import from COINr.

Results are CSV in the pinned form (UTF-8, comma, line feed, empty where missing, floats that read back
equal, sorted by key). A folder of results appears whole or not at all.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from kenes.comparison.building import Profile, Workshop, read_inputs
from kenes.comparison.coin import from_coin
from kenes.comparison.explanation import contributions, marginal_gains, strengths
from kenes.comparison.influence import Sensitivity, sensitivity
from kenes.comparison.intervals import Intervals, uncertainty
from kenes.comparison.plain import from_plain, renamed, to_plain
from kenes.comparison.specification import Specification, canonical
from kenes.comparison.structure import correlations, effective_weights
from kenes.vocabulary.errors import BadInput, DefinitionError

Row = Sequence[Any]
Tables = dict[str, tuple[list[str], list[Row]]]
WIDE = {"denominated": "denominated", "imputed": "imputed", "treated": "treated", "normalised": "normalised"}


def read_plain(path: Path) -> dict[str, Any]:
    """A specification file, YAML or JSON, as plain values.

    Raises:
        DefinitionError: the file is not there or cannot be read; names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = (
            json.loads(text)
            if path.suffix == ".json"
            else yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        )
    except (OSError, UnicodeDecodeError, ValueError, yaml.YAMLError) as error:
        raise DefinitionError(
            str(path), expected="YAML or JSON in UTF-8", found=str(error), mend="Correct the file."
        ) from None
    if not isinstance(found, dict):
        raise DefinitionError(str(path), expected="a mapping", found=type(found).__name__)
    return found


def read_specification(path: Path) -> Specification:
    """A specification from YAML or JSON; errors name the file."""
    try:
        return from_plain(read_plain(path))
    except DefinitionError as error:
        if not error.where:
            error.where = str(path)
            error.args = (str(error),)
        raise


def read_table(path: Path) -> dict[str, list[Any]]:
    """A data file (CSV, Parquet, XLSX) as columns, None where a cell is empty.

    Raises:
        BadInput: the file is not there, of another kind, or ragged; names file and line.
    """
    if not path.is_file():
        raise BadInput(str(path), expected="a file", found="nothing", mend="Correct the path.")
    if path.suffix in (".parquet", ".pq"):
        import pyarrow.parquet as pq  # noqa: PLC0415 - only for this kind of file

        return dict(pq.read_table(path).to_pydict())
    rows = _xlsx_rows(path) if path.suffix in (".xlsx", ".xls", ".ods") else list(_csv_rows(path))
    if not rows:
        raise BadInput(str(path), expected="a header", found="an empty file")
    head = [str(c) for c in rows[0]]
    twice = sorted({c for c in head if head.count(c) > 1})
    if twice:
        raise BadInput(str(path), expected="column names once each", found=", ".join(twice))
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(head):
            raise BadInput(
                str(path),
                expected=f"{len(head)} cells",
                found=str(len(row)),
                where=f"line {number}",
                mend="Correct the row.",
            )
    columns = zip(*rows[1:], strict=True) if len(rows) > 1 else [[] for _ in head]
    return {name: [None if c in ("", "NA") else c for c in cells] for name, cells in zip(head, columns, strict=True)}


def _csv_rows(path: Path) -> Iterator[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (row for row in csv.reader(file) if row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(str(path), expected="CSV in UTF-8", found=str(error)) from None


def _xlsx_rows(path: Path) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only for this kind of file

    return [list(r) for r in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()]


def cell(value: Any) -> str:
    """One cell of a pinned CSV: floats by repr, empty for what is missing."""
    if value is None or (isinstance(value, (float, np.floating)) and math.isnan(value)):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return repr(number + 0.0)
    return str(value)


def csv_bytes(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A table in the pinned CSV form."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(v) for v in row] for row in rows)
    return text.getvalue().encode()


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its place when all went well and vanishes otherwise.

    Raises:
        BadInput: `out` is a file, or a folder with other things in it.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "result.json").exists())):
        raise BadInput(
            str(out), expected="a new folder, an empty one, or an earlier result", found="something else",
            mend="Name another folder.",
        )  # fmt: skip
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield made
        made.chmod(0o755)
        before = made.with_name(made.name + "-before")
        if out.exists():
            os.replace(out, before)
        os.replace(made, out)
        shutil.rmtree(before, ignore_errors=True)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _write(folder: Path, tables: Tables, result: Mapping[str, Any]) -> None:
    for name, (columns, rows) in tables.items():
        (folder / f"{name}.csv").write_bytes(csv_bytes(columns, rows))
    (folder / "result.json").write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def build_index(
    spec_path: Path, data_path: Path, out: Path, *, draws: int | None = None, workers: int = 2,
    seed: int | None = None, extras: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """Build an index from files and write each step to a folder.

    Args:
        spec_path: the specification.
        data_path: the data.
        out: the folder; replaced whole if it holds an earlier result.
        draws: instead of those of the specification; 0 for no intervals.
        workers: threads; they do not change the result.
        seed: instead of that of the specification.
        extras: also write a workbook and a report.

    Returns:
        What `result.json` says.
    """
    spec = read_specification(spec_path)
    if seed is not None:
        spec = renamed(spec, seed=seed)
    data = read_table(data_path)
    profile = Workshop(read_inputs(spec, data, errors_of(spec, data))).build(spec)
    count = spec.draws if draws is None else draws
    intervals = uncertainty(profile, count, workers=workers) if count > 0 and profile.ranked.any() else None
    tables, shares = profile_tables(profile, intervals), list[Sensitivity]()
    if intervals is not None:
        shares = influence(profile, count, workers)
        tables["sensitivity"] = sensitivity_table(shares)
    result = {
        "index": spec.id, "version": spec.version, "seed": spec.seed, "draws": count, "level": spec.level,
        "specification": spec.digest, "data": hashlib.sha256(data_path.read_bytes()).hexdigest(),
        "places": len(set(profile.places)),
        "rows": len(profile.places), "ranked": int(profile.ranked.sum()),
        "not_ranked": sorted({p for p, ok in zip(profile.places, profile.ranked, strict=True) if not ok}),
        "factors": list(intervals.factors) if intervals else [], "versions": _versions(),
    }  # fmt: skip
    with whole_folder(out) as folder:
        _write(folder, tables, result)
        (folder / "data.csv").write_bytes(csv_bytes(list(data), zip(*data.values(), strict=True)))
        (folder / "spec.json").write_text(json.dumps(to_plain(spec), indent=2, ensure_ascii=False) + "\n", "utf-8")
        if extras:
            from kenes.pipeline.index_report import report, workbook  # noqa: PLC0415 - loaded when written

            workbook(folder / "index.xlsx", tables)
            (folder / "report.html").write_text(
                report(profile, intervals, tables, result, next(iter(shares), None)), "utf-8"
            )

    return result


def errors_of(spec: Specification, data: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]] | None:
    """Standard errors that the data carry in columns `INDICATOR_se`; None where there are none."""
    found = {leaf: list(data[f"{leaf}_se"]) for leaf in spec.indicators if f"{leaf}_se" in data}
    return found or None


def _versions() -> dict[str, str]:
    try:
        kenes = version("kenes")
    except PackageNotFoundError:
        kenes = "0"
    return {"kenes": kenes, "numpy": np.__version__}


def profile_tables(profile: Profile, intervals: Intervals | None) -> Tables:
    """Every table of a build, sorted by key."""
    spec, tables = profile.spec, Tables()
    key, keys = _keys(profile)
    order = sorted(range(len(keys)), key=lambda i: tuple(map(str, keys[i])))
    for name in WIDE:
        if name in profile.stages:
            values = profile.stages[name]
            tables[name] = ([*key, *spec.indicators], [[*keys[i], *values[i]] for i in order])
    names = [spec.tree.ids[p] for p in reversed(spec.tree.aggregates)] + list(spec.indicators)
    columns = [profile.position(n) for n in names]
    ranks = _whole_numbers(profile.ranks)
    tables["scores"] = ([*key, *names], [[*keys[i], *profile.scores[i, columns]] for i in order])
    tables["ranks"] = ([*key, *names], [[*keys[i], *(ranks[i][c] for c in columns)] for i in order])
    tables["treatment"] = _treatment(profile, key, keys)
    tables["contributions"] = _contributions(profile, key, keys)
    effective, nominal = effective_weights(profile), spec.weights()
    weights: list[Row] = [[n, float(nominal[p]), float(effective[p])] for p, n in enumerate(spec.tree.ids)]
    tables["weights"] = (["node", "nominal", "effective"], sorted(weights, key=lambda r: str(r[0])))
    tables["correlations"] = (
        ["a", "b", "method", "r", "p"],
        [[c.a, c.b, c.method, c.r, c.p] for c in correlations(profile)],
    )
    if intervals is not None:
        tables["intervals"] = interval_table(profile, intervals)
    return tables


def _keys(profile: Profile) -> tuple[list[str], list[tuple[Any, ...]]]:
    if profile.inputs.times is None:
        return ["place"], [(p,) for p in profile.places]
    return ["place", "time"], list(zip(profile.places, profile.inputs.times, strict=True))


def _whole_numbers(ranks: Any) -> list[list[int | None]]:
    return [[None if np.isnan(v) else int(v) for v in row] for row in ranks]


def _treatment(profile: Profile, key: list[str], keys: list[tuple[Any, ...]]) -> tuple[list[str], list[Row]]:
    leaves = profile.spec.indicators
    rows = [[*keys[c.row], leaves[c.column], c.before, c.after, c.step] for c in profile.changes]
    rows.sort(key=lambda r: tuple(map(str, r[: len(key) + 1])))
    return [*key, "node", "before", "after", "step"], list(rows)


def _contributions(profile: Profile, key: list[str], keys: list[tuple[Any, ...]]) -> tuple[list[str], list[Row]]:
    given, leaves = contributions(profile), profile.spec.indicators
    rows = [[*keys[i], leaf, given[i, j]] for i in range(len(keys)) for j, leaf in enumerate(leaves)]
    rows.sort(key=lambda r: tuple(map(str, r[:-1])))
    return [*key, "node", "value"], list(rows)


SCORES = (
    "index", "place", "node", "score", "score_low", "score_high", "rank", "rank_low", "rank_high", "level", "draws",
    "coverage", "ranked", "reason",
)  # fmt: skip


def interval_table(profile: Profile, intervals: Intervals) -> tuple[list[str], list[Row]]:
    """Intervals in the columns of the pinned scores, with the time before the node where there is one."""
    times = profile.inputs.times
    columns = list(SCORES)
    if times is not None:
        columns.insert(2, "time")
    rows = []
    for number, record in enumerate(intervals.rows()):
        whole = {k: None if record[k] is None else int(record[k]) for k in ("rank", "rank_low", "rank_high")}
        full = {"index": profile.spec.id, **record, **whole}
        if times is not None:
            full["time"] = times[number // len(intervals.nodes)]
        rows.append([full[c] for c in columns])
    width = columns.index("node") + 1
    return columns, sorted(rows, key=lambda r: tuple(map(str, r[:width])))


def influence(profile: Profile, draws: int, workers: int) -> list[Sensitivity]:
    """Variance shares of the mean rank shift and, in a table without time, of each place's rank."""
    base = int(min(512, max(64, 2 ** math.floor(math.log2(max(draws, 64))))))
    single = profile.inputs.times is None
    ranked = [p for p, ok in zip(profile.places, profile.ranked, strict=True) if ok] if single else []
    return sensitivity(profile, base=base, workers=workers, places=ranked)


def sensitivity_table(found: Sequence[Sensitivity]) -> tuple[list[str], list[Row]]:
    """Variance shares, a row for each factor and output."""
    rows = [
        [f, s.output, *(float(getattr(s, c)[i]) for c in _SHARES), s.method]
        for s in found
        for i, f in enumerate(s.factors)
    ]
    return ["factor", "output", *_SHARES, "method"], sorted(rows, key=lambda r: (r[0], r[1], r[-1]))


_SHARES = ("first", "first_low", "first_high", "total", "total_low", "total_high")


def replay(
    spec_path: Path, data_path: Path, design: Path, out: Path, *, weights: Path | None = None, seed: int | None = None
) -> dict[str, Any]:
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
        spec = renamed(spec, seed=seed)
    data = read_table(data_path)
    runs, changes = _design(design)
    given = _weights(weights) if weights else {}
    unknown = sorted(set(given) - set(runs))
    if unknown:
        raise BadInput(str(weights), expected="runs of the design", found=", ".join(unknown))
    workshop = Workshop(read_inputs(spec, data))
    kept: dict[str, Specification] = {}
    scores, ranks = [], []
    for run, change in zip(runs, changes, strict=True):
        name = canonical(change)
        if name not in kept:
            kept[name] = spec.with_changes(change)
        chosen = kept[name]
        fresh = _same_inputs(workshop, chosen, spec, data)
        if run in given:
            nominal = dict(zip(chosen.tree.ids, fresh.worked(chosen).weights(), strict=True))
            own = {"run": {**nominal, **given[run]}}
            chosen = renamed(chosen, weight_set="run", weight_sets={**chosen.weight_sets, **own})
        profile = fresh.build(chosen)
        scores.append(profile.index)
        ranks.append(profile.ranks[:, -1])
    key, keys = _keys(profile)
    order = sorted(range(len(keys)), key=lambda i: tuple(map(str, keys[i])))
    whole = _whole_numbers(np.array(ranks).T)
    tables: Tables = {
        "scores": ([*key, *runs], [[*keys[i], *(s[i] for s in scores)] for i in order]),
        "ranks": ([*key, *runs], [[*keys[i], *whole[i]] for i in order]),
    }
    result = {"index": spec.id, "runs": len(runs), "specification": spec.digest, "seed": spec.seed,
              "design": hashlib.sha256(design.read_bytes()).hexdigest(), "versions": _versions()}  # fmt: skip
    with whole_folder(out) as folder:
        _write(folder, tables, result)
    return result


def _same_inputs(workshop: Workshop, chosen: Specification, spec: Specification, data: Mapping[str, Any]) -> Workshop:
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


def _design(path: Path) -> tuple[list[str], list[dict[str, Any]]]:
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


def _json(text: Any, path: Path, column: str, row: int) -> Any:
    """A JSON value; a bare word stands for itself."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        if text[:1] in '[{"':
            raise BadInput(str(path), expected="JSON", found=text, where=f"{column}, row {row + 2}") from None
        return text


def _weights(path: Path) -> dict[str, dict[str, float]]:
    """The weights that each run gives; nodes without one keep theirs."""
    columns = read_table(path)
    if "run" not in columns:
        raise BadInput(str(path), expected="a column run", found=", ".join(columns))
    found: dict[str, dict[str, float]] = {}
    if {"node", "weight"} <= set(columns):
        for run, node, weight in zip(columns["run"], columns["node"], columns["weight"], strict=True):
            found.setdefault(str(run), {})[str(node)] = _weight(weight, path, str(run), str(node))
        return found
    for i, run in enumerate(columns["run"]):
        given = {c: v[i] for c, v in columns.items() if c != "run" and v[i] is not None}
        found[str(run)] = {c: _weight(v, path, str(run), c) for c, v in given.items()}
    return found


def _weight(value: Any, path: Path, run: str, node: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise BadInput(
            str(path), expected="a number", found=repr(value), where=f"run {run}, node {node}", mend="Correct the cell."
        ) from None


def compare(before: Path, after: Path) -> dict[str, Any]:
    """What differs between two results: ranks, scores, and the places of only one.

    Returns:
        `changes` (place, time in a panel, score and rank before and after, sorted by place), `only_before`,
        `only_after` (ids, or in a panel place and time) and the rank correlation.

    Raises:
        BadInput: a folder holds no result, or only one of the two has years.
    """
    first, second = _result(before), _result(after)
    widths = {len(k) for k in (*first, *second)}
    if len(widths) > 1:
        raise BadInput(
            f"{before} and {after}", expected="years in both or in neither", found="years in only one",
            mend="Build both with time_column, or both for one year.",
        )  # fmt: skip
    both = sorted(set(first) & set(second))
    changes = []
    for key in both:
        a, b = first[key], second[key]
        changes.append({
            "place": key[0], **({"time": key[1]} if len(key) > 1 else {}), "score_before": a[0], "score_after": b[0],
            "change": None if a[0] is None or b[0] is None else b[0] - a[0], "rank_before": a[1], "rank_after": b[1],
        })  # fmt: skip
    from kenes.comparison.structure import correlation  # noqa: PLC0415 - kept near its one use

    pairs = np.array([[first[k][0], second[k][0]] for k in both], dtype=float).reshape(-1, 2)
    r = correlation(pairs[:, 0], pairs[:, 1], "spearman")[0]
    return {
        "changes": changes, "only_before": _named(set(first) - set(second)),
        "only_after": _named(set(second) - set(first)), "spearman": None if np.isnan(r) else r,
        "same_specification": _meta(before).get("specification") == _meta(after).get("specification"),
        "same_data": _meta(before).get("data") == _meta(after).get("data"),
    }  # fmt: skip


def _named(keys: set[tuple[str, ...]]) -> list[Any]:
    """Ids in order; place and time in a panel."""
    return [k[0] if len(k) == 1 else {"place": k[0], "time": k[1]} for k in sorted(keys)]


def _meta(folder: Path) -> dict[str, Any]:
    return read_plain(folder / "result.json")


def _result(folder: Path) -> dict[tuple[str, ...], tuple[float | None, int | None]]:
    """Score and rank of the root by place (and time)."""
    if not (folder / "result.json").is_file():
        raise BadInput(str(folder), expected="a folder written by `kenes index build`", found="no result.json")
    scores, ranks = read_table(folder / "scores.csv"), read_table(folder / "ranks.csv")
    key = [c for c in ("place", "time") if c in scores]
    root = next(c for c in scores if c not in key)
    keys = list(zip(*(scores[c] for c in key), strict=True))
    return {
        tuple(map(str, k)): (None if s is None else float(s), None if r is None else int(r))
        for k, s, r in zip(keys, scores[root], ranks[root], strict=True)
    }


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
    data = read_table(data_path)
    profile = Workshop(read_inputs(spec, data, errors_of(spec, data))).build(spec)
    profile.row(place)
    rows = [i for i, p in enumerate(profile.places) if p == place]
    times = profile.inputs.times
    row = rows[0] if times is None else max(rows, key=lambda i: str(times[i]))
    count = min(spec.draws, 1000) if draws is None else draws
    intervals = uncertainty(profile, max(count, 1))
    nodes = len(intervals.nodes)
    records = list(intervals.rows())[row * nodes : (row + 1) * nodes]
    given, gains = contributions(profile)[row], marginal_gains(profile)[row]
    strong, weak = strengths(profile, place)
    leaves = spec.indicators
    return {
        "index": spec.id,
        "place": place,
        **({} if times is None else {"time": times[row]}),
        **{k: v for k, v in records[-1].items() if k not in ("place", "node")},
        "nodes": records,
        "contributions": [
            {
                "node": leaf,
                "value": _number(given[i]),
                "normalised": _number(profile.normalised[row, i]),
                "raw": _number(profile.inputs.values[row, i]),
                "one_unit_better": _number(gains[i]),
            }
            for i, leaf in enumerate(leaves)
        ],
        "strengths": [_record(s) for s in strong],
        "weaknesses": [_record(s) for s in weak],
        "changes": [
            {"node": leaves[c.column], "before": c.before, "after": c.after, "step": c.step}
            for c in profile.changes
            if c.row == row
        ],
    }


def _record(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _number(value: float) -> float | None:
    return None if not math.isfinite(value) else float(value)


def import_coin(idata: Path, imeta: Path, out: Path) -> dict[str, Any]:
    """Write spec.yaml and data.csv from COINr's two tables; codes are kept."""
    plain, data = from_coin(read_table(idata), read_table(imeta))
    rows = list(zip(*data.values(), strict=True))
    out.mkdir(parents=True, exist_ok=True)
    atomically(out / "spec.yaml", yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110).encode())
    atomically(out / "data.csv", csv_bytes(list(data), rows))
    leaves = sum(1 for n in plain["nodes"] if "direction" in n)
    return {"nodes": len(plain["nodes"]), "indicators": leaves, "places": len(rows), "spec": str(out / "spec.yaml")}


def atomically(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    made = path.with_name(f".{path.name}.part")
    made.write_bytes(content)
    os.replace(made, path)


Progress = Callable[[str], None]
