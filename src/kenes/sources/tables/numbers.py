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
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kenes.catalogue.mapping_records import FileForm, ValueRule
from kenes.sources.tables.lookups import Coded

_PLAIN = r"^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?$"
_PLAIN_MATCH = re.compile(_PLAIN).match
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})


class Number(NamedTuple):
    """What one cell says: a value, or missing (`None` without reason), or a refusal (`reason`)."""

    value: float | None
    flags: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Values:
    """The cells of a column.

    Attributes:
        value: shape (row,), NaN where missing or refused.
        missing: shape (row,).
        flags: blank-separated words, None for none.
        reason: why refused, None where accepted.
    """

    value: npt.NDArray[np.float64]
    missing: npt.NDArray[np.bool_]
    flags: Coded
    reason: Coded


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
            groups = match.groupdict()
            letters, body = (groups.get("flags") or "").strip(), (groups.get("value") or "").strip()
            unknown = [letter for letter in letters if letter not in rule.flags]
            if unknown:
                return Number(None, reason=f"flag {unknown[0]!r} is not declared")
            words = " ".join(rule.flags[letter] for letter in letters)
            if body in missing:
                return Number(None, words)
        value, reason = _number(body.strip(rule.strip).strip() if rule.strip else body, form)
        return Number(value, words, reason)

    return read


def _number(text: str, form: FileForm) -> tuple[float | None, str]:
    plain = text.translate(_MINUS)
    if form.thousands:
        plain = _without_thousands(plain, form)
    if form.decimal != ".":
        if "." in plain:
            return None, f"no number: a point, but the decimal mark is {form.decimal!r}"
        plain = plain.replace(form.decimal, ".")
    if not _PLAIN_MATCH(plain):
        comma = "," in text and form.decimal != "," and form.thousands != ","
        return None, "no number: a comma, but the mapping declares none" if comma else "no number"
    value = float(plain)
    return (value, "") if math.isfinite(value) else (None, "number too large")


def _without_thousands(text: str, form: FileForm) -> str:
    mark = form.thousands
    if mark.isspace():
        text, mark = re.sub(r"\s", " ", text), " "
    grouped = rf"[-+]?[0-9]{{1,3}}({re.escape(mark)}[0-9]{{3}})+({re.escape(form.decimal)}[0-9]*)?"
    return text.replace(mark, "") if re.fullmatch(grouped, text) else text


def read_values(
    array: pa.DictionaryArray, read: Callable[[str], Number], form: FileForm, missing: frozenset[str]
) -> Values:
    """Read a column of texts: plain numbers together, the other distinct texts one by one.

    Args:
        array: texts, shape (row,).
        read: from `number_reader`.
        form: gives the marks; only with a decimal point is a plain number plain.
        missing: texts that mean "no value"; one that is a number means every spelling of it.
    """
    trimmed = pc.utf8_trim_whitespace(array.dictionary)
    absent = _bools(pc.is_in(trimmed, value_set=pa.array(sorted(missing), pa.string())))
    plain = _bools(pc.match_substring_regex(trimmed, _PLAIN)) & ~absent & (form.decimal == ".")
    value = pc.if_else(pa.array(plain), trimmed, pa.scalar(None, pa.string())).cast(pa.float64())
    numbers = value.to_numpy(zero_copy_only=False).astype(np.float64, copy=True)
    odd = {int(i): read(array.dictionary[int(i)].as_py()) for i in np.flatnonzero(~plain & ~absent)}
    odd |= {int(i): Number(None, reason="number too large") for i in np.flatnonzero(np.isinf(numbers))}
    flags: list[str | None] = [None] * len(trimmed)
    reasons: list[str | None] = [None] * len(trimmed)
    for i, answer in odd.items():
        numbers[i] = math.nan if answer.value is None else answer.value
        absent[i] = answer.value is None and not answer.reason
        flags[i], reasons[i] = answer.flags or None, answer.reason or None
    gaps = np.isin(numbers, [float(text) for text in missing if _PLAIN_MATCH(text)])
    numbers[gaps], absent[gaps] = math.nan, True
    at = array.indices.to_numpy().astype(np.int64)
    return Values(numbers[at], absent[at], Coded(flags, at), Coded(reasons, at))


def _bools(array: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    return np.array(array.to_numpy(zero_copy_only=False), dtype=bool)
