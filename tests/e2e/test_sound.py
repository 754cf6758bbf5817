"""Sound in clips, chosen in the app: it warns, marks, and plays what was heard, in the browser and from the file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.camera.doorbell.fakes import loudest_hz
from tests.e2e.conftest import DOOR_HZ, House, until
from tests.e2e.owner import download

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

HEARD_HZ = """async () => {
  const video = document.querySelector('[data-testid=clip-video]');
  const context = new AudioContext();
  await context.resume();
  const node = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
  new MediaElementAudioSourceNode(context, {mediaElement: video}).connect(node);
  video.loop = true;
  await video.play();
  const bins = new Float32Array(node.frequencyBinCount);
  for (let tries = 0; tries < 60; tries++) {
    await new Promise((done) => setTimeout(done, 250));
    node.getFloatFrequencyData(bins);
    let best = 0;
    for (let i = 1; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
    if (bins[best] > -70) return best * context.sampleRate / 8192;
  }
  return [context.state, video.currentTime, video.duration, video.webkitAudioDecodedByteCount, video.paused];
}"""


CHOICES = {"sound": "Yes, record sound", "message": "Yes, take messages"}


@pytest.fixture
def page(house: House) -> Iterator[Page]:
    """The owner's only one, on the settings; nothing that was chosen there outlasts the test."""
    for left_open in house.owner.pages:  # by a test that failed
        left_open.close()
    page = house.owner.new_page()
    page.goto(f"{house.url}/settings")
    yield page
    page.goto(f"{house.url}/settings")
    for choice in CHOICES:
        switch = page.get_by_test_id(f"switch-{choice}")
        switch.wait_for()
        if switch.is_checked():
            switch.click()
            expect(switch).not_to_be_checked()
    page.close()


def choose(page: Page, choice: str) -> None:
    page.get_by_test_id(f"switch-{choice}").click()
    question = page.get_by_test_id("question")
    expect(question).to_contain_text("crime")
    question.get_by_role("button", name=CHOICES[choice]).click()


def test_a_clip_with_sound_is_marked_and_heard(house: House, page: Page, tmp_path: Path) -> None:
    page.get_by_test_id("tab-live").click()
    page.get_by_test_id("live").wait_for()
    assert page.get_by_test_id("live-sound").count() == 0
    page.get_by_test_id("tab-settings").click()
    choose(page, "sound")
    page.get_by_text("Clips hold what people say").wait_for()
    clips = house.stoop.data / "sealed" / "clips"
    before = set(clips.iterdir())
    page.get_by_test_id("tab-live").click()
    page.wait_for_function("() => document.querySelector('[data-testid=live-video]')?.readyState >= 2")
    expect(page.get_by_test_id("live-sound")).to_have_text("Sound is recorded", timeout=30_000)
    if page.get_by_test_id("live-recording").count() == 0:
        page.get_by_test_id("record-now").click()
    until(lambda: set(clips.iterdir()) - before, "a clip to begin")
    page.get_by_test_id("tab-clips").click()
    marked = page.locator(".visit", has_text="With sound").first
    marked.wait_for(timeout=60_000)
    marked.click()
    page.wait_for_function("() => document.querySelector('[data-testid=clip-video]')?.readyState >= 2")
    assert page.evaluate("document.querySelector('[data-testid=clip-video]').muted")
    page.get_by_test_id("clip-hear").click()
    assert not page.evaluate("document.querySelector('[data-testid=clip-video]').muted")
    assert page.evaluate(HEARD_HZ) == pytest.approx(DOOR_HZ, abs=60)  # the file below is exact

    with av.open(str(download(page, tmp_path / "clip.mp4")), "r") as file:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    assert loudest_hz(np.round(heard * 32767).astype(np.int16)) == pytest.approx(DOOR_HZ, abs=4)

    page.goto(f"{house.url}/sign")
    expect(page.get_by_test_id("sign-paper")).to_contain_text("Sound is recorded")
    page.get_by_test_id("tab-log").click()
    page.get_by_text("Phone changed a setting: record sound with clips").first.wait_for()


VIEWERS = "async () => (await (await fetch('/api/state')).json()).viewers"


def test_a_visitor_whom_nobody_answers_leaves_a_message(house: House, page: Page) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("no espeak-ng here: install the Debian package espeak-ng")
    choose(page, "message")
    page.get_by_text("a voice asks for a message").wait_for()
    until(lambda: page.evaluate(VIEWERS) == 0, "those who watched before to be gone: each would be an answer")

    house.said.unlink(missing_ok=True)
    house.press()
    page.get_by_test_id("door-dismiss").click()
    until(house.said.exists, "the voice to speak")
    page.get_by_test_id("door-left").wait_for(timeout=90_000)
    page.get_by_test_id("door-left-look").click()
    page.get_by_text("Left a message").first.wait_for(timeout=60_000)
    left = page.locator(".visit", has_text="Left a message").first  # this house's clips are short: one may be two
    left.locator(".tag", has_text="Message").wait_for()
    assert house.said.stat().st_size > 2 * 48_000 * 3
