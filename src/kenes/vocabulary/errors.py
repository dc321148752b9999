"""Errors that say what, where, what was expected, what was found and what to do next.

Each class is one kind of trouble, so that a caller can tell what may be tried again from what
somebody must mend. A gap in the data is none of these: it is a result, shown with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass


class KenesError(Exception):
    """Anything that Keneş refuses to do, in words for the person who can mend it.

    Args:
        what: the subject, for example `pm25_annual_mean`.
        expected: what should have been there.
        found: what was there instead.
        where: file and line, row, or the name of a node.
        mend: what to do next.
    """

    def __init__(self, what: str, *, expected: str = "", found: str = "", where: str = "", mend: str = "") -> None:
        self.what, self.expected, self.found, self.where, self.mend = what, expected, found, where, mend
        super().__init__(self.__str__())

    def __str__(self) -> str:
        """One sentence: what, expected, found (where). Mend."""
        text = self.what
        if self.expected:
            text += f": expected {self.expected}"
        if self.found:
            text += f"{',' if self.expected else ':'} found {self.found}"
        if self.where:
            text += f" ({self.where})"
        text = text.rstrip(".") + "."
        return f"{text} {self.mend}" if self.mend else text


class BadInput(KenesError):
    """What was handed in cannot be used as it is; nothing was written."""


class DefinitionError(BadInput):
    """A declaration (indicator, mapping, index specification, place) contradicts itself or another."""


class UnitMismatch(DefinitionError):
    """Two quantities that were to be combined or compared have different dimensions."""


class SourceError(BadInput):
    """A source file cannot be read as its mapping says it should."""


class UnknownPlace(BadInput):
    """A name or code fits no place, or fits more than one."""


class NotAllowed(KenesError):
    """A licence, a setting or a role forbids this."""


class StoreError(KenesError):
    """The store is damaged, busy or written by a newer version."""


class Busy(StoreError):
    """Another process holds the lock; the same call may be tried again."""


class Unreachable(KenesError):
    """Another machine does not answer, or no longer; the same call may be tried again."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault among several, collected so that all are told at once."""

    code: str
    message: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """`file:line: message [code]`."""
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{where}{self.message} [{self.code}]"


class CatalogueFaults(DefinitionError):
    """A catalogue with faults, each with file and line."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(f) for f in findings))

    def __str__(self) -> str:
        """One finding a line."""
        return "\n".join(str(f) for f in self.findings)
