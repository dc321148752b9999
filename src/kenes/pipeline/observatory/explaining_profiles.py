"""Why a place has its score in a profile of an observatory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kenes.pipeline.index.explaining import explained
from kenes.pipeline.observatory.comparing import Numbers, build_profile
from kenes.pipeline.observatory.run import open_edition
from kenes.vocabulary.errors import BadInput
from kenes.vocabulary.reasons import reason_columns


def explain_profile(
    folder: Path, place: str, *, index: str | None = None, draws: int | None = None, seed: int | None = None
) -> dict[str, Any]:
    """Why a place has its score in a profile of an observatory, from the numbers of its newest edition.

    Args:
        folder: the observatory.
        place: our id or an external id.
        index: the profile; the only one that holds the place by default.
        draws: for the interval; those of the profile by default.
        seed: that of the profile by default.

    Raises:
        BadInput: no profile holds the place, or several do and none is named.
    """
    edition, catalogue = open_edition(folder)
    found = catalogue.resolve(place)
    holding = [p for p in catalogue.profiles.values() if found.id in {each.id for each in catalogue.places_of(p)}]
    fitting = [p for p in holding if index in (None, p.id)]
    if not holding:
        raise BadInput(f"{found.id} is in no profile", expected="a place of " + ", ".join(catalogue.profiles))
    if len(fitting) != 1:
        raise BadInput(
            f"profile of {found.id}",
            expected="one of " + ", ".join(p.id for p in holding),
            found=index or "none named",
            mend="Name it with --index.",
        )
    built, chosen = build_profile(fitting[0], catalogue, Numbers(edition.table("measurements")))
    told = explained(built, found.id, draws=draws or built.spec.draws, seed=seed)
    return told if told["ranked"] else {**told, **reason_columns(chosen.why_not_ranked(found.id))}
