"""Sound in clips, from a microphone to what an owner opens: only on the owner's word, beside its picture."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.clock import SystemClock
from camera.doorbell.microphone import ToneMicrophone
from camera.doorbell.parts import BLOCK, RATE_HZ, DoorbellError, Samples
from camera.doorbell.sound_in import SoundIn
from camera.frame import Frame, PictureSize
from camera.loosening import Waiting
from camera.mask import parse_mask
from camera.mask_replacing import carry_out_due
from camera.process import CameraProcess
from camera.settings import CameraSettings, Settings
from camera.sound_desk import KEPT_S, SoundDesk, SoundTimes
from camera.sound_unit import SOUND_RATE_HZ, SOUND_SAMPLES
from camera.vault.cards import ClipClosed, SettingsChanged
from stoop.reader.clips import read_clip
from stoop.reader.identities import X25519Identity
from tests.camera.authority_fakes import MASK, Browser, FakeClock, House, body_of, code_of
from tests.camera.doorbell.fakes import loudest_hz, until
from tests.camera.vault.fakes import playable_part

IDENTITY = X25519Identity(bytes(range(1, 33)))
SIZE = PictureSize(160, 96)
FPS = 15
BLOCK_NS = BLOCK * 1_000_000_000 // RATE_HZ


class Door:
    """A lens and a microphone of one place: at `rings_at_s` it turns bright and begins to sound."""

    kind, size, fps, is_live = "test", SIZE, float(FPS), True

    def __init__(self) -> None:
        self.rings_at_s = float("inf")
        self.is_deaf = False
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        noise = np.random.default_rng(1).integers(40, 90, (SIZE.height_px * 3 // 2, SIZE.width_px), dtype=np.uint8)
        noise[SIZE.height_px :] = 128
        while not self._closed.wait(1 / FPS):
            now_ns, picture = time.monotonic_ns(), noise.copy()
            if now_ns >= self.rings_at_s * 1e9:
                picture[:32, :32] = 235
            yield Frame(picture, SIZE, now_ns)

    def close(self) -> None:
        self._closed.set()

    def microphone(self) -> Microphone:
        return Microphone(self)


class Microphone(ToneMicrophone):
    """930 Hz from the moment on at which the door rings."""

    def __init__(self, door: Door) -> None:
        super().__init__("930")
        self._door = door

    def read(self) -> Samples:
        if self._door.is_deaf:
            raise DoorbellError("the microphone is gone: check its cable")
        block = super().read()
        heard_s = time.monotonic() - (BLOCK - np.arange(BLOCK)) / RATE_HZ
        silenced: Samples = np.where(heard_s >= self._door.rings_at_s, block, 0).astype(np.int16)
        return silenced


@pytest.fixture
def door() -> Door:
    return Door()


@contextmanager
def running(
    folder: Path, door: Door, parts: CameraSettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CameraProcess]:
    """A whole running camera whose owner drew all of the picture and has not chosen sound."""
    monkeypatch.setattr("camera.process.open_sound_in", lambda settings: SoundIn(door.microphone))
    camera = CameraProcess(folder, Settings(camera=parts), lambda: door, folder / "s", lambda _: None, SystemClock())
    camera.found(IDENTITY.recipient)
    record = msgspec.structs.replace(camera._authority.home.camera(), recipient=IDENTITY.recipient)
    camera._authority.home.save_camera(record)
    camera.use_record(record)
    thread = threading.Thread(target=camera.run)
    thread.start()
    try:
        until(lambda: camera.state().is_delivering)
        camera.use_mask(parse_mask(MASK.encode()))
        yield camera
    finally:
        camera.stop()
        door.close()
        thread.join(20)


@pytest.fixture
def camera(tmp_path: Path, door: Door, monkeypatch: pytest.MonkeyPatch) -> Iterator[CameraProcess]:
    silent = CameraSettings(button="none", chime="none", speaker="none", pre_roll_s=2, post_roll_s=1)
    with running(tmp_path, door, silent, monkeypatch) as camera:
        yield camera


def choose_sound(camera: CameraProcess, *, is_on: bool = True) -> None:
    record = msgspec.structs.replace(camera._authority.home.camera(), is_sound_recorded=is_on)
    camera._authority.home.save_camera(record)
    camera.use_record(record)


def recorded(camera: CameraProcess, folder: Path, door: Door) -> tuple[bytes, int | None]:
    """A clip in the middle of which the door rings; opened, with what it says of its sound."""
    door.rings_at_s = time.monotonic() + 3
    time.sleep(1.5)
    camera.record_now()
    until(lambda: camera.state().recording_clip)
    time.sleep(3)
    camera._watch.wish(lambda pipeline: pipeline.stop("stopped"))
    until(lambda: not camera.state().recording_clip)
    path = max((folder / "sealed" / "clips").iterdir())
    closed = read_clip(path, [IDENTITY]).closed
    assert closed is not None
    return playable_part(path.read_bytes(), [IDENTITY]), closed.sound_ms


def heard_in(mp4: bytes) -> tuple[Samples, float]:
    """All that is heard, and when the tone begins."""
    with av.open(io.BytesIO(mp4), "r") as file:
        parts = [np.round(frame.to_ndarray()[0] * 32767).astype(np.int16) for frame in file.decode(audio=0)]
    heard: Samples = np.concatenate(parts)
    loud = np.flatnonzero(np.abs(heard) > 2000)
    return heard, float(loud[0]) / RATE_HZ if len(loud) else float("nan")


def bright_at_s(mp4: bytes) -> float:
    with av.open(io.BytesIO(mp4), "r") as file:
        for frame in file.decode(video=0):
            if frame.to_ndarray(format="gray")[8:24, 8:24].mean() > 150:
                return float(frame.time or 0)
    raise AssertionError("the door never rang")


def test_a_tone_at_the_door_is_in_the_opened_clip_beside_the_picture_of_its_moment(
    camera: CameraProcess, tmp_path: Path, door: Door
) -> None:
    choose_sound(camera)
    mp4, sound_ms = recorded(camera, tmp_path, door)
    heard, tone_at_s = heard_in(mp4)
    assert abs(loudest_hz(heard[round((tone_at_s + 0.2) * RATE_HZ) :][:RATE_HZ]) - 930) < 5
    assert abs(tone_at_s - bright_at_s(mp4)) < 0.15  # a picture lasts 0.067 s, and this machine is shared
    assert sound_ms is not None
    assert sound_ms > 3000  # with the sound of the pre-roll: it was recorded for three seconds only


def test_without_the_owners_word_the_microphone_stays_shut_and_a_clip_holds_no_sound(
    camera: CameraProcess, tmp_path: Path, door: Door
) -> None:
    door.microphone = lambda: pytest.fail("the microphone was opened")  # type: ignore[method-assign]
    mp4, sound_ms = recorded(camera, tmp_path, door)
    assert sound_ms is None
    with av.open(io.BytesIO(mp4), "r") as file:
        assert not file.streams.audio


def test_a_dead_microphone_costs_the_sound_not_the_clip_and_is_told(
    camera: CameraProcess, tmp_path: Path, door: Door
) -> None:
    door.is_deaf = True
    choose_sound(camera)
    mp4, sound_ms = recorded(camera, tmp_path, door)
    assert sound_ms == 0
    assert bright_at_s(mp4) > 0
    assert camera.state().sound_fault == "the microphone is gone: check its cable"
    assert camera.state().fault is None  # the picture and the bell are well


def test_the_microphone_is_open_only_where_there_can_be_a_clip(camera: CameraProcess) -> None:
    def with_record(**changed: Any) -> bool:
        record = msgspec.structs.replace(camera._authority.home.camera(), **changed)
        camera._authority.home.save_camera(record)
        camera.use_record(record)
        return camera._sound.is_on

    assert with_record(is_sound_recorded=True)
    assert camera.state().records_sound
    assert not with_record(is_sound_recorded=True, is_watching=False)
    assert not with_record(is_bell_only=True, is_watching=True)
    assert with_record(is_bell_only=False)
    assert not with_record(is_sound_recorded=False)


def test_the_first_clip_after_a_fault_of_the_card_has_sound(camera: CameraProcess, tmp_path: Path, door: Door) -> None:
    """Only a clip finds out that the card takes clips again: it must not be the one without sound."""
    choose_sound(camera)
    camera._storage_fault("the card is full")
    camera.tick()
    mp4, sound_ms = recorded(camera, tmp_path, door)
    assert sound_ms is not None
    assert heard_in(mp4)[1] > 0


# --- what is kept in memory ---------------------------------------------------------------------------------------


class Fed(SoundIn):
    """A microphone that hears what a test says."""

    def __init__(self) -> None:
        super().__init__(lambda: pytest.fail("opened"))

    def begin(self, on_block: Any) -> None:
        self._listeners = (*self._listeners, on_block)

    def end(self, on_block: Any) -> None:
        self._listeners = ()

    def say(self, clock: FakeClock, seconds: float) -> None:
        for _ in range(round(seconds * RATE_HZ / BLOCK)):
            clock.now_ns += BLOCK_NS
            for listener in self._listeners:
                listener(np.ones(BLOCK, np.int16))


def test_what_was_heard_is_bounded_and_forgotten_when_sound_is_switched_off() -> None:
    clock, microphone = FakeClock(), Fed()
    desk = SoundDesk(clock, microphone)
    began_ns = clock.now_ns
    desk.switch(is_on=True)
    microphone.say(clock, KEPT_S + 5)
    held = desk.between(0, clock.now_ns + 1)
    assert len(held) == KEPT_S * SOUND_RATE_HZ // SOUND_SAMPLES
    assert held[0].captured_at_ns - began_ns > 4.5e9
    frame_ns = SOUND_SAMPLES * 1_000_000_000 / SOUND_RATE_HZ
    assert all(abs(b.captured_at_ns - a.captured_at_ns - frame_ns) < 100_000 for a, b in pairwise(held))
    desk.switch(is_on=False)
    desk.switch(is_on=True)
    assert desk.between(0, clock.now_ns + 1) == []


class Meddled(Fed):
    """While it begins to listen, another thread switches too."""

    def __init__(self) -> None:
        super().__init__()
        self.meddle: Callable[[], None] = lambda: None

    def begin(self, on_block: Any) -> None:
        self.meddler = threading.Thread(target=self.meddle)
        self.meddler.start()
        self.meddler.join(0.3)  # as far as it may come meanwhile
        super().begin(on_block)


def test_switched_off_while_it_is_being_opened_the_microphone_does_not_stay_open() -> None:
    microphone = Meddled()
    desk = SoundDesk(FakeClock(), microphone)
    microphone.meddle = lambda: desk.switch_for_message(is_on=False)
    desk.switch_for_message(is_on=True)
    microphone.meddler.join(5)
    assert not desk.is_on
    assert microphone._listeners == ()


def test_two_wishes_of_one_moment_both_count() -> None:
    desk = SoundDesk(FakeClock(), Fed())
    lock = desk._lock

    class Contended:
        """The first who wants it waits for another, who had it before."""

        def __enter__(self) -> None:
            desk._lock = lock
            desk.switch_for_message(is_on=True)
            lock.acquire()

        def __exit__(self, *of: object) -> None:
            lock.release()

    desk._lock = Contended()  # type: ignore[assignment]  # held as one
    desk.switch(is_on=True)
    desk.switch(is_on=False)
    assert desk.wants("message")
    assert desk.is_on


def test_switched_off_during_a_message_what_was_heard_before_is_forgotten() -> None:
    clock, microphone = FakeClock(), Fed()
    desk = SoundDesk(clock, microphone)
    desk.switch(is_on=True)
    microphone.say(clock, 3)
    desk.switch_for_message(is_on=True)
    assert desk.between(0, clock.now_ns + 1)
    desk.switch(is_on=False)
    assert desk.between(0, clock.now_ns + 1) == []
    assert desk.is_on, "the message is heard still"


@given(late_ms=st.lists(st.integers(0, 150), min_size=60, max_size=200))
def test_blocks_that_come_late_are_placed_within_the_least_lateness(late_ms: list[int]) -> None:
    """Whatever the delays are: no block is placed later than it came, and times grow by about a block."""
    times, placed = SoundTimes(), list[int]()
    for number, late in enumerate(late_ms):
        came_ns = (number + 1) * BLOCK_NS + late * 1_000_000
        placed.append(times.begin_of(came_ns))
        assert placed[-1] <= came_ns - BLOCK_NS
    for number, at_ns in enumerate(placed):
        least_ms = min(late_ms[: number + 1])
        assert at_ns - number * BLOCK_NS <= least_ms * 1_000_000 + number * 10_000


def test_a_hole_in_what_was_heard_stays_a_hole() -> None:
    times = SoundTimes()
    times.begin_of(BLOCK_NS)
    assert times.begin_of(5_000_000_000) == 5_000_000_000 - BLOCK_NS


# --- the owner's word ---------------------------------------------------------------------------------------------


CHOICES = ("record_sound", "visitor_message")


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    body_of(house.claim())
    return house


def choose(house: House, choice: str, *, is_on: bool, browser: Browser | None = None) -> None:
    args: dict[str, Any] = {choice: is_on}
    body_of(house.ask("settings.set", browser, **args))


def is_on(house: House, choice: str) -> bool:
    return bool(body_of(house.ask("settings.get"))[choice])


def said(house: House) -> list[str]:
    return [record.what for record in house.control.records if isinstance(record, SettingsChanged)]


def pass_a_day(house: House) -> None:
    for _ in range(24 * 60):
        house.clock.pass_s(60)
        carry_out_due(house.authority, house.control)


@pytest.mark.parametrize("choice", CHOICES)
def test_it_is_off_until_an_owner_says_so_and_the_journal_knows_who(house: House, choice: str) -> None:
    assert not is_on(house, choice)
    choose(house, choice, is_on=True)
    assert is_on(house, choice)
    choose(house, choice, is_on=False)
    assert not is_on(house, choice)
    assert said(house) == [choice, choice]


@pytest.mark.parametrize("choice", CHOICES)
def test_under_the_lock_it_waits_a_day_and_off_is_at_once(house: House, choice: str) -> None:
    body_of(house.ask("settings.set", loosening_lock=True))
    choose(house, choice, is_on=True)
    choose(house, choice, is_on=True)
    assert not is_on(house, choice)
    assert house.authority.home.waiting() == house.authority.loosening.waiting
    pass_a_day(house)
    assert is_on(house, choice)
    choose(house, choice, is_on=False)
    assert not is_on(house, choice)
    assert said(house) == ["loosening_lock", f"{choice}_waits", choice, choice]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("how", ["mask.cancel", "settings.set", "device.revoke"])
def test_what_waits_to_be_heard_can_be_stopped_by_any_owner(house: House, how: str, choice: str) -> None:
    body_of(house.ask("settings.set", loosening_lock=True))
    other = house.pair("owner")
    choose(house, choice, is_on=True, browser=other)
    stops: dict[str, dict[str, Any]] = {
        "mask.cancel": {},
        "settings.set": {choice: False},
        "device.revoke": {"device": other.device},
    }
    body_of(house.ask(how, **stops[how]))
    assert house.authority.loosening.waiting == Waiting()
    pass_a_day(house)
    assert not is_on(house, choice)


@pytest.mark.parametrize("choice", CHOICES)
def test_a_journal_that_cannot_be_written_keeps_the_microphone_shut(house: House, choice: str) -> None:
    house.control.is_disk_broken = True
    args: dict[str, Any] = {choice: True}
    house.ask("settings.set", **args)
    assert not is_on(house, choice)
    assert not any(getattr(house.authority.home.camera(), field) for field in ("is_sound_recorded", "takes_messages"))


LOOSER: dict[str, dict[str, Any]] = {
    **{choice: {choice: True} for choice in CHOICES},
    "bell_only": {"bell_only": False},
    "loosening_lock": {"loosening_lock": False},
}


@pytest.fixture
def no_waiting_saved(house: House, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A locked house in bell-only mode; what waits cannot be saved any more. Undone, it can."""
    body_of(house.ask("settings.set", loosening_lock=True, bell_only=True))
    return monkeypatch


