"""`kenes check` names each seeded fault with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kenes.catalogue import load
from kenes.testing.world import write_world
from kenes.vocabulary.errors import BadInput, CatalogueFaults


def _swap(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first occurrence; gives its line."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_world(tmp_path / "world", days=3)


def test_a_sound_catalogue_has_no_findings(world: Path) -> None:
    assert load(world).findings == ()
    assert load(world).require_sound().profiles.keys() == {"world-provinces"}


FAULTS = {
    "unknown_unit": ("variables.yaml", "unit: PPS/person", "unit: PPS/preson"),
    "missing_language": ("indicators/all.yaml", "    tr: {name: Yıllık ortalama", "    az: {name: Yıllık ortalama"),
    "goalpost_range": ("indicators/all.yaml", "goalposts: {worst: 70, best: 15", "goalposts: {worst: 700, best: 15"),
    "goalpost_direction": ("indicators/all.yaml", "goalposts: {worst: 70, best: 15", "goalposts: {worst: 15, best: 70"),
    "unknown_input": ("indicators/all.yaml", "pm10: {variable: pm10,", "pm10: {variable: pm25,"),
    "unit_mismatch": (
        "indicators/all.yaml",
        "formula: physicians / population",
        "formula: physicians + population / 2 * population",
    ),
    "duplicate_id": ("indicators/all.yaml", "- id: gdp_per_head", "- id: physicians_per_10k"),
    "place_loop": ("places/places.csv", "xx,country,,xx", "xx,country,xx-akdere,xx"),
    "unknown_parent": ("places/places.csv", "xx-boztepe,province,xx,", "xx-boztepe,province,nowhere,"),
    "shared_external_id": ("places/places.csv", "XX-02", "XX-01"),
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_seeded_fault_is_named_with_file_and_line(world: Path, code: str) -> None:
    file, old, new = FAULTS[code]
    line = _swap(world, file, old, new)
    found = [f for f in load(world).findings if f.code == code and f.file == file]
    assert found, load(world).findings
    assert found[0].line is not None
    assert abs(found[0].line - line) <= 12, f"{found[0]} is far from line {line}"


def test_all_faults_are_told_at_once(world: Path) -> None:
    for code in ("unknown_unit", "missing_language", "duplicate_id"):
        _swap(world, *FAULTS[code])
    with pytest.raises(CatalogueFaults) as error:
        load(world).require_sound()
    assert {"unknown_unit", "missing_language", "duplicate_id"} <= {f.code for f in error.value.findings}
    assert str(error.value).count("\n") == len(error.value.findings) - 1


def test_a_key_that_stands_twice_is_a_fault(world: Path) -> None:
    _swap(world, "variables.yaml", "  period: day", "  period: day\n  period: hour")
    (finding,) = [f for f in load(world).findings if f.file == "variables.yaml"]
    assert "key 'period' stands twice" in finding.message
    assert finding.line == 4


def test_yaml_that_cannot_be_read_is_a_fault_with_its_line(world: Path) -> None:
    (world / "indicators/all.yaml").write_text("- id: [unclosed\n- more: {", encoding="utf-8")
    assert any(f.file == "indicators/all.yaml" and "YAML" in f.message for f in load(world).findings)


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("sets.csv", "set\nours\n", 1),
        ("boundary_changes.csv", "place,date\nxx-akdere,2020-01-01\n", 1),
        ("boundary_changes.csv", "place,date,what\nxx-akdere,2020-01-01,x\nxx-akdere,2020-13-01,x\n", 3),
    ],
)
def test_a_faulty_table_of_places_is_a_finding_like_any_other(world: Path, file: str, text: str, line: int) -> None:
    (world / "places" / file).write_text(text, encoding="utf-8")
    (finding,) = load(world).findings
    assert (finding.code, finding.file, finding.line) == ("definition", f"places/{file}", line)


SHAPES = {
    "inputs": (
        "indicators/all.yaml",
        "    pm10: {variable: pm10, aggregate",
        "    pm10: pm10\n    x: {variable: pm10, aggregate",
    ),
    "range": ("variables.yaml", "plausible: {low: 0, high: 2000}", "plausible: 2000"),
    "texts": ("variables.yaml", "texts: {en: PM10, tr: PM10}", "texts: PM10"),
    "levels": ("indicators/all.yaml", "  formula: pm10", "  levels: [15]\n  formula: pm10"),
    "offset": ("indicators/all.yaml", "{variable: pm10,", "{variable: pm10, year_offset: last,"),
    "coverage": ("indicators/all.yaml", "coverage: 0.75", "coverage: most"),
    "peers": ("profiles/provinces.yaml", "years:", "peers: {k: few}\nyears:"),
    "entry": ("variables.yaml", "- id: pm10", "- pm10\n- id: pm10"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_of_another_shape_is_a_finding_at_its_line(world: Path, shape: str) -> None:
    file, old, new = SHAPES[shape]
    line = _swap(world, file, old, new)
    found = [f for f in load(world).findings if f.file == file and f.code == "definition"]
    assert len(found) == 1, load(world).findings
    assert found[0].line is not None
    assert abs(found[0].line - line) <= 3, f"{found[0]} is far from line {line}"
    assert "object has no attribute" not in found[0].message


def test_one_text_stands_for_a_list_of_one(world: Path) -> None:
    _swap(world, "profiles/provinces.yaml", "kinds: [province]", "kinds: province")
    assert load(world).require_sound().profiles["world-provinces"].kinds == ("province",)


def test_a_node_that_is_no_mapping_does_not_stop_the_check(world: Path) -> None:
    _swap(world, "profiles/provinces.yaml", "nodes:", "nodes:\n    - a node")
    assert load(world).profiles.keys() == {"world-provinces"}


@pytest.mark.parametrize("line", ["languages = 'en'", "texts = 'A name'"])
def test_settings_of_another_shape_are_findings(world: Path, line: str) -> None:
    settings = world / "kenes.toml"
    kept = [each for each in settings.read_text(encoding="utf-8").splitlines() if not each.startswith("languages")]
    plain = "\n".join(kept).partition("[texts")[0]
    settings.write_text(f"{line}\n{plain}\n", encoding="utf-8")
    assert [(f.code, f.file) for f in load(world).findings] == [("settings", "kenes.toml")]


def test_a_file_with_a_blank_in_its_name_keeps_its_line(world: Path) -> None:
    (world / "indicators" / "all.yaml").rename(world / "indicators" / "all of them.yaml")
    line = _swap(world, "indicators/all of them.yaml", "  group:", "  grup:")
    (finding,) = [f for f in load(world).findings if f.code == "definition"]
    assert (finding.file, finding.line) == ("indicators/all of them.yaml", line)


def test_a_folder_without_settings_is_no_observatory(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"is no observatory: expected a folder with kenes\.toml"):
        load(tmp_path)


ACROSS = """across_states:
  rests_on: {en: One method of one agency for both states., tr: Her iki devlet için aynı kurumun aynı yöntemi.}
