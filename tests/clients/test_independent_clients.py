"""WHEP clients that others wrote watch a real server: werift in node, whip-whep in Chromium, GStreamer's webrtcbin."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from tests.server.conftest import short_path as short_path
from tests.server.fakes import OWNER, camera_at, encode_pictures, eventually, jws, play
from tests.server.test_chromium import ARGUMENTS, CHROMIUM, SERVE

HERE = Path(__file__).parent
NODE = shutil.which("node")
PICTURES = 30
LIMIT_S = 60
SYSTEM_PYTHON = Path("/usr/bin/python3")
HAS_GSTREAMER = """
import gi
for name in ("Gst", "GstSdp", "GstWebRTC"):
    gi.require_version(name, "1.0")
from gi.repository import Gst
Gst.init(None)
assert all(Gst.ElementFactory.find(name) for name in ("webrtcbin", "nicesrc", "rtph264depay", "h264parse", "dtlsdec"))
"""

WATCH_WITH_WHIP_WHEP = """async ([login, ticket, wanted]) => {
  const headers = {"content-type": "application/json"};
  const signedIn = await fetch("/api/login", {method: "POST", body: JSON.stringify({jws: login}), headers});
  if (!signedIn.ok) return await signedIn.text();
  const { WHEPClient } = await import("/assets/whep.js");
  const peer = new RTCPeerConnection({iceServers: []});
  peer.addTransceiver("video", {direction: "recvonly"});
  const video = document.createElement("video");
  video.muted = video.playsInline = true;
  peer.ontrack = event => { video.srcObject = new MediaStream([event.track]); video.play(); };
  const client = new WHEPClient();
  await client.view(peer, new URL("/api/live", location).href, ticket);
  for (let shown = 0; shown < wanted; shown++) await new Promise(done => video.requestVideoFrameCallback(done));
  const size = [video.videoWidth, video.videoHeight];
  await client.stop();
  return size;
}"""


def needs_node_package(name: str) -> pytest.MarkDecorator:
    """Skip where node or the package is missing."""
    is_missing = NODE is None or not (HERE / "node_modules" / name).is_dir()
    return pytest.mark.skipif(is_missing, reason=f"node or npm's {name} is missing: `python3 run.py test` brings both")


@pytest.fixture
async def server(short_path: Path) -> AsyncIterator[str]:
    """A real server on loopback, a camera that plays at its other end; the address."""
    web = short_path / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>Stoop</title>")
    client = HERE / "node_modules" / "whip-whep" / "whep.js"
    if client.exists():
        shutil.copy(client, web / "assets" / "whep.js")
    async with camera_at(short_path / "c.sock") as camera:
        camera.answers["login"] = {"device": OWNER, "name": "Phone", "role": "owner"}
        command = [sys.executable, "-c", SERVE, str(short_path), str(web)]
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        await eventually(lambda: camera.connections == 1)
        player = asyncio.create_task(play(encode_pictures(60, 640, 360), camera.send, period_s=0.033))
        yield url
        player.cancel()
        await asyncio.gather(player, return_exceptions=True)
        process.terminate()
        await process.wait()


async def open_live(url: str, offer: str) -> str:
    """What every client does over HTTP: log in, post the offer with a ticket; the answer's SDP."""
    certificate = ssl.create_default_context()
    certificate.check_hostname, certificate.verify_mode = False, ssl.CERT_NONE
    async with httpx.AsyncClient(base_url=url, verify=certificate, headers={"Origin": url}) as http:
        (await http.post("/api/login", json={"jws": jws("login")})).raise_for_status()
        headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {jws('live.open')}"}
        answer = await http.post("/api/live", content=offer, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.text


async def watch(command: list[str], url: str, out: Path) -> None:
    """Run a client that prints its offer and reads the answer, until it has written enough pictures to `out`."""
    pipe = asyncio.subprocess.PIPE
    words = [*command, str(out), str(PICTURES)]
    process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, stderr=pipe, limit=1 << 20)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(LIMIT_S):
            line = await process.stdout.readline()
            assert line, (await process.stderr.read()).decode()
            process.stdin.write(json.dumps(await open_live(url, json.loads(line))).encode() + b"\n")
            _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def sizes_in(video: Path) -> list[tuple[int, int]]:
    """Of each picture that decodes."""
    with av.open(str(video), format="h264") as container:
        return [(frame.width, frame.height) for frame in container.decode(video=0)]


@needs_node_package("werift")
async def test_werift_in_node_receives_pictures_that_decode(server: str, tmp_path: Path) -> None:
    await watch([str(NODE), str(HERE / "watch_werift.mjs")], server, tmp_path / "seen.h264")

    assert sizes_in(tmp_path / "seen.h264") == [(640, 360)] * PICTURES


async def test_gstreamer_receives_pictures_that_decode(server: str, tmp_path: Path) -> None:
    if (
        not SYSTEM_PYTHON.exists()
        or subprocess.run([SYSTEM_PYTHON, "-c", HAS_GSTREAMER], capture_output=True).returncode
    ):
        pytest.skip("GStreamer's webrtcbin or its Python binding is missing: `python3 run.py test` names the packages")
    await watch([str(SYSTEM_PYTHON), str(HERE / "watch_gstreamer.py")], server, tmp_path / "seen.h264")

    assert sizes_in(tmp_path / "seen.h264") == [(640, 360)] * PICTURES


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@needs_node_package("whip-whep")
async def test_whip_whep_in_chromium_shows_pictures(server: str) -> None:
    playwright: Any = pytest.importorskip("playwright.async_api")  # Any: a module
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            page = await browser.new_page(ignore_https_errors=True)
            await page.goto(server)
            shown = await asyncio.wait_for(
                page.evaluate(WATCH_WITH_WHIP_WHEP, [jws("login"), jws("live.open"), PICTURES]), LIMIT_S
            )
        finally:
            await browser.close()

    assert shown == [640, 360]
