"""The owner notes a request, sees by when to answer, and marks it as answered; the record knows."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_request_is_noted_with_its_deadline_and_answered(house: House) -> None:
    page = house.owner.new_page()
    page.goto(f"{house.url}/rights")
    page.get_by_test_id("right-about").fill("Mrs Green, Monday about 10")
    page.get_by_test_id("right-note").click()
    asked = page.get_by_test_id("right-open")
    asked.get_by_text("Answer by").wait_for()
    page.get_by_test_id("right-how").fill("Copy handed over")
    page.get_by_test_id("right-close").click()
    page.get_by_test_id("right-answered").get_by_text("Copy handed over").wait_for()
    page.goto(f"{house.url}/log")
    page.get_by_text("Phone answered a request").wait_for()
    page.close()
