"""The owner records a phrase in the browser, and one tap has it said at the door."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.camera.doorbell.fakes import loudest_hz
from tests.e2e.conftest import PHONE, Starter, quiet_context, until
from tests.e2e.owner import claim, draw_rectangle
from tests.e2e.test_talk import OWNER_HZ, SETTINGS, speaking_chromium

__all__ = ["speaking_chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_recorded_phrase_is_said_at_the_door_by_one_tap(
    start_stoop: Starter, speaking_chromium: Browser, tmp_path: Path
) -> None:
    door = tmp_path / "door.raw"
    stoop = start_stoop("demo", SETTINGS.format(microphone="none", speaker=f"file:{door}"))
    with quiet_context(speaking_chromium, viewport=PHONE, has_touch=True, permissions=["microphone"]) as context:
        page = context.new_page()
        claim(page, stoop.url, stoop.code)
        draw_rectangle(page)
        page.get_by_test_id("tab-settings").click()
        page.get_by_test_id("reply-add").click()
        page.get_by_test_id("reply-record").click()
        page.wait_for_timeout(1500)
        page.get_by_test_id("reply-record").click()
        page.get_by_test_id("reply-hear").wait_for()
        page.get_by_test_id("reply-name").fill("Two minutes, please")
        page.get_by_test_id("reply-save").click()
        page.get_by_test_id("reply-row").get_by_text("Two minutes, please").wait_for()
        assert not door.exists()
        page.get_by_test_id("tab-live").click()
        page.get_by_test_id("quick-reply").get_by_text("Two minutes, please").click()
        until(lambda: door.exists() and door.stat().st_size > 2 * 48_000, "the phrase to be heard", 30)
        assert loudest_hz(np.fromfile(door, "<i2")[12_000:48_000]) == pytest.approx(OWNER_HZ, abs=8)
        page.get_by_test_id("tab-log").click()
        page.get_by_text("Phone had “Two minutes, please” said at the door").wait_for()
