"""The columns of every table that passes between packages, in the order in which they are exported.

A table is a `pyarrow.Table` with one of these schemas. Missing is null, never 0 or -999. Times are
UTC; a calendar period (day, month, year) that a source gives without a time zone carries its civil
date at 00:00 UTC (decision 0003). Columns marked *internal* stay in the store and are not exported.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

PROSE = "reason_text"
"""Column that an export has where a language is asked for: the reason in sentences."""

_TYPES = {
    "text": "string",
    "number": "float64",
    "count": "int64",
    "yes_no": "bool",
    "time": "timestamp[us, tz=UTC]",
    "civil": "timestamp[us]",
}


@dataclass(frozen=True, slots=True)
class TableKind:
    """One kind of table: its columns with their types, its key, and what is not exported."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    internal: frozenset[str] = frozenset()

    @property
    def exported(self) -> tuple[str, ...]:
        """Names of the columns that leave the store, in order."""
        return tuple(name for name, _ in self.columns if name not in self.internal)

    def schema(self) -> pa.Schema:
        """The Arrow schema of this kind."""
        return _schema(self)


@cache
def _schema(kind: TableKind) -> pa.Schema:
    import pyarrow as pa  # noqa: PLC0415  (kept out of `import kenes.comparison`)

    types: dict[str, pa.DataType] = {
        "string": pa.string(),
        "float64": pa.float64(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
        "timestamp[us, tz=UTC]": pa.timestamp("us", tz="UTC"),
        "timestamp[us]": pa.timestamp("us"),
    }
    return pa.schema([(name, types[_TYPES[type_]]) for name, type_ in kind.columns])


def _kind(name: str, columns: str, key: str, internal: str = "") -> TableKind:
    pairs = []
    for word in columns.split():
        column, _, type_ = word.partition(":")
        pairs.append((column, type_ or "text"))
    return TableKind(name, tuple(pairs), tuple(key.split()), frozenset(internal.split()))


PLACES = _kind(
    "places",
    "place kind name_en name_tr parent valid_from valid_to iso3166_2 nuts geonames unlocode",
    key="place",
)
OBSERVATIONS = _kind(
    "observations",
    "observation variable place site start:time end:time dimensions value:number unit text status flags "
    "snapshot locator retrieved_at:time vintage source batch civil_start:civil civil_end:civil",
    key="observation",
    internal="source batch civil_start civil_end",
)
FLAGS = _kind(
    "flags",
    "observation variable place site start:time end:time rule reason snapshot locator share:number severity "
    "reason_values",
    key="variable place site start end rule observation locator",
    internal="share severity",
)
MEASUREMENTS = _kind(
    "measurements",
    "indicator edition place start:time end:time dimensions value:number unit uncertainty:number "
    "uncertainty_kind coverage:number origin quality flags reason provenance reason_values",
    key="indicator edition place start end dimensions",
)
PROVENANCE = _kind(
    "provenance",
    "provenance indicator edition place start:time end:time dimensions step version inputs parameters "
    "observations sources licence",
    key="provenance",
)
SCORES = _kind(
    "scores",
    "index place node score:number score_low:number score_high:number rank:count rank_low:count "
    "rank_high:count level:number draws:count coverage:number ranked:yes_no reason reason_values",
    key="index place node",
)
CONTRIBUTIONS = _kind(
    "contributions",
    "index place node value:number measure:number measure_unit normalised:number weight:number gain:number "
    "year:count reason reason_values",
    key="index place node",
)
PEERS = _kind("peers", "index place position:count peer distance:number", key="index place position")
GAPS = _kind(
    "gaps",
    "index place indicator gap:number value:number peers_median:number unit gain:number peers reason reason_values",
    key="index place indicator",
)
RECOMMENDATIONS = _kind(
    "recommendations",
    "recommendation index place indicator position:count practice advised:yes_no effect_low:number "
    "effect_high:number effect_unit applied:yes_no metric design confidence evidence cost_class precondition source "
    "url reason reason_values",
    key="index place indicator position practice",
)
INDEX_FACTS = _kind("index_facts", "index node key value", key="index node key")
SENSITIVITY = _kind(
    "sensitivity",
    "index place factor first:number first_low:number first_high:number total:number total_low:number "
    "total_high:number method",
    key="index place factor",
)
CORRELATIONS = _kind("correlations", "index a b method r:number p:number flag", key="index a b")
NEEDS = _kind(
    "needs", "index place position:count indicator weight:number reason reason_values", key="index place position"
)

KINDS: dict[str, TableKind] = {
    kind.name: kind
    for kind in (
        PLACES,
        OBSERVATIONS,
        FLAGS,
        MEASUREMENTS,
        PROVENANCE,
        SCORES,
        CONTRIBUTIONS,
        PEERS,
        GAPS,
        RECOMMENDATIONS,
        NEEDS,
        INDEX_FACTS,
        SENSITIVITY,
        CORRELATIONS,
    )
}
