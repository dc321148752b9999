"""A reason in the words of a language: its message, with each value written as its kind asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kenes.pages.language import Language
from kenes.pages.words.codes import word
from kenes.pages.words.names import Names
from kenes.vocabulary.locators import Cell, read_locator
from kenes.vocabulary.reason_codes import DECLARED, Declared, Kind
from kenes.vocabulary.reasons import Reason, Value, read_reason

Written = Callable[[Names, Value], str]


def told(found: Reason | None, names: Names) -> str:
    """A reason and those beside it, as sentences in the reader's language; empty for none."""
    return " ".join(_sentence(each, names) for each in found.all()) if found else ""


def told_row(code: str | None, values: str | None, names: Names) -> str:
    """The reason that stands in two columns of a table, as sentences; empty where the row has none."""
    return told(read_reason(code, values), names)


def _sentence(one: Reason, names: Names) -> str:
    declared, values = DECLARED[one.code], one.values
    shown = {name: _written(declared, name, values, names) for name in declared.kinds}
    language = names.language
    if declared.plural:
        count = values[declared.counted]
        text = language.counted(declared.message, declared.plural, abs(int(str(count or 0))), **shown)
    else:
        text = language(declared.message, **shown)
    return re.sub(r" {2,}", " ", text).replace(" .", ".").replace(" ,", ",").replace(" )", ")").replace("( ", "(")


def _written(declared: Declared, name: str, values: Mapping[str, Value], names: Names) -> str:
    kind, value = declared.kinds[name], values[name]
    if value is None:
        return "–"
    if kind is Kind.AMOUNT:
        unit = names.unit(str(values["unit"] or ""))
        return f"{_number(names, value)} {unit}".strip()
    return WAYS[kind](names, value)


def _number(names: Names, value: Value) -> str:
    return names.language.number(float(str(value)))


def _share(names: Names, value: Value) -> str:
    return names.language.share(float(str(value)), 1)


def _count(names: Names, value: Value) -> str:
    return names.language.exact(int(str(value)))


def _text(_: Names, value: Value) -> str:
    return str(value)


def _listed(one: Callable[[Names, str], str]) -> Written:
    """A way of writing several, from the way of writing one."""

    def written(names: Names, value: Value) -> str:
        each = value if isinstance(value, tuple) else (str(value),)
        return ", ".join(one(names, text) for text in each) or "–"

    return written


def _worded(set_: str) -> Written:
    return lambda names, value: word(names.language, set_, str(value))


def locator_text(say: Language, locator: str | None) -> str:
    """A locator in the reader's words; one that names no row stays as it is."""
    found = read_locator(locator)
    if found is None:
        return locator or "–"
    first = _cell_text(say, found.first)
    if found.last is None:
        return first
    return say("%(first)s to %(last)s", first=first, last=_cell_text(say, found.last))


def _cell_text(say: Language, cell: Cell) -> str:
    if cell.column is None:
        return say("row %(row)s", row=cell.row)
    return say("row %(row)s, column %(column)s", row=cell.row, column=cell.column)


WAYS: Mapping[Kind, Written] = {
    Kind.NUMBER: _number,
    Kind.AMOUNT: _number,
    Kind.COUNT: _count,
    Kind.SHARE: _share,
    Kind.YEAR: _text,
    Kind.MONTH: _text,
    Kind.DATE: lambda names, value: names.language.date(str(value)),
    Kind.TEXT: _text,
    Kind.TEXTS: _listed(lambda _, text: text),
    Kind.UNIT: lambda names, value: names.unit(str(value)),
    Kind.LOCATOR: lambda names, value: locator_text(names.language, str(value)),
    Kind.PLACE: lambda names, value: names.place(str(value)),
    Kind.PLACES: _listed(lambda names, text: names.place(text)),
    Kind.INDICATOR: lambda names, value: names.indicator(str(value))[0],
    Kind.INDICATORS: _listed(lambda names, text: names.indicator(text)[0]),
    Kind.VARIABLE: lambda names, value: names.variable(str(value))[0],
    Kind.SOURCE: lambda names, value: names.source(str(value))[0],
    Kind.NODE: lambda names, value: names.node(str(value)),
    Kind.PRACTICE: lambda names, value: names.practice(str(value))[0],
    Kind.METRIC: lambda names, value: names.metric(str(value))[0],
    Kind.DESIGN: lambda names, value: names.design(str(value))[0],
    Kind.QUALITY: _worded("quality"),
    Kind.RULES: _listed(lambda names, text: word(names.language, "rule", text)),
    Kind.LEVEL: _worded("level"),
    Kind.STRENGTH: _worded("strength"),
    Kind.PLACE_KINDS: _listed(lambda names, text: word(names.language, "place_kind", text)),
}
"""How a value of each kind is written."""
