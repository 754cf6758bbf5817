"""The camera process as a whole fails closed: no ticket, no unit; a damaged drawing, a black picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pytest

from camera.contract import AccessUnit, CameraMessage, Event, KeyPictureWanted
from camera.doorbell.parts import DoorbellError, Microphone
from camera.doorbell.sound_in import SoundIn
from camera.frame import Frame, PictureSize
from camera.home import Home
from camera.lens import LensOpened
from camera.mask import BLACK_LUMA, Masker, parse_mask
from camera.motion import MotionTuning
from camera.process import CameraProcess
from camera.recorder import EndClip, StartClip
from camera.settings import Settings
from camera.sources import Source
from camera.view import ViewState
from stoop.reader.identities import X25519Identity
from tests.camera.authority_fakes import MASK, FakeClock
from tests.camera.vault.fakes import access_units

SIZE = PictureSize(64, 48)
IDENTITY = X25519Identity(bytes(range(1, 33)))
UNIT = AccessUnit(b"\x00\x00\x00\x01\x65", 0, is_key=True, captured_at_ns=0)


class SpiedPublisher:
    """Keeps what would have gone to the server."""

    def __init__(self) -> None:
        self.sent: list[CameraMessage] = []
        self.restarts = 0

    def send(self, message: CameraMessage) -> None:
        self.sent.append(message)

    def start(self) -> None: ...

    def restart_stream(self) -> None:
        self.restarts += 1

    def drop_units(self) -> None: ...

    def close(self) -> None: ...


def no_source() -> Source:
    raise AssertionError("this test opens no lens")


def start(data: Path, clock: FakeClock) -> CameraProcess:
    return CameraProcess(data, Settings(), no_source, data / "s", lambda _: None, clock)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def camera(tmp_path: Path, clock: FakeClock) -> Iterator[CameraProcess]:
    camera = start(tmp_path, clock)
    with closing(camera._publisher), closing(camera._storage):
        yield camera


@pytest.fixture
def spied(camera: CameraProcess, monkeypatch: pytest.MonkeyPatch) -> SpiedPublisher:
    spied = SpiedPublisher()
    monkeypatch.setattr(camera, "_publisher", spied)
    return spied


def units(spied: SpiedPublisher) -> int:
    return sum(isinstance(message, AccessUnit) for message in spied.sent)


def test_no_unit_goes_out_without_a_ticket(camera: CameraProcess, spied: SpiedPublisher) -> None:
    camera.unit(UNIT)
    assert units(spied) == 0

    ticket = camera._authority.tickets.open("d" * 32, "phone", camera._clock.monotonic_ns())
    camera.unit(UNIT)
    assert ticket is not None
    assert units(spied) == 1

    camera._viewer_left(ticket.viewer)
    camera.unit(UNIT)
    assert units(spied) == 1


def test_a_key_picture_is_kept_for_when_the_viewer_is_connected(
    camera: CameraProcess, spied: SpiedPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    wishes: list[str] = []
    monkeypatch.setattr(camera._watch, "want_key", lambda: wishes.append("key"))
    restarts = []
    for device in ("d" * 32, "e" * 32):
        camera._authority.tickets.open(device, "phone", camera._clock.monotonic_ns())
        camera.tickets_changed([], "")
        restarts.append(spied.restarts)
    assert restarts == [1, 1]  # the second viewer takes nothing from the first
    assert wishes == []

    camera.on_message(KeyPictureWanted(), lambda _: None)
    assert wishes == ["key"]


def test_no_unit_goes_out_after_the_ticket_ran_out(
    camera: CameraProcess, spied: SpiedPublisher, clock: FakeClock
) -> None:
    camera._authority.tickets.open("d" * 32, "phone", clock.monotonic_ns())
    clock.pass_s(121)
    camera.tick()
    camera.unit(UNIT)

    assert units(spied) == 0


def test_the_drawing_is_in_force_again_after_a_restart(tmp_path: Path, clock: FakeClock) -> None:
    Home(tmp_path / "camera").save_mask_text(MASK.encode())
    camera = start(tmp_path, clock)
    with closing(camera._publisher), closing(camera._storage):
        mask = camera.mask()

    assert mask is not None
    assert mask.text == MASK.encode()


@pytest.mark.parametrize("text", [b"", b"{}", b"\xff", MASK.encode()[:-3], MASK.replace("1]", "9]").encode()])
def test_a_damaged_drawing_leaves_the_picture_black(tmp_path: Path, clock: FakeClock, text: bytes) -> None:
    Home(tmp_path / "camera").save_mask_text(text)
    camera = start(tmp_path, clock)
    with closing(camera._publisher), closing(camera._storage):
        fault = camera.state().fault
        masked = Masker(camera.mask(), SIZE).apply(Frame(np.full((72, 64), 200, np.uint8), SIZE, 0))

    assert fault is not None
    assert "draw it again" in fault
    assert (masked.i420[: SIZE.height_px] == BLACK_LUMA).all()


def test_what_was_set_about_motion_and_cannot_be_read_is_as_new_and_says_so(tmp_path: Path, clock: FakeClock) -> None:
    Home(tmp_path / "camera")
    (tmp_path / "camera" / "motion.json").write_text('{"sensitivity": 7}')
    camera = start(tmp_path, clock)
    with closing(camera._publisher), closing(camera._storage):
        desk = camera.motion_desk()

    assert desk.tuning() == MotionTuning()
    assert desk.fault is not None
    assert "set it again" in desk.fault


# --- no sound without a clip --------------------------------------------------------------------------------------


def no_microphone() -> Microphone:
    raise DoorbellError("this test opens no microphone")


@pytest.fixture
def hearing(camera: CameraProcess, spied: SpiedPublisher) -> Iterator[CameraProcess]:
    """Its owner wants sound and messages, and all is well; it waits for its next tick to notice."""
    camera._sound._in = SoundIn(no_microphone)
    camera.found(IDENTITY.recipient)
    camera.opened(LensOpened(SIZE, 15.0, "test"), 1.0)
    camera.use_mask(parse_mask(MASK.encode()))
    record = msgspec.structs.replace(camera._authority.home.camera(), is_sound_recorded=True, takes_messages=True)
    camera._authority.home.save_camera(record)
    camera.use_record(record)
    camera.delivering()
    yield camera
    camera._sound.switch(is_on=False)
    camera._sound.switch_for_message(is_on=False)


NO_CLIP: dict[str, tuple[Callable[[CameraProcess], None], Callable[[CameraProcess], None]]] = {
    "the lens gives nothing": (lambda camera: camera.lost("gone"), CameraProcess.delivering),
    "the camera was moved": (
        lambda camera: camera.view_changed(ViewState.MOVED, is_news=True),
        lambda camera: camera.view_changed(ViewState.CONFIRMED, is_news=True),
    ),
    "the view is looked at": (
        lambda camera: camera.view_changed(ViewState.CHECKING, is_news=False),
        lambda camera: camera.view_changed(ViewState.UNKNOWN, is_news=False),
    ),
    "the drawing does not fit": (
        lambda camera: camera.opened(LensOpened(PictureSize(48, 64), 15.0, "test"), 0.0),
        lambda camera: camera.opened(LensOpened(SIZE, 15.0, "test"), 1.0),
    ),
}
"""What befalls it, and how that ends."""


@pytest.mark.parametrize("fault", NO_CLIP)
def test_where_there_can_be_no_clip_nobody_is_heard_or_asked_for_a_message(hearing: CameraProcess, fault: str) -> None:
    befall, end = NO_CLIP[fault]
    seen = []
    for happens in (lambda camera: None, befall, end):
        happens(hearing)
        hearing.tick()
        seen.append((hearing._sound.is_on, hearing.may_take_message()))
    assert seen == [(True, True), (False, False), (True, True)]


def test_a_card_at_fault_gets_a_clip_with_sound_but_no_visitors_message(hearing: CameraProcess) -> None:
    """Only the next clip finds out that the card takes clips again; nobody is asked to speak for nothing."""
    seen = []
    for fault in (None, "the card is full", None):
        hearing._storage_fault(fault)
        hearing.tick()
        seen.append((hearing._sound.is_on, hearing.may_take_message()))
    assert seen == [(True, True), (True, False), (True, True)]


def test_a_stopped_camera_hears_nothing_of_a_message_under_way(hearing: CameraProcess) -> None:
    hearing._watch.stop()
    hearing.begin_message(0)
    assert hearing._sound.is_on
    hearing.run()
    assert not hearing._sound.is_on


@pytest.mark.parametrize("opens", [True, False])
def test_only_a_message_of_which_there_is_a_clip_is_told(
    hearing: CameraProcess, spied: SpiedPublisher, opens: bool
) -> None:
    hearing.begin_message(0)
    if opens:
        hearing.clip(StartClip("message", access_units(1)), "0" * 64)
    hearing.end_message(1, was_spoken=True)
    hearing._storage._thread.ask(lambda: None)
    told = [message.kind for message in spied.sent if isinstance(message, Event)]
    assert ("message.left" in told) == opens


def test_the_clip_of_an_earlier_message_says_nothing_of_the_next(hearing: CameraProcess, spied: SpiedPublisher) -> None:
    hearing.begin_message(0)
    hearing.clip(StartClip("message", access_units(1)), "0" * 64)
    hearing.clip(EndClip("quiet"), "0" * 64)
    hearing._storage._thread.ask(lambda: None)
    hearing.begin_message(1)
    hearing.clip(StartClip("press", access_units(1)), "0" * 64)
    hearing.end_message(2, was_spoken=True)
    hearing._storage._thread.ask(lambda: None)
    assert "message.left" not in [message.kind for message in spied.sent if isinstance(message, Event)]


def test_a_look_at_what_the_owner_wanted_before_opens_no_lens(camera: CameraProcess) -> None:
    """A press or a tick may come in between: what counts is what is in force when the lens is switched."""
    home = camera._authority.home
    before = home.camera()
    home.save_camera(msgspec.structs.replace(before, is_watching=False))
    camera.use_record(before)
    assert not camera._watch.is_on
