"""A source file is checked whole before its first row is read: size, hash, kind and encoding."""

from __future__ import annotations

import codecs
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kenes.catalogue.mapping_records import FileForm, Format
from kenes.vocabulary.errors import SourceError

CHUNK = 1 << 20
WORKBOOK_MAX_BYTES = 400 << 20
"""A workbook or JSON document is read into memory: larger ones belong into CSV."""
WORKBOOK_MAX_RATIO = 300

_MAGIC = {
    b"PK\x03\x04": "a ZIP archive or an XLSX workbook",
    b"\x1f\x8b": "gzip",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old XLS workbook",
    b"PAR1": "Parquet",
    b"<!DOCTYPE": "an HTML page",
    b"<html": "an HTML page",
}


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A data file whose bytes fit its declaration.

    Attributes:
        name: how messages call it.
        sha256: hash of the bytes, which is the id of the snapshot.
        size: number of bytes.
        format: the declared form, or what the bytes are.
    """

    data: bytes | Path
    name: str
    sha256: str
    size: int
    format: Format

    def open(self) -> BinaryIO:
        """A fresh stream over the bytes."""
        return io.BytesIO(self.data) if isinstance(self.data, bytes) else self.data.open("rb")

    def read(self) -> bytes:
        """All bytes; only for forms that cannot be streamed."""
        return self.data if isinstance(self.data, bytes) else self.data.read_bytes()


def check_file(data: bytes | Path, form: FileForm) -> CheckedFile:
    """Check a data file against its declared form.

    Args:
        data: the bytes, or the path of the file.
        form: what the mapping says of the file.

    Raises:
        SourceError: absent, empty, truncated, other bytes than declared, binary, or not in the
            declared encoding (with byte offset and line).
    """
    name = form.path or (data.name if isinstance(data, Path) else "the file")
    if isinstance(data, Path) and not data.is_file():
        raise SourceError("file is not there", expected=str(data), where=name, code="file_absent")
    try:
        size, digest = _hash(data)
    except OSError as error:
        raise SourceError("file cannot be read", found=str(error), where=name, code="file_unreadable") from error
    if size == 0:
        raise SourceError("file is empty", where=name, mend="Fetch it again from its source.", code="file_empty")
    _check_declared(form, size, digest, name)
    checked = CheckedFile(data, name, digest, size, _format(form, next(_chunks(data))))
    if checked.format == "xlsx":
        _check_workbook(checked)
    else:
        _check_text(checked, form.encoding)
    if checked.format in ("xlsx", "json") and size > WORKBOOK_MAX_BYTES:
        raise SourceError(
            "file is too large for its format",
            found=f"{size} bytes",
            where=name,
            mend="Use CSV.",
            code="file_too_large",
        )
    return checked


def _chunks(data: bytes | Path) -> Iterator[bytes]:
    with io.BytesIO(data) if isinstance(data, bytes) else data.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _hash(data: bytes | Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(data):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def _format(form: FileForm, start: bytes) -> Format:
    if form.format != "auto":
        return form.format
    return "xlsx" if start.startswith(b"PK\x03\x04") else "csv"


def _check_declared(form: FileForm, size: int, digest: str, name: str) -> None:
    if form.bytes is not None and size < form.bytes:
        raise SourceError(
            "file is truncated",
            expected=f"{form.bytes} bytes",
            found=f"{size} bytes",
            where=name,
            mend="Fetch it again from its source.",
            code="file_truncated",
        )
    if (form.bytes is not None and size != form.bytes) or (form.sha256 and digest != form.sha256):
        raise SourceError(
            "file is not the one that the mapping describes",
            expected=f"{form.bytes or 'any number of'} bytes, SHA-256 {(form.sha256 or 'any')[:12]}",
            found=f"{size} bytes, SHA-256 {digest[:12]}",
            where=name,
            mend="If the source has issued a new edition, check the mapping and declare its size and hash.",
            code="file_other",
        )


def _check_text(file: CheckedFile, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    wide = encoding.startswith(("utf-16", "utf-32"))
    offset = lines = 0
    for chunk in _chunks(file.data):
        if offset == 0:
            _refuse_magic(file.name, chunk)
        if not wide and b"\0" in chunk:
            at = offset + chunk.index(b"\0")
            raise SourceError(
                "file is binary",
                expected=f"text in {encoding}",
                found=f"a zero byte at {at}",
                where=file.name,
                code="file_binary",
            )
        pending = decoder.getstate()[0]
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise _encoding_error(file.name, encoding, error, offset - len(pending), lines) from error
        offset += len(chunk)
        lines += chunk.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise SourceError(
            "file ends within a character", where=file.name, mend="Fetch it again.", code="file_truncated"
        ) from error


def _refuse_magic(name: str, chunk: bytes) -> None:
    start = chunk.lstrip()[:16]
    for magic, kind in _MAGIC.items():
        if start.lower().startswith(magic.lower()):
            raise SourceError(
                "file is of another kind", expected="text", found=kind, where=name, code="file_of_other_kind"
            )


def _encoding_error(name: str, encoding: str, error: UnicodeDecodeError, offset: int, lines: int) -> SourceError:
    seen = bytes(error.object)
    around = seen[max(0, error.start - 12) : error.start + 12]
    guesses = [f"{guess} ({text!r})" for guess in ("iso-8859-9", "cp1251") if (text := _try(around, guess)) is not None]
    return SourceError(
        f"file is not {encoding}",
        found=f"byte 0x{seen[error.start]:02x} at offset {offset + error.start} in {around!r}",
        where=f"{name}, line {lines + seen[: error.start].count(10) + 1}",
        mend=f"Declare the right encoding; the bytes read as {' or '.join(guesses)}." if guesses else "",
        code="file_encoding",
    )


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _check_workbook(file: CheckedFile) -> None:
    try:
        with file.open() as stream, zipfile.ZipFile(stream) as archive:
            sizes = [(info.file_size, info.compress_size) for info in archive.infolist()]
    except zipfile.BadZipFile as error:
        raise SourceError(
            "file is no XLSX workbook", found=str(error), where=file.name, code="file_of_other_kind"
        ) from error
    full, packed = sum(size for size, _ in sizes), sum(size for _, size in sizes)
    if full > WORKBOOK_MAX_BYTES or full > WORKBOOK_MAX_RATIO * max(packed, 1):
        raise SourceError(
            "workbook unpacks to too much",
            expected=f"at most {WORKBOOK_MAX_BYTES} bytes and {WORKBOOK_MAX_RATIO} times its size",
            found=f"{full} bytes from {packed}",
            where=file.name,
            code="file_too_large",
        )
