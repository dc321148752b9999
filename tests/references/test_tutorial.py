import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_tutorial_runs_as_printed_and_stays_under_sixty_lines(monkeypatch, capsys):
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs/tutorials/asem.md").read_text("utf-8"), re.S).group(1)
    lines = [line for line in code.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) < 60
    monkeypatch.chdir(ROOT)
    exec(compile(code, "asem.md", "exec"), {})
    told = capsys.readouterr().out
    assert "CHE 68.38 rank 1 (" in told
    assert "NLD 64.82 rank 2 (" in told


def test_the_tutorial_on_panels_prints_the_published_index_and_parts_that_add_up(monkeypatch, capsys):
    """UNDP, Human Development Report 2021/22: Kazakhstan 0.680, 0.767 and 0.811 in 2000, 2010 and 2021."""
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs/tutorials/panels-and-editions.md").read_text("utf-8"), re.S)
    monkeypatch.chdir(ROOT)
    exec(compile(code.group(1), "panels-and-editions.md", "exec"), {})
    told = capsys.readouterr().out
    for year, score in ((2000, "0.680"), (2010, "0.767"), (2021, "0.811")):
        assert f"KAZ {year} {score} rank" in told
    changes = re.findall(r"([+-][\d.]+) = data ([+-][\d.]+), method ([+-][\d.]+), places ([+-][\d.]+)", told)
    assert len(changes) == 7
    for total, *parts in changes:
        assert float(total) == pytest.approx(sum(map(float, parts)), abs=0.0021)
