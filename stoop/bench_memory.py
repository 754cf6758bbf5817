"""`stoop bench memory`: peak resident memory of the camera's and the server's process with one viewer."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from stoop.bench import BenchSkipped
from stoop.bench_house import House, house
from stoop.bench_owner import BenchOwner

BAR_MB, AIM_MB = 250, 160
SECONDS = 20.0
_MB = 1_000_000
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def run() -> dict[str, Any]:  # Any: JSON figures
    """The demo scene at its usual 1280x720 and 15/s; this process is the viewer, and decodes.

    Raises BenchSkipped where the kernel does not tell the peak, RuntimeError when no picture arrives.
    """
    if not Path("/proc/self/status").exists():
        raise BenchSkipped("this system has no /proc: run it on Linux")
    with house(["camera", "--source", "demo"]) as at:
        pictures = asyncio.run(_watch(at))
        camera_mb, server_mb = _peak_mb(at.camera_pid), _peak_mb(at.server_pid)
    return {
        "peak_mb": round(camera_mb + server_mb, 1),
        "bar": BAR_MB,
        "is_within_bar": camera_mb + server_mb <= BAR_MB,
        "baseline": "Debian's motion alone, 1280x720: 86 to 90 MB (measured once, not in this run)",
        "camera_mb": round(camera_mb, 1),
        "server_mb": round(server_mb, 1),
        "pictures_seen": pictures,
        "seconds": SECONDS,
    }


async def _watch(at: House) -> int:
    """Pictures that this process decoded in SECONDS."""
    owner = BenchOwner(at.url)
    await asyncio.to_thread(owner.claim, at.code)
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    counting: list[asyncio.Task[None]] = []
    seen = [0]

    async def count(track: MediaStreamTrack) -> None:
        while True:
            try:
                await track.recv()
            except MediaStreamError:
                return
            seen[0] += 1

    peer.on("track", lambda track: counting.append(asyncio.ensure_future(count(track))))
    peer.addTransceiver("video", direction="recvonly")
    await peer.setLocalDescription(await peer.createOffer())
    answer = await asyncio.to_thread(owner.open_live, peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.sleep(SECONDS)
    await peer.close()
    await asyncio.gather(*counting)
    if seen[0] < SECONDS:
        raise RuntimeError(f"the viewer saw {seen[0]} pictures in {SECONDS:.0f} s: nothing was measured")
    return seen[0]


def _peak_mb(pid: int) -> float:
    """The kernel's high-water mark of resident memory (proc(5), VmHWM)."""
    found = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
    if found is None:
        raise BenchSkipped("this kernel does not tell VmHWM in /proc/PID/status")
    return int(found[1]) * 1024 / _MB
