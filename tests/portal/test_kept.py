"""Pages that are kept in memory."""

from __future__ import annotations

from tests.portal.conftest import getter

from kenes.portal import kept
from kenes.portal.app import create_app


def test_a_page_is_rendered_once_and_then_the_same(shown, monkeypatch):
    app = create_app(*shown)
    get = getter(app)
    rendered = []
    page = app.state.site.page
    monkeypatch.setattr(app.state.site, "page", lambda *a, **k: rendered.append(a[1]) or page(*a, **k))
    first, second = get("/en/about"), get("/en/about")
    assert first.content == second.content
    assert first.headers["content-language"] == second.headers["content-language"] == "en"
    assert rendered == ["about.html"]


def test_a_piece_of_a_page_is_not_mistaken_for_the_page(get):
    piece, page = get("/en/search?q=bursa", hx_request="true"), get("/en/search?q=bursa")
    assert "<html" not in piece.text
    assert "<html" in page.text
    assert get("/en/search?q=bursa", hx_request="true").text == piece.text


def test_no_more_pages_are_kept_than_were_allowed(shown, monkeypatch):
    monkeypatch.setattr(kept, "MOST_PAGES", 2)
    app = create_app(*shown)
    get = getter(app)
    rendered = []
    page = app.state.site.page
    monkeypatch.setattr(app.state.site, "page", lambda *a, **k: rendered.append(a[1]) or page(*a, **k))
    for path in ("about", "indices", "sources", "about"):
        assert get(f"/en/{path}").status_code == 200
    assert rendered == ["about.html", "indices.html", "sources.html", "about.html"]