def save_no_waiting(house: House, patch: pytest.MonkeyPatch) -> None:
    def broken(waiting: Waiting) -> None:
        raise OSError(28, "no space left")

    patch.setattr(house.authority.home, "save_waiting", broken)


@pytest.mark.parametrize("choice", LOOSER)
def test_a_wish_that_could_not_be_saved_does_not_wait(
    house: House, no_waiting_saved: pytest.MonkeyPatch, choice: str
) -> None:
    save_no_waiting(house, no_waiting_saved)
    assert code_of(house.ask("settings.set", **LOOSER[choice])) == "storage"
    assert house.authority.loosening.waiting == Waiting()


@pytest.mark.parametrize("choice", LOOSER)
def test_what_came_into_force_is_used_and_told_whatever_the_disk_says_next(
    house: House, no_waiting_saved: pytest.MonkeyPatch, choice: str
) -> None:
    body_of(house.ask("settings.set", **LOOSER[choice]))
    with no_waiting_saved.context() as patch:
        save_no_waiting(house, patch)
        pass_a_day(house)
        is_wished = LOOSER[choice][choice]
        assert is_on(house, choice) == is_wished
        assert house.control.announced[-1] == "settings.changed"
        if choice != "loosening_lock":  # nothing but commands goes by it
            assert house.control.used[-1] == house.authority.home.camera()
    pass_a_day(house)
    assert house.authority.home.waiting() == Waiting(), "it must not come back with the next start"
    assert said(house).count(choice) == 1


