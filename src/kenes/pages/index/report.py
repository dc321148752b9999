"""A built index as one HTML page: the ranking with its intervals, figures, and each step's facts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kenes.comparison.building import Profile
from kenes.comparison.draws.influence import Sensitivity
from kenes.comparison.draws.intervals import Intervals
from kenes.pages.figures.profile import (
    contribution_figure,
    last_rows,
    map_figure,
    radar_figure,
    rank_figure,
    sensitivity_figure,
    shown_nodes,
    tree_figure,
)
from kenes.pages.figures.radar import MOST_SPOKES
from kenes.pages.index.workbook import Table
from kenes.pages.language import Language, message
from kenes.pages.rendering import as_it_is, rendered
from kenes.vocabulary.reason_codes import DECLARED

MOST_BARS, MOST_CELLS, MOST_ROWS = 100, 120, 200
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "weights": message("Weights"),
        "importance": message("Weight and importance"),
        "structure": message("Reliability and components"),
        "rank_sets": message("Ranks that hold for all places together"),
        "trends": message("Trends"),
        "statistics": message("Statistics of the indicators"),
        "sensitivity": message("Sensitivity"),
        "treatment": message("Treatment"),
    }
)
"""Tables that the page shows, in their order."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a result says of itself.

    Args:
        places: how many there are.
        ranked: how many of them have a rank.
        seed: of the draws.
        draws: how many.
        level: share of the draws that intervals hold.
        specification: hash of the specification.
        data: hash of the data.
    """

    places: int
    ranked: int
    seed: int
    draws: int
    level: float
    specification: str
    data: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """A table as it is shown: every cell written in the reader's language."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    rest: str = ""


def report(
    profile: Profile,
    intervals: Intervals | None,
    tables: Mapping[str, Table],
    facts: Facts,
    say: Language,
    influence: Sensitivity | None = None,
) -> str:
    """One page: what was built, the ranking with its intervals, figures, and each step's facts.

    Args:
        profile: the build.
        intervals: its intervals; None where none were asked for.
        tables: as written beside the page.
        facts: what the result says of itself.
        say: the reader's language.
        influence: the shares of the mean rank shift, for their figure.
    """
    told = say(
        "%(ranked)s of %(places)s places are ranked. Seed %(seed)s, %(draws)s draws; intervals hold %(level)s of them.",
        ranked=say.exact(facts.ranked),
        places=say.exact(facts.places),
        seed=facts.seed,
        draws=say.exact(facts.draws),
        level=say.share(facts.level),
    )
    return rendered(
        "index/report.html",
        say,
        title=profile.spec.name or profile.spec.id,
        style=as_it_is("index", "report.css"),
        told=told,
        specification=facts.specification[:12],
        data=facts.data[:12],
        ranks=rank_figure(profile, intervals, say) if intervals else None,
        ranking=_ranking(intervals, say) if intervals else None,
        tables=[_table(name, tables[name], say) for name in _TITLES if name in tables and tables[name][1]],
        **_figures(profile, influence, say),
    )


def _figures(profile: Profile, influence: Sensitivity | None, say: Language) -> dict[str, object]:
    """Contributions, sensitivity, structure, and the shape of each place; none where nobody is ranked."""
    ranked, leaves = last_rows(profile), profile.spec.tree.leaves
    if not ranked:
        return dict.fromkeys(("contributions", "few", "sensitivity", "together", "shapes"))
    few = say("The first %(most)s of %(count)s places.", most=say.exact(MOST_BARS), count=say.exact(len(ranked)))
    pair = leaves <= MOST_CELLS and len(profile.places) >= 3
    shapes = 3 <= len(shown_nodes(profile, MOST_SPOKES)) <= MOST_SPOKES and 2 <= len(ranked) <= MOST_BARS
    names = [profile.places[row] for row in ranked] if shapes else []
    return {
        "contributions": contribution_figure(profile, say, most=MOST_BARS),
        "few": few if len(ranked) > MOST_BARS else "",
        "sensitivity": sensitivity_figure(influence, say) if influence is not None else None,
        "together": [tree_figure(profile, say), map_figure(profile, say)] if pair else [],
        "shapes": [(name, radar_figure(profile, name, say, ident=f"radar-{k}")) for k, name in enumerate(names)],
    }


def _ranking(intervals: Intervals, say: Language) -> _Shown:
    """Every row of the root, the best first; those without a rank last, with why."""
    rows = sorted(
        range(len(intervals.places)),
        key=lambda row: (not intervals.ranked[row], _or_zero(intervals.rank[row, -1]), intervals.places[row]),
    )
    columns = [say("place"), say("rank"), say("interval"), say("score"), say("coverage"), say("why not ranked")]
    lines = []
    for row in rows:
        low, high = (_cell(float(ends[row, -1]), say) for ends in (intervals.rank_low, intervals.rank_high))
        reason = intervals.reason[row]
        lines.append(
            [
                intervals.places[row],
                _cell(float(intervals.rank[row, -1]), say),
                say("%(low)s to %(high)s", low=low, high=high) if intervals.ranked[row] else "",
                _cell(float(intervals.score[row, -1]), say),
                _cell(float(intervals.coverage[row, -1]), say),
                say(DECLARED[reason].message) if reason else "",
            ]
        )
    last = -1 if all(intervals.ranked) else None
    return _Shown(columns[:last], [line[:last] for line in lines])


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _table(name: str, table: Table, say: Language) -> _Shown:
    """A table with its title, at most so many rows of it."""
    columns, rows = table
    shown = [[_cell(value, say) for value in row] for row in rows[:MOST_ROWS]]
    rest = say(
        "The first %(most)s of %(count)s rows; the rest is in %(file)s.",
        most=say.exact(MOST_ROWS),
        count=say.exact(len(rows)),
        file=f"{name}.csv",
    )
    heads = [column.replace("_", " ") for column in columns]
    return _Shown(heads, shown, say(_TITLES[name]), rest if len(rows) > MOST_ROWS else "")


def _cell(value: object, say: Language) -> str:
    """A cell: whole numbers whole and without groups, as they may be years; others with three decimals."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e9
        return say.decimal(value, 0 if whole else 3, least=0 if whole else 3, grouped=False)
    return str(value)
