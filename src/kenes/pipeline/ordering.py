"""Order of names, language by language, by the collations of ICU that DuckDB carries."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from kenes.vocabulary.languages import FALLBACKS, LANGUAGES


def positions(names: Iterable[tuple[str, str]], language: str) -> dict[str, int]:
    """Where each key stands when names are sorted as a language sorts them.

    A language of which ICU knows no order is sorted like the one that its readers most likely read.

    Args:
        names: pairs of key and name.
        language: a code of `LANGUAGES`.

    Raises:
        KeyError: there is no such language.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    pairs = list(names)
    if not pairs:
        return {}
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        known = {name for (name,) in connection.execute("pragma collations").fetchall()}
        order = next(code for code in (language, *FALLBACKS.get(language, ()), "en") if code in known)
        rows = connection.execute(
            f"select i from (select unnest(?) as i, unnest(?) as name) order by name collate {order}, i",
            [list(range(len(pairs))), [name for _, name in pairs]],
        ).fetchall()
    return {pairs[i][0]: position for position, (i,) in enumerate(rows)}
