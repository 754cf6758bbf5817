"""The owner notes a request, sees by when to answer, finds its clips, and marks it as answered; the record knows."""

from __future__ import annotations

import datetime

import pytest

from tests.e2e.conftest import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_request_is_noted_with_its_deadline_and_answered(house: House) -> None:
    page = house.owner.new_page()
    page.goto(f"{house.url}/rights")
    page.get_by_test_id("right-about").fill("Mrs Green, Monday about 10")
    page.get_by_test_id("right-note").click()
    asked = page.get_by_test_id("right-open").filter(has_text="Mrs Green")
    asked.get_by_text("Answer by").wait_for()
    asked.get_by_test_id("right-how").fill("Copy handed over")
    asked.get_by_test_id("right-close").click()
    answered = page.get_by_test_id("right-answered").filter(has_text="Mrs Green")
    answered.get_by_text("Copy handed over").wait_for()
    page.goto(f"{house.url}/log")
    page.get_by_text("Phone answered a request").first.wait_for()
    page.close()


def test_a_request_with_its_time_leads_to_the_clips_of_then(house: House) -> None:
    page = house.owner.new_page()
    page.goto(f"{house.url}/rights")
    page.get_by_test_id("right-about").fill("Mr Brown")
    now = datetime.datetime.now()  # noqa: DTZ005 - as the browser on this machine has it
    begun = now - datetime.timedelta(minutes=40)
    page.get_by_test_id("right-day").fill(f"{begun:%Y-%m-%d}")
    page.get_by_test_id("right-from").fill(f"{begun:%H:%M}")
    page.get_by_test_id("right-to").fill(f"{now:%H:%M}")
    page.get_by_test_id("right-note").click()
    asked = page.get_by_test_id("right-open").filter(has_text="Mr Brown")
    found = asked.get_by_test_id("right-found")
    found.get_by_text("from then").wait_for()
    found.get_by_role("link").first.click()
    page.get_by_test_id("clip-copy").click()
    page.get_by_test_id("copy-page").wait_for()
    page.goto(f"{house.url}/rights")
    asked.get_by_test_id("right-how").fill("Copy handed over")
    asked.get_by_test_id("right-close").click()
    page.get_by_test_id("right-answered").get_by_text("Mr Brown").wait_for()
    page.close()
