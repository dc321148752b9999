"""How the parts of an index go together: a tree by level and a map of all pairs, as SVG text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from kenes.pages.figures import svg
from kenes.pages.figures.svg import ACCENT, CONTRAST, INK, LINE, PAPER, SOFT
from kenes.pages.language import ENGLISH, Language
from kenes.vocabulary.errors import BadInput


@dataclass(frozen=True, slots=True)
class TreeCell:
    """A node, its parent and the correlation of the two; the root has neither."""

    node: str
    parent: str | None = None
    r: float = math.nan


def correlation_colour(r: float) -> str:
    """Teal for what goes together, orange for what goes against, white for neither; grey where unknown."""
    if not math.isfinite(r):
        return LINE
    return svg.mixed(PAPER, ACCENT if r >= 0 else CONTRAST, min(abs(r), 1.0))


def correlation_tree(cells: Sequence[TreeCell], say: Language = ENGLISH, *, ident: str = "tree") -> Markup:
    """The tree from the root on the left to the indicators on the right, each box coloured by its correlation
    with its parent, which is printed in it.

    Args:
        cells: every node, in any order; siblings stand in the order given.
        say: the reader's language.
        ident: unique on the page.

    Raises:
        BadInput: not exactly one node is without a parent.
    """
    roots = [c for c in cells if c.parent is None]
    if len(roots) != 1:
        raise BadInput("correlation tree", expected="one node without a parent", found=str(len(roots)))
    below: dict[str, list[TreeCell]] = {}
    for c in cells:
        below.setdefault(c.parent or "", []).append(c)
    width, top, row = 820.0, 34.0, 22.0
    column = width / _levels(roots[0], below)
    marks, end = _tree_marks(roots[0], below, top, row, column, say)
    known = [c for c in cells if c.parent is not None and math.isfinite(c.r)]
    weakest = min(known, key=lambda c: (c.r, c.node), default=TreeCell("–", "–", 0.0))
    told = say(
        "Weakest: %(part)s with %(whole)s, %(r)s.",
        part=weakest.node,
        whole=weakest.parent,
        r=say.decimal(weakest.r, 2, least=2),
    )
    title = say("How the parts go together")
    return svg.figure(width, end + 6, [*_scale(say), *marks], ident=ident, title=title, description=told)


def _levels(cell: TreeCell, below: Mapping[str, Sequence[TreeCell]]) -> int:
    return 1 + max((_levels(c, below) for c in below.get(cell.node, ())), default=0)


def _tree_marks(
    root: TreeCell, below: Mapping[str, Sequence[TreeCell]], top: float, row: float, column: float, say: Language
) -> tuple[list[Markup], float]:
    """Boxes from top to bottom, and where the last ends."""
    marks: list[Markup] = []
    most = max(int(column / 7.2) - 7, 4)

    def place(cell: TreeCell, depth: int, y: float) -> float:
        end, children = y, below.get(cell.node, ())
        for child in children:
            end = place(child, depth + 1, end)
        end = end if children else y + row
        known = "?" if not math.isfinite(cell.r) else say.decimal(cell.r, 2, least=2)
        told = "" if cell.parent is None else known
        fill = PAPER if cell.parent is None else correlation_colour(cell.r)
        middle, ink = (y + end) / 2 + 4, svg.ink_on(fill)
        hint = f"{cell.node} | {cell.parent}: {told}" if cell.parent else cell.node
        marks.extend(
            [
                svg.rect(column * depth + 1, y + 1, column - 2, end - y - 2, fill, stroke=LINE, hint=hint),
                svg.text(column * depth + 8, middle, svg.short(cell.node, most), fill=ink, bold=bool(children)),
                svg.text(column * (depth + 1) - 8, middle, told, anchor="end", size=11, fill=ink),
            ]
        )
        return end

    return marks, place(root, 0, top)


def _scale(say: Language) -> list[Markup]:
    """What the colours stand for: five boxes from -1 to 1."""
    marks = list[Markup]()
    for k, r in enumerate((-1.0, -0.5, 0.0, 0.5, 1.0)):
        fill, label = correlation_colour(r), say.decimal(r, 1, least=1)
        marks += [
            svg.rect(8 + 46.0 * k, 4, 44, 18, fill, stroke=LINE),
            svg.text(30 + 46.0 * k, 17, label, anchor="middle", size=11, fill=svg.ink_on(fill)),
        ]
    return marks


def correlation_map(
    nodes: Sequence[str],
    matrix: Sequence[Sequence[float]],
    say: Language = ENGLISH,
    *,
    branches: Sequence[str] = (),
    ident: str = "map",
) -> Markup:
    """All pairs as coloured squares below the diagonal, neighbours of one branch underlined together.

    Args:
        nodes: names, siblings together.
        matrix: correlations, shape (node, node); NaN where unknown.
        say: the reader's language.
        branches: branch of each node; no frames without.
        ident: unique on the page.

    Raises:
        BadInput: the matrix has another shape than the names.
    """
    count = len(nodes)
    if len(matrix) != count or any(len(line) != count for line in matrix):
        raise BadInput("correlation map", expected=f"{count} by {count} correlations", found=str(len(matrix)))
    left, top = min(svg.width_of((svg.short(n, 24) for n in nodes), 11) + 14, 170), 34.0
    cell = min(40.0, max(11.0, (820 - left - 150) / max(count, 1)))
    pairs = [(i, j) for i in range(count) for j in range(i)]
    marks = list[Markup]()
    for i, j in pairs:
        marks += _square((nodes[i], nodes[j]), matrix[i][j], (left + cell * j, top + cell * i), cell, say)
    size = min(12.0, cell * 0.9)
    for i, node in enumerate(nodes):
        middle = top + cell * i + cell / 2
        marks += [
            svg.text(left - 6, middle + size * 0.35, svg.short(node, 24), anchor="end", size=size),
            svg.text(left + cell * i + 4, middle + size * 0.35, svg.short(node, 18), size=size, fill=SOFT),
        ]
    for a, b in _runs(branches):
        x, y = left + cell * a - 1, top + cell * b - 0.5
        marks += [svg.line(x, top + cell * a, x, y, INK), svg.line(x, y, left + cell * b, y, INK)]
    width, height = max(left + cell * count + 130, 260), top + cell * count + 8
    title, told = say("Correlations between the indicators"), _strongest(nodes, matrix, pairs, say)
    return svg.figure(width, height, [*_scale(say), *marks], ident=ident, title=title, description=told)


def _square(pair: tuple[str, str], r: float, at: tuple[float, float], cell: float, say: Language) -> list[Markup]:
    """The correlation of a pair: a box from its upper left corner, the number in it where there is room."""
    (x, y), fill = at, correlation_colour(r)
    known = math.isfinite(r)
    told = say.decimal(r, 2, least=2) if known else say("no value")
    marks = [svg.rect(x, y, cell - 1, cell - 1, fill, hint=f"{pair[0]} | {pair[1]}: {told}")]
    if cell >= 30:
        where, ink = (x + cell / 2, y + cell / 2 + 4), svg.ink_on(fill)
        marks.append(svg.text(*where, told if known else "?", anchor="middle", size=10, fill=ink))
    return marks


def _strongest(
    nodes: Sequence[str], matrix: Sequence[Sequence[float]], pairs: Sequence[tuple[int, int]], say: Language
) -> str:
    """How many indicators there are, and which two go together most, or against each other."""
    known = [pair for pair in pairs if math.isfinite(matrix[pair[0]][pair[1]])]
    count = say.counted("%(count)s indicator.", "%(count)s indicators, framed by branch.", len(nodes))
    if not known:
        return count
    i, j = max(known, key=lambda pair: abs(matrix[pair[0]][pair[1]]))
    r = say.decimal(matrix[i][j], 2, least=2)
    return f"{count} {say('Strongest: %(a)s and %(b)s, %(r)s.', a=nodes[i], b=nodes[j], r=r)}"


def _runs(branches: Sequence[str]) -> list[tuple[int, int]]:
    """First and last + 1 of each run of more than one node in the same branch."""
    edges = [i for i in range(len(branches) + 1) if i in (0, len(branches)) or branches[i] != branches[i - 1]]
    return [(a, b) for a, b in pairwise(edges) if b - a > 1]
