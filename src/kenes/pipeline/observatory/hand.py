"""Single steps by hand: declared sources, one file with a mapping, one file judged, one day's knowledge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from kenes import sources
from kenes.catalogue import Catalogue, load
from kenes.catalogue.mappings import SourceMapping, check_mapping, read_mappings
from kenes.indicators.quality import QualitySettings, judge_observations
from kenes.pages.language import language
from kenes.pages.words.names import Names
from kenes.pipeline.observatory.exporting import with_reason_text
from kenes.pipeline.observatory.ingest import Ingested, ingest_file, ingest_shipped, read_file
from kenes.pipeline.observatory.measuring import judge_and_measure, place_facts, ranges
from kenes.pipeline.observatory.rebuilding import writing
from kenes.pipeline.progress import Progress
from kenes.store import Store, write_export
from kenes.vocabulary.errors import BadInput
from kenes.vocabulary.tables import FLAGS, KINDS


def ingest_declared(folder: Path, wanted: Sequence[str], licensed: Path | None, progress: Progress) -> list[Ingested]:
    """Ingest declared sources and stop there."""
    catalogue = load(folder).require_sound()
    with writing(folder, catalogue, progress) as store:
        return ingest_shipped(store, catalogue, progress, wanted, licensed)


def _one_mapping(path: Path, file: Path) -> SourceMapping:
    """The mapping of one file by hand; the file that is named takes the place of the declared one."""
    mappings = read_mappings(path)
    if len(mappings) != 1:
        raise BadInput(f"{path} maps {len(mappings)} files", expected="one file", mend="Split the mapping.")
    return replace(mappings[0], file=replace(mappings[0].file, path=file.name))


def ingest_by_hand(folder: Path, file: Path, mapping: Path, progress: Progress) -> list[Ingested]:
    """Ingest one file under a mapping that need not be declared.

    Raises:
        SourceError: the file is not what the mapping says; nothing was written.
    """
    catalogue = load(folder).require_sound()
    with writing(folder, catalogue, progress) as store:
        progress.stage("ingest", 1)
        progress.step(file.name)
        return [ingest_file(store, catalogue, _one_mapping(mapping, file), read_file(file), by_hand=True)]


def judge_by_hand(folder: Path, file: Path, mapping: Path, out: Path, *, lang: str | None = None) -> dict[str, int]:
    """Judge one file under a mapping without keeping anything; write its flags, with sentences in `lang`."""
    catalogue: Catalogue = load(folder).require_sound()
    one = _one_mapping(mapping, file)
    units = {variable.id: variable.unit for variable in catalogue.variables.values()}
    check_mapping(one, units)
    reading = sources.read(one, read_file(file), places=catalogue.places, variables=units)
    observations = pa.concat_tables([KINDS["observations"].schema().empty_table(), *reading.batches()])
    found = judge_observations(observations, ranges(catalogue), QualitySettings(), places=place_facts(catalogue))
    flags = pa.concat_tables([reading.flags().cast(FLAGS.schema()), found.cast(FLAGS.schema())])
    write_export("flags", with_reason_text(flags, Names(catalogue, language(lang)) if lang else None), out)
    return {
        "read": reading.report.read,
        "accepted": reading.report.accepted,
        "refused": reading.report.refused,
        "flags": flags.num_rows,
    }


def measure_as_of(folder: Path, indicators: Sequence[str], as_of: dt.date | None) -> list[dict[str, Any]]:
    """Measurements from the sources that had been retrieved by a date, without publishing anything."""
    catalogue = load(folder).require_sound()
    for indicator in indicators:
        catalogue.indicator(indicator)
    store = Store(folder)
    batches = [
        record
        for record in store.journal.batches_as_of(as_of.isoformat() if as_of else None)
        if store.table("observations").exists()
    ]
    table = judge_and_measure(store, catalogue, batches, indicators)["measurements"]
    columns = list(KINDS["measurements"].exported)
    return [{**row, "start": _z(row["start"]), "end": _z(row["end"])} for row in table.select(columns).to_pylist()]


def _z(moment: dt.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
