"""A household and its camera: further devices, who looked, deleting, off and on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import House, until
from tests.e2e.owner import frames_shown, invite, join, wait_for_frames

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

PLAYS = "() => [...document.querySelectorAll('video')].some(video => video.currentTime > 0.5 || video.ended)"
"""What follows a clip that reached the cap may be shorter than that."""
KEY = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('stoop');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const base = opening.result;
    const asking = base.transaction(base.objectStoreNames[0]).objectStore(base.objectStoreNames[0]).get('device-key');
    asking.onsuccess = () => {
      const { privateKey } = asking.result;
      resolve({ type: privateKey.type, extractable: privateKey.extractable });
    };
  };
})"""


@pytest.fixture
def page(house: House) -> Iterator[Page]:
    """The owner's page."""
    page = house.owner.new_page()
    yield page
    page.close()


def test_a_second_owner_paired_by_link_plays_the_first_ones_clip(house: House) -> None:
    clip = house.finished_clips()[0]  # the oldest may lie below what a long list shows at first
    second = house.joined("owner", "Tablet")

    second.goto(f"{house.url}/clips")
    second.get_by_test_id(f"clip-{clip}").first.click()
    second.wait_for_function(PLAYS)


def test_a_link_lets_in_one_device_only(house: House, page: Page) -> None:
    link = invite(page, house.url, "viewer")
    join(house.someone(), link, "First come")
    late = house.someone()
    late.goto(link)
    late.get_by_test_id("pair-name").fill("Late")
    late.get_by_test_id("pair-join").click()

    late.get_by_test_id("pair-spent").wait_for()


def test_a_live_only_device_sees_the_picture_and_no_clips(house: House) -> None:
    guest = house.joined("viewer", "Guest")

    wait_for_frames(guest, 10)
    assert guest.get_by_test_id("tab-clips").count() == 0
    assert guest.get_by_test_id("last-visits").count() == 0
    for path in ("/clips", f"/clips/{house.finished_clips()[0]}", "/log", "/devices", "/draw"):
        guest.goto(f"{house.url}{path}")
        guest.get_by_test_id("live").wait_for()
        expect(guest).to_have_url(f"{house.url}/")
    for path in ("/api/clips", "/api/journal", f"/api/clips/{house.finished_clips()[0]}"):
        assert guest.evaluate("async path => (await fetch(path)).status", path) == 403


def test_a_removed_device_loses_the_picture_and_is_told_why(house: House, page: Page) -> None:
    guest = house.joined("viewer", "Former friend")
    wait_for_frames(guest, 5)
    page.goto(f"{house.url}/devices")
    page.get_by_role("button", name="Remove Former friend").click()
    page.get_by_test_id("question-yes").click()

    expect(guest.get_by_test_id("unpaired")).to_contain_text("This device was removed")
    assert guest.locator("video").count() == 0
    guest.reload()
    expect(guest.get_by_test_id("unpaired")).to_contain_text("This device was removed")
    expect(page.get_by_test_id("device-list")).not_to_contain_text("Former friend")


def test_the_record_names_who_watched_and_is_complete(house: House, page: Page) -> None:
    guest = house.joined("viewer", "Aunt Ada")
    wait_for_frames(guest, 5)
    guest.goto("about:blank")
    page.goto(f"{house.url}/log")

    page.get_by_test_id("log-complete").wait_for()
    expect(page.get_by_test_id("log-lines")).to_contain_text("Aunt Ada watched live for")
    expect(page.get_by_test_id("log-lines")).to_contain_text("Aunt Ada was paired (Live only)")


def test_a_deleted_clip_is_gone_from_the_list_and_the_disk(house: House, page: Page) -> None:
    clip = house.record(page)
    page.goto(f"{house.url}/clips/{clip}")
    page.wait_for_function(PLAYS)
    page.get_by_test_id("clip-delete").click()
    page.get_by_test_id("question-no").click()
    assert clip in house.finished_clips()
    page.get_by_test_id("clip-delete").click()
    page.get_by_test_id("question-yes").click()

    page.get_by_test_id("clips").wait_for()
    expect(page.get_by_test_id(f"clip-{clip}")).to_have_count(0)
    until(lambda: not list((house.stoop.data / "sealed").rglob(f"{clip}.*")), "the clip's files to go")
    page.goto(f"{house.url}/clips/{clip}")
    page.get_by_test_id("clip-gone").wait_for()


