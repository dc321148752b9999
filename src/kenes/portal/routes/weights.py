"""What an index would say under other weights: computed for the page, never kept."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kenes.comparison import Intervals, what_if
from kenes.portal.routes.places import Code
from kenes.portal.site import Site
from kenes.vocabulary.errors import BadInput

MOST_WEIGHT = 10.0
DRAWS = 500

RANK_COLUMNS = ("rank", "rank_low", "rank_high")
SCORE_COLUMNS = ("score", "score_low", "score_high")


@dataclass(frozen=True, slots=True)
class Moved:
    """A place under other weights: its rank with its interval, its score, and its rank as published."""

    place: str
    rank: int
    rank_low: int
    rank_high: int
    score: float
    score_low: float
    score_high: float
    before: int

    @property
    def climb(self) -> int:
        """Ranks won; negative where lost."""
        return self.before - self.rank


def weight_routes(site: Site) -> APIRouter:
    """Routes of the page that weighs an index anew."""
    routes = APIRouter(include_in_schema=False, route_class=site.kept)
    view = site.view

    @routes.get("/{code}/index/{index}/weights")
    def weights(request: Request, code: Code, index: str) -> Response:
        if index not in view.profiles:
            raise HTTPException(404, f"index {index!r} is not known")
        built = site.built(index)
        tree = built.spec.tree
        nominal = dict(zip(tree.ids, built.spec.weights(), strict=True))
        given = asked(request, nominal)
        below = view.children_of(index)
        groups = [(group, below.get(group, [])) for group in below.get(view.root(index), [])]
        moved, refused = [], given is None
        if given is not None:
            try:
                moved = (
                    moves(what_if(built, given, DRAWS), site.ranks(index))
                    if any(nominal[n] != w for n, w in given.items())
                    else published(site, index)
                )
            except BadInput:
                refused = True
        return site.page(
            request,
            "weights_found.html" if request.headers.get("hx-request") else "weights.html",
            code,
            index=index,
            groups=groups,
            opened={
                group
                for group, leaves in groups
                if any((given or nominal).get(n, nominal[n]) != nominal[n] for n in leaves)
            },
            chosen=nominal | (given or {}),
            most=MOST_WEIGHT,
            moved=moved,
            refused=refused,
            unranked=len(view.unranked(index)),
            span=(min((m.score_low for m in moved), default=0.0), max((m.score_high for m in moved), default=100.0)),
        )

    return routes


def published(site: Site, index: str) -> list[Moved]:
    """Ranked places as published, for weights that nobody changed."""
    rows = [dataclasses.asdict(score) for score in site.view.ranking(index)]
    found = [
        _moved(row, row["rank"]) for row in rows if None not in {row[name] for name in (*RANK_COLUMNS, *SCORE_COLUMNS)}
    ]
    return sorted(found, key=lambda m: (m.rank, m.place))


def asked(request: Request, nominal: Mapping[str, float]) -> dict[str, float] | None:
    """Weights of the address by node; None where one of them is no number from 0 to 10."""
    found = {}
    for name, text in request.query_params.items():
        if name not in nominal or not text.strip():
            continue
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            return None
        if not (math.isfinite(value) and 0 <= value <= MOST_WEIGHT):
            return None
        found[name] = value
    return found


def moves(told: Intervals, before: Mapping[str, int]) -> list[Moved]:
    """Ranked places under other weights, the best first."""
    found = [
        _moved(row, before[row["place"]])
        for row in told.rows()
        if row["ranked"] and row["rank"] is not None and row["place"] in before
    ]
    return sorted(found, key=lambda m: (m.rank, m.place))


def _moved(row: Mapping[str, Any], before: int) -> Moved:
    rank, rank_low, rank_high = (int(row[name]) for name in RANK_COLUMNS)
    score, score_low, score_high = (float(row[name]) for name in SCORE_COLUMNS)
    return Moved(row["place"], rank, rank_low, rank_high, score, score_low, score_high, before)
