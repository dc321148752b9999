"""Translations of declared texts: bound to their English, read when asked for, and wrong ones named."""

from __future__ import annotations

import io
import random
import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from click.testing import CliRunner
from tools import words

from kenes.catalogue import load
from kenes.catalogue.translating import translatable, translation_findings
from kenes.catalogue.translations import read_entries, stamp
from kenes.cli import main
from kenes.cli.shared import BAD_INPUT
from kenes.testing.world import write_world
from kenes.vocabulary.errors import DefinitionError

ROOT = Path(__file__).resolve().parents[2]
KEY = "indicator.pm10_annual_mean.name"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    folder = write_world(tmp_path / "world", days=3)
    settings = (folder / "kenes.toml").read_text(encoding="utf-8")
    assert 'languages = ["tr", "en"]' in settings
    text = settings.replace('languages = ["tr", "en"]', 'languages = ["tr", "en", "kk"]')
    (folder / "kenes.toml").write_text(text, encoding="utf-8")
    return folder


def _english(world: Path) -> str:
    return translatable(load(world))[KEY]["en"]


def _write(world: Path, text: str, language: str = "kk") -> Path:
    path = world / "locale" / f"{language}.po"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _entry(english: str, text: str, key: str = KEY) -> str:
    return f'msgctxt "{key}"\nmsgid "{english}"\nmsgstr "{text}"\n'


def _name(world: Path) -> dict[str, str]:
    catalogue = load(world)
    return dict(catalogue.translated({"en": _english(world), "tr": "Yıllık ortalama PM10"}, KEY))


def test_a_translation_stands_beside_what_is_declared(world: Path) -> None:
    _write(world, _entry(_english(world), "PM10 орташасы"))
    assert _name(world) == {"en": _english(world), "tr": "Yıllık ortalama PM10", "kk": "PM10 орташасы"}


def test_a_translation_of_another_english_text_is_not_shown(world: Path) -> None:
    _write(world, _entry("What it was called before", "PM10 орташасы"))
    assert set(_name(world)) == {"en", "tr"}


def test_an_empty_or_fuzzy_translation_is_not_shown(world: Path) -> None:
    for text in (_entry(_english(world), ""), "#, fuzzy\n" + _entry(_english(world), "PM10")):
        _write(world, text)
        assert set(_name(world)) == {"en", "tr"}


def test_what_the_yaml_declares_goes_before_a_translation(world: Path) -> None:
    _write(world, _entry(_english(world), "from the file"))
    own = load(world).translated({"en": _english(world), "kk": "from the YAML"}, KEY)
    assert own["kk"] == "from the YAML"
    assert list(own) == ["en", "kk"]


def test_a_file_is_read_only_when_its_language_is_asked_for(world: Path) -> None:
    broken = _write(world, "no catalogue")
    own = load(world).translated({"en": _english(world)}, KEY)
    assert own["en"] == _english(world)
    _write(world, _entry(_english(world), "PM10 орташасы"))
    assert broken.is_file()
    assert own["kk"] == "PM10 орташасы"


def test_an_unreadable_file_leaves_the_other_languages(world: Path) -> None:
    _write(world, "no catalogue")
    assert set(_name(world)) == {"en", "tr"}


