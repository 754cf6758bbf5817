"""The sound of a conversation with real connections on loopback: both ways, to the right one, and to nobody else."""

from __future__ import annotations

import asyncio
import fractions
from pathlib import Path

import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack

from camera.contract import TALK_BLOCK_BYTES, Sound
from server import aiortc_private
from server.camera_link import CameraLink
from server.live import Live
from server.sdp_offer import read_offer
from server.talk import MAX_WAITING_SOUNDS, SoundTrack, mono
from tests.camera.doorbell.fakes import loudest_hz
from tests.server.fakes import Browser, FakeCamera, eventually, state_of_camera
from tests.server.test_live import hub_with_pictures

BLOCK = TALK_BLOCK_BYTES // 2
RATE_HZ = 48_000


def tone(hz: float, blocks: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return (8000 * np.sin(2 * np.pi * hz * np.arange(blocks * BLOCK) / RATE_HZ)).astype(np.int16)


def opus_of(hz: float, blocks: int) -> list[bytes]:
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format = RATE_HZ, "mono", "s16"
    packets: list[bytes] = []
    for n, block in enumerate(tone(hz, blocks).reshape(-1, 1, BLOCK)):
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE_HZ, n * BLOCK
        packets += [bytes(packet) for packet in codec.encode(frame)]
    return packets


class Voice(MediaStreamTrack):
    """Somebody who says a tone."""

    kind = "audio"

    def __init__(self, hz: float) -> None:
        super().__init__()
        self._samples, self._at = tone(hz, 500), 0

    async def recv(self) -> av.AudioFrame:
        await asyncio.sleep(0.02)
        frame = av.AudioFrame.from_ndarray(
            self._samples[self._at : self._at + BLOCK].reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._at, fractions.Fraction(1, RATE_HZ)
        self._at += BLOCK
        return frame


async def talking(hub: Live, viewer: str, voice_hz: float, *, may_talk: bool = True) -> tuple[Browser, str]:
    browser = Browser()
    browser.peer.addTransceiver(Voice(voice_hz), direction="sendrecv")
    offer = read_offer((await browser.offer()).encode())
    answer = await hub.open(viewer, "session", offer, "127.0.0.1", may_talk=may_talk)
    await browser.accept(answer)
    return browser, answer


async def test_sound_goes_both_ways_and_to_the_one_who_talks() -> None:
    async with hub_with_pictures() as (hub, desk):
        browser, _ = await talking(hub, "v1", 500)
        other, _ = await talking(hub, "v2", 700)
        await eventually(lambda: len(browser.pictures) >= 1 and len(other.pictures) >= 1)
        for n, packet in enumerate(opus_of(900, 100)):
            hub.sound_arrived(Sound("v1", packet, n * BLOCK))
            hub.sound_arrived(Sound("nobody", packet, n * BLOCK))
            await asyncio.sleep(0.01)
        await eventually(lambda: len(browser.sounds) >= 40)
        await eventually(lambda: sum(viewer == "v1" for viewer, _ in desk.voice) >= 60)
        heard = np.concatenate([np.frombuffer(mono(frame), "<i2") for frame in browser.sounds[10:40]])
        assert loudest_hz(heard) == pytest.approx(900, abs=4)
        assert other.sounds == []
        said = b"".join(pcm for viewer, pcm in desk.voice if viewer == "v1")
        assert {len(pcm) for _, pcm in desk.voice} == {TALK_BLOCK_BYTES}
        assert loudest_hz(np.frombuffer(said, "<i2")[20 * BLOCK : 60 * BLOCK]) == pytest.approx(500, abs=4)
        await browser.close()
        await other.close()


async def test_who_may_only_watch_is_not_heard_and_hears_nothing() -> None:
    async with hub_with_pictures() as (hub, desk):
        browser, answer = await talking(hub, "v1", 500, may_talk=False)
        assert "a=inactive" in answer.split("\r\n")
        await eventually(lambda: len(browser.pictures) >= 3)
        hub.sound_arrived(Sound("v1", b"x", 0))
        assert aiortc_private.receives_nothing(hub._viewers["v1"].peer)
        assert desk.voice == []
        await browser.close()


async def test_sound_and_picture_are_in_streams_of_their_own() -> None:
    async with hub_with_pictures() as (hub, _):
        browser, answer = await talking(hub, "v1", 500)
        streams = {line.split()[0] for line in answer.split("\r\n") if line.startswith("a=msid:")}
        assert len(streams) == 2
        await browser.close()


async def test_a_viewer_that_ends_takes_its_voice_along() -> None:
    async with hub_with_pictures() as (hub, desk):
        browser, _ = await talking(hub, "v1", 500)
        await eventually(lambda: len(desk.voice) > 0)
        voice = hub._viewers["v1"].voice
        assert voice is not None
        hub.close("v1", "session")
        await eventually(voice.done)
        await browser.close()


async def test_sound_that_nobody_takes_is_dropped_from_the_old_end() -> None:
    track = SoundTrack()
    for n in range(3 * MAX_WAITING_SOUNDS):
        track.push(Sound("v", b"x", n))
    assert (await track.recv()).pts == 2 * MAX_WAITING_SOUNDS
    track.stop()


async def test_a_voice_goes_to_the_camera_only_while_somebody_talks(tmp_path: Path) -> None:
    camera = FakeCamera(tmp_path / "camera.sock", state=state_of_camera())
    await camera.start()
    link = CameraLink(camera.path)
    running = asyncio.create_task(link.run())
    await eventually(lambda: link.is_online)
    link.talk("v1", bytes(TALK_BLOCK_BYTES))
    await link.nonce()
    assert not any(type(message).__name__ == "TalkBlock" for message in camera.heard)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await camera.die()
