"""Debian's Chromium for the benchmarks, and an owner's way through the real pages."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from server.main import WEB_DIR
from stoop.bench import BenchSkipped

if TYPE_CHECKING:
    from playwright.sync_api import Page

_ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
_WAIT_MS = 60_000
NEXT_PICTURE = """const nextPicture = video => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("no picture was shown within 15 s")), 15000);
  video.requestVideoFrameCallback((now, meta) => done([now, meta]));
});"""
"""For the pages' scripts: when the next picture is shown, and what the browser knows of it."""


@contextlib.contextmanager
def chromium_page() -> Iterator[Page]:
    """A page of a browser with an empty profile and a phone's size.

    Raises BenchSkipped where playwright, Chromium or the built web app is missing.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BenchSkipped("the Python package playwright is missing: run `python3 run.py bench`") from error
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise BenchSkipped("no Chromium: install the Debian package chromium")
    if not (WEB_DIR / "index.html").exists():
        raise BenchSkipped("the web app is not built: run `python3 run.py setup`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        try:
            page = browser.new_page(ignore_https_errors=True, viewport={"width": 390, "height": 844}, has_touch=True)
            page.set_default_timeout(_WAIT_MS)
            yield page
        finally:
            browser.close()


def claim_and_draw(page: Page, url: str, code: str) -> None:
    """As the owner does; nearly the whole picture is the stoop. The live page is open afterwards."""
    page.goto(url)
    page.get_by_test_id("claim-start").click()
    page.get_by_test_id("claim-code").fill(code)
    page.get_by_test_id("claim-code-next").click()
    page.get_by_test_id("claim-camera-name").fill("Bench")
    page.get_by_test_id("claim-device-name").fill("Bench")
    page.get_by_test_id("claim-name-next").click()
    page.get_by_test_id("sheet-safe").check()
    page.get_by_test_id("sheet-next").click()
    canvas = page.get_by_test_id("draw-canvas")
    canvas.wait_for()
    box = canvas.bounding_box()
    assert box is not None
    for x, y in ((0.05, 0.05), (0.95, 0.05), (0.95, 0.95), (0.05, 0.95), (0.05, 0.05)):
        page.touchscreen.tap(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_timeout(250)  # two taps at once would be a double tap
    page.get_by_test_id("draw-save").click()
    page.wait_for_function("() => document.querySelector('[data-testid=live-video]')?.readyState >= 2")
