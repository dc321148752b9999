"""Turns outside data of one kind into snapshots and observations.

`read(mapping, data, places=…, variables=…)` opens one file; its `batches()` are observations.
"""

from kenes.sources.reading import Reading, read
from kenes.sources.reports import Refusal, Report

__all__ = ["Reading", "Refusal", "Report", "read"]
