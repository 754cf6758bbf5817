"""Becoming the owner: a wrong code, the recovery key as a file, and the way back to a clip without the camera."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT, SHORT_CLIPS, Starter, until
from tests.e2e.owner import claim, draw_rectangle, leave_sheet, try_code

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_wrong_code_says_how_many_tries_are_left_and_the_right_one_still_works(
    start_stoop: Starter, page: Page
) -> None:
    stoop = start_stoop("demo")
    page.goto(stoop.url)
    page.get_by_test_id("claim-start").click()
    for left in ("4 tries left", "3 tries left"):
        try_code(page, "0000-0000")
        expect(page.get_by_test_id("field-error")).to_contain_text(left)

    try_code(page, stoop.code)
    leave_sheet(page)
    page.get_by_test_id("draw").wait_for()


def test_the_saved_recovery_key_opens_a_clip_without_the_camera(
    start_stoop: Starter, page: Page, tmp_path: Path
) -> None:
    stoop = start_stoop("demo", SHORT_CLIPS)
    page.goto(stoop.url)
    page.get_by_test_id("claim-start").click()
    try_code(page, stoop.code)
    with page.expect_download() as coming:
        page.get_by_test_id("sheet-save").click()
    key_file = tmp_path / coming.value.suggested_filename
    coming.value.save_as(key_file)
    leave_sheet(page)
    draw_rectangle(page)
    page.get_by_test_id("record-now").click()
    thumbs = stoop.data / "sealed" / "thumbs"
    until(lambda: any(thumbs.glob("*.thumb")), "the clip to end")
    stoop.stop()

    clips = open_clips(stoop.data, key_file, tmp_path / "out")

    assert [clip["state"] for clip in clips] == ["complete"] * len(clips)
    opened = Path(clips[0]["opened_to"])
    assert opened.read_bytes()[4:8] == b"ftyp"
    assert opened.stat().st_size > 100_000


def test_the_recovery_key_shown_again_later_is_the_same(start_stoop: Starter, page: Page) -> None:
    stoop = start_stoop("demo")
    page.goto(stoop.url)
    page.get_by_test_id("claim-start").click()
    try_code(page, stoop.code)
    shown = page.get_by_test_id("recovery-key")
    first = shown.inner_text()
    leave_sheet(page)
    page.goto(f"{stoop.url}/settings")
    page.get_by_test_id("settings-show-key").click()
    page.get_by_test_id("question-yes").click()

    assert re.sub(r"\s", "", shown.inner_text()) == re.sub(r"\s", "", first)


def test_a_claimed_camera_cannot_be_claimed_again(start_stoop: Starter, page: Page) -> None:
    stoop = start_stoop("demo")
    claim(page, stoop.url, stoop.code)
    assert page.context.browser is not None
    stranger = page.context.browser.new_context(ignore_https_errors=True).new_page()
    stranger.goto(f"{stoop.url}/claim")

    stranger.get_by_test_id("unpaired").wait_for()
    assert stranger.get_by_test_id("claim-start").count() == 0
    stranger.context.close()


def open_clips(data: Path, key_file: Path, out: Path) -> list[dict[str, Any]]:
    words = ["open", str(data), "--identity", str(key_file), "-o", str(out), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "stoop", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    clips: list[dict[str, Any]] = json.loads(done.stdout)["clips"]
    return clips
