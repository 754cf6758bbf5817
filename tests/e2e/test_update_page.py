"""An update through the app: chosen in Chromium, sent up, signed for, taken by the real updater, told afterwards."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, BrowserContext, Page, expect

from stoop.update.bundle import write
from stoop.update.command import Place, update
from tests.e2e.conftest import BRIEF_CLIPS, PHONE, ROOT, free_port, quiet_context, until
from tests.e2e.owner import claim
from tests.e2e.test_ways_out import assert_fine

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

OURS = Ed25519PrivateKey.generate()
STAND_IN = """#!/bin/sh
# In install.sh's place: camera and server are started anew by the test, as systemd would.
kill $(cat {root}/pids)
sleep 1
{end}
"""
FINE, BACK = "exit 0", "echo 'stoop: the new version does not answer, so the one before is back' >&2; exit 2"


@dataclass(slots=True)
class Doorbell:
    """Camera and server as their units start them, below a root of its own, and root's updater."""

    root: Path
    port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)
    codes: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def place(self) -> Place:
        return Place(self.root)

    @property
    def code(self) -> str:
        codes: list[str] = re.findall(r"claim code (\S+),", (self.root / "log").read_text())
        return codes[-1] if codes else ""

    def start(self) -> None:
        data, socket = self.root / "var/lib/stoop", self.root / "run/stoop/camera.sock"
        common = ["--data", str(data), "--socket", str(socket)]
        camera = ["camera", *common, "--config", str(self.root / "stoop.toml"), "--updater", str(self.place.told)]
        server = ["server", *common, "--port", str(self.port)]
        with (self.root / "log").open("ab") as log:
            self.processes = [
                subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, stdout=log, stderr=log)
                for words in (camera, server)
            ]
        (self.root / "pids").write_text(" ".join(str(process.pid) for process in self.processes))

    def keep_running(self) -> None:
        """systemd's part: what ends is started again, and the camera's word starts the updater."""
        while not self.is_over.wait(0.2):
            if all(process.poll() is not None for process in self.processes):
                time.sleep(1)
                self.start()

    def watch_for_updates(self) -> None:
        while not self.is_over.wait(0.2):
            if self.place.asked.exists():
                self.codes.append(update(None, only_check=False, way="app", place=self.place))

    def is_online(self) -> bool:
        with contextlib.suppress(httpx.HTTPError), httpx.Client(verify=False, timeout=2) as http:
            return bool(http.get(f"{self.url}/api/hello").json()["online"])
        return False

    def end(self) -> None:
        self.is_over.set()
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
            process.wait(30)

    def make(self, name: str, end: str, counter: int, key: Ed25519PrivateKey = OURS) -> Path:
        """An update of two megabytes, so that it comes up in many pieces."""
        folder = self.root / name
        (folder / "deploy/raspberry-pi").mkdir(parents=True)
        (folder / "wheels").mkdir()
        script, wheel = folder / "deploy/raspberry-pi/install.sh", folder / "wheels/stoop-9.0-py3-none-any.whl"
        script.write_text(STAND_IN.format(root=self.root, end=end))
        script.chmod(0o755)
        wheel.write_bytes(os.urandom(2_000_000))
        path = self.root / f"{name}.stoopupdate"
        write(path, {str(one.relative_to(folder)): one for one in (script, wheel)}, "9.0", counter, key)
        return path


@pytest.fixture
def doorbell() -> Iterator[Doorbell]:
    with tempfile.TemporaryDirectory(prefix="stoop-") as folder:  # a socket's path is short
        doorbell = Doorbell(Path(folder))
        for path in ("run/stoop", "run/stoop-update", "var/lib/stoop", "etc/stoop"):
            (doorbell.root / path).mkdir(parents=True)
        (doorbell.root / "stoop.toml").write_text(f'source = "demo"\n{BRIEF_CLIPS}')
        doorbell.place.key.write_text(base64.b64encode(OURS.public_key().public_bytes_raw()).decode())
        doorbell.start()
        helpers = [threading.Thread(target=part) for part in (doorbell.keep_running, doorbell.watch_for_updates)]
        try:
            for helper in helpers:
                helper.start()
            until(lambda: doorbell.code and doorbell.is_online(), "the doorbell")
            yield doorbell
        finally:
            doorbell.end()
            for helper in helpers:
                helper.join()


@pytest.fixture
def owner(chromium: Browser, doorbell: Doorbell) -> Iterator[BrowserContext]:
    with quiet_context(chromium, viewport=PHONE, has_touch=True) as context:
        page = context.new_page()
        claim(page, doorbell.url, doorbell.code)
        page.wait_for_url("**/draw")
        page.close()
        yield context


def send(page: Page, path: Path) -> None:
    page.get_by_test_id("update-file").set_input_files(path)
    page.get_by_test_id("update-install").click()


def test_an_owner_brings_updates_through_the_app(doorbell: Doorbell, owner: BrowserContext) -> None:
    """Three in a row: a stranger's is refused, a bad one is gone back from, a good one runs; each is told in words."""
    page = owner.new_page()
    page.goto(f"{doorbell.url}/settings")
    page.get_by_test_id("settings-update").click()
    expect(page.get_by_test_id("update-version")).to_contain_text("runs now")
    assert_fine(page)
    page.get_by_test_id("update-file").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
    expect(page.get_by_test_id("update-problem")).to_be_visible()
    expect(page.get_by_test_id("update-install")).to_have_count(0)

    send(page, doorbell.make("stranger", FINE, 5, Ed25519PrivateKey.generate()))
    expect(page.get_by_test_id("update-refused")).to_contain_text("or is signed by somebody", timeout=60_000)

    send(page, doorbell.make("bad", BACK, 5))
    expect(page.get_by_test_id("update-waiting")).to_contain_text("starts again", timeout=60_000)
    assert_fine(page)
    expect(page.get_by_test_id("update-failed")).to_contain_text("the one before is back", timeout=90_000)

    send(page, doorbell.make("good", FINE, 5))
    expect(page.get_by_test_id("update-installed")).to_contain_text("Updated to version 9.0", timeout=90_000)
    assert_fine(page)
    assert doorbell.codes == [2, 1, 0]
    assert doorbell.place.counter.read_text() == "5\n"
    assert not doorbell.place.uploaded.exists()

    page.get_by_test_id("update-reload").click()
    expect(page.get_by_test_id("update-installed")).to_contain_text("Updated to version 9.0")
    page.goto(f"{doorbell.url}/log")
    expect(page.get_by_text("Phone had an update installed").first).to_be_visible()
    page.close()
