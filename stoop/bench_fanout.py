"""`stoop bench fanout`: what one more viewer of passed-through pictures costs, against one that aiortc encodes for.

Both in one run and one process, on the same pictures; the receivers are a process of their own, which decodes nothing,
so that only the server's CPU counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters

from camera.contract import AccessUnit
from server import live
from server.live import Live
from server.sdp_offer import read_offer

BAR = 0.05
_WIDTH_PX, _HEIGHT_PX, _FPS, _BITRATE = 1280, 720, 30, 2_000_000
_PICTURES = 120
_TICK_90K = 90_000 // _FPS
_TIME_BASE = fractions.Fraction(1, 90_000)
_SETTLE_S = 1.0

_Ask = Callable[[dict[str, object]], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class _Material:
    """The same four seconds as pictures and as access units."""

    frames: list[av.VideoFrame]
    units: list[AccessUnit]


class _Desk:
    """No camera: key pictures come every two seconds anyway."""

    def want_key_picture(self) -> None: ...
    def viewer_left(self, viewer: str) -> None: ...
    def talk(self, viewer: str, pcm: bytes) -> None: ...


class _FrameTrack(MediaStreamTrack):
    """Raw pictures at the camera's rate, for aiortc to encode."""

    kind = "video"

    def __init__(self, frames: list[av.VideoFrame]) -> None:
        super().__init__()
        self._frames = frames
        self.pictures = 0
        self._started_s = time.monotonic()

    async def recv(self) -> av.VideoFrame:
        """The next picture, when it is due."""
        frame = self._frames[self.pictures % len(self._frames)]
        await asyncio.sleep(max(0.0, self._started_s + self.pictures / _FPS - time.monotonic()))
        frame.pts, frame.time_base = self.pictures * _TICK_90K, _TIME_BASE
        self.pictures += 1
        return frame


def run(viewers: int = 8, seconds: float = 8.0) -> dict[str, float | int | bool]:
    """Measure: CPU of one of `viewers` further pass-through viewers ÷ CPU of one aiortc-encoded viewer.

    Takes about three times `seconds`. Raises RuntimeError when the receivers did not get the pictures.
    """
    return asyncio.run(_run(viewers, seconds))


async def _run(viewers: int, seconds: float) -> dict[str, float | int | bool]:
    material = await asyncio.to_thread(_make_material)
    live.MAX_VIEWERS = live.MAX_VIEWERS_PER_SESSION = viewers + 1
    async with _receivers() as ask:
        hub = Live(_Desk())
        player = _Player(material.units, hub.unit_arrived)
        playing = asyncio.create_task(player.play())
        await _join(hub, ask, 0)
        one = await _cpu_ms_a_picture(player, seconds)
        for number in range(1, viewers + 1):
            await _join(hub, ask, number)
        many = await _cpu_ms_a_picture(player, seconds)
        received = json.loads(await ask({"count": True}))["packets"]
        await hub.close_all()
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        track = _FrameTrack(material.frames)
        peer = await _join_encoded(track, ask)
        encoded = await _cpu_ms_a_picture(track, seconds)
        await peer.close()
    if min(received) < seconds * _FPS / 2:
        raise RuntimeError(f"a receiver got {min(received)} packets in {seconds:.0f} s: nothing was measured")
    passed = (many - one) / viewers
    return {
        "viewers": viewers,
        "pass_through_ms_a_picture": round(passed, 3),
        "encoded_ms_a_picture": round(encoded, 3),
        "ratio": round(passed / encoded, 4),
        "bar": BAR,
        "is_within_bar": passed / encoded <= BAR,
        "least_packets": min(received),
    }


class _Counting(Protocol):
    pictures: int


async def _cpu_ms_a_picture(source: _Counting, seconds: float) -> float:
    """CPU of this process, all threads, a picture that went out, after things have settled.

    By the picture and not by the second: on a busy machine a source falls behind.
    """
    await asyncio.sleep(_SETTLE_S)
    cpu_s, pictures = time.process_time(), source.pictures
    await asyncio.sleep(seconds)
    return (time.process_time() - cpu_s) * 1000 / (source.pictures - pictures)


