"""The whole way in its order: ingest, judge, measure, compare, recommend, publish.

Each stage is skipped when nothing that it stands on has changed, and each is whole or absent, so
that a run that was killed is simply run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from kenes.catalogue import Catalogue, load
from kenes.pipeline.installed import code_digest
from kenes.pipeline.observatory.comparing import compare_profiles
from kenes.pipeline.observatory.ingest import Ingested, ingest_shipped
from kenes.pipeline.observatory.measuring import judge_and_measure
from kenes.pipeline.observatory.rebuilding import writing
from kenes.pipeline.observatory.recommending import recommend_for
from kenes.pipeline.progress import Progress, Silent
from kenes.store import BatchRecord, Edition, Store, digest
from kenes.vocabulary.errors import BadInput

STAGES: tuple[str, ...] = ("measure", "compare", "recommend")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run did."""

    edition: Edition
    ingested: tuple[Ingested, ...]
    done: tuple[str, ...]
    """Stages that had something to do."""

    @property
    def refused(self) -> bool:
        """Whether some input was refused."""
        return any(i.error is not None or i.report.get("refused") for i in self.ingested)


@dataclass(frozen=True, slots=True)
class Job:
    """What the stages of one run share; `inputs` is the hash of everything that they stand on."""

    store: Store
    catalogue: Catalogue
    inputs: str
    progress: Progress
    seed: int | None

    def read(self, stage: str) -> dict[str, pa.Table]:
        """The tables that a stage wrote."""
        done = self.store.journal.stage(stage)
        return {kind: self.store.read(kind, version) for kind, version in (done[1] if done else {}).items()}


def run(
    folder: Path,
    progress: Progress | None = None,
    *,
    sources: Sequence[str] = (),
    licensed: Path | None = None,
    seed: int | None = None,
) -> Ran:
    """Build an observatory and publish an edition.

    Args:
        folder: the observatory.
        progress: who wants to know.
        sources: only these sources are ingested; all that ship when empty.
        licensed: folder with files of sources that do not ship.
        seed: for the draws, instead of those that the profiles declare.

    Raises:
        CatalogueFaults: the catalogue is not sound.
        Busy: another process writes.
    """
    progress = progress or Silent()
    catalogue = load(folder).require_sound()
    with writing(folder, catalogue, progress) as store:
        ingested = ingest_shipped(store, catalogue, progress, sources, licensed)
        return _build(store, catalogue, ingested, progress, seed)


def rebuild(folder: Path, progress: Progress | None = None, *, seed: int | None = None) -> Ran:
    """Measure, compare, recommend and publish from what was ingested; `seed` as in `run`."""
    catalogue = load(folder).require_sound()
    progress = progress or Silent()
    with writing(folder, catalogue, progress) as store:
        return _build(store, catalogue, [], progress, seed)


def _build(
    store: Store, catalogue: Catalogue, ingested: Sequence[Ingested], progress: Progress, seed: int | None
) -> Ran:
    batches = store.journal.current_batches()
    inputs = digest([b.batch for b in batches], catalogue.digest(), code_digest(), seed)
    job = Job(store, catalogue, inputs, progress, seed)
    done: list[str] = []
    for stage, step in {"measure": _measure, "compare": _compare, "recommend": _recommend}.items():
        known = store.journal.stage(stage)
        if known is None or known[0] != inputs:
            store.replace(stage, inputs, step(job))
            done.append(stage)
    edition = store.publish(inputs, [_source_row(record) for record in batches], STAGES)
    return Ran(edition, tuple(ingested), tuple(done))


def _measure(job: Job) -> dict[str, pa.Table]:
    job.progress.stage("measure", 1)
    job.progress.step(f"{len(job.catalogue.indicators)} indicators")
    return judge_and_measure(job.store, job.catalogue, job.store.journal.current_batches())


def _compare(job: Job) -> dict[str, pa.Table]:
    return compare_profiles(job.catalogue, job.read("measure")["measurements"], job.progress, job.seed)


def _recommend(job: Job) -> dict[str, pa.Table]:
    job.progress.stage("recommend", 1)
    job.progress.step(f"{len(job.catalogue.profiles)} profiles")
    return recommend_for(job.catalogue, job.read("compare"))


def _source_row(record: BatchRecord) -> dict[str, object]:
    return {
        "id": record.source,
        "file": record.file,
        "snapshot": record.snapshot,
        "batch": record.batch,
        **{k: v for k, v in record.report.items() if k != "by_hand"},
    }


def open_edition(folder: Path) -> tuple[Edition, Catalogue]:
    """The newest edition of an observatory with its catalogue.

    Raises:
        BadInput: no observatory, or nothing published yet.
    """
    if not (folder / "kenes.toml").is_file():
        raise BadInput(
            f"{folder} is no observatory",
            expected="a folder with kenes.toml",
            mend="Name one with --observatory.",
        )
    return Edition.open(folder), load(folder)
