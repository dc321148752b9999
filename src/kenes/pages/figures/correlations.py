"""How the parts of an index go together: a tree by level and a map of all pairs, as SVG text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kenes.pages.figures import svg
from kenes.pages.figures.index import Words, words_of
from kenes.pages.figures.svg import ACCENT, CONTRAST, INK, LINE, PAPER, SOFT
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


def correlation_tree(
    cells: Sequence[TreeCell], *, language: str = "en", words: Words | None = None, ident: str = "tree"
) -> str:
    """The tree from the root on the left to the indicators on the right, each box coloured by its correlation
    with its parent, which is printed in it.

    Args:
        cells: every node, in any order; siblings stand in the order given.
        language: of the words and numbers.
        words: instead of ours.
        ident: unique on the page.

    Raises:
        BadInput: not exactly one node is without a parent.
    """
    w = words_of(language, words)
    roots = [c for c in cells if c.parent is None]
    if len(roots) != 1:
        raise BadInput("correlation tree", expected="one node without a parent", found=str(len(roots)))
    below: dict[str, list[TreeCell]] = {}
    for c in cells:
        below.setdefault(c.parent or "", []).append(c)
    levels = _levels(roots[0], below)
    width, top, row = 820.0, 34.0, 22.0
    column = width / levels
    marks, end = _tree_marks(roots[0], below, top, row, column, language)
    known = [c for c in cells if c.parent is not None and math.isfinite(c.r)]
    weakest = min(known, key=lambda c: (c.r, c.node), default=TreeCell(w["none"], w["none"], 0.0))
    description = w["tree_told"].format(node=weakest.node, parent=weakest.parent, r=svg.number(weakest.r, 2, language))
    return svg.figure(
        width, end + 6, [*_scale(language), *marks], ident=ident, title=w["tree"], description=description
    )


def _levels(cell: TreeCell, below: dict[str, list[TreeCell]]) -> int:
    return 1 + max((_levels(c, below) for c in below.get(cell.node, [])), default=0)


def _tree_marks(
    root: TreeCell, below: dict[str, list[TreeCell]], top: float, row: float, column: float, language: str
) -> tuple[list[str], float]:
    """Boxes from top to bottom, and where the last ends."""
    marks: list[str] = []
    most = max(int(column / 7.2) - 7, 4)

    def place(cell: TreeCell, depth: int, y: float) -> float:
        end, children = y, below.get(cell.node, [])
        for child in children:
            end = place(child, depth + 1, end)
        end = end if children else y + row
        told = "" if cell.parent is None else svg.number(cell.r, 2, language) if math.isfinite(cell.r) else "?"
        fill = PAPER if cell.parent is None else correlation_colour(cell.r)
        middle, ink = (y + end) / 2 + 4, svg.ink_on(fill)
        hint = f"{cell.node} | {cell.parent}: {told}" if cell.parent else cell.node
        marks.extend([
            svg.rect(column * depth + 1, y + 1, column - 2, end - y - 2, fill, stroke=LINE, hint=hint),
            svg.text(column * depth + 8, middle, svg.short(cell.node, most), fill=ink, bold=bool(children)),
            svg.text(column * (depth + 1) - 8, middle, told, anchor="end", size=11, fill=ink),
        ])  # fmt: skip
        return end

    return marks, place(root, 0, top)


def _scale(language: str) -> list[str]:
    """What the colours stand for: five boxes from -1 to 1."""
    marks = list[str]()
    for k, r in enumerate((-1.0, -0.5, 0.0, 0.5, 1.0)):
        label = svg.number(r, 1, language)
        marks += [
            svg.rect(8 + 46.0 * k, 4, 44, 18, correlation_colour(r), stroke=LINE),
            svg.text(30 + 46.0 * k, 17, label, anchor="middle", size=11, fill=svg.ink_on(correlation_colour(r))),
        ]
    return marks


def correlation_map(
    nodes: Sequence[str], matrix: Sequence[Sequence[float]], *, branches: Sequence[str] = (), language: str = "en",
    words: Words | None = None, ident: str = "map",
) -> str:  # fmt: skip
    """All pairs as coloured squares below the diagonal, neighbours of one branch underlined together.

    Args:
        nodes: names, siblings together.
        matrix: correlations, shape (node, node); NaN where unknown.
        branches: branch of each node; no frames without.
        language: of the words and numbers.
        words: instead of ours.
        ident: unique on the page.

    Raises:
        BadInput: the matrix has another shape than the names.
    """
    w = words_of(language, words)
    count = len(nodes)
    if len(matrix) != count or any(len(line) != count for line in matrix):
        raise BadInput("correlation map", expected=f"{count} by {count} correlations", found=str(len(matrix)))
    left = min(svg.width_of((svg.short(n, 24) for n in nodes), 11) + 14, 170)
    cell = min(40.0, max(11.0, (820 - left - 150) / max(count, 1)))
    top, marks = 34.0, list[str]()
    pairs = [(i, j) for i in range(count) for j in range(i)]
    for i, j in pairs:
        r = float(matrix[i][j])
        told = svg.number(r, 2, language) if math.isfinite(r) else w["missing"]
        x, y = left + cell * j, top + cell * i
        marks.append(svg.rect(x, y, cell - 1, cell - 1, correlation_colour(r), hint=f"{nodes[i]} | {nodes[j]}: {told}"))
        if cell >= 30:
            brief = told if math.isfinite(r) else "?"
            marks.append(
                svg.text(
                    x + cell / 2,
                    y + cell / 2 + 4,
                    brief,
                    anchor="middle",
                    size=10,
                    fill=svg.ink_on(correlation_colour(r)),
                )
            )
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
    known = [(i, j) for i, j in pairs if math.isfinite(matrix[i][j])]
    told_of = {"count": count, "a": w["none"], "b": w["none"], "r": ""}
    if known:
        i, j = max(known, key=lambda p: abs(matrix[p[0]][p[1]]))
        told_of |= {"a": nodes[i], "b": nodes[j], "r": svg.number(matrix[i][j], 2, language)}
    width, height = left + cell * count + 130, top + cell * count + 8
    return svg.figure(
        max(width, 260), height, [*_scale(language), *marks], ident=ident, title=w["map"],
        description=w["map_told"].format(**told_of),
    )  # fmt: skip


def _runs(branches: Sequence[str]) -> list[tuple[int, int]]:
    """First and last + 1 of each run of more than one node in the same branch."""
    edges = [i for i in range(len(branches) + 1) if i in (0, len(branches)) or branches[i] != branches[i - 1]]
    return [(a, b) for a, b in pairwise(edges) if b - a > 1]
