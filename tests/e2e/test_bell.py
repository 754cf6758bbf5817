"""A visitor presses the button: the house hears it, the page rings wherever the owner is, and a clip is kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.camera.doorbell.fakes import TAP, loudest_hz
from tests.e2e.conftest import SMALL, Starter, until
from tests.e2e.owner import claim, draw_rectangle, wait_for_frames

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

SETTINGS = (
    f"{SMALL}plate_s = 2\npost_roll_s = 1\nclip_cap_s = 10\n"
    'button = "evdev:{folder}/button"\nspeaker = "file:{folder}/heard.raw"\n'
)


@pytest.fixture
def finger(tmp_path: Path) -> Iterator[int]:
    """Writes to the button."""
    os.mkfifo(tmp_path / "button")
    descriptor = os.open(tmp_path / "button", os.O_RDWR | os.O_NONBLOCK)
    yield descriptor
    os.close(descriptor)


def test_a_press_rings_in_the_house_and_on_the_page_and_is_kept(
    start_stoop: Starter, page: Page, phone: BrowserContext, tmp_path: Path, finger: int
) -> None:
    stoop = start_stoop("demo", SETTINGS.format(folder=tmp_path))
    claim(page, stoop.url, stoop.code)
    draw_rectangle(page)
    page.get_by_test_id("tab-settings").click()
    page.get_by_test_id("bell-try").wait_for()
    clips = stoop.data / "sealed" / "clips"
    before = set(clips.iterdir())

    os.write(finger, TAP)
    page.get_by_test_id("door").wait_for()
    assert "at the door" in page.title()
    until(lambda: set(clips.iterdir()) - before, "a clip to begin")
    heard = tmp_path / "heard.raw"
    until(lambda: heard.exists() and heard.stat().st_size >= 2 * 24_000, "the chime to sound")
    ding = np.fromfile(heard, "<i2")[:24_000]
    assert loudest_hz(ding) == pytest.approx(659, abs=4)

    # from the sheet to the picture, where a further ring is a bar that hides nothing
    page.get_by_test_id("door-watch").click()
    page.wait_for_function("() => document.querySelector('[data-testid=live-video]')?.readyState >= 2")
    assert "at the door" not in page.title()
    page.wait_for_timeout(3_000)
    os.write(finger, TAP)
    page.get_by_test_id("door-bar").wait_for()
    page.get_by_test_id("door-dismiss").click()

    # the record knows, and the owner may try
    page.get_by_test_id("tab-settings").click()
    page.wait_for_timeout(3_000)
    page.get_by_test_id("bell-try").click()
    page.get_by_test_id("door-dismiss").click()
    page.get_by_test_id("tab-log").click()
    page.get_by_text("Phone tried the bell").wait_for()
    assert page.get_by_text("Somebody rang the bell").count() == 2

    # what is set holds after a reload
    page.get_by_test_id("tab-settings").click()
    page.get_by_test_id("switch-quiet").click()
    page.get_by_test_id("bell-from_minute").wait_for()
    page.reload()
    page.get_by_test_id("bell-from_minute").wait_for()
    assert page.get_by_test_id("bell-from_minute").input_value() == "22:00"

    look_only_when_the_bell_rings(page, clips, finger)


def look_only_when_the_bell_rings(page: Page, clips: Path, finger: int) -> None:
    """Bell-only mode: dark, then a press, then the picture; and no clip of any of it."""
    page.get_by_test_id("switch-bell-only").click()
    page.get_by_role("button", name="Yes, only then").click()
    page.get_by_text("Dark until somebody presses").wait_for()
    page.get_by_test_id("tab-live").click()
    page.locator("[data-testid=live-cover][data-cover=dark] .cover").wait_for()
    before = set(clips.iterdir())
    page.wait_for_timeout(3_000)
    os.write(finger, TAP)
    page.get_by_test_id("door-bar").wait_for()
    wait_for_frames(page, 10)
    page.locator("[data-testid=live-cover][data-cover=none]").wait_for(state="attached")
    page.locator("[data-testid=record-now][aria-disabled]").wait_for()
    assert set(clips.iterdir()) == before
