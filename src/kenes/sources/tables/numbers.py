"""From the text of a cell to a number, without surprises.

A comma is a thousands mark or a decimal mark only where the mapping says so; words such as `nan` or
`inf` and numbers beyond what a float64 holds are refused, never guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kenes.catalogue.mapping_records import FileForm, ValueRule
from kenes.sources.tables.columns import Floats, Mask, TextArray, TextColumn, mask_of, positions, trimmed
from kenes.sources.tables.lookups import Coded, CodedTexts
from kenes.vocabulary.reasons import Reason, reason

_PLAIN = r"^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?$"
_PLAIN_MATCH = re.compile(_PLAIN).match
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_TOO_LARGE = reason("number_too_large")


class Number(NamedTuple):
    """What one cell says: a value, or missing (`None` without reason), or a refusal (`reason`)."""

    value: float | None
    flags: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """The cells of a column.

    Attributes:
        value: shape (row,), NaN where missing or refused.
        missing: shape (row,).
        flags: blank-separated words, None for none.
        reason: why refused, None where accepted.
    """

    value: Floats
    missing: Mask
    flags: CodedTexts
    reason: Coded[Reason]


def number_reader(form: FileForm, rule: ValueRule, missing: frozenset[str]) -> Callable[[str], Number]:
    """A function that reads the text of one cell.

    Args:
        form: gives the decimal and the thousands mark.
        rule: gives the pattern of flags and the marks to take off.
        missing: texts that mean "no value", compared after trimming.
    """
    pattern = re.compile(rule.flag_pattern) if rule.flag_pattern else None

    def read(text: str) -> Number:
        body, words = text.strip(), ""
        if body in missing:
            return Number(None)
        if pattern is not None and (match := pattern.fullmatch(body)):
            groups = match.groupdict("")
            letters, body = groups.get("flags", "").strip(), groups.get("value", "").strip()
            unknown = [letter for letter in letters if letter not in rule.flags]
            if unknown:
                return Number(None, reason=reason("flag_undeclared", flag=unknown[0]))
            words = " ".join(rule.flags[letter] for letter in letters)
            if body in missing:
                return Number(None, words)
        found = _number(body.strip(rule.strip).strip() if rule.strip else body, form)
        return Number(None, words, found) if isinstance(found, Reason) else Number(found, words)

    return read


def _number(text: str, form: FileForm) -> float | Reason:
    plain = text.translate(_MINUS)
    if form.thousands:
        plain = _without_thousands(plain, form)
    if form.decimal != ".":
        if "." in plain:
            return reason("number_point", mark=form.decimal)
        plain = plain.replace(form.decimal, ".")
    if not _PLAIN_MATCH(plain):
        return reason("number_comma" if "," in text and "," not in (form.decimal, form.thousands) else "no_number")
    value = float(plain)
    return value if math.isfinite(value) else _TOO_LARGE


def _without_thousands(text: str, form: FileForm) -> str:
    mark = form.thousands
    if mark.isspace():
        text, mark = re.sub(r"\s", " ", text), " "
    grouped = rf"[-+]?[0-9]{{1,3}}({re.escape(mark)}[0-9]{{3}})+({re.escape(form.decimal)}[0-9]*)?"
    return text.replace(mark, "") if re.fullmatch(grouped, text) else text


def read_values(column: TextColumn, read: Callable[[str], Number], form: FileForm, missing: frozenset[str]) -> Values:
    """Read a column of texts: plain numbers together, the other distinct texts one by one.

    Args:
        column: texts, shape (row,).
        read: from `number_reader`.
        form: gives the marks; only with a decimal point is a plain number plain.
        missing: texts that mean "no value"; one that is a number means every spelling of it.
    """
    texts = trimmed(column)
    absent = mask_of(pc.is_in(texts, value_set=pa.array(sorted(missing), pa.string())))
    plain = mask_of(pc.match_substring_regex(texts, _PLAIN)) & ~absent & (form.decimal == ".")
    numbers = _floats(texts, plain)
    odd = {int(i): read(str(column.dictionary[int(i)].as_py())) for i in np.flatnonzero(~plain & ~absent)}
    odd |= {int(i): Number(None, reason=_TOO_LARGE) for i in np.flatnonzero(np.isinf(numbers))}
    flags: list[str | None] = [None] * len(texts)
    reasons: list[Reason | None] = [None] * len(texts)
    for i, answer in odd.items():
        numbers[i] = math.nan if answer.value is None else answer.value
        absent[i] = answer.value is None and answer.reason is None
        flags[i], reasons[i] = answer.flags or None, answer.reason
    gaps = np.isin(numbers, [float(text) for text in missing if _PLAIN_MATCH(text)])
    numbers[gaps], absent[gaps] = math.nan, True
    at = positions(column).astype(np.int64)
    return Values(numbers[at], absent[at], CodedTexts(flags, at), Coded(reasons, at))


def _floats(texts: TextArray, plain: Mask) -> Floats:
    """Numbers of the plain texts, NaN for the others."""
    chosen = pc.if_else(pa.array(plain, pa.bool_()), texts, pa.scalar(None, pa.string()))
    numbers: Floats = chosen.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64, copy=True)
    return numbers
