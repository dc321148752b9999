"""Which reading of a file an observation came from."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from kenes.portal.routes.sources import file_of
from kenes.portal.views import EditionView
from kenes.store import SourceRecord

RECORD = SourceRecord(
    **dict.fromkeys(("issuer", "licence", "url", "retrieved", "attribution", "why"), ""),
    **dict.fromkeys(("bytes", "read", "accepted", "refused", "missing", "kept_out", "flagged"), 0),
    id="sheets",
    title={},
    ships=True,
    snapshot="f" * 64,
    file="people.xlsx",
    batch="sheets@1",
    refusals=(),
)


def test_of_two_readings_of_one_file_the_one_is_found_that_brought_the_observation() -> None:
    second = replace(RECORD, file="people.xlsx#2", batch="sheets@2")
    view = cast(EditionView, SimpleNamespace(sources={"sheets": [RECORD, second]}))
    row: dict[str, Any] = {"source": "sheets", "snapshot": RECORD.snapshot, "batch": "sheets@2"}
    assert file_of(view, row) is second
    assert file_of(view, {**row, "batch": "sheets@1"}) is RECORD
    assert file_of(view, {**row, "batch": "sheets@3"}) is None
    assert file_of(view, {**row, "source": "gone"}) is None
    assert file_of(view, None) is None
