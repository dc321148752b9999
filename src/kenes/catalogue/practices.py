"""Practices that cities have tried: what was done, what it changed, and how far that is known.

Tables: `practices.csv` (one row a practice), `practices_tr.csv` and `terms_tr.csv` (Turkish texts,
optional) and `indicator_practices.csv` (which of our indicators a practice may move, and whether what
the study measured is that very indicator). The last one is our own judgement and is shown as such.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast, get_args

from kenes.catalogue.documents import TableRow, read_table
from kenes.vocabulary.errors import NOWHERE, At, DefinitionError

Strength = Literal["strong", "moderate", "weak", "unmeasured"]
Level = Literal["high", "medium", "low"]
Applies = Literal["direct", "partial"]
EffectKind = Literal["relative", "absolute", "points", "other"]
ByLanguage = Mapping[str, str]

DESIGNS: Mapping[str, Strength] = MappingProxyType(
    {
        "randomised trials": "strong",
        "systematic review": "strong",
        "meta-analysis": "strong",
        "quasi-experimental": "strong",
        "before-after and quasi-experimental": "strong",
        "before-after with Bayes correction": "strong",
        "controlled pilot": "strong",
        "literature review": "moderate",
        "review of city reports": "moderate",
        "before-after": "moderate",
        "panel study": "moderate",
        "field measurement": "moderate",
        "measurement": "moderate",
        "measurement and life-cycle model": "moderate",
        "engineering": "moderate",
        "engineering and project data": "moderate",
        "utility time series": "moderate",
        "observational": "weak",
        "area comparison": "weak",
        "administrative data": "weak",
        "national statistics (supplier page)": "weak",
        "programme data": "weak",
        "cost statistics": "weak",
        "expert synthesis": "weak",
        "qualitative study": "weak",
        "claim": "unmeasured",
        "project claim": "unmeasured",
        "ex-ante projection": "unmeasured",
        "model": "unmeasured",
        "health impact model": "unmeasured",
        "vendor-commissioned model": "unmeasured",
        "probabilistic cost-benefit": "unmeasured",
        "simulation": "unmeasured",
        "engineering estimate": "unmeasured",
        "programme estimate": "unmeasured",
        "programme output": "unmeasured",
        "regulation": "unmeasured",
    }
)
"""How far each study design carries; `unmeasured` means that nobody measured an effect."""

_UNITS: Mapping[str, EffectKind] = MappingProxyType(
    {"%": "relative", "% relative": "relative", "% (almost half)": "relative", "pp": "points"}
)
_COLUMNS = (
    *("id", "title_en", "theme", "target_u4ssc_ids", "effect", "effect_metric", "effect_low"),
    *("effect_high", "effect_unit", "study_design", "evidence", "cost_class", "preconditions"),
    *("source_url", "url_status", "confidence"),
)
_EMPTY: ByLanguage = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class IndicatorLink:
    """A practice may move an indicator.

    Args:
        indicator: id of the indicator.
        applies: `direct` if the study measured this very quantity, so that its effect may be
            applied to a place's own number; `partial` if it measured something on the way to it.
        basis: whose judgement the link is.
        note: what to know of it.
    """

    indicator: str
    applies: Applies
    basis: str = "own judgement"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice with its evidence; `low` and `high` are None where the source gives no number.

    `u4ssc` holds the numbers of the U4SSC KPIs that it may move, `concepts` our own words for
    them, `indicators` our indicators. A negative effect is a fall.
    """

    id: str
    titles: ByLanguage
    theme: str
    effects: ByLanguage
    metrics: ByLanguage
    low: float | None
    high: float | None
    unit: str
    design: str
    evidence: str
    year: str
    cost_class: str
    preconditions: ByLanguage
    urls: tuple[str, ...]
    url_status: str
    confidence: Level
    concepts: tuple[str, ...] = ()
    u4ssc: tuple[str, ...] = ()
    component: str = ""
    cost_note: str = ""
    cost_basis: str = ""
    examples: tuple[str, ...] = ()
    notes: ByLanguage = field(default_factory=lambda: _EMPTY)
    indicators: tuple[IndicatorLink, ...] = ()
    designs: ByLanguage = field(default_factory=lambda: _EMPTY)
    evidences: ByLanguage = field(default_factory=lambda: _EMPTY)
    where: At = NOWHERE

    @property
    def strength(self) -> Strength:
        """How far the study design carries."""
        return DESIGNS[self.design]

    @property
    def effect_kind(self) -> EffectKind:
        """What the numbers of the effect are: per cent of the value, its own unit, points, or other."""
        return _UNITS.get(self.unit, "absolute" if "/" in self.unit else "other")

    def text(self, kind: str, language: str = "en") -> str:
        """A text (`title`, `effect`, `metric`, `precondition`, `note`, `design`), else in English."""
        texts = {
            "design": self.designs,
            "title": self.titles,
            "effect": self.effects,
            "metric": self.metrics,
            "precondition": self.preconditions,
            "note": self.notes,
        }[kind]
        return texts.get(language) or texts.get("en") or (self.design if kind == "design" else "")


