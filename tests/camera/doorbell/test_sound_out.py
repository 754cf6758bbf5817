"""What is to be heard is heard, in order and at its own pace; a dead or hanging device blocks nobody and is told."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from camera.doorbell import SPEAKERS, DoorbellError, open_part
from camera.doorbell.alsa import must_have_card
from camera.doorbell.chime import SoundChime, made_chime, read_sound
from camera.doorbell.parts import BLOCK, RATE_HZ, Samples
from camera.doorbell.relay import RelayChime
from camera.doorbell.silent import NoDevice
from camera.doorbell.sound_out import MAX_SOUNDS, MAX_TALK_BLOCKS, Sound, SoundOut
from tests.camera.doorbell.fakes import HeardSpeaker, loudest_hz, until

ROOT = Path(__file__).parents[3]


def tone(hz: float, seconds: float) -> Samples:
    return (np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ) * 8000).astype(np.int16)


@pytest.fixture
def speaker() -> HeardSpeaker:
    return HeardSpeaker()


def test_the_made_chime_is_two_struck_tones_without_a_click() -> None:
    chime = made_chime()
    ding, dong = chime[: RATE_HZ // 2], chime[int(0.6 * RATE_HZ) : int(1.3 * RATE_HZ)]
    assert 1.5 <= len(chime) / RATE_HZ <= 3
    assert loudest_hz(ding) == pytest.approx(659, abs=4)
    assert loudest_hz(dong) == pytest.approx(523, abs=4)
    assert 12_000 <= np.abs(chime).max() <= 20_000
    assert abs(int(chime[0])) < 200
    assert np.abs(chime[-480:]).max() < 2_000


def test_a_sound_is_heard_whole_and_at_its_volume(speaker: HeardSpeaker) -> None:
    out, begun = SoundOut(speaker.open), threading.Event()
    out.play(Sound(tone(440, 0.2), 0.5, begun.set))
    until(lambda: len(speaker.heard()) >= 0.2 * RATE_HZ)
    out.close()
    assert begun.is_set()
    assert loudest_hz(speaker.heard()) == pytest.approx(440, abs=6)
    assert np.abs(speaker.heard()).max() == pytest.approx(4000, abs=20)
    assert speaker.closed == 1


def test_a_device_is_never_given_more_than_it_can_soon_play(speaker: HeardSpeaker) -> None:
    out, begun_s = SoundOut(speaker.open), time.monotonic()
    out.play(Sound(tone(440, 1.0)))
    until(lambda: len(speaker.blocks) >= 50)
    assert time.monotonic() - begun_s > 0.7  # a second of sound, less what is given ahead
    out.close()


def test_talk_goes_before_a_sound_and_ends_it(speaker: HeardSpeaker) -> None:
    out = SoundOut(speaker.open)
    out.play(Sound(tone(440, 5.0)))
    until(lambda: speaker.blocks)
    voice = np.full(BLOCK, 123, np.int16)
    out.talk(voice)
    until(lambda: any((block == 123).all() for block in speaker.blocks))
    count = len(speaker.blocks)
    time.sleep(0.2)
    assert len(speaker.blocks) == count
    out.close()


def test_talk_that_comes_too_fast_is_late_by_little(speaker: HeardSpeaker) -> None:
    speaker.hangs = threading.Event()
    out = SoundOut(speaker.open)
    for number in range(200):
        out.talk(np.full(BLOCK, number, np.int16))
        if number == 0:
            until(lambda: out._busy_since_s is not None)
    speaker.hangs.set()
    until(lambda: len(speaker.blocks) == 1 + MAX_TALK_BLOCKS)
    assert speaker.blocks[-1][0] == 199
    out.close()


def test_a_dead_device_is_told_and_the_next_sound_tries_again(speaker: HeardSpeaker) -> None:
    speaker.is_broken = True
    out = SoundOut(speaker.open)
    out.play(Sound(tone(440, 0.1)))
    until(out.fault)
    assert "check its cable" in str(out.fault())

    speaker.is_broken = False
    out.play(Sound(tone(440, 0.1)))
    until(lambda: out.fault() is None)
    assert len(speaker.blocks) >= 1
    out.close()


def test_a_device_that_hangs_blocks_nobody(speaker: HeardSpeaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camera.doorbell.sound_out._HANGS_S", 0.05)
    speaker.hangs = threading.Event()
    out, begun_s = SoundOut(speaker.open), time.monotonic()
    taken = [out.play(Sound(tone(440, 0.1))) for _ in range(50)]
    assert time.monotonic() - begun_s < 5
    assert sum(taken) <= MAX_SOUNDS + 1
    until(out.fault)
    assert "does not answer" in str(out.fault())
    speaker.hangs.set()
    out.close()


def test_a_machine_without_a_loudspeaker_has_no_fault() -> None:
    out = SoundOut(lambda: open_part("the loudspeaker", SPEAKERS, "none"))
    out.play(Sound(tone(440, 0.1)))
    time.sleep(0.1)
    assert out.fault() is None
    out.close()


def test_alsa_without_a_card_is_no_fault_and_a_card_that_is_not_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALSA_CONFIG_PATH", raising=False)
    monkeypatch.setattr("camera.doorbell.alsa._CARDS", Path("/nowhere"))
    assert no_fault("alsa")
    with pytest.raises(DoorbellError, match=r"camera\.speaker"):
        open_part("the loudspeaker", SPEAKERS, "alsa:hw:9")


@pytest.mark.parametrize(
    ("known", "is_card"),
    [([], False), (["timer", "seq"], False), (["timer", "card0", "controlC0", "pcmC0D0p"], True), (["card1"], True)],
    ids=["no sound at all", "sound without a card", "a card", "a USB card beside none"],
)
def test_a_card_is_seen_where_the_kernel_lists_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: list[str], is_card: bool
) -> None:
    for name in known:
        (tmp_path / name).mkdir()
    monkeypatch.delenv("ALSA_CONFIG_PATH", raising=False)
    monkeypatch.setattr("camera.doorbell.alsa._CARDS", tmp_path)
    with contextlib.nullcontext() if is_card else pytest.raises(NoDevice):
        must_have_card("")


@pytest.mark.parametrize("program", ["camera", "server"])
def test_nothing_is_looked_for_where_its_unit_hides_it(program: str) -> None:
    """ProcSubset=pid leaves processes in /proc and nothing else: a card looked for there is never found on the Pi."""
    unit = (ROOT / "deploy" / "raspberry-pi" / "units" / f"stoop-{program}.service").read_text()
    assert "\nProcSubset=pid\n" in unit
    hidden = re.compile(r"""["']/proc/(?!self\b|\{)""")
    assert [path for path in (ROOT / program).rglob("*.py") if hidden.search(path.read_text())] == []


