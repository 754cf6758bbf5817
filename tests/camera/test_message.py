"""A visitor's message: asked for aloud, only where nobody answered, bounded, sealed as a clip of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from camera.doorbell.microphone import ToneMicrophone
from camera.doorbell.parts import BLOCK, RATE_HZ, Samples
from camera.doorbell.sound_out import Sound, SoundOut
from camera.message_desk import (
    LONGEST_S,
    QUIET_S,
    SPOKEN_WITHIN_S,
    Idle,
    Loudness,
    Loudspeaker,
    MessageDesk,
    Recording,
    Speaking,
    Waiting,
)
from camera.process import CameraProcess
from camera.recorder import Recorder
from camera.settings import CameraSettings
from stoop.reader.clips import read_clip
from tests.camera.authority_fakes import FakeClock, House, body_of, code_of
from tests.camera.doorbell.fakes import HeardSpeaker, loudest_hz, until
from tests.camera.recorder.fakes import FakeVault, ns, stream
from tests.camera.test_sound_in_clips import IDENTITY, Door, heard_in, running
from tests.camera.vault.fakes import playable_part

VOICE_S, WAIT_S = 2.0, 20.0


@dataclass
class FakeDoor:
    """A loudspeaker that speaks when a test says so, and a camera that only remembers."""

    given: list[Sound] = field(default_factory=list)
    is_full: bool = False
    may: bool = True
    is_recording: bool = False
    ended: list[bool] = field(default_factory=list)

    def play(self, sound: Sound) -> bool:
        self.given.append(sound)
        return not self.is_full

    def may_take_message(self) -> bool:
        return self.may

    def begin_message(self, now_ns: int) -> None:
        assert not self.is_recording
        self.is_recording = True

    def end_message(self, now_ns: int, *, was_spoken: bool) -> None:
        assert self.is_recording
        self.is_recording = False
        self.ended.append(was_spoken)


class Porch:
    """A desk for messages with its clock."""

    def __init__(self, out: Loudspeaker | None = None, voice_s: float = VOICE_S) -> None:
        self.clock, self.door = FakeClock(), FakeDoor()
        voice = np.zeros(round(voice_s * RATE_HZ), np.int16)
        self.desk = MessageDesk(self.clock, out or self.door, self.door, WAIT_S, lambda text: voice)
        self.desk.prepare()

    def pass_s(self, seconds: float) -> None:
        for _ in range(round(seconds * 4)):
            self.clock.pass_s(0.25)
            self.desk.tick()

    def to_recording(self) -> None:
        """Nobody answers, the voice is heard to its end."""
        self.desk.rang()
        self.pass_s(WAIT_S + 0.25)
        self.door.given[-1].on_end()
        self.pass_s(0.5)
        assert self.door.is_recording


@pytest.fixture
def porch() -> Porch:
    return Porch()


def test_nothing_is_recorded_before_the_voice_was_heard_to_its_end(porch: Porch) -> None:
    porch.desk.rang()
    porch.pass_s(WAIT_S - 1)
    assert porch.door.given == []
    porch.pass_s(1.5)
    assert len(porch.door.given) == 1
    porch.door.given[0].on_begin()
    porch.pass_s(VOICE_S + 1.5)
    assert not porch.door.is_recording
    porch.door.given[0].on_end()
    porch.pass_s(0.5)
    assert porch.door.is_recording


class FailingSpeaker(HeardSpeaker):
    """Takes `good` blocks, then fails."""

    def __init__(self, good: int) -> None:
        super().__init__()
        self.good = good

    def write(self, block: Samples) -> None:
        self.is_broken = len(self.blocks) >= self.good
        super().write(block)


@pytest.mark.parametrize(
    ("good", "talks", "is_recorded"),
    [(1000, False, True), (1, False, False), (60, False, False), (1000, True, False)],
    ids=["said to its end", "fails at its second block", "fails near its end", "talk cuts it"],
)
def test_a_voice_that_a_loudspeaker_did_not_say_to_its_end_records_nobody(
    good: int, talks: bool, is_recorded: bool
) -> None:
    speaker = FailingSpeaker(good)
    out = SoundOut(speaker.open)
    porch = Porch(out, voice_s=1.0)
    porch.desk.rang()
    porch.pass_s(WAIT_S)
    until(lambda: speaker.blocks)
    if talks:
        out.talk(np.ones(BLOCK, np.int16))
        until(lambda: any(block.any() for block in speaker.blocks))
    elif is_recorded:
        until(lambda: isinstance(porch.desk.step, Speaking) and porch.desk.step.records_at_ns is not None)
    else:
        until(out.fault)
    out.close()
    porch.pass_s(2)
    assert porch.door.is_recording == is_recorded
    porch.pass_s(60)
    assert porch.door.ended == ([False] if is_recorded else [])
    assert porch.desk.step == Idle()


def test_a_voice_that_was_said_too_late_records_nobody(porch: Porch) -> None:
    porch.desk.rang()
    porch.pass_s(WAIT_S + VOICE_S + SPOKEN_WITHIN_S + 1)
    assert porch.desk.step == Idle()
    porch.desk.rang()
    porch.pass_s(WAIT_S)
    porch.door.given[0].on_end()
    porch.pass_s(1)
    assert not porch.door.is_recording, "this visitor's voice is still to come"
    porch.door.given[1].on_end()
    porch.pass_s(0.5)
    assert porch.door.is_recording


def test_a_loudspeaker_that_never_speaks_records_nobody(porch: Porch) -> None:
    porch.desk.rang()
    porch.pass_s(WAIT_S + 60)
    assert porch.door.ended == []
    assert porch.desk.step == Idle()


def test_a_loudspeaker_that_takes_nothing_records_nobody(porch: Porch) -> None:
    porch.door.is_full = True
    porch.desk.rang()
    porch.pass_s(WAIT_S + 60)
    assert porch.desk.step == Idle()


def test_a_camera_without_a_voice_takes_no_message() -> None:
    porch = Porch()
    porch.desk = MessageDesk(porch.clock, porch.door, porch.door, WAIT_S, lambda text: None)
    porch.desk.rang()
    porch.pass_s(WAIT_S + 60)
    assert porch.desk.step == Idle()
    assert porch.door.given == []


def test_who_says_nothing_is_recorded_for_eight_seconds(porch: Porch) -> None:
    porch.to_recording()
    porch.pass_s(QUIET_S - 1)
    assert porch.door.is_recording
    porch.pass_s(1.5)
    assert porch.door.ended == [False]


def test_who_speaks_on_is_recorded_for_half_a_minute(porch: Porch) -> None:
    porch.to_recording()
    for _ in range(LONGEST_S - 1):
        porch.desk.heard(is_loud=True)
        porch.pass_s(1)
        assert porch.door.is_recording
    porch.pass_s(2)
    assert porch.door.ended == [True]


@pytest.mark.parametrize("until_step", ["waiting", "speaking", "recording"])
@pytest.mark.parametrize("how", ["answered", "not wanted"])
def test_whoever_answers_or_switches_it_off_ends_it_at_any_step(porch: Porch, until_step: str, how: str) -> None:
    if until_step == "recording":
        porch.to_recording()
    else:
        porch.desk.rang()
        porch.pass_s(1 if until_step == "waiting" else WAIT_S + 0.25)
    if how == "answered":
        porch.desk.answered()
    else:
        porch.door.may = False
        porch.pass_s(0.25)
        porch.door.may = True
    assert not porch.door.is_recording
    porch.pass_s(120)
    assert not porch.door.is_recording
    assert len(porch.door.ended) == (until_step == "recording")


class Messages(RuleBasedStateMachine):
    """Whatever happens in whatever order: no message without a heard voice, none longer than half a minute."""

    def __init__(self) -> None:
        super().__init__()
        self.porch = Porch()
        self.began_s: float | None = None
        self.heard_voices = self.messages = 0

    def _look(self) -> None:
        is_recording, now_s = self.porch.door.is_recording, self.porch.clock.now_ns / 1e9
        if is_recording and self.began_s is None:
            self.began_s, self.messages = now_s, self.messages + 1
        if not is_recording:
            self.began_s = None

    @rule()
    def ring(self) -> None:
        self.porch.desk.rang()

    @rule()
    def answer(self) -> None:
        self.porch.desk.answered()
        self._look()

    @rule(may=st.booleans())
    def choose(self, may: bool) -> None:
        self.porch.door.may = may

    @precondition(lambda self: isinstance(self.porch.desk.step, Speaking) and self.porch.door.given)
    @rule()
    def voice_ends(self) -> None:
        self.porch.door.given[-1].on_end()
        self.heard_voices += 1

    @rule(is_loud=st.booleans())
    def microphone(self, is_loud: bool) -> None:
        self.porch.desk.heard(is_loud)

    @rule(quarters=st.integers(1, 60))
    def time_passes(self, quarters: int) -> None:
        for _ in range(quarters):
            self.porch.pass_s(0.25)
            self._look()
            assert self.began_s is None or self.porch.clock.now_ns / 1e9 - self.began_s <= LONGEST_S

    @invariant()
    def no_message_without_a_voice(self) -> None:
        assert self.messages <= self.heard_voices

    @invariant()
    def desk_and_camera_agree(self) -> None:
        step = self.porch.desk.step
        assert isinstance(step, Recording) == self.porch.door.is_recording
        assert isinstance(step, Idle | Waiting | Speaking | Recording)


TestMessages = Messages.TestCase
TestMessages.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


# --- is somebody speaking? ----------------------------------------------------------------------------------------


def spoken(level: float, seconds: float, noise: float = 60.0) -> list[Samples]:
    random = np.random.default_rng(5)
    return [
        (random.normal(0, noise, BLOCK) + random.normal(0, level, BLOCK)).astype(np.int16)
        for _ in range(round(seconds * RATE_HZ / BLOCK))
    ]


@pytest.mark.parametrize(
    ("blocks", "is_heard"),
    [
        (spoken(0, 4), False),
        (spoken(0, 4, noise=900), False),
        (spoken(0, 1) + spoken(800, 1) + spoken(0, 1), True),
        (spoken(1500, 1) + spoken(0, 1) + spoken(1500, 0.5), True),
        (spoken(1500, 0.5, noise=0) + spoken(0, 0.5, noise=0) + spoken(1500, 0.5, noise=0), True),
        (spoken(0, 2, noise=300) + spoken(2000, 1, noise=300), True),
    ],
    ids=[
        "a quiet porch",
        "a steady street",
        "a word",
        "speaks at once",
        "a microphone without noise",
        "a word over traffic",
    ],
)
def test_a_voice_is_told_from_what_is_always_heard(blocks: list[Samples], is_heard: bool) -> None:
    loudness = Loudness()
    heard = [loudness.is_loud(block) for block in blocks]
    assert (True in heard) == is_heard


# --- recorder and commands ----------------------------------------------------------------------------------------


def test_a_message_is_a_clip_of_its_own_between_two_others() -> None:
    recorder, vault = Recorder(), FakeVault()
    for unit in stream(0, 60):
        match unit.captured_at_ns / 1e9:
            case 10.0:
                vault.carry_out(recorder.on_press(ns(10)))
            case 25.0:
                vault.carry_out(recorder.on_message(ns(25), 30))
            case 35.0:
                vault.carry_out(recorder.on_message_end(ns(35)))
        vault.carry_out(recorder.on_unit(unit))
    causes = [(clip.cause, round(clip.began_s), round(clip.last_s), clip.end) for clip in vault.clips]
    assert causes == [("press", 4, 25, "quiet"), ("message", 24, 35, "quiet"), ("press", 34, 40, "quiet")]


def test_without_a_voice_messages_cannot_be_switched_on(tmp_path: Path) -> None:
    house = House(tmp_path)
    body_of(house.claim())
    house.voice = None
    assert code_of(house.ask("settings.set", visitor_message=True)) == "conflict"
    assert not house.authority.home.camera().takes_messages


# --- the whole camera ---------------------------------------------------------------------------------------------


class Visitor(Door):
    """Speaks in bursts, from the beginning."""

    def microphone(self) -> ToneMicrophone:  # type: ignore[override]  # another of its kind
        return ToneMicrophone("930/0.5")


@pytest.fixture
def door() -> Door:
    return Visitor()


@pytest.fixture
def camera(tmp_path: Path, door: Door, monkeypatch: pytest.MonkeyPatch) -> Iterator[CameraProcess]:
    monkeypatch.setattr("camera.message_desk.LONGEST_S", 4)
    monkeypatch.setattr("camera.process.LONGEST_S", 4)
    parts = CameraSettings(
        button="none", chime="none", speaker=f"file:{tmp_path}/said.raw", pre_roll_s=2, post_roll_s=1, message_wait_s=1
    )
    with running(tmp_path, door, parts, monkeypatch) as camera:
        camera._message._make_voice = lambda text: np.full(RATE_HZ, 500, np.int16)
        camera._message.prepare()
        record = msgspec.structs.replace(camera._authority.home.camera(), takes_messages=True)
        camera._authority.home.save_camera(record)
        camera.use_record(record)
        time.sleep(3)  # a pre-roll to begin with
        yield camera


def clips_of(folder: Path) -> dict[str, tuple[Path, int | None]]:
    """By cause: the file, and how much sound it holds."""
    found: dict[str, tuple[Path, int | None]] = {}
    for path in sorted((folder / "sealed" / "clips").iterdir()):
        contents = read_clip(path, [IDENTITY])
        if contents.opened and contents.closed:
            found[contents.opened.cause] = (path, contents.closed.sound_ms)
    return found


def test_a_visitor_whom_nobody_answers_leaves_a_message_and_only_that_clip_has_sound(
    camera: CameraProcess, tmp_path: Path
) -> None:
    camera.bell_desk().ring(None, None)
    until(lambda: "message" in clips_of(tmp_path), 40)
    clips = clips_of(tmp_path)
    assert clips["press"][1] is None, "the clip of the press holds no sound"
    path, sound_ms = clips["message"]
    assert sound_ms is not None
    assert 2500 < sound_ms < 5500
    heard, _ = heard_in(playable_part(path.read_bytes(), [IDENTITY]))
    assert abs(loudest_hz(heard) - 930) < 10
    assert (tmp_path / "said.raw").stat().st_size >= 2 * RATE_HZ, "the voice was heard first"
    until(lambda: not camera._sound.is_on)


def step_of(camera: CameraProcess) -> str:
    return type(camera._message.step).__name__


def test_an_owner_who_watches_is_an_answer(camera: CameraProcess, tmp_path: Path) -> None:
    camera.bell_desk().ring(None, None)
    assert step_of(camera) == "Waiting"
    assert camera._authority.tickets.open("d" * 32, "Phone", camera._clock.monotonic_ns())
    camera.tickets_changed([], "")
    assert step_of(camera) == "Idle"
    assert not (tmp_path / "said.raw").exists()


def test_the_owners_test_of_the_bell_asks_nobody_for_a_message(camera: CameraProcess) -> None:
    camera.bell_desk().ring("d" * 32, "Phone")
    assert step_of(camera) == "Idle"
