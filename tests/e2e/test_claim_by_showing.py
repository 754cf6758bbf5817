"""Becoming the owner by holding the page's code before the lens: the page's own code, filmed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from tests.camera.codes_before_a_lens import Grey, Held, before_the_lens, film
from tests.e2e.conftest import Starter
from tests.e2e.owner import leave_sheet

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_phone_held_before_the_lens_makes_its_holder_the_owner(
    start_stoop: Starter, page: Page, tmp_path: Path
) -> None:
    first = start_stoop("demo")
    page.goto(first.url)
    page.get_by_test_id("claim-start").click()
    page.get_by_test_id("claim-show").click()
    page.get_by_test_id("claim-camera-name").fill("Front door")
    page.get_by_test_id("claim-device-name").fill("Phone")
    page.get_by_test_id("claim-name-next").click()
    screen = _grey(page.get_by_test_id("qr").screenshot())
    port = int(first.url.rsplit(":", 1)[1].strip("/"))
    first.stop()

    video = film(tmp_path / "held.mp4", before_the_lens(screen, Held(side_px=330, tilt=0.12, turn_deg=8, blur_px=1)))
    start_stoop(f"file:{video}", port=port)

    leave_sheet(page)
    page.get_by_test_id("draw").wait_for()


def _grey(png: bytes) -> Grey:
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return np.asarray(picture, np.uint8)
