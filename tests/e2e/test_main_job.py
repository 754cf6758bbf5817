"""The main job: claim, draw, watch, a visitor comes, the clip plays, seeks and downloads; through the real pages."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import FULL_SIZE, SHARED, Starter, until
from tests.e2e.marked_video import marker_pixels, paint_marker
from tests.e2e.owner import claim, download, draw, look, wait_for_frames

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

HALL = SHARED / "data" / "motion" / "hall_visitors1.mp4"
LEFT_OF_THE_MARKER = [(0.1, 0.15), (0.7, 0.15), (0.7, 0.95), (0.1, 0.95)]

SOUGHT = "() => { const v = document.querySelector('video'); return !v.seeking && v.readyState >= 2 }"


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    if not HALL.exists():
        pytest.skip("no shared videos here: set STOOP_SHARED to the folder with data/motion")
    video = tmp_path / "marked.mp4"
    paint_marker(HALL, video, 24)
    return video


def test_the_marker_is_there_to_be_found(marked: Path) -> None:
    pictures, pixels = marker_pixels(marked)

    assert pixels > pictures * 100_000


def test_an_owner_claims_draws_watches_and_plays_a_visit(
    start_stoop: Starter, page: Page, phone: BrowserContext, marked: Path, tmp_path: Path
) -> None:
    stoop = start_stoop(f"file:{marked}")
    claim(page, stoop.url, stoop.code)
    draw(page, LEFT_OF_THE_MARKER)
    page.get_by_test_id("live").wait_for()  # saved

    # live: the picture moves, the stoop is seen, the marker is not
    page.goto(stoop.url)
    wait_for_frames(page, 20)
    lit = []
    for _ in range(15):
        pixels, share = look(page)
        assert pixels == 0
        lit.append(share)
        page.wait_for_timeout(200)
    assert 0.2 < max(lit) < 0.6

    # a visit: listed, plays, seeks, downloads
    clip = first_finished_clip(page, stoop.url, stoop.data)
    page.get_by_test_id(f"clip-{clip}").first.click()
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2")
    page.evaluate("() => document.querySelector('video').play()")
    page.wait_for_function("() => document.querySelector('video').currentTime > 1")
    assert look(page)[0] == 0
    duration_s = float(page.evaluate("document.querySelector('video').duration"))
    page.evaluate("s => { document.querySelector('video').currentTime = s }", duration_s - 2)
    page.wait_for_function(SOUGHT)
    assert look(page)[0] == 0

    saved = download(page, tmp_path / "visit.mp4")
    pictures, pixels = marker_pixels(saved)
    assert pictures > 20
    assert pixels == 0
    assert probe(saved) == {"codec_name": "h264", "width": 1280, "height": 720}

    # the end: no traceback, and nothing readable was left on the disk
    assert stoop.stop() == 0
    assert "Traceback" not in stoop.log.read_text()
    assert phone.cookies() == [] or all(cookie["httpOnly"] for cookie in phone.cookies())


def test_the_demo_scene_lives_from_claim_to_clip(start_stoop: Starter, page: Page) -> None:
    stoop = start_stoop("demo", FULL_SIZE)
    claim(page, stoop.url, stoop.code)
    page.get_by_test_id("draw-rectangle").click()
    page.get_by_test_id("draw-save").click()
    page.get_by_test_id("live").wait_for()  # saved

    page.goto(stoop.url)
    wait_for_frames(page, 20)
    clip = first_finished_clip(page, stoop.url, stoop.data)
    page.goto(f"{stoop.url}/clips/{clip}")
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2")


def test_without_a_drawing_the_live_picture_is_black(start_stoop: Starter, page: Page, marked: Path) -> None:
    stoop = start_stoop(f"file:{marked}")
    claim(page, stoop.url, stoop.code)
    page.goto(stoop.url)

    page.get_by_test_id("live-draw").wait_for()
    if page.evaluate("document.querySelector('video')?.videoWidth"):
        assert look(page) == (0, 0.0)
    assert list((stoop.data / "sealed" / "clips").iterdir()) == []


def first_finished_clip(page: Page, url: str, data: Path) -> str:
    """The id of the oldest clip, once it has ended and the page lists it."""
    clips = data / "sealed" / "thumbs"
    until(lambda: clips.exists() and any(clips.glob("*.thumb")), "a clip to end", 120)
    page.goto(f"{url}/clips")
    clip = min(path.stem for path in clips.glob("*.thumb"))
    page.get_by_test_id(f"clip-{clip}").first.wait_for()
    return clip


def probe(video: Path) -> dict[str, object]:
    """What ffprobe says of the first video stream; it must have nothing to complain about."""
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        pytest.skip("no ffprobe here: install the Debian package ffmpeg")
    words = ["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=codec_name,width,height", "-of", "json"]
    done = subprocess.run([ffprobe, *words, str(video)], capture_output=True, text=True, check=True)
    assert not re.search(r"\S", done.stderr), done.stderr
    found: dict[str, object] = json.loads(done.stdout)["streams"][0]
    return found
