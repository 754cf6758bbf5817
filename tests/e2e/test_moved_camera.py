"""Somebody turns the camera: black, said on the page, in the log; saving the old drawing again opens it."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import SHARED, Starter
from tests.e2e.owner import claim, draw, look, wait_for_frames

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

YARD = SHARED / "data" / "motion" / "yard_trees.mp4"
STOOP = [(0.1, 0.15), (0.85, 0.15), (0.85, 0.95), (0.1, 0.95)]


def film(out: Path, shifted_by: float) -> Path:
    """Twelve seconds of the yard, as a camera sees it that was turned by so much of the width."""
    if not YARD.exists():
        pytest.skip("no shared videos here: set STOOP_SHARED to the folder with data/motion")
    with av.open(str(YARD)) as source, av.open(str(out), "w") as container:
        given = source.streams.video[0]
        rate = given.average_rate
        assert rate is not None
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = given.width, given.height, "yuv420p"
        matrix = np.array([[1, 0, shifted_by * given.width], [0, 1, 0]], np.float64)
        for number, frame in enumerate(source.decode(given)):
            if frame.time > 12:
                break
            seen = cv2.warpAffine(
                frame.to_ndarray(format="bgr24"), matrix, (given.width, given.height), borderMode=cv2.BORDER_REFLECT_101
            )
            picture = av.VideoFrame.from_ndarray(np.asarray(seen, np.uint8), format="bgr24")
            picture.pts, picture.time_base = number, 1 / rate
            container.mux(stream.encode(picture.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    return out


def test_a_camera_that_was_turned_shows_nothing_until_its_owner_says_so(
    start_stoop: Starter, page: Page, tmp_path: Path
) -> None:
    here, there = film(tmp_path / "here.mp4", 0.0), film(tmp_path / "there.mp4", 0.1)
    stoop = start_stoop(f"file:{here}")
    claim(page, stoop.url, stoop.code)
    draw(page, STOOP)
    page.get_by_test_id("live").wait_for()
    wait_for_frames(page, 60)
    assert look(page)[1] > 0.2
    page.get_by_test_id("live-view-unknown").wait_for(state="detached")
    port = int(stoop.url.rsplit(":", 1)[1].rstrip("/"))
    assert stoop.stop() == 0

    stoop = start_stoop(f"file:{there}", port=port)
    page.goto(stoop.url)
    page.locator("[data-cover=moved]").wait_for(state="attached")
    if page.evaluate("document.querySelector('video')?.videoWidth"):
        assert look(page)[1] == 0.0

    # the old drawing over the new picture; saving it says: yes, this is my stoop
    page.get_by_test_id("live-redraw").click()
    page.get_by_test_id("draw-save").click()
    page.locator("[data-cover=none]").wait_for(state="attached")
    wait_for_frames(page, 20)
    assert look(page)[1] > 0.2

    page.goto(f"{stoop.url}/log")
    page.get_by_text("The camera was moved").first.wait_for()
    assert stoop.stop() == 0
    assert "Traceback" not in stoop.log.read_text()
