"""Talk with Chromium's fake microphone: each hears the other, in turn, and nobody hears themselves."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.camera.doorbell.fakes import loudest_hz
from tests.e2e.conftest import CHROMIUM, FLAGS, PHONE, SMALL, Starter, quiet_context, until
from tests.e2e.owner import claim, draw_rectangle

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

OWNER_HZ, DOOR_HZ = 620, 930
SETTINGS = (
    f"{SMALL}plate_s = 2\npost_roll_s = 1\nclip_cap_s = 10\nbutton = 'none'\nchime = 'none'\n"
    "microphone = '{microphone}'\nspeaker = '{speaker}'\n"
)
HEARD_HZ = """async () => {
  const ear = document.querySelector('[data-testid=talk-ear]');
  window.earContext ??= new AudioContext();
  const context = window.earContext;
  await context.resume();
  window.earNode ??= (() => {
    const node = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
    new MediaStreamAudioSourceNode(context, {mediaStream: ear.srcObject}).connect(node);
    return node;
  })();
  await new Promise((done) => setTimeout(done, 400));
  const bins = new Float32Array(window.earNode.frequencyBinCount);
  window.earNode.getFloatFrequencyData(bins);
  let best = 0;
  for (let i = 1; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
  return bins[best] < -70 ? 0 : best * context.sampleRate / 8192;
}"""


@pytest.fixture
def speaking_chromium(tmp_path: Path) -> Iterator[Browser]:
    """A browser whose microphone hears a steady tone."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: install the Debian package chromium")
    sound = tmp_path / "tone.wav"
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        at = np.arange(48_000) / 48_000
        file.writeframes((9000 * np.sin(2 * np.pi * OWNER_HZ * at)).astype("<i2").tobytes())
    fake = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}",
        "--autoplay-policy=no-user-gesture-required",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *fake])
        yield browser
        browser.close()


def heard(page: Page) -> float:
    """The loudest frequency that comes out of the page; 0 when it is silent."""
    return float(page.evaluate(HEARD_HZ))


def say_a_phrase(page: Page, door: Path) -> None:
    """The owner records a phrase in the browser, and one tap has it said at the door."""
    page.get_by_test_id("tab-settings").click()
    page.get_by_test_id("reply-add").click()
    page.get_by_test_id("reply-record").click()
    page.wait_for_timeout(1500)
    page.get_by_test_id("reply-record").click()
    page.get_by_test_id("reply-hear").wait_for()
    page.get_by_test_id("reply-name").fill("Two minutes, please")
    page.get_by_test_id("reply-save").click()
    page.get_by_test_id("reply-row").get_by_text("Two minutes, please").wait_for()
    begin = door.stat().st_size
    page.get_by_test_id("tab-live").click()
    page.get_by_test_id("quick-reply").get_by_text("Two minutes, please").click()
    until(lambda: door.stat().st_size > begin + 2 * 48_000, "the phrase to be heard", 30)
    assert loudest_hz(np.fromfile(door, "<i2", offset=begin)[12_000:48_000]) == pytest.approx(OWNER_HZ, abs=8)
    page.get_by_test_id("tab-log").click()
    page.get_by_text("Phone had “Two minutes, please” said at the door").wait_for()


def test_owner_and_visitor_hear_each_other_in_turn(
    start_stoop: Starter, speaking_chromium: Browser, tmp_path: Path
) -> None:
    door = tmp_path / "door.raw"
    stoop = start_stoop("demo", SETTINGS.format(microphone=f"tone:{DOOR_HZ}", speaker=f"file:{door}"))
    with quiet_context(speaking_chromium, viewport=PHONE, has_touch=True, permissions=["microphone"]) as context:
        page = context.new_page()
        claim(page, stoop.url, stoop.code)
        draw_rectangle(page)
        page.get_by_test_id("talk-open").click()
        hold = page.get_by_test_id("talk-hold")
        hold.wait_for()
        until(lambda: heard(page) == pytest.approx(DOOR_HZ, abs=12), "the door to be heard", 30)
        assert not door.exists(), "nothing is said yet"

        hold.focus()
        page.keyboard.down("Space")
        until(lambda: door.exists() and door.stat().st_size > 2 * 48_000, "the owner to be heard at the door", 30)
        assert heard(page) == 0, "nobody hears themselves"
        page.keyboard.up("Space")
        said = np.fromfile(door, "<i2")
        assert loudest_hz(said[-24_000:]) == pytest.approx(OWNER_HZ, abs=6)
        until(lambda: heard(page) == pytest.approx(DOOR_HZ, abs=12), "the door to be heard again", 30)

        page.get_by_test_id("talk-hang-up").click()
        page.get_by_test_id("talk-open").wait_for()
        size = door.stat().st_size
        page.get_by_test_id("tab-log").click()
        page.get_by_text("Phone talked with the door").wait_for()
        assert door.stat().st_size == size
        say_a_phrase(page, door)


def test_dead_sound_devices_are_told_and_the_picture_goes_on(
    start_stoop: Starter, speaking_chromium: Browser, tmp_path: Path
) -> None:
    stoop = start_stoop("demo", SETTINGS.format(microphone="alsa:plughw:7", speaker=f"file:{tmp_path}/no/door.raw"))
    with quiet_context(speaking_chromium, viewport=PHONE, has_touch=True, permissions=["microphone"]) as context:
        page = context.new_page()
        claim(page, stoop.url, stoop.code)
        draw_rectangle(page)
        page.get_by_test_id("talk-open").click()
        page.get_by_test_id("talk-fault").get_by_text("microphone").wait_for()
        page.get_by_test_id("talk-hold").focus()
        page.keyboard.down("Enter")
        page.get_by_test_id("talk-fault").get_by_text("cannot be written").wait_for()
        page.keyboard.up("Enter")
        page.wait_for_function("() => document.querySelector('[data-testid=live-video]')?.readyState >= 2")