def read_practices(folder: Path) -> list[Practice]:
    """Read the practices of a folder, in the order of the table.

    Raises:
        DefinitionError: a missing column, an unknown study design or confidence, a number that is
            none, a practice twice, or texts and links of a practice that is not there.
    """
    name = f"{folder.name}/practices.csv"
    rows = read_table(folder / "practices.csv", columns=_COLUMNS, name=name)
    turkish = _turkish(folder / "practices_tr.csv")
    designs = _designs(folder / "terms_tr.csv")
    links = _links(folder / "indicator_practices.csv")
    known = {row.get("id") for row in rows}
    for id_ in [*turkish, *links]:
        if id_ not in known:
            raise DefinitionError(f"practice {id_!r} is not declared", expected=f"a row of {name}")
    found: dict[str, Practice] = {}
    for row in rows:
        practice = _practice(row, turkish.get(row["id"], TableRow()), designs, links.get(row["id"], ()))
        if practice.id in found:
            raise DefinitionError(
                f"practice {practice.id!r} stands twice",
                where=row.where(),
                mend=f"The first is at {found[practice.id].where}.",
            )
        found[practice.id] = practice
    return list(found.values())


def _turkish(path: Path) -> dict[str, TableRow]:
    if not path.exists():
        return {}
    return {row["id"]: row for row in read_table(path, columns=("id",), name=f"{path.parent.name}/{path.name}")}


def _designs(path: Path) -> ByLanguage:
    if not path.exists():
        return {}
    columns = ("field", "term", "name_tr")
    rows = read_table(path, columns=columns, name=f"{path.parent.name}/{path.name}")
    return {row["term"]: row["name_tr"] for row in rows if row["field"] == "study_design"}


def _links(path: Path) -> dict[str, tuple[IndicatorLink, ...]]:
    if not path.exists():
        return {}
    columns = ("practice", "indicator", "applies", "basis")
    found: dict[str, list[IndicatorLink]] = defaultdict(list)
    for row in read_table(path, columns=columns, name=f"{path.parent.name}/{path.name}"):
        applies = _one_of(row, "applies", get_args(Applies))
        link = IndicatorLink(row["indicator"], cast(Applies, applies), row.get("basis", ""), row.get("note", ""))
        if any(other.indicator == link.indicator for other in found[row["practice"]]):
            raise DefinitionError(
                f"practice {row['practice']!r} is tied to {link.indicator!r} twice", where=row.where()
            )
        found[row["practice"]].append(link)
    return {practice: tuple(own) for practice, own in found.items()}


def _one_of(row: TableRow, column: str, allowed: tuple[str, ...]) -> str:
    text = str(row.get(column, ""))
    if text not in allowed:
        raise DefinitionError(
            f"{column} is unknown",
            expected=", ".join(allowed),
            found=repr(text),
            where=row.where(),
        )
    return text


def _number(row: TableRow, column: str) -> float | None:
    text = row.get(column)
    try:
        return None if text is None else float(text)
    except ValueError as error:
        raise DefinitionError(f"{column} is no number", found=repr(text), where=row.where()) from error


def _parts(row: TableRow, column: str, separator: str = ";") -> tuple[str, ...]:
    return tuple(part.strip() for part in row.get(column, "").split(separator) if part.strip())


def _texts(row: TableRow, column: str, turkish: TableRow, own: str) -> ByLanguage:
    return _pair(row.get(column, ""), turkish.get(own, ""))


def _pair(en: str, tr: str) -> ByLanguage:
    return MappingProxyType({language: text for language, text in (("en", en), ("tr", tr)) if text})


def _practice(row: TableRow, turkish: TableRow, designs: ByLanguage, links: tuple[IndicatorLink, ...]) -> Practice:
    low, high = _number(row, "effect_low"), _number(row, "effect_high")
    if (low is None) != (high is None) or (low is not None and high is not None and low > high):
        raise DefinitionError(
            f"effect of practice {row['id']!r}",
            expected="a low and a high end in order, or neither",
            found=f"{row.get('effect_low')} to {row.get('effect_high')}",
            where=row.where(),
        )
    return Practice(
        id=row["id"],
        titles=_pair(row["title_en"], turkish.get("name_tr") or row.get("title_tr", "")),
        theme=row.get("theme", ""),
        effects=_texts(row, "effect", turkish, "effect_tr"),
        metrics=_texts(row, "effect_metric", turkish, "target_tr"),
        low=low,
        high=high,
        unit=row.get("effect_unit", ""),
        design=_one_of(row, "study_design", tuple(DESIGNS)),
        evidence=row.get("evidence", ""),
        evidences=_texts(row, "evidence", turkish, "evidence_tr"),
        year=row.get("evidence_year", ""),
        cost_class=row.get("cost_class", ""),
        preconditions=_texts(row, "preconditions", turkish, "precondition_tr"),
        urls=_parts(row, "source_url"),
        url_status=_one_of(row, "url_status", ("exact", "site")),
        confidence=cast(Level, _one_of(row, "confidence", get_args(Level))),
        concepts=_parts(row, "target_concepts"),
        u4ssc=_parts(row, "target_u4ssc_ids"),
        component=row.get("tr_component", ""),
        cost_note=row.get("cost_note", ""),
        cost_basis=row.get("cost_basis", ""),
        examples=tuple(row[c] for c in ("example_ots", "example_elsewhere") if row.get(c)),
        notes=_texts(TableRow(), "note", turkish, "note_tr"),
        indicators=links,
        designs=_pair(row["study_design"], designs.get(row["study_design"], "")),
        where=row.where(),
    )
