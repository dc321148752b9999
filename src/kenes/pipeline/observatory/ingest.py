"""Files into the store: each reading is one batch, whole or absent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kenes import sources
from kenes.catalogue import Catalogue
from kenes.catalogue.entries import is_list
from kenes.catalogue.mappings import SourceMapping, check_mapping
from kenes.pipeline.progress import Progress
from kenes.store import BatchRecord, Store, digest
from kenes.vocabulary.errors import BadInput, KenesError, NotAllowed, SourceError
from kenes.vocabulary.reasons import reason_columns

MOST_REFUSALS = 1000


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file."""

    source: str
    file: str
    snapshot: str
    batch: str
    report: Mapping[str, object]
    known: int = 0
    error: KenesError | None = None

    def plain(self) -> dict[str, object]:
        """As the pinned JSON."""
        refusals = self.report.get("refusals")
        found: dict[str, object] = {
            "source": self.source,
            "snapshot": self.snapshot,
            "batch": self.batch,
            "read": self.report.get("read", 0),
            "accepted": 0 if self.known else self.report.get("accepted", 0),
            "refused": self.report.get("refused", 0),
            "flagged": self.report.get("flagged", 0),
            "known": self.known,
            "missing": self.report.get("missing", 0),
            "kept_out": self.report.get("kept_out", 0),
            "refusals": refusals[:MOST_REFUSALS] if is_list(refusals) else [],
            "file": self.file,
        }
        return found if self.error is None else {**found, "error": str(self.error)}


def read_file(path: Path) -> bytes:
    """The bytes of a source file.

    Raises:
        SourceError: it is not there, or cannot be read.
    """
    if path.exists() and not path.is_file():
        raise SourceError(f"{path.name} is no file", where=str(path), mend="Name a file.")
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(
            f"{path.name} is not there", where=str(path), mend="Put the file beside its mapping."
        ) from error
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read", found=str(error), where=str(path)) from error


def batch_key(mapping: SourceMapping, catalogue: Catalogue, snapshot: str) -> str:
    """The key of one reading: its source, the file's bytes, the mapping, and what else decides what it says.

    Another reader, gazetteer or unit of a variable gives another key, so that the file is read again.
    """
    code = digest(mapping.label, sources.VERSION, catalogue.reading_digest)[:8]
    return f"{mapping.source.id}@{snapshot[:12]}@{mapping.digest[:8]}@{code}"


def ingest_file(
    store: Store, catalogue: Catalogue, mapping: SourceMapping, data: bytes, *, by_hand: bool = False
) -> Ingested:
    """Read one file under its mapping and keep it.

    A file that is known already under this mapping is left alone; `known` then counts what it holds.

    Raises:
        SourceError: the file is not what the mapping says; nothing was written.
        DefinitionError: the mapping names what is not declared.
    """
    snapshot = hashlib.sha256(data).hexdigest()
    batch = batch_key(mapping, catalogue, snapshot)
    known = store.journal.batch(batch)
    if known is not None:
        if batch not in {record.batch for record in store.journal.current_batches()}:
            store.journal.record_batch(known, replaces=mapping.revision == "replace")
        return Ingested(mapping.source.id, mapping.label, snapshot, batch, known.report, known.report["accepted"])
    units = {variable.id: variable.unit for variable in catalogue.variables.values()}
    check_mapping(mapping, units)
    reading = sources.read(mapping, data, places=catalogue.places, variables=units, batch=batch)
    store.snapshots.put(data)
    written = store.add_batch(
        BatchRecord(batch, mapping.source.id, mapping.label, reading.snapshot, {}),
        reading.batches(),
        lambda: {**_report(mapping, reading, len(data)), "by_hand": by_hand},
        reading.flags,
        replaces=mapping.revision == "replace",
    )
    return Ingested(mapping.source.id, mapping.label, reading.snapshot, batch, written.report)


