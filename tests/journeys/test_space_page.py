"""The page of a measured city in a real browser: no sideways scrolling, no outside request, a way by keyboard."""

from pathlib import Path

import pytest
from tests.pipeline.city.test_page import monaco  # noqa: F401  (a fixture)

from kenes.pipeline.city.page import page as html_of

AXE = Path(__file__).parents[2] / ".cache/axe.min.js"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_of_a_city_fits_the_window_and_reads_out_its_map(chromium, monaco, tmp_path, width):  # noqa: F811
    city, rows, shown = monaco
    (tmp_path / "index.html").write_text(html_of(city, rows, shown), encoding="utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 900})
    opened = context.new_page()
    troubles, asked = [], []
    opened.on("pageerror", lambda fault: troubles.append(str(fault)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto((tmp_path / "index.html").as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth") == width
    opened.focus("#map")
    before = opened.inner_text("#read")
    opened.keyboard.press("ArrowRight")
    first = opened.inner_text("#read")
    opened.keyboard.press("ArrowRight")
    assert len({before, first, opened.inner_text("#read")}) == 3
    for choice in range(opened.locator("#choice option").count()):
        opened.select_option("#choice", str(choice))
        assert opened.locator("#key li").count() >= 1
    assert AXE.is_file(), "axe-core is missing; run `make setup`"
    opened.evaluate(AXE.read_text(encoding="utf-8"))
    violations = opened.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in violations] == []
    assert not troubles
    assert len(asked) == 1
    context.close()
