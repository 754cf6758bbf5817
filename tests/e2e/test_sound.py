"""Sound in clips, chosen in the app: it warns, marks, and plays what was heard, in the browser and from the file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.camera.doorbell.fakes import TAP, loudest_hz
from tests.e2e.conftest import Starter, until
from tests.e2e.owner import claim, download, draw_rectangle

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

DOOR_HZ = 930
SETTINGS = (
    "[camera]\nplate_s = 2\npost_roll_s = 1\nclip_cap_s = 10\nbutton = 'none'\nchime = 'none'\n"
    f"microphone = 'tone:{DOOR_HZ}'\nspeaker = 'none'\n"
)
WITH_MESSAGES = (
    "[camera]\nplate_s = 2\npost_roll_s = 1\nclip_cap_s = 60\nmessage_wait_s = 1\nchime = 'none'\n"
    "button = 'evdev:{folder}/button'\nmicrophone = 'tone:930/0.5'\nspeaker = 'file:{folder}/said.raw'\n"
)
HEARD_HZ = """async () => {
  const video = document.querySelector('[data-testid=clip-video]');
  const context = new AudioContext();
  await context.resume();
  const node = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
  new MediaElementAudioSourceNode(context, {mediaElement: video}).connect(node);
  video.loop = true;
  await video.play();
  const bins = new Float32Array(node.frequencyBinCount);
  for (let tries = 0; tries < 40; tries++) {
    await new Promise((done) => setTimeout(done, 250));
    node.getFloatFrequencyData(bins);
    let best = 0;
    for (let i = 1; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
    if (bins[best] > -70) return best * context.sampleRate / 8192;
  }
  return [context.state, video.currentTime, video.duration, video.webkitAudioDecodedByteCount, video.paused];
}"""


def choose_sound(page: Page) -> None:
    page.get_by_test_id("tab-settings").click()
    page.get_by_test_id("switch-sound").click()
    question = page.get_by_test_id("question")
    expect(question).to_contain_text("crime")
    question.get_by_role("button", name="Yes, record sound").click()
    page.get_by_text("Clips hold what people say").wait_for()


def test_a_clip_with_sound_is_marked_and_heard(start_stoop: Starter, page: Page, tmp_path: Path) -> None:
    stoop = start_stoop("demo", SETTINGS)
    claim(page, stoop.url, stoop.code)
    draw_rectangle(page)
    assert page.get_by_test_id("live-sound").count() == 0
    choose_sound(page)
    page.get_by_test_id("tab-live").click()
    expect(page.get_by_test_id("live-sound")).to_have_text("Sound is recorded")

    clips = stoop.data / "sealed" / "clips"
    page.wait_for_function("() => document.querySelector('[data-testid=live-video]')?.readyState >= 2")
    page.wait_for_timeout(3000)
    before = set(clips.iterdir())
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
    assert loudest_hz(np.round(heard[-48_000:] * 32767).astype(np.int16)) == pytest.approx(DOOR_HZ, abs=4)

    page.goto(f"{stoop.url}/sign")
    expect(page.get_by_test_id("sign-paper")).to_contain_text("Sound is recorded")
    page.get_by_test_id("tab-log").click()
    page.get_by_text("Phone changed a setting: record sound with clips").wait_for()


def test_a_visitor_whom_nobody_answers_leaves_a_message(start_stoop: Starter, page: Page, tmp_path: Path) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("no espeak-ng here: install the Debian package espeak-ng")
    os.mkfifo(tmp_path / "button")
    finger = os.open(tmp_path / "button", os.O_RDWR | os.O_NONBLOCK)
    stoop = start_stoop("demo", WITH_MESSAGES.format(folder=tmp_path))
    claim(page, stoop.url, stoop.code)
    draw_rectangle(page)
    page.get_by_test_id("tab-settings").click()
    page.get_by_test_id("switch-message").click()
    page.get_by_test_id("question").get_by_role("button", name="Yes, take messages").click()
    page.get_by_text("a voice asks for a message").wait_for()
    page.wait_for_timeout(4000)

    os.write(finger, TAP)
    os.close(finger)
    page.get_by_test_id("door-dismiss").click()
    said = tmp_path / "said.raw"
    until(said.exists, "the voice to speak")
    page.get_by_test_id("door-left").wait_for(timeout=90_000)
    page.get_by_test_id("door-left-look").click()
    page.get_by_text("Left a message").first.wait_for(timeout=60_000)
    page.locator(".visit", has_text="Left a message").locator(".tag", has_text="Message").wait_for()
    assert said.stat().st_size > 2 * 48_000 * 3