class _Player:
    """Hands the units out at the camera's rate, over and over."""

    def __init__(self, units: list[AccessUnit], push: Callable[[AccessUnit], None]) -> None:
        self._units = units
        self._push = push
        self.pictures = 0

    async def play(self) -> None:
        """Until cancelled."""
        started_s = time.monotonic()
        while True:
            unit = self._units[self.pictures % len(self._units)]
            self._push(AccessUnit(unit.data, self.pictures * _TICK_90K, unit.is_key, time.monotonic_ns()))
            self.pictures += 1
            await asyncio.sleep(max(0.0, started_s + self.pictures / _FPS - time.monotonic()))


async def _join(hub: Live, ask: _Ask, number: int) -> None:
    offer = read_offer((await ask({"offer": number})).encode())
    answer = await hub.open(f"v{number}", "bench", offer, "127.0.0.1")
    await ask({"answer": answer, "to": number})


async def _join_encoded(track: _FrameTrack, ask: _Ask) -> RTCPeerConnection:
    number = 1000
    offer = read_offer((await ask({"offer": number})).encode())
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = peer.addTransceiver(track, direction="sendonly")
    transceiver.setCodecPreferences(live.h264_and_rtx())
    await peer.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
    await peer.setLocalDescription()
    await ask({"answer": peer.localDescription.sdp, "to": number})
    return peer


def _make_material() -> _Material:
    """A textured window moves over a gradient: pictures with real bits in them."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = _WIDTH_PX, _HEIGHT_PX, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.bit_rate = _TIME_BASE, fractions.Fraction(_FPS), _BITRATE
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "x264-params": f"keyint={2 * _FPS}:min-keyint={2 * _FPS}:scenecut=0:vbv-maxrate=2000:vbv-bufsize=500",
    }
    noise = np.random.default_rng(1).integers(0, 120, (240, 480), dtype=np.uint8)
    frames, units = [], []
    for number in range(_PICTURES):
        picture = np.full((_HEIGHT_PX * 3 // 2, _WIDTH_PX), 128, np.uint8)
        picture[:_HEIGHT_PX] = np.linspace(40, 200, _WIDTH_PX, dtype=np.uint8)
        left = number * 6 % (_WIDTH_PX - 480)
        picture[200:440, left : left + 480] = 60 + np.roll(noise, number * 3, axis=1)
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = number * _TICK_90K, _TIME_BASE
        frames.append(frame)
        units += [AccessUnit(bytes(p), p.pts or 0, p.is_keyframe, 0) for p in encoder.encode(frame)]
    return _Material(frames, units)


@contextlib.asynccontextmanager
async def _receivers() -> AsyncIterator[_Ask]:
    """The other process; `ask` sends it one JSON line and returns the line that it answers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stoop.bench_fanout", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    async def ask(question: dict[str, object]) -> str:
        stdin.write(json.dumps(question).encode() + b"\n")
        answer = await stdout.readline()
        if not answer:
            raise RuntimeError("the receivers' process ended")
        return str(json.loads(answer))

    try:
        yield ask
    finally:
        stdin.close()
        await process.wait()


class _Receivers:
    """Connections that take packets and decode none."""

    def __init__(self) -> None:
        self._peers: dict[int, RTCPeerConnection] = {}

    async def answer(self, question: dict[str, object]) -> str:
        """One line's work."""
        if "offer" in question:
            return await self._offer(int(str(question["offer"])))
        if "answer" in question:
            peer = self._peers[int(str(question["to"]))]
            await peer.setRemoteDescription(RTCSessionDescription(str(question["answer"]), "answer"))
            return "done"
        return json.dumps({"packets": [await _packets(peer) for peer in self._peers.values()]})

    async def _offer(self, number: int) -> str:
        peer = self._peers[number] = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        receiver = peer.addTransceiver("video", direction="recvonly").receiver
        receiver.receive = _receive_nothing  # type: ignore[method-assign]  # no decoder thread
        await peer.setLocalDescription(await peer.createOffer())
        return peer.localDescription.sdp


async def _receive_nothing(parameters: RTCRtpReceiveParameters) -> None: ...


async def _packets(peer: RTCPeerConnection) -> int:
    """Datagrams that came in, by the transport's own count."""
    report = await peer.getStats()
    return max(int(getattr(stats, "packetsReceived", 0)) for stats in report.values())


async def _receive() -> None:
    loop = asyncio.get_running_loop()
    receivers = _Receivers()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await receivers.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(_receive())
