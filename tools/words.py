"""Brings every translation up to what is said: words of the interface, and texts that an observatory declares.

    python tools/words.py [OBSERVATORY] [--all]

Words of the interface are the messages in the templates and modules of `ROOMS`; each language has a catalogue in
`kenes/pages/locale`. A message that nobody says any more is dropped; a new one stands empty and marked as
unreviewed until somebody has translated and read it; in English it says itself.

Texts of the spatial indicators and of the observatory stand in their `locale/<code>.po`, in the order of the
declarations. A translation of a text whose English changed is kept and marked fuzzy, which nobody is shown; one of a
text that is no longer declared is dropped. With `--all` texts that wait for a translation stand there empty.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.plurals import get_plural
from babel.messages.pofile import normalize, read_po, write_po

from kenes.catalogue import load
from kenes.catalogue.space import DOCUMENT, space_definitions
from kenes.catalogue.translating import translatable
from kenes.catalogue.translations import FOLDER, Entry, read_entries
from kenes.vocabulary.languages import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "kenes"
LOCALE = SOURCE / "pages" / "locale"
ROOMS = ("pages", "pipeline", "portal", "vocabulary")
KEYWORDS: Mapping[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "say": None,
    "message": None,
    "message_in": ((1, "c"), 2),
    "counted": (1, 2),
    "declare": (2,),
    "declare_counted": (2, 3),
    "_word": (1,),
}
"""Names by which messages are said or declared, and which arguments are message, plural or, with a "c", context."""
Said = tuple[str | tuple[str, ...], str | None]
"""A message, with its plural where it is counted, and its context where it has one."""
Text = str | tuple[str, ...] | list[str]
"""A translation; of a counted message one for each number."""
UNREVIEWED = "unreviewed"
WRITTEN_IN_YAML = ("en", "tr")
HEADER = r"""msgid ""
msgstr ""
"Project-Id-Version: kenes\n"
"Language: {language}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"""


def messages() -> list[Message]:
    """Every message that is said, in the order of files and lines, with the files that say it."""
    found = Catalog()
    for path in sorted(_files()):
        for said, context in said_in_module(path) if path.suffix == ".py" else said_in_template(path):
            found.add(said, context=context, locations=[(str(path.relative_to(SOURCE)), 0)])
    return [message for message in found if message.id]


def _files() -> Iterator[Path]:
    for room in ROOMS:
        yield from (SOURCE / room).rglob("*.py")
        yield from (SOURCE / room).rglob("templates/**/*.html")


def said_in_template(path: Path) -> Iterator[Said]:
    """What a template says."""
    for _, said, _, context in extract_from_file("jinja2", path, KEYWORDS):
        yield said, context


def said_in_module(path: Path) -> Iterator[Said]:
    """What a module says; Babel's own reading of Python would also take the key of a table inside a call."""
    calls = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        called = ast.unparse(call.func).rpartition(".")[2]
        if called not in KEYWORDS:
            continue
        texts, context = list[str](), None
        for each in KEYWORDS[called] or (1,):
            position = each if isinstance(each, int) else each[0]
            given = call.args[position - 1] if position <= len(call.args) else None
            if not isinstance(given, ast.Constant) or not isinstance(given.value, str):
                break
            if isinstance(each, int):
                texts.append(given.value)
            else:
                context = given.value
        else:
            yield texts[0] if len(texts) == 1 else tuple(texts), context


def read_words(language: str) -> Catalog:
    """The catalogue of a language as it lies in the room of pages; an empty one for a new language."""
    path = LOCALE / language / "LC_MESSAGES" / "kenes.po"
    return read_po(BytesIO(path.read_bytes() if path.is_file() else b""), locale=language)


def words_of(language: str, said: Sequence[Message]) -> bytes:
    """What the catalogue of a language should hold: translations that there are, and a place for each new message."""
    had, counting = read_words(language), get_plural(language)
    made = Catalog(locale=language)
    for message in said:
        known = had.get(message.id, message.context)
        text: Text = known.string if known and known.string else ""
        remarks = known.user_comments if known else [UNREVIEWED]
        plural = isinstance(message.id, tuple)
        if plural != isinstance(text, tuple):
            text = ("",) * counting.num_plurals if plural else ""
        if language == "en" and not is_translated(text):
            text, remarks = message.id, []
        files = list(dict.fromkeys(message.locations))
        flags = ["python-format"] if "%(" in str(message.id) else []
        made.add(message.id, text, files, flags, user_comments=remarks, context=message.context)
    written = BytesIO()
    write_po(written, made, width=0, omit_header=True, include_lineno=False)
    plurals = f'"Plural-Forms: {counting.plural_forms}\\n"\n'
    return (HEADER.format(language=language) + plurals + "\n").encode() + written.getvalue().lstrip()


def write_words() -> dict[str, int]:
    """Rewrite the catalogues of all languages; gives how many messages of each wait for a translation."""
    said, waiting = messages(), dict[str, int]()
    for language in LANGUAGES:
        path = LOCALE / language / "LC_MESSAGES" / "kenes.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(words_of(language, said))
        texts = [message.string or "" for message in read_words(language) if message.id]
        waiting[language] = sum(1 for text in texts if not is_translated(text))
    return waiting


def is_translated(text: Text) -> bool:
    """Whether a message has its text, in each number where it is counted."""
    return bool(text) if isinstance(text, str) else all(text)


def update(observatory: Path, *, empty: bool = False) -> dict[str, int]:
    """Rewrite the translations of an observatory; gives how many texts each language has."""
    catalogue = load(observatory)
    return _rewrite(observatory, translatable(catalogue), catalogue.languages, empty=empty)


def update_spatial(*, empty: bool = False) -> dict[str, int]:
    """Rewrite the translations of the spatial indicators, which are shipped beside their document."""
    declared = {
        f"indicator.{definition.id}.{kind}": {
            code: texts[kind] for code, texts in definition.texts.items() if texts.get(kind)
        }
        for definition in space_definitions().values()
        for kind in ("name", "definition")
    }
    return _rewrite(DOCUMENT.parent, declared, tuple(LANGUAGES), empty=empty)


def _rewrite(
    folder: Path, declared: Mapping[str, Mapping[str, str]], languages: Sequence[str], *, empty: bool
) -> dict[str, int]:
    counts = dict[str, int]()
    (folder / FOLDER).mkdir(exist_ok=True)
    for language in languages:
        if language in WRITTEN_IN_YAML:
            continue
        path = folder / FOLDER / f"{language}.po"
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
    for code, count in write_words().items():
        print(f"{code}: {count} words of the interface wait for a translation")
    given = [argument for argument in sys.argv[1:] if argument != "--all"]
    folder, every = Path(given[0]) if given else ROOT / "observatories" / "ots", len(given) < len(sys.argv) - 1
    for code, count in update_spatial(empty=every).items():
        print(f"{code}: {count} texts of the spatial indicators")
    for code, count in update(folder, empty=every).items():
        print(f"{code}: {count} texts of {folder.name}")
