"""A camera on a real Unix socket, a clock that stands still, and a browser made of aiortc."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import fractions
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from camera.contract import (
    MAX_FROM_CAMERA_BYTES,
    MAX_FROM_SERVER_BYTES,
    AccessUnit,
    CameraMessage,
    Command,
    CommandError,
    CommandResult,
    ErrorCode,
    Event,
    FrameDecoder,
    KeyPictureWanted,
    NonceIssued,
    NonceWanted,
    ServerMessage,
    State,
    TicketEnded,
    ViewerLeft,
    encode_message,
)

OWNER = "a" * 32
VIEWER = "b" * 32
CAMERA_ID = "c" * 32
Answer = dict[str, Any] | tuple[ErrorCode, str]


def state_of_camera(*, name: str = "Front door", is_claimed: bool = True) -> State:
    """A camera that watches."""
    return State(
        camera_id=CAMERA_ID,
        version="1.2.3",
        name=name,
        is_claimed=is_claimed,
        is_watching=True,
        is_delivering=True,
        source="demo",
        width_px=320,
        height_px=180,
        fps=30.0,
        mask=None,
        has_motion=False,
        recording_clip=None,
        viewers=0,
        clips_bytes=0,
        fault=None,
    )


def jws(action: str, kid: str = OWNER, **args: object) -> str:
    """A compact JWS whose signature nobody checks here."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    header = {"alg": "EdDSA", "kid": kid, "typ": "stoop+jws"}
    return ".".join([part(header), part({"action": action, "args": args, "nonce": "n"}), part("signature")])


class FakeClock:
    """Monotonic seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class FakeCamera:
    """The camera's end of the socket: answers by `answers`, remembers what it was told.

    An action without an answer gets an empty result; `is_silent` answers nothing at all.
    """

    path: Path
    state: State = field(default_factory=state_of_camera)
    answers: dict[str, Answer] = field(default_factory=dict)
    is_silent: bool = False
    heard: list[ServerMessage] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0
    viewers: int = 0
    _writer: asyncio.StreamWriter | None = None
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; the socket file is made anew."""
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))

    async def die(self) -> None:
        """As SIGKILL would: the connection and the listening socket are gone, the file stays."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.hang_up()
        await asyncio.sleep(0)

    def hang_up(self) -> None:
        """Drop the connection."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    def send(self, message: CameraMessage) -> None:
        """Say something to the server."""
        assert self._writer is not None, "no server is connected"
        self._writer.write(encode_message(message, MAX_FROM_CAMERA_BYTES))

    def send_raw(self, data: bytes) -> None:
        """Say something that may be no message."""
        assert self._writer is not None, "no server is connected"
        self._writer.write(data)

    def heard_of(self, kind: type[ServerMessage]) -> int:
        """How many messages of a kind came."""
        return sum(isinstance(message, kind) for message in self.heard)

    def left(self) -> list[str]:
        """The viewers whose leaving was told."""
        return [message.viewer for message in self.heard if isinstance(message, ViewerLeft)]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.connections += 1
        self.send(self.state)
        decoder: FrameDecoder[ServerMessage] = FrameDecoder(ServerMessage, MAX_FROM_SERVER_BYTES)  # type: ignore[arg-type]  # a union is no type to mypy
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                for message in decoder.feed(data):
                    self.heard.append(message)
                    if not self.is_silent:
                        self._answer(message)
        writer.transport.abort()

    def _answer(self, message: ServerMessage) -> None:
        match message:
            case NonceWanted():
                self.send(NonceIssued(message.request_id, f"nonce-{message.request_id}"))
            case Command():
                self._carry_out(message)
            case KeyPictureWanted() | ViewerLeft():
                pass

    def _carry_out(self, command: Command) -> None:
        part = command.jws.split(".")[1]
        payload = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        self.commands.append(payload)
        action = payload["action"]
        answer = self.answers.get(action, {})
        if action == "live.open" and not answer:
            self.viewers += 1
            answer = {"viewer": f"{self.viewers:016x}", "lives_s": 120}
        if isinstance(answer, tuple):
            self.send(CommandError(command.request_id, *answer))
        else:
            self.send(CommandResult(command.request_id, action, answer))


@contextlib.asynccontextmanager
async def camera_at(path: Path) -> AsyncIterator[FakeCamera]:
    """A camera that listens while the block runs."""
    camera = FakeCamera(path)
    await camera.start()
    try:
        yield camera
    finally:
        await camera.die()


