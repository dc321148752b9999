"""An edition turned, once, into the lookups that pages read.

`EditionView` is made when the portal starts; a page then only takes from dictionaries. What is large
and seldom asked for (observations, provenance, file rows) is read from the edition on demand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kenes.pages.language import Language
from kenes.pipeline.ordering import positions
from kenes.portal.records import (
    Advice,
    Concern,
    Contribution,
    Figure,
    Gap,
    Need,
    Peer,
    Share,
    Standing,
    Together,
    concerns_of,
    grouped,
    ids_in,
    rows_as,
    rows_of,
)

if TYPE_CHECKING:
    from kenes.catalogue import Catalogue
    from kenes.catalogue.definitions import IndicatorDefinition, ProfileDefinition
    from kenes.store import Edition, SourceRecord
    from kenes.vocabulary.facts import Place

KIND_ORDER = ("country", "group", "region", "province", "city", "district")
Text = tuple[str, str]
"""A text and the language that it is in."""


class EditionView:
    """Everything that pages show of one edition.

    Args:
        edition: the published edition.
        catalogue: the definitions that it was made with.
    """

    def __init__(self, edition: Edition, catalogue: Catalogue) -> None:
        self.edition, self.catalogue = edition, catalogue
        self.places: Mapping[str, Place] = catalogue.places
        self.indicators: Mapping[str, IndicatorDefinition] = catalogue.indicators
        self.profiles: Mapping[str, ProfileDefinition] = catalogue.profiles
        figures = rows_as(edition.table("measurements"), Figure)
        figures.sort(key=lambda f: (f.indicator, f.place, f.start))
        self._series = grouped([f for f in figures if not _split(f)], "indicator", "place")
        self._of_place: dict[str, list[str]] = {}
        self._of_indicator: dict[str, list[str]] = {}
        for indicator, place in self._series:
            self._of_place.setdefault(place, []).append(indicator)
            self._of_indicator.setdefault(indicator, []).append(place)
        self._load_index(edition)
        self._concerns = grouped(concerns_of(edition.table("flags")), "place")
        self._load_sources(edition)

    def _load_index(self, edition: Edition) -> None:
        standings = rows_as(edition.table("scores"), Standing)
        self._standing = {(s.index, s.place, s.node): s for s in standings}
        self._standings = grouped(standings, "index", "node")
        self._contributions = grouped(rows_as(edition.table("contributions"), Contribution), "index", "place")
        self._peers = grouped(_by_position(rows_as(edition.table("peers"), Peer)), "index", "place")
        gaps = sorted(rows_as(edition.table("gaps"), Gap), key=lambda g: -(g.gap or 0.0))
        self._gaps = grouped(gaps, "index", "place")
        self._advice = grouped(_by_position(rows_as(edition.table("recommendations"), Advice)), "place", "advised")
        self._sensitivity = grouped(rows_as(edition.table("sensitivity"), Share), "index", "place")
        self._correlations = grouped(rows_as(edition.table("correlations"), Together), "index")
        facts = rows_of(edition.table("index_facts"))
        self._facts = {(row["index"], row["node"], row["key"]): row["value"] for row in facts}
        self._needs = grouped(_by_position(rows_as(edition.table("needs"), Need)), "index", "place")

    def _load_sources(self, edition: Edition) -> None:
        self.sources: dict[str, list[SourceRecord]] = {}
        for source in edition.sources:
            self.sources.setdefault(source.id, []).append(source)
        table = edition.table("provenance", columns=["provenance", "sources"])
        self._sources_of: dict[str, tuple[str, ...]] = {}
        known: dict[str | None, tuple[str, ...]] = {}
        for key, text in zip(table.column(0).to_pylist(), table.column(1).to_pylist(), strict=True):
            if text not in known:
                known[text] = ids_in(text)
            self._sources_of[key] = known[text]

    # Figures

    def series(self, indicator: str, place: str) -> tuple[Figure, ...]:
        """All figures of an indicator for a place, by time."""
        return self._series.get((indicator, place), ())

    def latest(self, indicator: str, place: str, year: int | None = None) -> Figure | None:
        """The newest figure with a value (or of one year); else the newest gap; None if never measured."""
        series = self.series(indicator, place)
        if year is not None:
            series = tuple(figure for figure in series if figure.year == year)
        for figure in reversed(series):
            if figure.value is not None:
                return figure
        return series[-1] if series else None

    def newest(self, indicator: str, year: int | None = None) -> dict[str, Figure]:
        """The newest figure with a value of each place."""
        found = {p: self.latest(indicator, p, year) for p in self._of_indicator.get(indicator, ())}
        return {p: figure for p, figure in found.items() if figure and figure.value is not None}

    def finest(self, indicator: str, year: int | None = None) -> dict[str, Figure]:
        """As `newest`, without statistical regions whose own parts have a value."""
        newest = self.newest(indicator, year)
        covered = {region for place in newest for region in self.ancestors(place)}
        return {
            p: f
            for p, f in newest.items()
            if p not in covered or p not in self.places or self.places[p].kind != "group"
        }

    def years(self, indicator: str) -> list[int]:
        """Years with at least one value, newest first."""
        places = self._of_indicator.get(indicator, ())
        return sorted({f.year for p in places for f in self.series(indicator, p) if f.value is not None}, reverse=True)

    def indicators_of(self, place: str) -> list[str]:
        """Indicators with any figure for a place."""
        return self._of_place.get(place, [])

    def has_values(self, indicator: str) -> bool:
        """Whether any place has a value of the indicator."""
        return any(
            f.value is not None for p in self._of_indicator.get(indicator, ()) for f in self.series(indicator, p)
        )

    @staticmethod
    def points(series: tuple[Figure, ...]) -> list[tuple[int, float | None]]:
        """Year and value of each figure of a series."""
        return [(figure.year, figure.value) for figure in series]

    def sources_of(self, figure: Figure) -> tuple[str, ...]:
        """Ids of the sources that a figure was made from."""
        return self._sources_of.get(figure.provenance or "", ())

    def inherited(self, place: str) -> list[tuple[str, Figure]]:
        """Values of larger regions for indicators that the place itself has no value of."""
        own = {i for i in self.indicators_of(place) if (f := self.latest(i, place)) and f.value is not None}
        found: list[tuple[str, Figure]] = []
        for region in self.ancestors(place):
            for indicator in self.indicators_of(region):
                figure = self.latest(indicator, region)
                if indicator in self.indicators and indicator not in own and figure and figure.value is not None:
                    own.add(indicator)
                    found.append((region, figure))
        return found

    # Places

    def ancestors(self, place: str) -> list[str]:
        """Ids from the parent up to the root."""
        chain: list[str] = []
        current = self.places[place].parent if place in self.places else None
        while current and current in self.places and current not in chain:
            chain.append(current)
            current = self.places[current].parent
        return chain

    @cached_property
    def children(self) -> Mapping[str, list[str]]:
        """Ids of the places under each place."""
        found: dict[str, list[str]] = {}
        for place in self.places.values():
            if place.parent:
                found.setdefault(place.parent, []).append(place.id)
        return found

    def country(self, place: str) -> str | None:
        """Id of the state of a place."""
        known = self.places.get(place)
        if known is None:
            return None
        if known.kind == "country":
            return place
        up = [a for a in self.ancestors(place) if self.places[a].kind == "country"]
        return up[0] if up else known.country

    def place_name(self, place: str, language: Language) -> str:
        """Name of a place for a reader; states from the observatory's list, else from CLDR."""
        known = self.places.get(place)
        if known is None:
            return place
        if known.kind == "country" and language.code not in known.names:
            named = language.state(known.external.get("iso") or known.id)
            if named:
                return named
        return language.pick(known.names)[0] or known.id

    @lru_cache(maxsize=16)  # noqa: B019  (one view lives as long as the portal)
    def place_order(self, language: Language) -> Mapping[str, int]:
        """Where each place stands in the alphabet of a language."""
        return MappingProxyType(positions(((p, self.place_name(p, language)) for p in self.places), language.code))

    def sorted_places(self, places: Iterable[str], language: Language) -> list[str]:
        """Places in the alphabetical order of a language."""
        order = self.place_order(language)
        return sorted(places, key=lambda p: (order.get(p, len(order)), p))

    # Indices

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

    def sensitivity(self, index: str, place: str | None = None) -> tuple[Share, ...]:
        """What the ranks of an index, or the rank of one place, depend on."""
        return self._sensitivity.get((index, place), ())

    def correlations(self, index: str) -> tuple[Together, ...]:
        """Correlations between the nodes of an index."""
        return self._correlations.get((index,), ())

    def ranking(self, index: str) -> list[Standing]:
        """Ranked places of an index, best first."""
        rows = self._standings.get((index, self.root(index)), ())
        return sorted((s for s in rows if s.ranked and s.rank is not None), key=lambda s: (s.rank or 0, s.place))

    def unranked(self, index: str) -> list[Standing]:
        """Places of an index that are not ranked."""
        return [s for s in self._standings.get((index, self.root(index)), ()) if not s.ranked or s.rank is None]

    def standing(self, index: str, place: str, node: str | None = None) -> Standing | None:
        """Where a place stands on a node of an index (the root by default)."""
        return self._standing.get((index, place, node or self.root(index)))

    def indices_of(self, place: str) -> list[str]:
        """Indices in which a place has a row."""
        return [index for index in self.profiles if self.standing(index, place)]

    def contributions(self, index: str, place: str) -> tuple[Contribution, ...]:
        """What each node adds to the score of a place."""
        return self._contributions.get((index, place), ())

    def peers(self, index: str, place: str) -> tuple[Peer, ...]:
        """The nearest places by declared structure."""
        return self._peers.get((index, place), ())[: self.catalogue.profiles[index].peer_count]

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
        """Years of the figures that stand behind a leaf of an index, newest first."""
        found = {
            part.year
            for standing in self._standings.get((index, self.root(index)), ())
            for part in self.contributions(index, standing.place)
            if part.node == leaf and part.year is not None
        }
        told = self.fact(index, leaf, "year")
        return sorted(found or {int(told)} if told and told.isdigit() else found, reverse=True)

    def fact(self, index: str, node: str, key: str) -> str | None:
        """A recorded fact of an index: what was varied, how many draws, which year."""
        return self._facts.get((index, node, key))

    def design(self, design: str, code: str) -> str:
        """Words for a study's design in a language; empty where the catalogue has none."""
        found = (p.designs.get(code, "") for p in self.catalogue.practices.values() if p.design == design)
        return next((text for text in found if text), "")

    def year_in(self, index: str, place: str, indicator: str) -> int | None:
        """The year of the number with which an indicator entered an index."""
        years = (part.year for part in self.contributions(index, place) if part.node == indicator)
        return next(years, None)

    def compared(self) -> set[str]:
        """Places that stand in any index."""
        return {place for _, place, _ in self._standing}

    def concerns(self, place: str) -> tuple[Concern, ...]:
        """Flags of a place, grouped."""
        return self._concerns.get((place,), ())

    def concerns_with(self, indicator: str, place: str, year: int) -> list[Concern]:
        """What the quality rules found in the inputs of a number, or in the number itself, in its year."""
        definition = self.catalogue.indicators.get(indicator)
        names = {indicator, *(each.variable for each in definition.inputs.values())} if definition else {indicator}
        return [
            concern
            for concern in self.concerns(place)
            if concern.variable in names and concern.first and concern.last
            if concern.first.year <= year <= concern.last.year
        ]

    # Names of what is declared

    def title(self, kind: str, key: str, language: Language, text: str = "name") -> Text:
        """A text of an indicator, index or variable and its language; the id where nothing is declared."""
        declared: Mapping[str, Mapping[str, Any]] = {
            "indicator": self.indicators,
            "index": self.profiles,
            "variable": self.catalogue.variables,
        }
        known = declared[kind]
        if key not in known:
            return (key.replace("_", " "), language.code) if text == "name" else ("", language.code)
        texts = {code: kinds.get(text, "") for code, kinds in known[key].texts.items()}
        owner = "profile" if kind == "index" else kind
        found = language.pick(self.catalogue.translated(texts, f"{owner}.{key}.{text}"))
        return found if found[0] or text != "name" else (key.replace("_", " "), language.code)


def _split(figure: Figure) -> bool:
    return figure.dimensions not in (None, "", "{}")


def _by_position(records: list[Any]) -> list[Any]:
    return sorted(records, key=lambda record: record.position or 0)
