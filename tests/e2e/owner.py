"""What an owner does with the pages, step by step, as a person would: by what is on the screen."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, Request

FULL_HD_STEPS_MS = 250


def claim(page: Page, url: str, code: str) -> None:
    page.goto(url)
    page.get_by_test_id("claim-start").click()
    try_code(page, code)
    leave_sheet(page)


def try_code(page: Page, code: str) -> None:
    """From the screen that asks for the code to where the keys are made."""
    page.get_by_test_id("claim-code").fill(code)
    page.get_by_test_id("claim-code-next").click()
    page.get_by_test_id("claim-camera-name").fill("Front door")
    page.get_by_test_id("claim-device-name").fill("Phone")
    page.get_by_test_id("claim-name-next").click()


def leave_sheet(page: Page) -> None:
    page.get_by_test_id("sheet-safe").check()
    page.get_by_test_id("sheet-next").click()


def draw(page: Page, corners: Sequence[tuple[float, float]]) -> None:
    """Tap around the stoop on the plate, close it with a tap on the first corner, and save."""
    canvas = page.get_by_test_id("draw-canvas")
    canvas.wait_for()
    box = canvas.bounding_box()
    assert box is not None
    for x, y in [*corners, corners[0]]:
        page.touchscreen.tap(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_timeout(FULL_HD_STEPS_MS)
    page.get_by_test_id("draw-save").click()


def draw_rectangle(page: Page) -> None:
    page.get_by_test_id("draw-rectangle").click()
    page.get_by_test_id("draw-save").click()
    page.get_by_test_id("live").wait_for()


def choose(page: Page, testid: str) -> None:
    """As a finger does: what is touched is the radio's label, once it rests."""
    page.locator("label", has=page.get_by_test_id(testid)).click()


def invite(page: Page, url: str, role: str) -> str:
    """The link by which one further device may join, as "owner" or "viewer"."""
    page.goto(f"{url}/devices")
    page.get_by_test_id("pair-another").click()
    page.get_by_test_id(f"pair-role-{role}").check()
    page.get_by_test_id("pair-make").click()
    link = page.get_by_test_id("pair-link").input_value()
    page.get_by_test_id("pair-close").click()
    return link


def join(page: Page, link: str, name: str) -> None:
    page.goto(link)
    page.get_by_test_id("pair-name").fill(name)
    page.get_by_test_id("pair-join").click()
    page.get_by_test_id("live").wait_for()


def frames_shown(page: Page) -> int:
    """Pictures that the page's video has shown so far."""
    return int(page.evaluate("document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0"))


def wait_for_frames(page: Page, more: int) -> None:
    begun = frames_shown(page)
    page.wait_for_function(
        "n => (document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0) >= n", arg=begun + more
    )


COUNT = """() => {
  const video = document.querySelector('video');
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  let marked = 0, lit = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    const [r, g, b] = [pixels[i], pixels[i + 1], pixels[i + 2]];
    if (r > 120 && b > 120 && g < 90) marked++;
    if (r + g + b > 90) lit++;
  }
  return {marked, lit: lit / (canvas.width * canvas.height)};
}"""


def look(page: Page) -> tuple[int, float]:
    """Of the picture shown right now: pixels in the marker's colour, and the share that is not black."""
    seen = page.evaluate(COUNT)
    return int(seen["marked"]), float(seen["lit"])


def download(page: Page, to: Path) -> Path:
    with page.expect_download() as coming:
        page.get_by_test_id("clip-download").click()
    coming.value.save_as(to)
    return to


def action_of(request: Request) -> str:
    """Which action a signed command asks for."""
    body = json.loads(request.post_data or "{}")["jws"].split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(body + "=="))["action"])