FAULTS = {
    "stale": ("stale_translation", lambda now: _entry("Before", "Бұрын"), 5, "English is now"),
    "fuzzy": ("stale_translation", lambda now: "#, fuzzy\n" + _entry(now, "PM10"), 6, "marked fuzzy"),
    "unknown": ("unknown_text", lambda now: _entry("x", "y", "indicator.nothing.name"), 5, "indicator.nothing.name"),
    "unbound": ("unknown_text", lambda now: 'msgid "PM10"\nmsgstr "PM10"\n', 5, "no msgctxt"),
    "twice": ("duplicate_id", lambda now: 2 * _entry(now, "PM10"), 8, "first on line 5"),
    "no text": ("definition", lambda now: "msgstr PM10\n", 5, "not readable as a gettext catalogue"),
    "order": ("definition", lambda now: 'msgctxt "a"\nmsgstr "b"\n', 6, "not readable as a gettext catalogue"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_check_names_a_fault_with_file_and_line(world: Path, fault: str) -> None:
    code, text, line, words = FAULTS[fault]
    _write(world, 'msgid ""\nmsgstr ""\n"Language: kk\\n"\n\n' + text(_english(world)))
    answer = CliRunner().invoke(main, ["check", str(world)])
    assert answer.exit_code == BAD_INPUT
    assert f"locale/kk.po:{line}: " in answer.output
    assert f"[{code}]" in answer.output
    assert words in answer.output
    assert answer.output.rstrip().endswith("1 fault")


def test_check_names_a_language_that_the_observatory_does_not_have_and_one_that_yaml_holds(world: Path) -> None:
    _write(world, _entry(_english(world), "PM10"), language="hu")
    _write(world, _entry(_english(world), "PM10"), language="tr")
    found = translation_findings(load(world))
    assert [(f.code, f.file, f.line) for f in found] == [
        ("unknown_language", "locale/hu.po", 1), ("duplicate_id", "locale/tr.po", 1),
    ]  # fmt: skip


def test_translations_change_neither_the_digest_nor_a_build(world: Path) -> None:
    before = load(world)
    _write(world, _entry("Before", "Бұрын"))
    after = load(world)
    assert after.digest() == before.digest()
    assert translation_findings(after.require_sound())


def test_another_file_gives_another_stamp(world: Path) -> None:
    assert stamp(world) == ()
    _write(world, _entry("Before", "Бұрын"))
    first = stamp(world)
    _write(world, _entry("Before", "Бұрынғы"))
    assert len(first) == 1
    assert stamp(world) != first


def test_our_reading_of_gettext_is_that_of_babel(tmp_path: Path) -> None:
    draw = random.Random(7)
    letters = ['"', "\\", "\n", "\t", "#", "a", "ә", "ʻ", "ı", " ", "%", "msgid"]
    catalog = Catalog()
    for number in range(60):
        parts = ["".join(draw.choices(letters, k=draw.randint(1, 120))) for _ in range(2)]
        catalog.add(f"x{parts[0]}x", f"x{parts[1]}x", context=f"indicator.i{number}.name", flags={"fuzzy"} & {
            draw.choice(["fuzzy", ""])}, user_comments=["said by a reader"])  # fmt: skip
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=40)
    path = tmp_path / "locale" / "kk.po"
    path.parent.mkdir()
    path.write_bytes(buffer.getvalue())
    shipped = sorted(ROOT.glob("observatories/ots/locale/*.po"))
    assert len(shipped) >= 7
    for each in (path, *shipped):
        with each.open("rb") as file:
            theirs = [(m.context or "", m.id.strip(), m.string.strip(), m.fuzzy) for m in read_po(file) if m.id]
        assert [(e.key, e.english, e.text, e.fuzzy) for e in read_entries(each)] == theirs, each


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "kk.po"
    path.write_bytes('msgid "ә"\n'.encode("utf-16"))
    with pytest.raises(DefinitionError, match="not UTF-8"):
        read_entries(path)


def test_the_tool_keeps_translations_and_marks_those_whose_english_changed(world: Path) -> None:
    now = _english(world)
    path = _write(world, _entry(now, "PM10 орташасы") + "\n" + _entry("Gone", "Жоқ", "indicator.gone.name"))
    assert words.update(world) == {"kk": 1}
    assert [(e.key, e.english, e.text, e.fuzzy) for e in read_entries(path)] == [(KEY, now, "PM10 орташасы", False)]
    kept = path.read_bytes()
    words.update(world)
    assert path.read_bytes() == kept
    _write(world, _entry("Before", "Бұрын"))
    words.update(world)
    assert [(e.english, e.text, e.fuzzy) for e in read_entries(path)] == [(now, "Бұрын", True)]


def test_the_tool_lays_out_what_waits_for_a_translation(world: Path) -> None:
    words.update(world, empty=True)
    entries = read_entries(world / "locale" / "kk.po")
    assert {e.key for e in entries} == set(translatable(load(world)))
    assert {e.text for e in entries} == {""}
    assert translation_findings(load(world)) == []
    shutil.rmtree(world / "locale")
    words.update(world)
    assert read_entries(world / "locale" / "kk.po") == []
