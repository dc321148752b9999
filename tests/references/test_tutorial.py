import re
from pathlib import Path

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
