"""The page of a measured city in a real browser: no sideways scrolling, no outside request, a way by keyboard."""

import pytest
from tests.journeys.conftest import AXE
from tests.journeys.rotation import rotated
from tests.pipeline.city import test_page

from kenes.pipeline.city.page import page as html_of

pytestmark = pytest.mark.browser
monaco = test_page.monaco


@pytest.mark.parametrize(("kind", "language", "width"), rotated(["city page"]))
def test_the_page_of_a_city_fits_the_window_and_reads_out_its_map(chromium, monaco, tmp_path, kind, language, width):
    city, *found = monaco
    html = html_of(test_page.asked(city, language=language), *found)
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 900})
    opened = context.new_page()
    troubles, wanted = [], []
    opened.on("pageerror", lambda fault: troubles.append(str(fault)))
    opened.on("request", lambda request: wanted.append(request.url))
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
    opened.evaluate(AXE.read_text(encoding="utf-8"))
    violations = opened.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in violations] == []
    assert not troubles
    assert len(wanted) == 1
    context.close()
