"""Turns outside data of one kind into snapshots and observations.

`read(mapping, data, places=…, variables=…)` opens one file; its `batches()` are observations.
"""

from kenes.sources.tables.reading import Reading, read
from kenes.sources.tables.reports import Refusal, Report

VERSION = "1"
"""Changes when the same file and mapping would be read into other observations."""

__all__ = ["VERSION", "Reading", "Refusal", "Report", "read"]
