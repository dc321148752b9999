"""What is wrong with an observatory before anything is read.

Its catalogue, profiles that could not be built, and translations that are stale or belong to nothing.
"""

from __future__ import annotations

from pathlib import Path

from kenes.catalogue import Catalogue, load
from kenes.catalogue.translating import translation_findings
from kenes.pipeline.observatory.comparing import specification_of
from kenes.vocabulary.errors import BadInput, Finding


def check_observatory(folder: Path) -> tuple[Catalogue, list[Finding]]:
    """The catalogue of an observatory, and every finding with file and line.

    Raises:
        BadInput: the folder is no observatory.
    """
    catalogue = load(folder)
    found = list(catalogue.findings)
    for profile in catalogue.profiles.values() if not found else ():
        try:
            specification_of(profile, catalogue)
        except BadInput as error:
            found.append(Finding.at(profile.where, "specification", f"profile {profile.id!r}: {error}"))
    return catalogue, [*found, *translation_findings(catalogue)]