"""


def _two_states(world: Path, profile: str = "") -> None:
    places = world / "places" / "places.csv"
    text = places.read_text(encoding="utf-8") + "yy,country,,yy,,40,40,\n"
    lines = [line.replace(",xx,xx,", ",yy,yy,") if ",XX-02," in line else line for line in text.splitlines()]
    places.write_text("\n".join(lines) + "\n", encoding="utf-8")
    names = world / "places" / "names.csv"
    names.write_text(
        names.read_text(encoding="utf-8") + "yy,en,Other land,display\nyy,tr,Öteki ülke,display\n", "utf-8"
    )
    file = world / "profiles" / "provinces.yaml"
    own = file.read_text(encoding="utf-8").replace("country: xx", "country: [xx, yy]")
    file.write_text(own.replace("years:", profile + "years:", 1), encoding="utf-8")


def test_places_of_several_states_are_ranked_only_with_a_basis_and_a_setting(world: Path) -> None:
    _two_states(world)
    (finding,) = load(world).findings
    assert finding.code == "across_states"
    assert "places of several states (xx, yy)" in finding.message


def test_a_profile_across_states_is_off_unless_the_settings_allow_it(world: Path) -> None:
    _two_states(world, ACROSS)
    catalogue = load(world).require_sound()
    assert catalogue.profiles == {}
    assert catalogue.held == ("world-provinces",)
    settings = world / "kenes.toml"
    plain = settings.read_text(encoding="utf-8")
    settings.write_text(plain + "\n[comparison]\nacross_states = true\n", encoding="utf-8")
    catalogue = load(world).require_sound()
    assert catalogue.held == ()
    assert catalogue.profiles["world-provinces"].rests_on["en"] == "One method of one agency for both states."
    settings.write_text(plain + "\n[comparison]\nacross_states = 'yes'\n", encoding="utf-8")
    assert [f.code for f in load(world).findings] == ["settings"]


def test_a_basis_says_something_in_english(world: Path) -> None:
    _two_states(world, "across_states: true\n")
    (finding,) = [f for f in load(world).findings if "several states" in f.message]
    assert "Say in a sentence" in finding.message


def test_who_measures_cities_is_one_line_and_anything_else_there_is_a_fault(world: Path) -> None:
    settings = world / "kenes.toml"
    plain = settings.read_text(encoding="utf-8")
    settings.write_text(plain + '\n[space]\nexecutor = "sc://head:15002"\n', encoding="utf-8")
    assert load(world).findings == ()
    settings.write_text(plain + '\n[space]\nexecuter = "sc://head:15002"\n', encoding="utf-8")
    assert [(f.code, f.file) for f in load(world).findings] == [("settings", "kenes.toml")]
