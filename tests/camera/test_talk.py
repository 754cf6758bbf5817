"""Talk: nothing is heard in either direction without a ticket, and nobody hears themselves."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.contract import (
    MAX_FROM_SERVER_BYTES,
    TALK_BLOCK_BYTES,
    FrameDecoder,
    FramingError,
    ServerMessage,
    Sound,
    TalkBlock,
    encode_message,
)
from camera.doorbell.microphone import ToneMicrophone
from camera.doorbell.opus import OpusEncoder
from camera.doorbell.parts import BLOCK, RATE_HZ, DoorbellError, Samples
from camera.doorbell.silent import NoDevice
from camera.doorbell.sound_in import SoundIn
from camera.errors import SettingsError
from camera.publisher import MAX_QUEUED_SOUNDS, Outbox
from camera.settings import CameraSettings
from camera.sound_desk import open_sound_in
from camera.talk_desk import TalkDesk
from camera.tickets import LIFE_S
from camera.vault.cards import TalkEnded, TalkStarted
from tests.camera.authority_fakes import House, body_of, code_of
from tests.camera.doorbell.fakes import loudest_hz, until

WORD = np.full(BLOCK, 1000, "<i2").tobytes()


@contextmanager
def talking(folder: Path, microphone: str = "tone:880") -> Iterator[tuple[House, str]]:
    """An owner who talks to the door; the house and the live ticket."""
    house = House(folder, microphone)
    house.claim()
    viewer = str(body_of(house.ask("live.open"))["viewer"])
    body_of(house.ask("talk.open", viewer=viewer))
    try:
        yield house, viewer
    finally:
        house.control.talk_desk().close("test ends")


def sounds(house: House) -> list[Sound]:
    return [message for message in house.control.sent if isinstance(message, Sound)]


def decoded(packets: list[bytes]) -> Samples:
    codec = av.CodecContext.create("libopus", "r")
    codec.sample_rate, codec.layout, codec.format = RATE_HZ, "mono", "s16"
    frames = [frame for packet in packets for frame in codec.decode(av.Packet(packet))]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.int16)


def test_what_is_said_at_the_door_reaches_the_one_who_talks(tmp_path: Path) -> None:
    with talking(tmp_path) as (house, viewer):
        until(lambda: len(sounds(house)) >= 30)
        heard = sounds(house)[:30]
    assert {sound.viewer for sound in heard} == {viewer}
    assert [sound.pts_48k for sound in heard] == [n * BLOCK for n in range(30)]
    assert loudest_hz(decoded([sound.data for sound in heard])[4 * BLOCK :]) == pytest.approx(880, abs=4)


def test_the_microphone_is_never_opened_without_a_conversation(tmp_path: Path) -> None:
    house = House(tmp_path, "tone")
    house.claim()
    body_of(house.ask("live.open"))
    assert [thread.name for thread in threading.enumerate() if thread.name == "sound-in"] == []
    assert house.control.sent == []


def test_a_conversation_is_in_the_journal_before_anything_is_heard(tmp_path: Path) -> None:
    house = House(tmp_path, "tone")
    house.claim()
    viewer = body_of(house.ask("live.open"))["viewer"]
    house.control.is_disk_broken = True
    assert code_of(house.ask("talk.open", viewer=viewer)) == "storage"
    assert house.control.talk_desk().talk is None
    assert not house.control.talk_desk().block(viewer, WORD)
    house.control.is_disk_broken = False
    body_of(house.ask("talk.open", viewer=viewer))
    house.clock.pass_s(7)
    body_of(house.ask("talk.close", viewer=viewer))
    started, ended = house.control.records[-2:]
    assert isinstance(started, TalkStarted)
    assert isinstance(ended, TalkEnded)
    assert (started.name, ended.seconds, ended.why) == ("Phone", 7, "hung up")


def test_talk_takes_a_live_ticket_of_ones_own(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.claim()
    viewer = body_of(house.ask("live.open"))["viewer"]
    other = house.pair("owner")
    assert code_of(house.ask("talk.open", browser=other, viewer=viewer)) == "not_found"
    assert code_of(house.ask("talk.open", viewer="ab" * 8)) == "not_found"
    assert code_of(house.ask("talk.open", viewer="../etc")) == "bad_request"
    assert house.control.talk_desk().talk is None


def test_a_device_that_may_only_watch_neither_speaks_nor_listens(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.claim()
    guest = house.pair("viewer")
    viewer = body_of(house.ask("live.open", browser=guest))["viewer"]
    assert code_of(house.ask("talk.open", browser=guest, viewer=viewer)) == "forbidden"


def test_one_conversation_at_a_time(tmp_path: Path) -> None:
    with talking(tmp_path) as (house, viewer):
        other = house.pair("owner")
        second = body_of(house.ask("live.open", browser=other))["viewer"]
        assert code_of(house.ask("talk.open", browser=other, viewer=second)) == "too_many"
        body_of(house.ask("talk.close", browser=other, viewer=viewer))  # somebody else's is not ended
        assert house.control.talk_desk().talk is not None


ENDS: dict[str, Callable[[House, str], object]] = {
    "hung_up": lambda house, viewer: house.ask("talk.close", viewer=viewer),
    "ticket_ran_out": lambda house, _: house.clock.pass_s(LIFE_S + 1),
    "switched_off": lambda house, _: house.ask("settings.set", watching=False),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_nothing_is_heard_after_its_end(tmp_path: Path, end: Callable[[House, str], object]) -> None:
    with talking(tmp_path) as (house, viewer):
        desk = house.control.talk_desk()
        assert desk.block(viewer, WORD)
        until(lambda: sounds(house))
        end(house, viewer)
        assert not desk.block(viewer, WORD)
        count = len(sounds(house))
        threading.Event().wait(0.2)
        assert len(sounds(house)) <= count + 1  # one was on its way


def test_while_the_owner_speaks_the_visitor_is_silent(tmp_path: Path) -> None:
    with talking(tmp_path) as (house, viewer):
        until(lambda: len(sounds(house)) >= 5)
        house.control.talk_desk().block(viewer, WORD)
        begin = len(sounds(house)) + 1
        until(lambda: len(sounds(house)) >= begin + 20)  # the fake clock stands: it stays muted
        muted = decoded([sound.data for sound in sounds(house)[begin : begin + 20]])[8 * BLOCK :]
        house.clock.pass_s(0.31)
        again = len(sounds(house)) + 1
        until(lambda: len(sounds(house)) >= again + 20)
        loud = decoded([sound.data for sound in sounds(house)[again : again + 20]])[8 * BLOCK :]
    assert np.abs(muted).max() < 100 < np.abs(loud).max()


@given(viewer=st.text(max_size=20), pcm=st.binary(max_size=2 * TALK_BLOCK_BYTES))
def test_whatever_a_server_sends_is_not_heard_without_a_ticket(viewer: str, pcm: bytes) -> None:
    class Refusing:
        def may_talk(self, viewer: str, device: str) -> bool:
            raise AssertionError("nobody talks")

        send = note_later = may_talk

        def talk_changed(self, *, is_talking: bool) -> None: ...

    class Silent:
        absent = None

        def talk(self, block: Samples) -> None:
            raise AssertionError("it was heard")

    desk = TalkDesk(None, open_sound_in(CameraSettings(microphone="none")), Silent(), Refusing())  # type: ignore[arg-type]  # fakes
    assert not desk.block(viewer, pcm)


@pytest.mark.parametrize("size", [0, 1, TALK_BLOCK_BYTES - 1, TALK_BLOCK_BYTES + 1, 60_000])
def test_a_block_of_another_length_is_dropped(tmp_path: Path, size: int) -> None:
    with talking(tmp_path, "none") as (house, viewer):
        assert not house.control.talk_desk().block(viewer, bytes(size))


def test_a_camera_without_a_microphone_says_so_while_somebody_talks(tmp_path: Path) -> None:
    with talking(tmp_path, "none") as (house, viewer):
        desk = house.control.talk_desk()
        until(lambda: desk.fault() == "this camera has no microphone")
        desk.block(viewer, WORD)
        until(lambda: desk.fault() == "this camera has no loudspeaker")
        body_of(house.ask("talk.close", viewer=viewer))
        assert desk.fault() is None


def test_an_unknown_microphone_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="alsa, none, tone"):
        House(tmp_path, "gramophone")


def test_a_dead_microphone_is_told_and_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camera.doorbell.sound_in._AGAIN_S", 0.01)
    is_dead, blocks = True, list[Samples]()

    class Flaky(ToneMicrophone):
        def read(self) -> Samples:
            if is_dead:
                raise DoorbellError("the microphone is gone: check its cable")
            return super().read()

    listener = SoundIn(lambda: Flaky(""))
    listener.begin(blocks.append)
    until(lambda: listener.fault() == "the microphone is gone: check its cable")
    is_dead = False
    until(lambda: blocks and listener.fault() is None)
    listener.end(blocks.append)


def test_a_microphone_that_is_plugged_in_later_is_heard(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("camera.doorbell.sound_in._AGAIN_S", 0.01)
    tries, blocks, is_there = 0, list[Samples](), False

    def opened() -> ToneMicrophone:
        nonlocal tries
        tries += 1
        if not is_there:
            raise NoDevice("this machine has no sound card")
        return ToneMicrophone("")

    listener = SoundIn(opened)
    listener.begin(blocks.append)
    until(lambda: listener.fault() == "this machine has no sound card" and tries > 5)
    is_there = True
    until(lambda: blocks and listener.fault() is None)
    listener.end(blocks.append)
    assert caplog.text.count("no sound card") == 1


def test_a_driver_that_throws_anything_costs_the_sound_only() -> None:
    def broken() -> ToneMicrophone:
        raise ZeroDivisionError

    listener = SoundIn(broken)
    heard = list[Samples]()
    listener.begin(heard.append)
    until(lambda: "ZeroDivisionError" in (listener.fault() or ""))
    listener.end(heard.append)
    assert listener.fault() is None


def test_silence_takes_few_bytes() -> None:
    encoder = OpusEncoder()
    assert max(len(packet) for _ in range(20) for packet in encoder.encode(np.zeros(BLOCK, np.int16))) < 120


def test_sound_goes_before_anything_else_when_a_server_is_slow() -> None:
    outbox = Outbox()
    for n in range(3 * MAX_QUEUED_SOUNDS):
        assert outbox.put(Sound("v", b"x", n))
    assert outbox.put(TalkBlock("v", b""))  # type: ignore[arg-type]  # any message that may not be dropped
    outbox.drop_sound()
    assert isinstance(outbox.get(), TalkBlock)
    assert outbox.put(Sound("v", b"x", 99))
    assert outbox.get() == Sound("v", b"x", 99)


@given(pcm=st.binary(max_size=2 * TALK_BLOCK_BYTES), at=st.integers(0, 200), change=st.binary(max_size=12))
def test_a_damaged_message_of_talk_is_a_message_or_the_one_error(pcm: bytes, at: int, change: bytes) -> None:
    wire = bytearray(encode_message(TalkBlock("ab" * 8, pcm), MAX_FROM_SERVER_BYTES))
    wire[at : at + len(change)] = change
    decoder: FrameDecoder[ServerMessage] = FrameDecoder(ServerMessage, MAX_FROM_SERVER_BYTES)  # type: ignore[arg-type]  # a union
    with contextlib.suppress(FramingError):
        assert all(len(repr(message)) < 40_000 for message in decoder.feed(bytes(wire)))


def test_what_somebody_said_is_in_no_repr() -> None:
    assert "secret" not in repr(TalkBlock("v", b"secret")) + repr(Sound("v", b"secret", 0))


@pytest.mark.parametrize(
    ("address", "sounds_s"),
    [
        ("930", [(0, 12)]),
        ("930/0.5", [(second, second + 0.5) for second in range(12)]),
        ("930/0.5/9", [(0, 0.5), (1, 1.5), (11, 11.5)]),
    ],
)
def test_the_tone_for_trying_things_out_comes_and_goes(address: str, sounds_s: list[tuple[float, float]]) -> None:
    microphone = ToneMicrophone(address)
    microphone._began_s = float("-inf")  # no waiting
    heard = [bool(microphone.read().any()) for _ in range(12 * RATE_HZ // BLOCK)]
    expected = [any(a <= n * BLOCK / RATE_HZ < b for a, b in sounds_s) for n in range(len(heard))]
    assert heard == expected
