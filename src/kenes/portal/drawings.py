"""Figures of an index on pages: those of its report, with the reader's names and words.

Each is drawn twice, for a wide window and for a narrow one; the style sheet shows the one that fits.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable

from markupsafe import Markup

from kenes.pages.figures import correlations as correlation_figures
from kenes.pages.figures import index as figures
from kenes.pages.figures import svg
from kenes.portal.site import Page
from kenes.portal.views import EditionView

Draw = Callable[[float, str], str]
MOST_OPEN = 25
"""So many bars stand on the page at once; more are folded away."""


def both(draw: Draw) -> Markup:
    """A figure for wide windows beside one for narrow ones.

    Args:
        draw: takes the width and the end of an id that must be unique on the page.
    """
    shown = (("wide-only", figures.WIDE, "wide"), ("narrow-only", figures.NARROW, "narrow"))
    drawn = (f'<div class="drawing {name}">{draw(width, end)}</div>' for name, width, end in shown)
    return Markup("".join(drawn))


def contributions_drawing(page: Page, view: EditionView, index: str) -> Markup | None:
    """Scores of the ranked places as sums over the groups, the best on top; None where nobody is ranked."""
    say, places = page.language, [s.place for s in view.ranking(index)]
    nodes = branches(view, index, len(svg.SERIES))
    if not places or not nodes:
        return None
    parts: dict[str, list[float]] = {}
    for node in nodes:
        below = set(view.leaves_below(index, node))
        given = [[c.value or 0.0 for c in view.contributions(index, p) if c.node in below] for p in places]
        parts[page.node(index, node)] = [sum(values) for values in given]
    told = say("%(count)s places, each score as a sum of: %(parts)s.", count=len(places), parts=", ".join(parts))
    words = {"parts": say("What makes up each score"), "parts_told": plain(told)}
    names = [page.place(p) for p in places]
    return both(
        lambda width, end: figures.stacked_contributions(
            names, parts, language=say.code, words=words, ident=f"parts-{end}", width=width
        )
    )


def sensitivity_drawing(page: Page, view: EditionView, index: str) -> Markup | None:
    """How much of the variance of the ranks each thing that was varied explains; None where nothing moved them."""
    say, shares = page.language, view.sensitivity(index)
    if not any((s.total or 0) > 0 for s in shares):
        return None
    bars = [
        figures.FactorShare(
            page.factor(s.factor),
            *(v or 0.0 for v in (s.first, s.first_low, s.first_high, s.total, s.total_low, s.total_high)),
        )
        for s in shares
    ]
    most = max(shares, key=lambda s: s.total or 0)
    told = say(
        "%(factor)s has the largest share: %(share)s with its interactions.",
        factor=page.factor(most.factor), share=say.share(min(most.total or 0, 1.0)),
    )  # fmt: skip
    words = {
        "sobol": say("What the ranks depend on"), "first": say("alone"), "total": say("with all interactions"),
        "share": say("Share of the variance"), "sobol_told": plain(told),
    }  # fmt: skip
    return both(
        lambda width, end: figures.sobol_bars(bars, language=say.code, words=words, ident=f"sobol-{end}", width=width)
    )


def together_drawing(page: Page, view: EditionView, index: str) -> Markup | None:
    """Correlation of each part with the part above it, as a tree; None where none is known."""
    say, parents = page.language, view.parents(index)
    known = {c.a: c for c in view.correlations(index) if parents.get(c.a) == c.b and c.r is not None}
    if not known:
        return None
    names = {node: page.node(index, node) for node in parents}
    cells = [
        correlation_figures.TreeCell(
            names[node], names.get(parent or ""), _number(known[node].r if node in known else None)
        )
        for node, parent in parents.items()
    ]
    weakest = min(known.values(), key=lambda c: (c.r or 0.0, c.a))
    told = say(
        "Weakest: %(part)s with %(whole)s, %(r)s.",
        part=names[weakest.a], whole=names[weakest.b], r=say.number(weakest.r, digits=2),
    )  # fmt: skip
    words = {"tree": say("How the parts go together"), "tree_told": plain(told)}
    label = say("Figure, scrolls sideways: %(title)s", title=words["tree"])
    return Markup('<div class="sideways" tabindex="0" role="region" aria-label="{}"><div class="drawing">').format(
        label
    ) + Markup(correlation_figures.correlation_tree(cells, language=say.code, words=words) + "</div></div>")


def radar_drawing(page: Page, view: EditionView, index: str, place: str) -> Markup | None:
    """A place against the median of its peers, group by group; None with fewer than three groups known of both."""
    say, peers = page.language, [p.peer for p in view.peers(index, place)]
    nodes = branches(view, index, figures.MOST_SPOKES)
    own = [_number(view.node_score(index, place, node)) for node in nodes]
    others = [_median(view.node_score(index, p, node) for p in peers) for node in nodes]
    gaps = [o - p for o, p in zip(own, others, strict=True) if math.isfinite(o) and math.isfinite(p)]
    if len(gaps) < 3:
        return None
    name = page.place(place)
    told = say(
        "%(place)s is ahead of its peers in %(ahead)s of %(count)s.",
        place=name, ahead=sum(g > 0 for g in gaps), count=len(gaps),
    )  # fmt: skip
    words = {
        "radar": plain(say("%(place)s against its peers", place=name)), "radar_told": plain(told),
        "peers": say("Median of the peers"), "missing": say("no value"),
    }  # fmt: skip
    axes = [page.node(index, node) for node in nodes]

    def draw(width: float, end: str) -> str:
        wide = width >= figures.WIDE
        return figures.radar(
            name, axes, own, others, language=say.code, words=words, ident=f"radar-{index}-{end}",
            radius=112 if wide else 80, letters=15 if wide else 13,
        )  # fmt: skip

    return both(draw)


def strongest(page: Page, view: EditionView, index: str, place: str) -> str:
    """A sentence on what a place's rank depends on most; empty where nothing moved it."""
    shares = view.sensitivity(index, place)
    most = max(shares, key=lambda s: s.total or 0, default=None)
    if most is None or not (most.total or 0) > 0:
        return ""
    say = page.language
    return say(
        "This rank depends most on: %(factor)s (%(share)s of its variance, with interactions).",
        factor=page.factor(most.factor), share=say.share(min(most.total or 0, 1.0)),
    )  # fmt: skip


def branches(view: EditionView, index: str, most: int) -> list[str]:
    """Nodes of the highest level that has 3 to `most` of them, else the root's children."""
    below = view.children_of(index)
    first = below.get(view.root(index), [])
    level = first
    while len(level) < 3 and any(below.get(n) for n in level):
        level = [c for n in level for c in below.get(n) or [n]]
    return level if len(level) <= most else first


def plain(text: str) -> str:
    """Text that `str.format` leaves as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _median(values: Iterable[float | None]) -> float:
    present = [v for v in values if v is not None]
    return statistics.median(present) if present else math.nan
