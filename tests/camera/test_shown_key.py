"""A code held before the lens makes its browser the owner, while there is none; and nothing else does."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from camera.contract import CameraMessage, Command, CommandError, CommandResult
from camera.frame import Frame, PictureSize
from camera.home import Home
from camera.process import CameraProcess
from camera.settings import CameraSettings, Settings
from camera.shown_key import LIFE_NS, CodeReader, ShownKey, key_in, read_code
from camera.signed import encode_base64url
from camera.sources import open_source
from tests.camera.authority_fakes import RECIPIENT, Browser, FakeClock, House, body_of, code_of
from tests.camera.codes_before_a_lens import Held, before_the_lens, film, rendered

CAMERA = "0a1b2c3d" + "0" * 24
HELD = {
    "upright": Held(),
    "small": Held(side_px=170),
    "large": Held(side_px=620),
    "tilted": Held(tilt=0.2),
    "tilted more": Held(side_px=380, tilt=0.3),
    "turned": Held(turn_deg=33),
    "upside down": Held(turn_deg=180),
    "out of focus": Held(side_px=400, blur_px=3),
    "in the dark": Held(dark=18, light=42, noise=2),
    "washed out": Held(dark=170, light=235),
    "noisy": Held(side_px=400, noise=25),
    "with glare": Held(glare=True),
    "all at once": Held(side_px=480, tilt=0.15, turn_deg=15, blur_px=2, dark=60, light=140, noise=6),
}


def text_of(browser: Browser, camera: str = CAMERA) -> str:
    return f"stoop1:{camera[:8]}:{encode_base64url(browser.public_key)}"


def claim_shown(house: House, browser: Browser, **changed: str) -> CommandResult | CommandError:
    args = {
        "device_key": encode_base64url(browser.public_key),
        "device_name": "Phone",
        "recipient": RECIPIENT,
        "camera_name": "Front door",
    }
    return house.send(browser.sign("claim", house.nonce(), kid="shown", **{**args, **changed}))


@pytest.fixture
def unclaimed(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.mark.parametrize("held", HELD.values(), ids=HELD.keys())
def test_a_code_is_read_however_it_is_held(held: Held, tmp_path: Path) -> None:
    """In one of six looks: out of focus, a single look reads about three in four."""
    browser, shown, clock = Browser(Ed25519PrivateKey.from_private_bytes(bytes(32))), ShownKey(), FakeClock()
    video = film(tmp_path / "held.mp4", before_the_lens(rendered(text_of(browser)), held))
    reader = CodeReader(CAMERA, shown, clock, lambda: True)

    source = open_source(f"file:{video}?speed=max")
    for frame in source.frames():
        reader.offer(frame)
        clock.pass_s(5)
    source.close()

    assert shown.key(clock.now_ns) == browser.public_key


def test_a_code_held_before_the_lens_makes_its_browser_the_owner(tmp_path: Path) -> None:
    browser, data = Browser(), tmp_path / "data"
    camera_id = Home(data / "camera").camera().camera_id
    video = film(tmp_path / "held.mp4", before_the_lens(rendered(text_of(browser, camera_id)), Held(tilt=0.1)))
    silent = CameraSettings(button="none", speaker="none", chime="none", microphone="none")
    camera = CameraProcess(
        data, Settings(camera=silent), lambda: open_source(f"file:{video}?loop=1"), tmp_path / "s", lambda _: None
    )
    house = _House(camera, browser)
    running = threading.Thread(target=camera.run)
    running.start()
    try:
        answers = list(house.claims())
    finally:
        camera.stop()
        running.join()

    assert {answer.code for answer in answers[:-1] if isinstance(answer, CommandError)} <= {"not_shown"}
    assert body_of(answers[-1]) == {"device": browser.device}
    assert [device.public_key for device in Home(data / "camera").devices()] == [browser.public_key]


class _House:
    def __init__(self, camera: CameraProcess, browser: Browser) -> None:
        self._camera, self._browser = camera, browser

    def claims(self) -> Iterator[CommandResult | CommandError]:
        """As the page does: again and again, until it is claimed or was refused for good."""
        key = encode_base64url(self._browser.public_key)
        for _ in range(300):
            nonce = self._camera._authority.nonces.issue(self._camera._clock.monotonic_ns())
            heard: list[CameraMessage] = []
            jws = self._browser.sign(
                "claim", nonce, "shown", device_key=key, device_name="P", recipient=RECIPIENT, camera_name="Door"
            )
            self._camera.on_message(Command(1, jws), heard.append)
            (answer,) = heard
            assert isinstance(answer, CommandResult | CommandError)
            yield answer
            if isinstance(answer, CommandResult) or answer.code != "not_shown":
                return
            time.sleep(0.1)


def test_before_a_code_was_shown_there_is_nothing_to_claim_with(unclaimed: House) -> None:
    assert code_of(claim_shown(unclaimed, unclaimed.owner)) == "not_shown"


def test_another_key_than_the_shown_one_claims_nothing(unclaimed: House) -> None:
    stranger = Browser()
    unclaimed.authority.shown.show(unclaimed.owner.public_key, unclaimed.clock.now_ns)

    assert code_of(claim_shown(unclaimed, stranger)) == "not_shown"
    swapped = encode_base64url(stranger.public_key)
    assert code_of(claim_shown(unclaimed, unclaimed.owner, device_key=swapped)) == "forbidden"
    assert unclaimed.authority.home.camera().recipient is None


def test_a_shown_key_can_only_claim(unclaimed: House) -> None:
    unclaimed.authority.shown.show(unclaimed.owner.public_key, unclaimed.clock.now_ns)

    assert code_of(unclaimed.send(unclaimed.owner.sign("live.open", unclaimed.nonce(), kid="shown"))) == "forbidden"


def test_a_shown_key_ends_after_two_minutes(unclaimed: House) -> None:
    unclaimed.authority.shown.show(unclaimed.owner.public_key, unclaimed.clock.now_ns)
    unclaimed.clock.pass_s(LIFE_NS / 1e9 + 1)

    assert code_of(claim_shown(unclaimed, unclaimed.owner)) == "not_shown"


def test_trying_with_a_key_that_was_not_shown_costs_the_typed_code_no_try(unclaimed: House) -> None:
    unclaimed.authority.shown.show(unclaimed.owner.public_key, unclaimed.clock.now_ns)
    for _ in range(20):
        claim_shown(unclaimed, Browser())

    assert isinstance(unclaimed.claim(), CommandResult)


def test_the_code_that_was_shown_last_counts(unclaimed: House) -> None:
    first, last = Browser(), Browser()
    for browser in (first, last):
        unclaimed.authority.shown.show(browser.public_key, unclaimed.clock.now_ns)

    assert code_of(claim_shown(unclaimed, first)) == "not_shown"
    assert isinstance(claim_shown(unclaimed, last), CommandResult)


def test_a_claimed_camera_is_not_claimed_by_showing(unclaimed: House) -> None:
    assert isinstance(unclaimed.claim(), CommandResult)
    stranger = Browser()
    unclaimed.authority.shown.show(stranger.public_key, unclaimed.clock.now_ns)

    assert code_of(claim_shown(unclaimed, stranger)) == "already_claimed"


def test_after_the_claim_no_picture_is_looked_at() -> None:
    browser, shown, clock = Browser(), ShownKey(), FakeClock()
    has_owner = False
    reader = CodeReader(CAMERA, shown, clock, lambda: not has_owner)
    frame = frame_of(browser)
    reader.offer(frame)
    before = shown.key(clock.now_ns)
    has_owner = True
    clock.pass_s(10)
    reader.offer(frame)

    assert (before, shown.key(clock.now_ns)) == (browser.public_key, None)


def test_the_reader_keeps_no_picture() -> None:
    reader = CodeReader(CAMERA, ShownKey(), FakeClock(), lambda: True)
    frame = frame_of(Browser())
    reader.offer(frame)
    gc.collect()

    assert all(value is not frame and value is not frame.i420 for value in vars(reader).values())
    assert not any(
        isinstance(value, np.ndarray | Frame) for value in (*vars(reader).values(), *vars(reader._shown).values())
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org",
        text_of(Browser(), "ffffffff"),
        text_of(Browser()) + ":more",
        text_of(Browser())[:-2],
        f"stoop1:{CAMERA[:8]}:" + "!" * 43,
        f"stoop2:{CAMERA[:8]}:" + "A" * 43,
    ],
    ids=["nothing", "an address", "another camera", "more", "shorter", "no base64", "another version"],
)
def test_what_is_no_code_of_this_camera_is_nothing(text: str) -> None:
    assert key_in(text, CAMERA) is None


@given(st.text())
def test_no_text_makes_the_reader_raise(text: str) -> None:
    assert key_in(text, CAMERA) is None


@pytest.mark.parametrize("shape", [(1, 1), (3, 5000), (720, 1280), (48, 64)])
def test_no_picture_makes_the_reader_raise(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, shape, np.uint8)

    assert read_code(noise) == ""


def frame_of(browser: Browser) -> Frame:
    luma = before_the_lens(rendered(text_of(browser)), Held())
    i420 = np.concatenate([luma, np.full((360, 1280), 128, np.uint8)])
    return Frame(i420, PictureSize(1280, 720), 0)
