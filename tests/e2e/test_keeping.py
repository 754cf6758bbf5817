"""The owner keeps a clip, sees until when others stay, and sets how long; the sign and the record say so."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def open_newest(page: Page, house: House) -> None:
    page.goto(f"{house.url}/clips")
    page.locator(".visit").first.click()
    page.get_by_test_id("clip-goes").wait_for()


def test_a_clip_is_kept_and_let_go_of(house: House) -> None:
    page = house.owner.new_page()
    open_newest(page, house)
    address = page.url  # others may follow meanwhile
    goes = page.get_by_test_id("clip-goes")
    assert re.fullmatch(r"until about .+, \w+,? \d+ \w+", goes.inner_text())  # in three days
    page.get_by_test_id("clip-keep").click()
    goes.get_by_text("until you delete it").wait_for()
    page.goto(f"{house.url}/clips")
    page.locator(".visit", has_text="Kept").first.wait_for()
    page.goto(f"{house.url}/log")
    page.get_by_text("Phone keeps a clip").first.wait_for()
    page.goto(address)
    page.get_by_test_id("clip-keep").and_(page.locator("[aria-pressed=true]")).click()
    goes.get_by_text("until about").wait_for()
    page.close()


def test_how_long_clips_stay_is_set_with_a_question_and_stands_on_the_sign(house: House) -> None:
    page = house.owner.new_page()
    page.goto(f"{house.url}/settings")
    page.get_by_test_id("settings-keeping").get_by_text("3 days").wait_for()
    page.get_by_test_id("settings-keeping").click()
    page.get_by_test_id("keep-hours").get_by_text("7 days", exact=True).click()
    page.get_by_text("Clips stay for 7 days now.").wait_for()
    page.get_by_test_id("keep-hours").get_by_text("1 day", exact=True).click()
    page.get_by_test_id("question-no").click()
    assert page.get_by_test_id("keep-hours-168").is_checked()
    page.get_by_test_id("keep-hours").get_by_text("1 day", exact=True).click()
    page.get_by_test_id("question-yes").click()
    page.get_by_text("Clips stay for 1 day now.").wait_for()
    page.goto(f"{house.url}/sign")
    page.get_by_test_id("sign-paper").get_by_text("once the camera has run one day more").wait_for()
    page.goto(f"{house.url}/keeping")
    page.get_by_test_id("keep-hours").get_by_text("3 days", exact=True).click()
    page.get_by_text("Clips stay for 3 days now.").wait_for()
    page.close()
