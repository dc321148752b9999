"""Indices of an edition: scores with intervals, what they are made of, peers, gaps and advice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol, TypeVar

from kenes.catalogue.definitions import ProfileDefinition
from kenes.portal.records import (
    Advice,
    Contribution,
    Gap,
    ListedPeer,
    Need,
    NodeCorrelation,
    Score,
    VarianceShare,
    grouped,
    rows_as,
    rows_of,
)
from kenes.store import Edition


class IndicesView:
    """Indices as pages ask for them.

    Args:
        edition: the published edition.
        profiles: declared profiles by id.
    """

    def __init__(self, edition: Edition, profiles: Mapping[str, ProfileDefinition]) -> None:
        self.profiles = profiles
        scores = rows_as(edition.table("scores"), Score)
        self._score = {(s.index, s.place, s.node): s for s in scores}
        self._scores = grouped(scores, "index", "node")
        self._contributions = grouped(rows_as(edition.table("contributions"), Contribution), "index", "place")
        self._peers = grouped(_by_position(rows_as(edition.table("peers"), ListedPeer)), "index", "place")
        gaps = sorted(rows_as(edition.table("gaps"), Gap), key=lambda g: -(g.gap or 0.0))
        self._gaps = grouped(gaps, "index", "place")
        self._advice = grouped(_by_position(rows_as(edition.table("recommendations"), Advice)), "place", "advised")
        self._sensitivity = grouped(rows_as(edition.table("sensitivity"), VarianceShare), "index", "place")
        self._correlations = grouped(rows_as(edition.table("correlations"), NodeCorrelation), "index")
        facts = rows_of(edition.table("index_facts"))
        self._facts = {(row["index"], row["node"], row["key"]): row["value"] for row in facts}
        self._needs = grouped(_by_position(rows_as(edition.table("needs"), Need)), "index", "place")

    @lru_cache(maxsize=64)  # noqa: B019
    def root(self, index: str) -> str:
        """Id of the topmost node of an index."""
        nodes = self.profiles[index].specification.get("nodes", ())
        return next((str(node["id"]) for node in nodes if not node.get("parent")), index)

    def leaves(self, index: str) -> list[str]:
        """Indicator nodes of an index, in order."""
        nodes = self.profiles[index].specification.get("nodes", ())
        parents = {node.get("parent") for node in nodes}
        return [str(node["id"]) for node in nodes if node["id"] not in parents]

    @lru_cache(maxsize=64)  # noqa: B019
    def parents(self, index: str) -> Mapping[str, str | None]:
        """Parent of each node of an index, in order."""
        nodes = self.profiles[index].specification.get("nodes", ())
        return {str(node["id"]): str(node["parent"]) if node.get("parent") else None for node in nodes}

    def children_of(self, index: str) -> dict[str, list[str]]:
        """Children of each node of an index, in order."""
        found: dict[str, list[str]] = {}
        for node, parent in self.parents(index).items():
            if parent is not None:
                found.setdefault(parent, []).append(node)
        return found

    def leaves_below(self, index: str, node: str) -> list[str]:
        """Indicators below a node of an index; the node itself where it is one."""
        below = self.children_of(index).get(node)
        return [leaf for child in below for leaf in self.leaves_below(index, child)] if below else [node]

    def node_score(self, index: str, place: str, node: str) -> float | None:
        """Score of a place on any node: a group, or an indicator brought to the scale of the index."""
        standing = self.standing(index, place, node)
        if standing is not None:
            return standing.score
        return next((c.normalised for c in self.contributions(index, place) if c.node == node), None)

    def sensitivity(self, index: str, place: str | None = None) -> tuple[VarianceShare, ...]:
        """What the ranks of an index, or the rank of one place, depend on."""
        return self._sensitivity.get((index, place), ())

    def correlations(self, index: str) -> tuple[NodeCorrelation, ...]:
        """Correlations between the nodes of an index."""
        return self._correlations.get((index,), ())

    def ranking(self, index: str) -> list[Score]:
        """Ranked places of an index, best first."""
        rows = self._scores.get((index, self.root(index)), ())
        return sorted((s for s in rows if s.ranked and s.rank is not None), key=lambda s: (s.rank or 0, s.place))

    def unranked(self, index: str) -> list[Score]:
        """Places of an index that are not ranked."""
        return [s for s in self._scores.get((index, self.root(index)), ()) if not s.ranked or s.rank is None]

    def standing(self, index: str, place: str, node: str | None = None) -> Score | None:
        """Where a place stands on a node of an index (the root by default)."""
        return self._score.get((index, place, node or self.root(index)))

    def indices_of(self, place: str) -> list[str]:
        """Indices in which a place has a row."""
        return [index for index in self.profiles if self.standing(index, place)]

    def contributions(self, index: str, place: str) -> tuple[Contribution, ...]:
        """What each node adds to the score of a place."""
        return self._contributions.get((index, place), ())

    def peers(self, index: str, place: str) -> tuple[ListedPeer, ...]:
        """The nearest places by declared structure."""
        return self._peers.get((index, place), ())[: self.profiles[index].peer_count]

    def gaps(self, index: str, place: str) -> tuple[Gap, ...]:
        """Gaps against peers, largest first."""
        return self._gaps.get((index, place), ())

    def advice(self, place: str, *, advised: bool) -> tuple[Advice, ...]:
        """Recommendations for a place, or practices that are not recommended yet."""
        return self._advice.get((place, advised), ())

    def needs(self, index: str, place: str) -> tuple[Need, ...]:
        """Data to bring first, at most five."""
        return self._needs.get((index, place), ())[:5]

    def used_years(self, index: str, leaf: str) -> list[int]:
        """Years of the measurements that stand behind a leaf of an index, newest first."""
        found = {
            part.year
            for standing in self._scores.get((index, self.root(index)), ())
            for part in self.contributions(index, standing.place)
            if part.node == leaf and part.year is not None
        }
        told = self.fact(index, leaf, "year")
        return sorted(found or {int(told)} if told and told.isdigit() else found, reverse=True)

    def fact(self, index: str, node: str, key: str) -> str | None:
        """A recorded fact of an index: what was varied, how many draws, which year."""
        return self._facts.get((index, node, key))

    def year_in(self, index: str, place: str, indicator: str) -> int | None:
        """The year of the number with which an indicator entered an index."""
        years = (part.year for part in self.contributions(index, place) if part.node == indicator)
        return next(years, None)

    def compared(self) -> set[str]:
        """Places that stand in any index."""
        return {place for _, place, _ in self._score}


class Placed(Protocol):
    """A row with a position in a list."""

    @property
    def position(self) -> int:
        """From 1."""


P = TypeVar("P", bound=Placed)


def _by_position(records: list[P]) -> list[P]:
    return sorted(records, key=lambda record: record.position or 0)
