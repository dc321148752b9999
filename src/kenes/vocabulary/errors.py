"""Errors that say what, where, what was expected, what was found and what to do next.

Each class is one kind of trouble, so that a caller can tell what may be tried again from what
somebody must mend. A gap in the data is none of these: it is a result, shown with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class At:
    """A line of a file, or the whole file; false where there is none.

    >>> str(At("variables.yaml", 4)), str(At("kenes.toml")), bool(At())
    ('variables.yaml:4', 'kenes.toml', False)
    """

    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """`file:line`, as editors and terminals open it."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def __bool__(self) -> bool:
        return bool(self.file)


NOWHERE = At()


class KenesError(Exception):
    """Anything that Keneş refuses to do, in words for the person who can mend it.

    Args:
        what: the subject, for example `pm25_annual_mean`.
        expected: what should have been there.
        found: what was there instead.
        where: file and line; or in words a row, or the name of a node.
        mend: what to do next.
        code: the kind of trouble in one word, where it is narrower than that of the class.
    """

    code: str = "error"

    def __init__(
        self,
        what: str,
        *,
        expected: str = "",
        found: str = "",
        where: str | At = "",
        mend: str = "",
        code: str = "",
    ) -> None:
        self.what, self.expected, self.found, self.where, self.mend = what, expected, found, where, mend
        self.code = code or type(self).code
        super().__init__(self.__str__())

    @property
    def at(self) -> At:
        """File and line where these are known; else nowhere."""
        return self.where if isinstance(self.where, At) else NOWHERE

    @property
    def file(self) -> str:
        """The file that holds the trouble; empty where none is known."""
        return self.at.file

    @property
    def line(self) -> int | None:
        """The line of that file; None where none is known."""
        return self.at.line

    def __str__(self) -> str:
        """One sentence: what, expected, found (where). Mend."""
        return self._sentence(str(self.where))

    @property
    def statement(self) -> str:
        """The sentence without the place, for where file and line stand beside it."""
        return self._sentence("")

    def _sentence(self, where: str) -> str:
        text = self.what
        if self.expected:
            text += f": expected {self.expected}"
        if self.found:
            text += f"{',' if self.expected else ':'} found {self.found}"
        if where:
            text += f" ({where})"
        text = text.rstrip(".") + "."
        return f"{text} {self.mend}" if self.mend else text


class BadInput(KenesError):
    """What was handed in cannot be used as it is; nothing was written."""

    code = "bad_input"


class DefinitionError(BadInput):
    """A declaration (indicator, mapping, index specification, place) contradicts itself or another."""

    code = "definition"


class UnitMismatch(DefinitionError):
    """Two quantities that were to be combined or compared have different dimensions."""

    code = "unit_mismatch"


class SourceError(BadInput):
    """A source file cannot be read as its mapping says it should."""

    code = "source"


class UnknownPlace(BadInput):
    """A name or code fits no place, or fits more than one."""

    code = "unknown_place"


class NotAllowed(KenesError):
    """A licence, a setting or a role forbids this."""

    code = "not_allowed"


class StoreError(KenesError):
    """The store is damaged, busy or written by a newer version."""

    code = "store"


class Busy(StoreError):
    """Another process holds the lock; the same call may be tried again."""

    code = "busy"


class Unreachable(KenesError):
    """Another machine does not answer, or no longer; the same call may be tried again."""

    code = "unreachable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault among several, collected so that all are told at once."""

    code: str
    message: str
    file: str = ""
    line: int | None = None

    @classmethod
    def at(cls, where: At, code: str, message: str) -> Finding:
        """A fault at a line of a file."""
        return cls(code, message, where.file, where.line)

    @classmethod
    def of(cls, error: KenesError) -> Finding:
        """An error as a fault, at the file and line that it names; where it names a place in words, they stay."""
        return cls(error.code, error.statement, error.file, error.line) if error.at else cls(error.code, str(error))

    def __str__(self) -> str:
        """`file:line: message [code]`."""
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{where}{self.message} [{self.code}]"


class CatalogueFaults(DefinitionError):
    """A catalogue with faults, each with file and line."""

    code = "catalogue"

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(f) for f in findings))

    def __str__(self) -> str:
        """One finding a line."""
        return "\n".join(str(f) for f in self.findings)
