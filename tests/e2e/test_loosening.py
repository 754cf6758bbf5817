"""The lock on showing more, through the real pages: it waits, it is said everywhere, and an owner ends it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Starter
from tests.e2e.owner import claim, draw_rectangle

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


def test_under_the_lock_showing_more_waits_on_every_page_until_an_owner_cancels_it(
    start_stoop: Starter, page: Page
) -> None:
    stoop = start_stoop("demo")
    claim(page, stoop.url, stoop.code)
    draw_rectangle(page)
    page.goto(f"{stoop.url}/settings")
    page.get_by_test_id("switch-lock").click()
    expect(page.get_by_test_id("switch-lock")).to_be_checked()
    page.goto(stoop.url)
    drawing = page.get_by_test_id("live-mask").inner_text()

    page.goto(f"{stoop.url}/draw")
    corner = page.get_by_test_id("point-allow-0-0")
    for _ in range(3):
        corner.press("Shift+ArrowUp")
    page.get_by_test_id("draw-save").click()
    page.get_by_test_id("question-yes").click()

    banner = page.get_by_test_id("waiting-banner")
    expect(banner).to_contain_text("In 24 hours your camera will show")
    expect(page.get_by_test_id("live-mask")).to_have_text(drawing)
    page.goto(f"{stoop.url}/devices")
    expect(banner).to_contain_text("In 24 hours")
    page.get_by_test_id("waiting-cancel").click()
    expect(banner).to_have_text("")

    page.goto(f"{stoop.url}/settings")
    page.get_by_test_id("switch-lock").click()
    page.get_by_test_id("question-yes").click()
    expect(banner).to_contain_text("showing more will no longer wait a day")
    expect(page.get_by_test_id("switch-lock")).to_be_checked()
    page.get_by_test_id("waiting-cancel").click()
    expect(banner).to_have_text("")
