"""A real Chromium watches the fake camera over loopback, whatever loopback is called."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from camera.contract import KeyPictureWanted, ViewerLeft
from server.certificate import lan_addresses
from tests.server.fakes import OWNER, FakeCamera, camera_at, encode_pictures, eventually, jws, play

playwright = pytest.importorskip("playwright.async_api")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip

SERVE = """
import sys
from pathlib import Path
from server.main import run_server
folder, web = Path(sys.argv[1]), Path(sys.argv[2])
run_server(folder / "data", 0, folder / "c.sock", lambda url, _: print(url, flush=True), web_dir=web)
"""

WATCH = """async ([login, ticket]) => {
  const post = (path, body, headers) => fetch(path, {method: "POST", body, headers});
  const signedIn = await post("/api/login", JSON.stringify({jws: login}), {"content-type": "application/json"});
  if (!signedIn.ok) return {failed: await signedIn.text()};
  const peer = new RTCPeerConnection({iceServers: []});
  peer.addTransceiver("video", {direction: "recvonly"});
  const video = document.createElement("video");
  video.muted = video.playsInline = true;
  peer.ontrack = event => { video.srcObject = new MediaStream([event.track]); video.play(); };
  await peer.setLocalDescription();
  const headers = {"content-type": "application/sdp", authorization: "Bearer " + ticket};
  const opened = await post("/api/live", peer.localDescription.sdp, headers);
  if (opened.status !== 201) return {failed: await opened.text()};
  await peer.setRemoteDescription({type: "answer", sdp: await opened.text()});
  for (let shown = 0; shown < 10; shown++) await new Promise(done => video.requestVideoFrameCallback(done));
  const playout = peer.remoteDescription.sdp.includes("playout-delay");
  const result = {width: video.videoWidth, height: video.videoHeight, playout};
  const closed = await fetch(opened.headers.get("location"), {method: "DELETE"});
  peer.close();
  return {...result, closed: closed.status};
}"""


async def _watch(host: str, port: str) -> dict[str, Any]:  # Any: JSON from the page
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            page = await browser.new_page(ignore_https_errors=True)
            await page.goto(f"https://{host}:{port}/")
            result: dict[str, Any] = await asyncio.wait_for(page.evaluate(WATCH, [jws("login"), jws("live.open")]), 60)
            return result
        finally:
            await browser.close()


async def _serve(folder: Path, camera: FakeCamera, host: str) -> dict[str, Any]:  # Any: as above
    web = folder / "web"
    web.mkdir()
    (web / "index.html").write_text("<!doctype html><title>Stoop</title>")
    command = [sys.executable, "-c", SERVE, str(folder), str(web)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    player = asyncio.create_task(_play_when_connected(camera))
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        await eventually(lambda: camera.connections == 1)
        return await _watch(host, url.rpartition(":")[2])
    finally:
        player.cancel()
        await asyncio.gather(player, return_exceptions=True)
        process.terminate()
        await process.wait()


async def _play_when_connected(camera: FakeCamera) -> None:
    units = encode_pictures(30, 640, 360)
    await eventually(lambda: camera.connections == 1)
    await play(units, camera.send, period_s=0.033)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "the LAN address"])
async def test_chromium_on_this_machine_shows_pictures(short_path: Path, host: str) -> None:
    if host == "the LAN address":
        addresses = [address for address in lan_addresses() if ":" not in address]
        host = addresses[0] if addresses else pytest.skip("this machine has loopback only")
    async with camera_at(short_path / "c.sock") as camera:
        camera.answers["login"] = {"device": OWNER, "name": "Phone", "role": "owner"}
        shown = await _serve(short_path, camera, host)
        assert json.dumps(shown) == json.dumps({"width": 640, "height": 360, "playout": True, "closed": 204})
        assert camera.heard_of(KeyPictureWanted) >= 1
        assert camera.heard_of(ViewerLeft) == 1