@pytest.mark.parametrize("choice", LOOSER)
def test_what_was_cancelled_is_gone_from_the_disk_as_soon_as_it_takes_it(
    house: House, no_waiting_saved: pytest.MonkeyPatch, choice: str
) -> None:
    """Left there, it would come into force a day after the next start."""
    body_of(house.ask("settings.set", **LOOSER[choice]))
    assert house.authority.home.waiting() != Waiting()
    with no_waiting_saved.context() as patch:
        save_no_waiting(house, patch)
        assert code_of(house.ask("mask.cancel")) == "storage"
        assert house.authority.loosening.waiting == Waiting()
        assert house.control.announced[-1] == "mask.cancelled"
        carry_out_due(house.authority, house.control)
    carry_out_due(house.authority, house.control)
    assert house.authority.home.waiting() == Waiting()


def test_a_card_that_refuses_keeps_no_other_wish_from_being_cancelled(
    house: House, no_waiting_saved: pytest.MonkeyPatch
) -> None:
    for wish in LOOSER.values():
        body_of(house.ask("settings.set", **wish))
    save_no_waiting(house, no_waiting_saved)
    assert code_of(house.ask("mask.cancel")) == "storage"
    assert house.authority.loosening.waiting == Waiting()


def test_a_closed_card_says_how_much_was_heard() -> None:
    assert ClipClosed.__struct_defaults__ == (None,)