def no_fault(spec: str) -> bool:
    out = SoundOut(lambda: open_part("the loudspeaker", SPEAKERS, spec))
    out.play(Sound(tone(440, 0.02)))
    time.sleep(0.1)
    out.close()
    return out.fault() is None


_THROUGH_ALSA = """
import numpy as np, sys, time
from camera.doorbell import SPEAKERS, open_part
from camera.doorbell.sound_out import Sound, SoundOut
samples = (np.sin(2 * np.pi * 440 * np.arange(24000) / 48000) * 8000).astype(np.int16)
out = SoundOut(lambda: open_part("the loudspeaker", SPEAKERS, "alsa"))
out.play(Sound(samples))
time.sleep(1.0)
out.close()
print(out.fault())
"""


def test_the_alsa_library_itself_gets_the_samples(tmp_path: Path) -> None:
    """A process of its own: ALSA reads its settings once. The card is ALSA's own file device."""
    heard, config = tmp_path / "heard.raw", tmp_path / "asound.conf"
    config.write_text(
        f'pcm.!default {{ type file slave.pcm "none" file "{heard}" format "raw" }}\npcm.none {{ type null }}\n'
    )
    run = subprocess.run(
        [sys.executable, "-c", _THROUGH_ALSA],
        env={**os.environ, "ALSA_CONFIG_PATH": str(config)},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "None", run.stderr
    samples = np.fromfile(heard, "<i2")
    assert len(samples) == 24_000
    assert loudest_hz(samples) == pytest.approx(440, abs=4)


def test_the_owners_own_sound_is_played_and_one_that_cannot_be_is_told(tmp_path: Path, speaker: HeardSpeaker) -> None:
    import wave

    own = tmp_path / "own.wav"
    with wave.open(str(own), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((np.sin(2 * np.pi * 300 * np.arange(16_000) / 16_000) * 9000).astype("<i2").tobytes())
    assert loudest_hz(read_sound(own)) == pytest.approx(300, abs=3)

    out = SoundOut(speaker.open)
    chime = SoundChime(str(own), out)
    chime.ring(1.0, lambda: None)
    until(lambda: len(speaker.heard()) > RATE_HZ // 2)
    assert chime.fault() is None
    assert loudest_hz(speaker.heard()) == pytest.approx(300, abs=3)

    own.write_bytes(b"no sound at all")
    assert "own.wav" in str(SoundChime(str(own), out).fault())
    out.close()


def test_a_relay_is_struck_once_and_let_go(tmp_path: Path) -> None:
    output, begun = tmp_path / "brightness", threading.Event()
    output.write_text("0")
    relay = RelayChime(str(tmp_path))
    relay.ring(0.0, begun.set)
    assert not begun.is_set()
    relay.ring(0.3, begun.set)
    until(lambda: output.read_text() == "255")
    until(lambda: output.read_text() == "0")
    assert begun.is_set()

    output.unlink()
    (tmp_path / "brightness").mkdir()
    until(lambda: not relay._is_striking.locked())
    relay.ring(1.0, begun.set)
    until(relay.fault)
    assert "camera.chime" in str(relay.fault())
