"""Brings the translations of an observatory up to what it declares.

    python tools/update_words.py [OBSERVATORY] [--all]

Rewrites every `locale/<code>.po` in the order of the declarations and makes one for each language of the portal
that has none. A translation of a text whose English changed is kept and marked fuzzy, which nobody is shown; one
of a text that is no longer declared is dropped. With `--all` texts that wait for a translation stand there empty.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.pofile import normalize

from kenes.catalogue import load
from kenes.catalogue.translating import translatable
from kenes.catalogue.translations import FOLDER, Entry, read_entries

ROOT = Path(__file__).resolve().parents[1]
WRITTEN_IN_YAML = ("en", "tr")
HEADER = r"""msgid ""
msgstr ""
"Project-Id-Version: kenes\n"
"Language: {language}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"""


def update(observatory: Path, *, empty: bool = False) -> dict[str, int]:
    """Rewrite the translations; gives how many texts each language has."""
    catalogue, counts = load(observatory), {}
    declared = translatable(catalogue)
    (observatory / FOLDER).mkdir(exist_ok=True)
    for language in catalogue.languages:
        if language in WRITTEN_IN_YAML:
            continue
        path = observatory / FOLDER / f"{language}.po"
        had = {entry.key: entry for entry in read_entries(path)} if path.is_file() else {}
        wanted = {key: own["en"] for key, own in declared.items() if not own.get(language)}
        entries = [_entry(key, english, had.get(key), empty=empty) for key, english in wanted.items()]
        path.write_text("\n".join([HEADER.format(language=language), *filter(None, entries)]), encoding="utf-8")
        counts[language] = sum(1 for key in wanted if key in had and had[key].text)
    return counts


def _entry(key: str, english: str, had: Entry | None, *, empty: bool) -> str:
    text = had.text if had else ""
    if not text and not empty:
        return ""
    stale = "#, fuzzy\n" if had and text and (had.fuzzy or had.english != english) else ""
    id_, string = normalize(english, width=0), normalize(text, width=0)
    return f'{stale}msgctxt "{key}"\nmsgid {id_}\nmsgstr {string}\n'


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "--all"]
    folder = Path(given[0]) if given else ROOT / "observatories" / "ots"
    for code, count in update(folder, empty="--all" in sys.argv).items():
        print(f"{code}: {count} texts")
