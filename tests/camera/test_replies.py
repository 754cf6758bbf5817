"""Quick replies: short, few, the owner's own, decoded once and played at the door."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import wave
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera.doorbell.parts import RATE_HZ, Samples
from camera.doorbell.sound_out import SoundOut
from camera.errors import CommandRefused
from camera.made_voice import DEFAULTS
from camera.replies import LONGEST_S, MAX_REPLIES, Replies, wav_of
from camera.signed import encode_base64url
from camera.vault.cards import ReplyPlayed
from tests.camera.authority_fakes import House, body_of, code_of
from tests.camera.doorbell.fakes import HeardSpeaker, loudest_hz, until


def tone(hz: float, seconds: float) -> Samples:
    return (8000 * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)).astype(np.int16)


def webm(hz: float, seconds: float, bit_rate: int = 16_000) -> bytes:
    """As a browser records: Opus in WebM, 16 kbit/s."""
    held = io.BytesIO()
    with av.open(held, "w", format="webm") as file:
        stream = file.add_stream("libopus", rate=RATE_HZ, layout="mono")
        stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(tone(hz, seconds).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE_HZ, 0
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return held.getvalue()


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    body_of(house.claim())
    return house


def test_a_recorded_phrase_sounds_at_the_door_and_is_in_the_record(house: House, tmp_path: Path) -> None:
    speaker = HeardSpeaker()
    with closing(SoundOut(speaker.open)) as out:
        house.control.phrases = Replies(tmp_path / "camera", out)
        told = body_of(house.ask("reply.add", name="Wait", sound=encode_base64url(webm(700, 1.0))))
        reply = told["replies"][-1]
        assert (reply["name"], reply["seconds"]) == ("Wait", pytest.approx(1.0, abs=0.1))
        assert body_of(house.ask("reply.play", reply=reply["reply"]))["seconds"] == reply["seconds"]
        until(lambda: len(speaker.heard()) >= RATE_HZ * 0.9)
        assert loudest_hz(speaker.heard()[4_800:40_000]) == pytest.approx(700, abs=5)
    played = house.control.records[-1]
    assert isinstance(played, ReplyPlayed)
    assert (played.name, played.what) == ("Phone", "Wait")


def test_it_is_there_after_a_restart_and_gone_after_its_deletion(house: House, tmp_path: Path) -> None:
    added = body_of(house.ask("reply.add", name="Wait", sound=encode_base64url(wav_of(tone(700, 0.2)))))
    reply = added["replies"][0]["reply"]
    again = Replies(tmp_path / "camera", house.control.bell_desk().sound)
    assert [each.reply for each in again.all] == [reply]
    assert body_of(house.ask("reply.delete", reply=reply))["replies"] == []
    assert list((tmp_path / "camera" / "replies").glob("*.wav")) == []
    assert code_of(house.ask("reply.play", reply=reply)) == "not_found"
    assert code_of(house.ask("reply.delete", reply=reply)) == "not_found"


BAD_SOUNDS = {
    "no_sound": b"hello",
    "empty": b"",
    "too_large": wav_of(tone(700, 0.26)),
    "a_list_that_names_files": b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n",
    "cut": webm(700, 1.0)[:60],
}


@pytest.mark.parametrize("sound", BAD_SOUNDS.values(), ids=BAD_SOUNDS.keys())
def test_what_is_no_short_sound_is_refused_and_leaves_nothing(house: House, tmp_path: Path, sound: bytes) -> None:
    assert code_of(house.ask("reply.add", name="x", sound=encode_base64url(sound))) == "bad_request"
    assert not (tmp_path / "camera" / "replies").exists()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 1500), change=st.binary(min_size=1, max_size=40))
def test_a_damaged_recording_is_kept_short_or_refused(tmp_path: Path, at: int, change: bytes) -> None:
    replies = Replies(tmp_path / os.urandom(4).hex(), HeardOut())
    replies._folder.parent.mkdir()
    damaged = bytearray(RECORDED)
    damaged[at : at + len(change)] = change
    with contextlib.suppress(CommandRefused):
        assert replies.add("x", bytes(damaged)).seconds <= LONGEST_S
    assert len(replies.all) <= 1


RECORDED = webm(700, 0.5)


class HeardOut(SoundOut):
    def __init__(self) -> None:
        super().__init__(HeardSpeaker().open)


def test_a_long_phrase_ends_after_eight_seconds(tmp_path: Path) -> None:
    (tmp_path / "camera").mkdir()
    assert Replies(tmp_path / "camera", HeardOut()).add("x", webm(700, 9, 12_000)).seconds == LONGEST_S


def test_there_are_at_most_twelve(house: House) -> None:
    sound = encode_base64url(wav_of(tone(700, 0.05)))
    for n in range(MAX_REPLIES):
        body_of(house.ask("reply.add", name=f"{n}", sound=sound))
    assert code_of(house.ask("reply.add", name="more", sound=sound)) == "too_many"


def test_who_may_only_watch_says_nothing_at_the_door(house: House) -> None:
    guest = house.pair("viewer")
    for action, args in {"reply.list": {}, "reply.play": {"reply": "ab" * 8}}.items():
        assert code_of(house.ask(action, browser=guest, **args)) == "forbidden"


def test_a_damaged_list_costs_the_phrases_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "camera" / "replies"
    folder.mkdir(parents=True)
    (folder / "replies.json").write_text('{"replies": [{"reply": "../../etc"}]}')
    assert Replies(tmp_path / "camera", HeardOut()).all == ()


def test_a_sound_that_is_gone_from_the_card_is_a_clear_refusal(house: House, tmp_path: Path) -> None:
    told = body_of(house.ask("reply.add", name="Wait", sound=encode_base64url(wav_of(tone(700, 0.1)))))
    next((tmp_path / "camera" / "replies").glob("*.wav")).write_bytes(b"RIFF")
    assert code_of(house.ask("reply.play", reply=told["replies"][0]["reply"])) == "not_found"


def test_without_a_voice_there_are_no_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (tmp_path / "camera").mkdir()
    replies = Replies(tmp_path / "camera", HeardOut())
    replies.make_defaults()
    assert replies.all == ()


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng here: install the Debian package espeak-ng")
def test_the_defaults_are_spoken_once_and_stay_deleted(tmp_path: Path) -> None:
    (tmp_path / "camera").mkdir()
    replies = Replies(tmp_path / "camera", HeardOut())
    replies.make_defaults()
    assert [each.name for each in replies.all] == [text[:40] for text in DEFAULTS]
    with wave.open(str(next(replies._folder.glob("*.wav"))), "rb") as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE_HZ, 1)
    for each in replies.all:
        replies.delete(each.reply)
    replies.make_defaults()
    assert replies.all == ()
