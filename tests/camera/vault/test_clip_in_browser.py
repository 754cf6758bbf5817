"""Chromium plays the plaintext of a clip through Media Source Extensions, piece by piece, padding and all."""

from __future__ import annotations

import base64
import os
import shutil
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from camera.vault import Vault
from camera.vault.h264 import parameter_sets
from stoop.reader.age_stream import open_bytes
from stoop.reader.identities import X25519Identity
from tests.camera.vault.fakes import CAMERA_ID, FakeClock, access_units, record_clip

_CHROMIUM = shutil.which("chromium")
_PLAY = """
async ([codec, data]) => {
  const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
  const type = `video/mp4; codecs="${codec}"`;
  if (!MediaSource.isTypeSupported(type)) return { error: `${type} is not supported` };
  const video = document.createElement("video"), source = new MediaSource();
  video.muted = true; video.src = URL.createObjectURL(source); document.body.append(video);
  await new Promise(done => source.addEventListener("sourceopen", done, { once: true }));
  const buffer = source.addSourceBuffer(type);
  for (let at = 0; at < bytes.length; at += 65536) {
    buffer.appendBuffer(bytes.subarray(at, at + 65536));
    await new Promise((done, fail) => {
      buffer.addEventListener("updateend", done, { once: true });
      buffer.addEventListener("error", () => fail(new Error(video.error?.message ?? "append failed")), { once: true });
    });
  }
  source.endOfStream();
  const ranges = [...Array(buffer.buffered.length).keys()].map(i => [buffer.buffered.start(i), buffer.buffered.end(i)]);
  video.currentTime = 2.5;
  await new Promise(done => video.addEventListener("seeked", done, { once: true }));
  const error = video.error?.message;
  return { ranges, width: video.videoWidth, time: video.currentTime, ready: video.readyState, error };
}
"""


@pytest.mark.browser
@pytest.mark.skipif(_CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("bit_rate", [60_000, 2_000_000])
async def test_a_clip_plays_and_seeks_in_chromium(tmp_path: Path, bit_rate: int) -> None:
    identity = X25519Identity(os.urandom(32))
    vault = Vault(tmp_path, CAMERA_ID, (identity.recipient,), FakeClock())
    units = access_units(5, bit_rate)
    card = record_clip(vault, units)
    plain = open_bytes((tmp_path / "clips" / f"{card.clip}.age").read_bytes(), (identity,))
    sets = parameter_sets(units[0].data)
    assert sets is not None
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            page = await browser.new_page()
            played = await page.evaluate(_PLAY, [sets.codec, base64.b64encode(plain).decode()])
        finally:
            await browser.close()
    assert played.get("error") is None
    assert len(played["ranges"]) == 1
    assert played["ranges"][0] == pytest.approx([0, 5], abs=0.001)
    assert (played["width"], played["time"]) == (320, 2.5)
    assert played["ready"] >= 2
