"""Every kind of page in a real browser: no violation that axe finds, no sideways scrolling, in its language."""

from __future__ import annotations

import pytest
from tests.journeys.conftest import AXE
from tests.journeys.rotation import rotated
from tests.portal.world import provenance_of

pytestmark = pytest.mark.browser
KINDS = {
    "start": "/",
    "start by index": "/?show=tr-provinces",
    "place": "/place/tr-bursa",
    "place with doubts": "/place/tr-hakkari",
    "district": "/place/tr-cizre",
    "city": "/place/tr-bursa-city",
    "indices": "/indices",
    "index": "/index/tr-provinces",
    "weights": "/index/tr-provinces/weights",
    "indicators": "/indicators",
    "indicator": "/indicator/pm10_annual_mean",
    "number": f"/number/{provenance_of('pm10_annual_mean', 'tr-bursa', 2023)}",
    "sources": "/sources",
    "source": "/source/air",
    "comparison": "/compare?place=tr-bursa&place=tr-izmir",
    "search": "/search?q=izmir",
    "edition": "/edition/7",
    "edition of an older form": "/edition/3",
    "about": "/about",
    "nothing": "/nowhere",
}


@pytest.mark.parametrize(("kind", "language", "width"), rotated(list(KINDS)))
def test_axe_finds_no_violation_and_the_page_does_not_scroll_sideways(chromium, address, kind, language, width):
    context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    answer = page.goto(f"{address}/{language}{KINDS[kind]}")
    assert answer.status == (404 if kind == "nothing" else 200)
    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    context.close()
    assert [f"{v['id']} {v['help']}: {[n['html'][:120] for n in v['nodes'][:2]]}" for v in violations] == []