async def eventually(is_so: Callable[[], bool], tries: int = 2000) -> None:
    """Let the loop turn until `is_so`; fails after so many turns."""
    for _ in range(tries):
        if is_so():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("what was waited for did not happen")


class Recorder:
    """A LinkListener and TicketDesk that writes down what it hears."""

    def __init__(self) -> None:
        self.online: list[bool] = []
        self.states: list[State] = []
        self.events: list[Event] = []
        self.units: list[AccessUnit] = []
        self.tickets: list[TicketEnded] = []
        self.key_pictures_wanted = 0
        self.left: list[str] = []
        self.voice: list[tuple[str, bytes]] = []

    def link_changed(self, is_online: bool) -> None:
        self.online.append(is_online)

    def state_changed(self, state: State) -> None:
        self.states.append(state)

    def event_happened(self, event: Event) -> None:
        self.events.append(event)

    def unit_arrived(self, unit: AccessUnit) -> None:
        self.units.append(unit)

    def ticket_ended(self, ticket: TicketEnded) -> None:
        self.tickets.append(ticket)

    def talk(self, viewer: str, pcm: bytes) -> None:
        self.voice.append((viewer, pcm))

    def want_key_picture(self) -> None:
        self.key_pictures_wanted += 1

    def viewer_left(self, viewer: str) -> None:
        self.left.append(viewer)


def encode_pictures(count: int, width_px: int = 320, height_px: int = 180, gop: int = 15) -> list[AccessUnit]:
    """Moving pictures as the camera encodes them: H.264 constrained baseline, SPS and PPS in front of key pictures."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width_px, height_px, "yuv420p"
    encoder.time_base, encoder.framerate = fractions.Fraction(1, 90_000), fractions.Fraction(30)
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0",
    }
    units = []
    for number in range(count):
        picture = np.full((height_px * 3 // 2, width_px), 128, np.uint8)
        picture[:height_px] = (np.arange(width_px, dtype=np.uint16)[None, :] + number * 4) % 200 + 16
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = number * 3000, fractions.Fraction(1, 90_000)
        units += [
            AccessUnit(bytes(packet), packet.pts or 0, packet.is_keyframe, number * 33_000_000)
            for packet in encoder.encode(frame)
        ]
    return units


class Browser:
    """A viewer made of aiortc, on loopback alone; counts the pictures that it decodes."""

    def __init__(self, *, kinds: tuple[str, ...] = ("video",), direction: str = "recvonly") -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        for kind in kinds:
            transceiver = self.peer.addTransceiver(kind, direction=direction)
            connection = transceiver.receiver.transport.transport._connection
            _gather_on_loopback(connection)
        self.pictures: list[av.VideoFrame] = []
        self.sounds: list[av.AudioFrame] = []
        self._pumps: list[asyncio.Task[None]] = []
        self.peer.on("track", self._pump)

    async def offer(self) -> str:
        """The offer, as posted."""
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return self.peer.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """The answer that came back."""
        await self.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def close(self) -> None:
        """Leave."""
        await self.peer.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def _pump(self, track: MediaStreamTrack) -> None:
        async def pump() -> None:
            while True:
                frame = await track.recv()
                if isinstance(frame, av.AudioFrame):
                    self.sounds.append(frame)
                else:
                    assert isinstance(frame, av.VideoFrame)
                    self.pictures.append(frame)

        self._pumps.append(asyncio.ensure_future(pump()))


def _gather_on_loopback(connection: Any) -> None:  # Any: aioice's Connection, through aiortc's private parts
    original = connection.get_component_candidates

    async def gather(component: int, addresses: list[str], timeout: int = 5) -> Any:
        return await original(component, ["127.0.0.1"], timeout)

    connection.get_component_candidates = gather


async def play(units: list[AccessUnit], push: Callable[[AccessUnit], None], *, period_s: float = 0.02) -> None:
    """Hand out the units over and over, as a camera does, until cancelled; timestamps grow on."""
    loop_90k = 0
    while True:
        for unit in units:
            push(AccessUnit(unit.data, unit.pts_90k + loop_90k, unit.is_key, unit.captured_at_ns))
            await asyncio.sleep(period_s)
        loop_90k += len(units) * 3000
