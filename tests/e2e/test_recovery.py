"""The last paired browser is gone: the printed sheet and a code from the camera's terminal let a new one in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import BRIEF_CLIPS, PHONE, ROOT, Starter, quiet_context, until
from tests.e2e.owner import draw_rectangle, leave_sheet, try_code

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

PLAYS = "() => [...document.querySelectorAll('video')].some(video => video.currentTime > 0.5 || video.ended)"


def test_a_new_browser_with_the_printed_sheet_and_a_code_opens_the_old_clip(
    start_stoop: Starter, chromium: Browser
) -> None:
    stoop = start_stoop("demo", BRIEF_CLIPS)
    with quiet_context(chromium, viewport=PHONE, has_touch=True) as lost:
        page = lost.new_page()
        page.goto(stoop.url)
        page.get_by_test_id("claim-start").click()
        try_code(page, stoop.code)
        printed, square = printed_sheet(page)
        leave_sheet(page)
        draw_rectangle(page)
        page.get_by_test_id("record-now").click()
        thumbs = stoop.data / "sealed" / "thumbs"
        until(lambda: any(thumbs.glob("*.thumb")), "the clip to end")
    clip = next(thumbs.glob("*.thumb")).stem
    assert square == "".join(printed.split())

    with quiet_context(chromium, viewport=PHONE, has_touch=True) as fresh:
        page = fresh.new_page()
        page.goto(stoop.url)
        page.get_by_test_id("unpaired-recover").click()
        type_code(page, "0000-0000")
        type_sheet(page, printed.lower())
        expect(page.get_by_text("This code has ended")).to_be_visible()

        type_code(page, code_from_inside(stoop.data))
        page.get_by_role("button", name="Back", exact=True).click()
        expect(page.get_by_text("This code has ended")).to_have_count(0)  # that was the other one
        page.get_by_test_id("recover-code-next").click()
        type_sheet(page, printed.replace("A", "B", 1))
        expect(page.get_by_text("That is not a recovery key")).to_be_visible()
        type_sheet(page, printed.lower())
        page.get_by_test_id("live").wait_for()

        page.goto(f"{stoop.url}/clips/{clip}")
        page.wait_for_function(PLAYS)
        page.goto(f"{stoop.url}/log")
        page.get_by_test_id("log-complete").wait_for()
        expect(page.get_by_test_id("log-lines")).to_contain_text("Found phone got in with the recovery sheet")


def printed_sheet(page: Page) -> tuple[str, str]:
    """The key as it stands on the page that would be printed, and what its square says."""
    page.get_by_test_id("recovery-key").wait_for()
    page.emulate_media(media="print")
    text = page.get_by_test_id("recovery-key").inner_text()
    picture = cv2.imdecode(np.frombuffer(page.screenshot(full_page=True), np.uint8), cv2.IMREAD_GRAYSCALE)
    page.emulate_media(media="screen")
    assert picture is not None
    # as the camera reads one: the plain detector fails at three such squares in a hundred, this one at none of 400
    square, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(picture)
    return text, square


def code_from_inside(data: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "stoop", "recover", "--data", str(data), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["code"])


def type_code(page: Page, code: str) -> None:
    page.get_by_test_id("recover-code").fill(code)
    page.get_by_test_id("recover-code-next").click()


def type_sheet(page: Page, sheet: str) -> None:
    page.get_by_test_id("recover-sheet").fill(sheet)
    page.get_by_test_id("recover-name").fill("Found phone")
    page.get_by_test_id("recover-finish").click()
