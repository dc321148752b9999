"""The part of Ibis that definitions use, with types: what is known to mean the same on every engine.

An operation that does not stand here is not used before a test has shown that DuckDB, Sail and Spark agree on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import ibis

Plain = str | int | float | None


class Window(Protocol):
    """Rows that belong together, in an order."""


class Column(Protocol):
    """A column of an unbound expression."""

    def sum(self) -> Column:
        """Sum of the values that there are."""

    def min(self) -> Column:
        """Least value."""

    def max(self) -> Column:
        """Greatest value."""

    def mean(self) -> Column:
        """Mean of the values that there are."""

    def count(self) -> Column:
        """Number of values that there are."""

    def std(self, *, how: str) -> Column:
        """Standard deviation; `sample` divides by n-1."""

    def lag(self) -> Column:
        """The value of the row before."""

    def over(self, window: Window) -> Column:
        """Within a window."""

    def cast(self, type_: str) -> Column:
        """As another type."""

    def notnull(self) -> Column:
        """Whether there is a value."""

    def epoch_seconds(self) -> Column:
        """Seconds since 1970 of a time."""

    def year(self) -> Column:
        """Calendar year of a time."""

    def __add__(self, other: Column | Plain) -> Column:
        """Sum."""

    def __sub__(self, other: Column | Plain) -> Column:
        """Difference."""

    def __mul__(self, other: Column | Plain) -> Column:
        """Product."""

    def __truediv__(self, other: Column | Plain) -> Column:
        """Quotient."""

    def __floordiv__(self, other: Column | Plain) -> Column:
        """Whole quotient."""

    def __le__(self, other: Column | Plain) -> Column:
        """Whether it is at most the other."""

    def __and__(self, other: Column) -> Column:
        """Whether both hold."""


class Grouped(Protocol):
    """Rows of a table by equal keys."""

    def aggregate(self, **columns: Column) -> Relation:
        """One row for each group."""


class Relation(Protocol):
    """An unbound table; its columns are its attributes."""

    def __getattr__(self, name: str) -> Column:
        """A column by name."""

    def filter(self, condition: Column) -> Relation:
        """Rows for which a condition holds."""

    def anti_join(self, other: Relation, key: str) -> Relation:
        """Rows whose key the other table does not hold."""

    def mutate(self, **columns: Column) -> Relation:
        """With further columns."""

    def group_by(self, keys: Sequence[str]) -> Grouped:
        """By equal keys."""


def table(schema: Mapping[str, str], name: str) -> Relation:
    """An unbound table with the given types by column."""
    made: Relation = ibis.table(dict(schema), name=name)
    return made


def columns_of(rows: Relation, names: Sequence[str]) -> list[Column]:
    """Columns of a table by name."""
    return [getattr(rows, name) for name in names]


def equal(left: Column, right: Column) -> Column:
    """Whether two columns are equal; `==` of a protocol would promise a truth value."""
    compared: Column = ibis.ifelse(left == right, True, False)
    return compared


def window(by: Sequence[Column], order: Column | None = None) -> Window:
    """Rows with equal values in some columns, in the order of another."""
    made: Window = ibis.window(group_by=list(by), order_by=order)
    return made


def where(condition: Column, then: Column | Plain, otherwise: Column | Plain) -> Column:
    """One value where a condition holds, another where it does not."""
    made: Column = ibis.ifelse(condition, then, otherwise)
    return made


def cases(*pairs: tuple[Column, Plain], otherwise: Plain) -> Column:
    """The value beside the first condition that holds."""
    made: Column = ibis.cases(*pairs, else_=otherwise)
    return made
