"""Setting motion up through the real pages: what moves is marked, what was set stays, and what was wrong is undone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PHONE, quiet_context, starter
from tests.e2e.owner import claim, draw_rectangle, wait_for_frames
from tests.e2e.test_accessibility import AXE, assert_fine

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

LONG_MS = 120_000


@pytest.fixture(scope="module")
def url_and_page(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Page]]:
    """A claimed demo and its owner's page: each test waits for a visitor, whom one run brings for both."""
    options = {"viewport": PHONE, "has_touch": True}
    with starter(tmp_path_factory.mktemp("motion")) as start, quiet_context(chromium, **options) as phone:
        stoop, page = start("demo"), phone.new_page()
        claim(page, stoop.url, stoop.code)
        draw_rectangle(page)
        yield stoop.url, page


def test_an_owner_sees_what_counts_and_says_how_keen_and_where(url_and_page: tuple[str, Page]) -> None:
    url, page = url_and_page
    page.goto(f"{url}/settings")
    page.get_by_test_id("settings-motion").click()
    wait_for_frames(page, 1)

    # a visitor of the demo comes up the path: boxes, words and the count say so
    page.locator(".box-counts").first.wait_for(timeout=LONG_MS)
    expect(page.get_by_test_id("motion-now")).to_contain_text("would be recorded", timeout=LONG_MS)
    expect(page.get_by_test_id("motion-tally")).to_contain_text("counted", timeout=LONG_MS)
    if AXE.exists():
        assert_fine(page)

    page.get_by_test_id("motion-stop-75").click()
    expect(page.get_by_test_id("motion-sensitivity-name")).to_have_text("Keen")
    page.get_by_test_id("motion-sensitivity").press("ArrowRight")
    page.get_by_test_id("motion-add-enter").click()
    page.get_by_test_id("motion-point-0").press("Shift+ArrowLeft")
    page.get_by_test_id("motion-add-cross").click()
    if AXE.exists():
        assert_fine(page)
    page.get_by_test_id("motion-areas-save").click()
    expect(page.get_by_test_id("motion-areas-save")).to_have_count(0)

    page.reload()
    expect(page.get_by_test_id("motion-sensitivity")).to_have_value("0.76")
    expect(page.get_by_test_id("motion-area-0")).to_contain_text("must step into it")
    expect(page.get_by_test_id("motion-area-1")).to_contain_text("must cross it")
    page.get_by_test_id("motion-area-delete-0").click()
    page.goto(f"{url}/log")
    expect(page.get_by_test_id("log-lines")).to_contain_text("where motion counts")
    expect(page.get_by_test_id("log-lines")).to_contain_text("how sensitive it is")
    expect(page.get_by_text("was shown where something moves").first).to_be_visible()


def test_a_false_alarm_makes_it_calmer_there_until_it_is_undone(url_and_page: tuple[str, Page]) -> None:
    url, page = url_and_page
    page.goto(f"{url}/clips")
    clip = page.locator("[data-testid=clips] a.visit:has(.visit-length)", has_text="Somebody came by").first
    clip.wait_for(timeout=LONG_MS)

    # the strip of the day leads to it, by keyboard
    strip = page.get_by_test_id("heat").first
    strip.press("ArrowLeft")
    expect(strip).to_have_attribute("aria-valuetext", re.compile("nothing|clip"))
    strip.press("Enter")
    expect(page.locator("a.visit:focus")).to_have_count(1)
    if AXE.exists():
        assert_fine(page)

    clip.click()
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2")
    # marks on the line say when something moved, outlines where
    expect(page.get_by_test_id("clip-marks").locator("span").first).to_be_visible()
    page.get_by_test_id("clip-outline").click()
    expect(page.get_by_test_id("clip-outline")).to_have_attribute("aria-pressed", "true")
    page.locator(".outline-box").first.wait_for(timeout=LONG_MS)

    page.get_by_test_id("false-alarm").click()
    page.get_by_test_id("place").press("ArrowLeft")
    if AXE.exists():
        assert_fine(page)
    page.get_by_test_id("false-alarm-yes").click()
    expect(page.get_by_test_id("false-alarm-marked")).to_contain_text("It is calmer now")

    page.goto(f"{url}/motion")
    expect(page.get_by_test_id("motion-calmer")).to_have_count(1)
    expect(page.locator(".calmer")).to_have_count(1, timeout=LONG_MS)
    page.locator("[data-testid^=motion-undo-]").click()
    expect(page.get_by_test_id("motion-calmer")).to_have_count(0)
    page.goto(f"{url}/log")
    expect(page.get_by_test_id("log-lines")).to_contain_text("a false alarm taken back")
