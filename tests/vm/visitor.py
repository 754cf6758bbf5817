"""The owner, from another machine on the LAN: claims, watches live over WebRTC, has clips made."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import httpx
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from tests.e2e.scripted_owner import ScriptedOwner
from tests.vm.machine import Failure, Machine, until
from tests.vm.street import DOORBELL

URL = f"https://{DOORBELL}"
LIVE_LIMIT_S = 40
AGAIN_S = 10.0
PIECE_BYTES = 64 * 1024


def claim(machine: Machine) -> ScriptedOwner:
    """By the code that the machine's own journal shows."""
    codes = re.findall(r"claim code (\S+),", machine.log_of("stoop-camera.service", 50))
    if not codes:
        raise Failure("the journal shows no claim code")
    owner = ScriptedOwner(URL)
    owner.claim(codes[-1]).raise_for_status()
    owner.draw()
    until(lambda: owner.state()["is_delivering"], "the camera to deliver")
    return owner


def come_back(owner: ScriptedOwner, limit_s: float = 180) -> float:
    """Log in again once camera and server are there; seconds until the picture is delivered."""

    def is_back() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            if owner.http.get("/api/hello").json()["online"] and owner.login().is_success:
                return bool(owner.state()["is_delivering"])
        return False

    return until(is_back, "the doorbell to be back", limit_s)


def is_answering() -> bool:
    with contextlib.suppress(httpx.HTTPError), httpx.Client(base_url=URL, verify=False, timeout=3) as http:
        return http.get("/api/hello").is_success
    return False


def is_online() -> bool:
    """Whether the server has met the camera; asked before there is an owner."""
    with contextlib.suppress(httpx.HTTPError), httpx.Client(base_url=URL, verify=False, timeout=3) as http:
        return bool(http.get("/api/hello").json()["online"])
    return False


def watch(owner: ScriptedOwner, pictures: int = 10) -> tuple[int, int]:
    """Width and height of the live picture after so many. Raises Failure."""
    return asyncio.run(_watch(owner, pictures))


def count_pictures(owner: ScriptedOwner, for_s: float) -> int:
    """Live pictures that decoded in so many seconds, while a clip is recorded."""
    start_clip(owner)
    return asyncio.run(_count(owner, for_s))


async def _count(owner: ScriptedOwner, for_s: float) -> int:
    async with _live(owner) as seen:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(seen.get(), LIVE_LIMIT_S)
        await asyncio.sleep(for_s)
        return seen.qsize() + 1


async def _watch(owner: ScriptedOwner, pictures: int) -> tuple[int, int]:
    async with _live(owner) as seen:
        try:
            async with asyncio.timeout(LIVE_LIMIT_S):
                for _ in range(pictures):
                    frame = await seen.get()
        except TimeoutError:
            raise Failure(f"only few live pictures within {LIVE_LIMIT_S} s") from None
        return frame.width, frame.height


@contextlib.asynccontextmanager
async def _live(owner: ScriptedOwner) -> AsyncIterator[asyncio.Queue[av.VideoFrame]]:
    """The pictures as they decode."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTransceiver("video", direction="recvonly")
    seen: asyncio.Queue[av.VideoFrame] = asyncio.Queue()
    pumps: list[asyncio.Task[None]] = []

    async def pump(track: MediaStreamTrack) -> None:
        while True:
            frame = await track.recv()
            assert isinstance(frame, av.VideoFrame)
            seen.put_nowait(frame)

    peer.on("track", lambda track: pumps.append(asyncio.ensure_future(pump(track))))
    try:
        await peer.setLocalDescription(await peer.createOffer())
        headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {owner.sign('live.open')}"}
        answer = owner.http.post("/api/live", content=peer.localDescription.sdp, headers=headers)
        answer.raise_for_status()
        if f" {DOORBELL} 8443 " not in answer.text:
            raise Failure("the answer does not name the one UDP socket")
        await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        yield seen
    finally:
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        await peer.close()


def send_update(owner: ScriptedOwner, file: Path) -> None:
    """As the page does, in pieces of 64 KiB."""
    data = file.read_bytes()
    headers = {"Content-Type": "application/octet-stream"}
    for offset in range(0, len(data), PIECE_BYTES):
        piece = data[offset : offset + PIECE_BYTES]
        owner.http.post(f"/api/update/{offset}", content=piece, headers=headers).raise_for_status()


def sign_for(owner: ScriptedOwner, file: Path) -> None:
    """The owner's word for this very file."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    owner.command("update.install", sha256=digest, size_bytes=file.stat().st_size).raise_for_status()


def outcome(owner: ScriptedOwner) -> dict[str, Any] | None:
    """What the app is told of the last update."""
    told: dict[str, Any] | None = owner.command("update.get").raise_for_status().json()["outcome"]
    return told


def wait_for_outcome(owner: ScriptedOwner, file: Path) -> dict[str, Any]:
    """Through the restart that an update brings. Raises Failure."""
    digest, found = hashlib.sha256(file.read_bytes()).hexdigest(), {}

    def has_ended() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            owner.login()
            found.update(outcome(owner) or {})
        return found.get("sha256") == digest and found["word"] != "installing"

    until(has_ended, "the update's end", 900)
    return found


def start_clip(owner: ScriptedOwner, limit_s: float = 180) -> str:
    """Its id, while it is being recorded; asked for again where a starved machine gave no pictures meanwhile."""
    until(lambda: not owner.state()["recording_clip"], "the clip before to end", 90)
    seen: list[str] = []  # what was seen: on a starved machine the clip may be over by the next question
    asked_at_s = -AGAIN_S

    def has_begun() -> bool:
        nonlocal asked_at_s
        state, now_s = owner.state(), time.monotonic()
        seen.extend(filter(None, [state["recording_clip"]]))
        if not seen and state["is_delivering"] and now_s - asked_at_s >= AGAIN_S and ask_for_clip(owner):
            asked_at_s = now_s
        return bool(seen)

    until(has_begun, "a clip to begin", limit_s)
    return seen[0]


def ask_for_clip(owner: ScriptedOwner) -> bool:
    """False where the camera gives no pictures at this moment."""
    answer = owner.command("clip.record")
    if answer.status_code == httpx.codes.CONFLICT:
        return False
    answer.raise_for_status()
    return True
