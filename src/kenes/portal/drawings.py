"""Figures of an index on pages: those of its report, with the reader's names and words.

Each is drawn twice, for a wide window and for a narrow one; the style sheet shows the one that fits.
"""

from __future__ import annotations

import math

from markupsafe import Markup

from kenes.pages.figures.choosing import branches, median_of
from kenes.pages.figures.correlations import TreeCell, correlation_tree
from kenes.pages.figures.index import WIDE, FactorShare, sobol_bars, stacked_contributions
from kenes.pages.figures.radar import MOST_SPOKES, radar
from kenes.pages.figures.small import both, sideways
from kenes.pages.figures.svg import SERIES
from kenes.portal.site import Page
from kenes.portal.views import EditionView

MOST_OPEN = 25
"""So many bars stand on the page at once; more are folded away."""


def contributions_drawing(page: Page, view: EditionView, index: str) -> Markup | None:
    """Scores of the ranked places as sums over the groups, the best on top; None where nobody is ranked."""
    places = [s.place for s in view.ranking(index)]
    nodes = branches(view.children_of(index), view.root(index), len(SERIES))
    if not places or not nodes:
        return None
    parts: dict[str, list[float]] = {}
    for node in nodes:
        below = set(view.leaves_below(index, node))
        given = [[c.value or 0.0 for c in view.contributions(index, p) if c.node in below] for p in places]
        parts[page.node(index, node)] = [sum(values) for values in given]
    names = [page.place(p) for p in places]
    return both(
        lambda width, end: stacked_contributions(names, parts, page.language, ident=f"parts-{end}", width=width)
    )


def sensitivity_drawing(page: Page, view: EditionView, index: str) -> Markup | None:
    """How much of the variance of the ranks each thing that was varied explains; None where nothing moved them."""
    shares = view.sensitivity(index)
    if not any((s.total or 0) > 0 for s in shares):
        return None
    bars = [
        FactorShare(
            page.factor(s.factor),
            *(v or 0.0 for v in (s.first, s.first_low, s.first_high, s.total, s.total_low, s.total_high)),
        )
        for s in shares
    ]
    return both(lambda width, end: sobol_bars(bars, page.language, ident=f"sobol-{end}", width=width))


def together_drawing(page: Page, view: EditionView, index: str) -> Markup | None:
    """Correlation of each part with the part above it, as a tree; None where none is known."""
    say, parents = page.language, view.parents(index)
    known = {c.a: c for c in view.correlations(index) if parents.get(c.a) == c.b and c.r is not None}
    if not known:
        return None
    names = {node: page.node(index, node) for node in parents}
    cells = [
        TreeCell(names[node], names.get(parent or ""), _number(known[node].r if node in known else None))
        for node, parent in parents.items()
    ]
    label = say("Figure, scrolls sideways: %(title)s", title=say("How the parts go together"))
    return sideways(correlation_tree(cells, say), label)


def radar_drawing(page: Page, view: EditionView, index: str, place: str) -> Markup | None:
    """A place against the median of its peers, group by group; None with fewer than three groups known of both."""
    peers = [p.peer for p in view.peers(index, place)]
    nodes = branches(view.children_of(index), view.root(index), MOST_SPOKES)
    own = [_number(view.node_score(index, place, node)) for node in nodes]
    others = [median_of(_number(view.node_score(index, p, node)) for p in peers) for node in nodes]
    if sum(math.isfinite(o) and math.isfinite(p) for o, p in zip(own, others, strict=True)) < 3:
        return None
    name, axes = page.place(place), [page.node(index, node) for node in nodes]

    def draw(width: float, end: str) -> Markup:
        radius, letters = (112, 15) if width >= WIDE else (80, 13)
        ident = f"radar-{index}-{end}"
        return radar(name, axes, own, others, page.language, ident=ident, radius=radius, letters=letters)

    return both(draw)


def strongest(page: Page, view: EditionView, index: str, place: str) -> str:
    """A sentence on what a place's rank depends on most; empty where nothing moved it."""
    most = max(view.sensitivity(index, place), key=lambda s: s.total or 0, default=None)
    if most is None or not (most.total or 0) > 0:
        return ""
    say = page.language
    return say(
        "This rank depends most on: %(factor)s (%(share)s of its variance, with interactions).",
        factor=page.factor(most.factor),
        share=say.share(min(most.total or 0, 1.0)),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