def test_switched_off_there_is_no_picture_until_it_is_switched_on(house: House, page: Page) -> None:
    watching = house.owner.new_page()
    watching.goto(house.url)
    wait_for_frames(watching, 5)
    page.goto(f"{house.url}/settings")
    page.get_by_test_id("switch-watching").click()
    page.get_by_test_id("question-yes").click()
    expect(page.get_by_test_id("switch-watching")).not_to_be_checked()

    cover = watching.get_by_test_id("live-cover")
    expect(cover).to_have_attribute("data-cover", "off")
    expect(cover).to_contain_text("sees nothing and records nothing")
    shown = frames_shown(watching)
    watching.wait_for_timeout(1500)
    assert frames_shown(watching) == shown

    watching.get_by_test_id("live-switch-on").click()
    wait_for_frames(watching, 10)
    expect(cover).to_have_attribute("data-cover", "none")
    expect(page.get_by_test_id("switch-watching")).to_be_checked()
    watching.close()


def test_a_new_name_of_the_camera_shows_on_every_device(house: House, page: Page) -> None:
    other = house.owner.new_page()
    other.goto(house.url)
    page.goto(f"{house.url}/settings")
    page.get_by_test_id("settings-rename").click()
    page.get_by_test_id("rename-name").fill("Garden gate")
    page.get_by_test_id("rename-save").click()

    expect(other.get_by_role("heading", level=1)).to_have_text("Garden gate")
    expect(page.get_by_test_id("settings-rename")).to_contain_text("Garden gate")
    other.close()


def test_a_reload_keeps_the_login_by_a_key_that_cannot_be_taken_out(house: House, page: Page) -> None:
    page.goto(house.url)
    wait_for_frames(page, 1)
    house.owner.clear_cookies()
    page.reload()

    wait_for_frames(page, 1)
    assert page.evaluate(KEY) == {"type": "private", "extractable": False}


def test_an_unpaired_browser_is_told_how_to_pair(house: House) -> None:
    stranger = house.someone()
    for path in ("/", "/clips", "/claim", "/draw"):
        stranger.goto(f"{house.url}{path}")
        expect(stranger.get_by_test_id("unpaired")).to_contain_text("Pair another device")
    stranger.goto(f"{house.url}/pair#broken")
    stranger.get_by_test_id("pair-broken").wait_for()


def test_showing_more_is_asked_a_second_time(house: House, page: Page) -> None:
    page.goto(f"{house.url}/draw")
    corner = page.get_by_test_id("point-allow-0-0")
    hidden = page.get_by_test_id("draw-hidden-share")
    corner.wait_for()
    before = hidden.inner_text()
    corner.focus()
    for _ in range(3):
        corner.press("Shift+ArrowLeft")
    expect(hidden).not_to_have_text(before)
    page.get_by_test_id("draw-save").click()
    question = page.get_by_test_id("question")
    expect(question).to_contain_text("Let the camera see more?")
    expect(question).to_contain_text(re.compile(r"The marked parts, \d+(\.\d+)? % of the picture"))
    expect(question.get_by_test_id("newly-seen")).to_be_visible()
    page.get_by_test_id("question-no").click()
    expect(page.get_by_test_id("draw")).to_be_visible()

    page.get_by_test_id("draw-save").click()
    page.get_by_test_id("question-yes").click()
    page.get_by_test_id("live").wait_for()


def test_showing_less_is_not_asked(house: House, page: Page) -> None:
    page.goto(f"{house.url}/draw")
    corner = page.get_by_test_id("point-allow-0-0")
    corner.focus()
    for _ in range(3):
        corner.press("Shift+ArrowRight")
    page.get_by_test_id("draw-save").click()

    page.get_by_test_id("live").wait_for()
    expect(page.get_by_test_id("question")).to_have_count(0)
