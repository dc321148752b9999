"""The report on an index in a real browser: no violation, no sideways scrolling, no request but its own file."""

import pytest
from tests.journeys.conftest import AXE
from tests.journeys.rotation import rotated
from tests.pages.index import test_report

pytestmark = pytest.mark.browser
built = test_report.built
SHOWN = {"weights": (["node", "nominal"], [["i0", 0.25], ["i1", 0.75]])}


@pytest.mark.parametrize(("kind", "language", "width"), rotated(["report"]))
def test_the_report_fits_the_window_and_asks_nobody(chromium, built, tmp_path, kind, language, width):
    (tmp_path / "report.html").write_text(test_report.page(built, language, **SHOWN), encoding="utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 900})
    opened = context.new_page()
    wanted = []
    opened.on("request", lambda request: wanted.append(request.url))
    opened.goto((tmp_path / "report.html").as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    opened.evaluate(AXE.read_text(encoding="utf-8"))
    violations = opened.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in violations] == []
    assert len(wanted) == 1
    context.close()
