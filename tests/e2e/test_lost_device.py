"""A lost owner's device is shut out and the key changes; the others get the new key by a link."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import BRIEF_CLIPS, PHONE, Starter, quiet_context, until
from tests.e2e.owner import action_of, claim, draw_rectangle, invite, join, wait_for_frames
from tests.e2e.test_claim import open_clips

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

PLAYS = "() => [...document.querySelectorAll('video')].some(video => video.currentTime > 0.5 || video.ended)"


def test_after_a_loss_the_others_go_on_with_a_new_key(start_stoop: Starter, chromium: Browser, tmp_path: Path) -> None:
    stoop = start_stoop("demo", BRIEF_CLIPS)
    contexts = [quiet_context(chromium, viewport=PHONE, has_touch=True) for _ in range(3)]
    with contexts[0] as one, contexts[1] as two, contexts[2] as three:
        phone, tablet, lost = one.new_page(), two.new_page(), three.new_page()
        claim(phone, stoop.url, stoop.code)
        draw_rectangle(phone)
        before = record(phone, stoop.url, stoop.data)
        for page, name in ((tablet, "Tablet"), (lost, "Old phone")):
            join(page, invite(phone, stoop.url, "owner"), name)

        key_file = tmp_path / "sheet.txt"
        declare_lost(phone, stoop.url, "Old phone", key_file)
        expect(lost.get_by_test_id("unpaired")).to_contain_text("This device was removed")
        after = record(phone, stoop.url, stoop.data)
        plays(phone, stoop.url, after)

        expect(tablet.get_by_test_id("key-banner")).to_contain_text("changed on another device")
        plays(tablet, stoop.url, before)
        tablet.goto(f"{stoop.url}/log")
        tablet.get_by_test_id("log-other-key").wait_for()
        expect(tablet.get_by_test_id("log-lines")).to_contain_text("changed the recovery key")
        join(tablet, invite(phone, stoop.url, "owner"), "Tablet")
        expect(tablet.get_by_test_id("key-banner")).to_be_empty()
        plays(tablet, stoop.url, after)
    stoop.stop()

    opened = open_clips(stoop.data, key_file, tmp_path / "out")
    states = {clip["clip"]: clip["state"] for clip in opened}
    assert (states[before], states[after]) == ("complete", "complete")
    keys = [line for line in key_file.read_text().splitlines() if line.startswith("AGE-SECRET-KEY")]
    assert len(keys) == 2


class LosesTheAnswer:
    """The change of keys arrives and its answer does not; after it the list of devices cannot be read."""

    def __init__(self) -> None:
        self._is_changed = False

    def __call__(self, route: Route) -> None:
        action = action_of(route.request)
        if action == "key.change":
            route.fetch()
            self._is_changed = True
            route.abort()
        elif action == "device.list" and self._is_changed:
            route.fulfill(status=503, json={"error": "camera_away", "message": "the camera is away"})
        else:
            route.continue_()


def declare_lost(page: Page, url: str, name: str, key_file: Path) -> None:
    page.goto(f"{url}/devices")
    page.get_by_test_id("device-lost").click()
    page.get_by_test_id("lost-dialog").get_by_text(name).click()
    page.route("**/api/commands", LosesTheAnswer())
    page.get_by_test_id("lost-yes").click()
    page.get_by_test_id("lost-done").wait_for()
    expect(page.locator(".notice-bad")).to_have_count(1)  # the list behind could not be read; the sheet stays
    expect(page.get_by_test_id("lost-done")).to_contain_text("still need the new key")
    assert page.get_by_test_id("older-key").count() == 1
    with page.expect_download() as coming:
        page.get_by_test_id("sheet-save").click()
    coming.value.save_as(key_file)
    page.get_by_test_id("lost-close").click()
    page.unroute("**/api/commands")
    page.goto(f"{url}/devices")
    expect(page.get_by_test_id("device-list")).not_to_contain_text(name)


def record(page: Page, url: str, data: Path) -> str:
    thumbs = data / "sealed" / "thumbs"
    known = {path.stem for path in thumbs.glob("*.thumb")}
    page.goto(url)
    wait_for_frames(page, 1)
    page.locator("[data-testid=record-now]:not([aria-disabled])").click()
    until(lambda: {path.stem for path in thumbs.glob("*.thumb")} - known, "a clip to end")
    return max({path.stem for path in thumbs.glob("*.thumb")} - known)


def plays(page: Page, url: str, clip: str) -> None:
    page.goto(f"{url}/clips/{clip}")
    page.wait_for_function(PLAYS)