def _report(mapping: SourceMapping, reading: sources.Reading, size: int) -> dict[str, object]:
    counts, facts = reading.report, mapping.source
    refusals = [
        {"locator": r.locator, "column": r.column, "text": r.text, **reason_columns(r.reason)}
        for r in counts.refusals[:MOST_REFUSALS]
    ]
    return {
        "title": dict(facts.title),
        "issuer": facts.issuer.text("en"),
        "licence": facts.licence.text("en"),
        "url": facts.url,
        "retrieved": facts.retrieved.isoformat(),
        "attribution": facts.attribution.text("en"),
        "ships": facts.ships,
        "why": facts.why.text("en"),
        "texts": {kind: dict(getattr(facts, kind)) for kind in ("issuer", "licence", "attribution", "why")},
        "bytes": size,
        "read": counts.read,
        "accepted": counts.accepted,
        "refused": counts.refused,
        "missing": counts.missing,
        "kept_out": counts.kept_out,
        "flagged": counts.flagged,
        "refusals": refusals,
        "corrected": [
            {"locator": c.locator, "column": c.column, "text": c.text, "action": c.action, "reason": c.reason}
            for c in counts.corrected
        ],
    }


def ingest_shipped(
    store: Store,
    catalogue: Catalogue,
    progress: Progress,
    wanted: Sequence[str] = (),
    licensed: Path | None = None,
) -> list[Ingested]:
    """Ingest the declared sources; a file that fails is told and the rest goes on.

    Args:
        store: where to.
        catalogue: what is declared.
        progress: who wants to know.
        wanted: source ids; all that ship when empty.
        licensed: folder with the files of sources that do not ship, whose licence the user accepts.

    Raises:
        BadInput: a wanted source is not declared.
        NotAllowed: a wanted source does not ship and no folder was named.
    """
    chosen = _chosen(catalogue, wanted, licensed)
    progress.stage("ingest", len(chosen))
    results = []
    for mapping in chosen:
        progress.step(f"{mapping.source.id} {mapping.label}")
        path = mapping.data_path if mapping.source.ships or licensed is None else _licensed_path(mapping, licensed)
        try:
            results.append(ingest_file(store, catalogue, mapping, read_file(path)))
        except (SourceError, BadInput) as error:
            progress.note(f"{mapping.source.id}: {error}")
            results.append(Ingested(mapping.source.id, mapping.label, "", "", {}, error=error))
    if not wanted:
        _retire_undeclared(store, catalogue)
    return results


def _chosen(catalogue: Catalogue, wanted: Sequence[str], licensed: Path | None) -> list[SourceMapping]:
    declared = {mapping.source.id for mapping in catalogue.mappings}
    unknown = [source for source in wanted if source not in declared]
    if unknown:
        raise BadInput(f"source {unknown[0]!r} is not declared", expected=", ".join(sorted(declared)))
    chosen = [m for m in catalogue.mappings if (m.source.id in wanted if wanted else m.source.ships or licensed)]
    barred = [m.source for m in chosen if not m.source.ships and licensed is None]
    if barred:
        raise NotAllowed(
            f"source {barred[0].id!r} does not ship: {barred[0].why.text('en')}",
            found=barred[0].licence.text("en"),
            mend="Obtain the files, then name their folder with --licence-accepted DIR.",
        )
    return chosen


def _licensed_path(mapping: SourceMapping, folder: Path) -> Path:
    tried = (
        folder / mapping.source.id / mapping.file.path,
        folder / mapping.file.path,
        folder / Path(mapping.file.path).name,
    )
    return next((path for path in tried if path.is_file()), tried[0])


def _retire_undeclared(store: Store, catalogue: Catalogue) -> None:
    """Take batches out of the present whose source or file is no longer declared."""
    declared = {(m.source.id, m.label) for m in catalogue.mappings}
    gone = [
        r.batch
        for r in store.journal.current_batches()
        if (r.source, r.file) not in declared and not r.report.get("by_hand")
    ]
    if gone:
        store.journal.retire(gone)
