"""What a reader does: find a city, read its rank, follow a number down, change the language."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.rotation import readers, wide_or_narrow

pytestmark = pytest.mark.browser
WORDS = {
    "tr": {"find": "Yer bul", "row": "3. Dosyanın satırı", "numbers": "Sayılar", "to": "English", "goes": "en"},
    "en": {"find": "Find a place", "row": "3. The row of the file", "numbers": "Numbers", "to": "Türkçe", "goes": "tr"},
}


def no_sideways(page: Page) -> None:
    """The page itself never scrolls sideways."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, page.url


@pytest.mark.parametrize(("code", "width"), readers("tr", "en"))
def test_a_reader_finds_a_city_and_follows_a_number_to_its_row(page: Page, address: str, code: str):
    words = WORDS[code]
    page.goto(f"{address}/{code}/")
    page.get_by_role("searchbox", name=words["find"]).fill("BURSA")
    page.locator("#found").get_by_role("link", name=re.compile("^Bursa")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bursa")
    rank = page.locator(".rank").inner_text()
    assert re.search(r"\d+", rank)
    assert re.search(r"\d+–\d+", rank), "the interval stands beside the rank"
    expect(page.get_by_role("heading", name=words["numbers"])).to_be_visible()
    page.locator('td a[href*="/number/"]').first.click()
    expect(page.get_by_role("heading", name=words["row"])).to_be_visible()
    expect(page.locator("td.hit")).to_have_text("<b>51,2</b>")
    no_sideways(page)
    page.locator("details.menu summary").click()
    page.get_by_role("link", name=words["to"], exact=True).click()
    expect(page.get_by_role("heading", name=WORDS[words["goes"]]["row"])).to_be_visible()
    assert f"/{words['goes']}/number/" in page.url


@pytest.mark.parametrize(("code", "width"), readers("en", "tr"))
def test_the_map_is_drawn_and_a_choice_stands_in_the_address(page: Page, address: str, code: str):
    page.goto(f"{address}/{code}/")
    page.wait_for_selector("#map[data-ready=yes]", timeout=30_000)
    page.locator("select[name=show]").select_option("gdp_per_head")
    page.wait_for_url("**show=gdp_per_head**")
    page.wait_for_selector("#map[data-ready=yes]", timeout=30_000)
    expect(page.locator("select[name=show]")).to_have_value("gdp_per_head")
    no_sideways(page)


@pytest.mark.parametrize("width", wide_or_narrow(390))
def test_a_trend_is_drawn(page: Page, address: str):
    page.goto(f"{address}/en/indicator/pm10_annual_mean")
    expect(page.locator("[data-trend] svg").first).to_be_visible()
    page.wait_for_selector("#map[data-ready=yes]", timeout=30_000)


@pytest.mark.parametrize("width", wide_or_narrow(1280))
def test_the_first_stop_of_the_keyboard_skips_to_the_content(page: Page, address: str):
    page.goto(f"{address}/en/about")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("main:focus")).to_have_count(1)


def test_the_pages_work_without_scripts(chromium, address: str):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{address}/en/?show=pm10_annual_mean")
    assert page.locator("table tbody tr").count() >= 12
    page.get_by_role("searchbox").fill("измир")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("^İzmir"))).to_be_visible()
    context.close()
