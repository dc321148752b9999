"""Errors carry their kind, and file and line where these are known."""

from __future__ import annotations

import pickle

import pytest

from kenes.vocabulary import errors
from kenes.vocabulary.errors import At, BadInput, DefinitionError, Finding, KenesError, SourceError, UnitMismatch
from kenes.vocabulary.units import scale

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, KenesError)]


def test_every_kind_of_trouble_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(codes) == len(set(codes)) > 9


def test_an_error_has_the_code_of_its_class_or_a_narrower_one() -> None:
    assert BadInput("x").code == "bad_input"
    assert SourceError("x", code="file_empty").code == "file_empty"
    with pytest.raises(UnitMismatch) as caught:
        scale("ugg")
    assert caught.value.code == "unknown_unit"


def test_a_place_of_file_and_line_is_said_at_the_end_and_can_be_asked_for() -> None:
    error = DefinitionError("unit", expected="m", found="s", where=At("my file.yaml", 7), mend="Correct it.")
    assert str(error) == "unit: expected m, found s (my file.yaml:7). Correct it."
    assert error.statement == "unit: expected m, found s. Correct it."
    assert (error.file, error.line) == ("my file.yaml", 7)


def test_a_place_in_words_has_neither_file_nor_line() -> None:
    error = DefinitionError("weights", where="node air: 3")
    assert str(error) == "weights (node air: 3)."
    assert (error.file, error.line) == ("", None)


def test_a_place_that_is_not_known_is_not_said() -> None:
    assert str(DefinitionError("weights", where=At())) == "weights."


def test_a_finding_of_an_error_says_the_place_once() -> None:
    known = DefinitionError("unit", where=At("a.yaml", 7), code="unknown_unit")
    assert str(Finding.of(known)) == "a.yaml:7: unit. [unknown_unit]"
    assert str(Finding.of(DefinitionError("unit", where="node x"))) == "unit (node x). [definition]"
    assert str(Finding.of(DefinitionError("file", where=At("a.yaml")))) == "a.yaml: file. [definition]"


def test_an_error_crosses_from_one_process_to_another() -> None:
    error = pickle.loads(pickle.dumps(SourceError("x", where=At("a.csv", 2), code="file_empty")))
    assert (str(error), error.code, error.line) == ("x (a.csv:2).", "file_empty", 2)
