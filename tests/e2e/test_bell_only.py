"""Bell-only mode as its owner meets it: dark, then a press, then the picture; and no clip of any of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.camera.doorbell.fakes import TAP
from tests.e2e.conftest import Starter
from tests.e2e.owner import claim, draw_rectangle, wait_for_frames

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
SETTINGS = "[camera]\nplate_s = 2\nchime = 'none'\nspeaker = 'none'\nbutton = 'evdev:{folder}/button'\n"


@pytest.fixture
def finger(tmp_path: Path) -> Iterator[int]:
    """Writes to the button."""
    os.mkfifo(tmp_path / "button")
    descriptor = os.open(tmp_path / "button", os.O_RDWR | os.O_NONBLOCK)
    yield descriptor
    os.close(descriptor)


def test_the_picture_comes_with_the_press_and_nothing_is_kept(
    start_stoop: Starter, page: Page, tmp_path: Path, finger: int
) -> None:
    stoop = start_stoop("demo", SETTINGS.format(folder=tmp_path))
    claim(page, stoop.url, stoop.code)
    draw_rectangle(page)
    page.get_by_test_id("tab-settings").click()
    page.get_by_test_id("switch-bell-only").click()
    page.get_by_role("button", name="Yes, only then").click()
    page.get_by_text("Dark until somebody presses").wait_for()
    before = set((stoop.data / "sealed" / "clips").iterdir())
    page.get_by_test_id("tab-live").click()
    page.locator("[data-testid=live-cover][data-cover=dark] .cover").wait_for()

    os.write(finger, TAP)
    page.get_by_test_id("door-bar").wait_for()
    wait_for_frames(page, 10)
    page.locator("[data-testid=live-cover][data-cover=none]").wait_for(state="attached")
    page.locator("[data-testid=record-now][aria-disabled]").wait_for()
    assert set((stoop.data / "sealed" / "clips").iterdir()) == before
