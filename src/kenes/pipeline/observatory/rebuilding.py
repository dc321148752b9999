"""A store opened for writing; what an earlier format held is read again from its snapshots first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kenes.catalogue import Catalogue
from kenes.catalogue.mapping_records import SourceMapping
from kenes.pipeline.observatory.ingest import ingest_file
from kenes.pipeline.progress import Progress
from kenes.store import BatchRecord, EarlierBatch, Store
from kenes.vocabulary.errors import BadInput, StoreError
from kenes.vocabulary.reasons import reason, reason_columns
from kenes.vocabulary.tables import FLAGS


@contextmanager
def writing(folder: Path, catalogue: Catalogue, progress: Progress) -> Iterator[Store]:
    """The store of an observatory, locked for one writer and of today's format.

    Raises:
        Busy: another process writes.
        StoreError: the store is damaged, or written by a newer version.
    """
    store = Store(folder)
    with store.lock():
        rebuild_earlier(store, catalogue, progress)
        yield store


def rebuild_earlier(store: Store, catalogue: Catalogue, progress: Progress) -> None:
    """Read again what was read under an earlier format, once; a run that is killed goes on where it was.

    A file whose mapping is declared is read from its snapshot. One that was read by hand under a mapping that is
    not declared keeps the observations that were made of it.
    """
    mappings = {(m.source.id, m.label): m for m in catalogue.mappings}
    waiting = store.journal.to_rebuild()
    if waiting:
        progress.stage("rebuild", len(waiting))
    for each in waiting:
        record = each.record
        progress.step(f"{record.source} {record.file}")
        mapping = mappings.get((record.source, record.file))
        made = _read_again(store, catalogue, mapping, record) if mapping else None
        batch = made or _carried(store, each)
        if not each.current:
            store.journal.retire([batch])
        store.journal.record_rebuilt(record.batch)
    for format_ in store.journal.untold():
        progress.note(
            f"The store was of format {format_}: it is set aside under store/format-{format_}, and its files were "
            "read again. Editions go on with the next number."
        )
        store.journal.record_told(format_)


def _read_again(store: Store, catalogue: Catalogue, mapping: SourceMapping, record: BatchRecord) -> str | None:
    """Ingest a snapshot under its declared mapping; None where it is gone or no longer fits the mapping."""
    try:
        data = store.snapshots.get(record.snapshot)
        return ingest_file(store, catalogue, mapping, data, by_hand=bool(record.report.get("by_hand"))).batch
    except (BadInput, StoreError):
        return None


def _carried(store: Store, earlier: EarlierBatch) -> str:
    """Take a batch over as it was read; its refusals keep what was said of them."""
    record = earlier.record
    report = {**record.report, "refusals": [_as_code(each) for each in record.report.get("refusals", ())]}
    replaces = bool(earlier.current and not record.report.get("by_hand"))
    written = store.add_batch(
        BatchRecord(record.batch, record.source, record.file, record.snapshot, {}),
        [store.earlier(earlier)],
        lambda: report,
        FLAGS.schema().empty_table,
        replaces=replaces,
    )
    return written.batch


def _as_code(refusal: dict[str, Any]) -> dict[str, Any]:
    return {**refusal, **reason_columns(reason("said_earlier", text=str(refusal["reason"])))}
