"""The owner draws where parcels land; it holds, and can be given up."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_the_place_for_parcels_is_drawn_kept_and_given_up(house: House) -> None:
    page = house.owner.new_page()
    page.goto(f"{house.url}/parcels")
    page.get_by_test_id("parcels-draw").click()
    corner = page.get_by_test_id("motion-point-0")
    corner.focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_test_id("parcels-save").click()
    page.get_by_text("The camera watches this place for parcels.").wait_for()
    page.reload()
    page.get_by_test_id("motion-point-0").wait_for()
    page.get_by_test_id("parcels-stop").click()
    page.get_by_test_id("parcels-draw").wait_for()
    page.close()
