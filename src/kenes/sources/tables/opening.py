"""Opens a data file by its declared form, once for reading it and again for showing one of its rows."""

from __future__ import annotations

from pathlib import Path

from kenes.catalogue.mapping_records import FileForm
from kenes.sources.tables.files import CheckedFile, check_file
from kenes.sources.tables.records import Records, delimited
from kenes.sources.tables.sheets import document, workbook


def open_records(data: bytes | Path, form: FileForm) -> tuple[CheckedFile, Records]:
    """A data file that fits its form, and its records.

    Raises:
        SourceError: the file as a whole is not what the form says.
    """
    checked = check_file(data, form)
    match checked.format:
        case "xlsx":
            return checked, workbook(checked, form)
        case "json":
            return checked, document(checked, form)
        case _:
            return checked, delimited(checked, form)
