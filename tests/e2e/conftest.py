"""A whole Stoop as its user starts it, and a Chromium as its owner opens it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.camera.doorbell.fakes import TAP
from tests.e2e.owner import claim, draw_rectangle, invite, join, wait_for_frames

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("STOOP_SHARED", ROOT.parent / "shared"))
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE: ViewportSize = {"width": 390, "height": 844}
OF_THE_BROWSER = ("Failed to load resource", "An SSL certificate error occurred when fetching the script")
"""What Chromium itself writes on the console where it refuses something; the page tells its owner in words."""
SMALL = "[camera]\nwidth_px = 640\nheight_px = 360\n"
"""A quarter of the pictures' work, most of what a test with a live page costs."""
_TIMES = "plate_s = 3\npost_roll_s = 2\nclip_cap_s = 12\n"
QUICK, FULL_SIZE = f"{SMALL}{_TIMES}", f"[camera]\n{_TIMES}"
"""Settings that make a test wait less; nothing else differs from what an owner runs."""
SHORT_CLIPS = f"{SMALL}fps = 10\nplate_s = 2\npost_roll_s = 1\nclip_cap_s = 10\n"
DOOR_HZ = 930
AT_THE_DOOR = (
    f"message_wait_s = 1\nchime = 'none'\nmicrophone = 'tone:{DOOR_HZ}/0.5/9'\n"
    "button = 'evdev:{folder}/button'\nspeaker = 'file:{folder}/said.raw'\n"
)
"""Somebody who can be heard, and who says something for two seconds only."""
BRIEF_CLIPS = f"{SHORT_CLIPS}pre_roll_s = 8\n"
"""A clip made by hand ends two seconds after the press."""


@dataclass(slots=True)
class StoopRun:
    """`stoop run` in a process of its own."""

    process: subprocess.Popen[str]
    ready_file: Path
    data: Path
    log: Path
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return str(self.facts["url"])

    @property
    def code(self) -> str:
        return str(self.facts["claim_code"])

    def pids(self) -> dict[str, int]:
        return dict(json.loads(self.ready_file.read_text())["pids"])

    def wait_ready(self) -> None:
        until(self.ready_file.exists, f"stoop to be ready: {self.log}")
        self.facts = json.loads(self.ready_file.read_text())

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(30)


def until(is_so: Callable[[], object], what: str, limit_s: float = 120) -> None:
    """Wait until `is_so`; fails with `what` when it does not come about."""
    deadline_s = time.monotonic() + limit_s
    while not is_so():
        if time.monotonic() > deadline_s:
            pytest.fail(f"waited {limit_s:.0f} s for {what}")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Starter = Callable[..., StoopRun]
expect.set_options(timeout=30_000)  # Playwright's own 5 s are for a machine that does nothing else


@contextmanager
def starter(folder: Path) -> Iterator[Starter]:
    """Gives what starts `stoop run --source …` on `folder`; all that was started ends with the block."""
    runs: list[StoopRun] = []

    def start(source: str, settings: str = QUICK, port: int | None = None) -> StoopRun:
        config, ready, log = (folder / name for name in ("stoop.toml", f"ready{len(runs)}.json", f"log{len(runs)}"))
        config.write_text(settings)
        words = ["--source", source, "--data", str(folder / "data"), "--config", str(config)]
        words += ["--port", str(port or free_port()), "--ready-file", str(ready)]
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "stoop", "run", *words], cwd=ROOT, stdout=out, stderr=out, text=True
            )
        run = StoopRun(process, ready, folder / "data", log)
        runs.append(run)
        run.wait_ready()
        return run

    try:
        yield start
    finally:
        for run in runs:
            run.stop()


@pytest.fixture
def start_stoop(tmp_path: Path) -> Iterator[Starter]:
    """Starts `stoop run --source …`; the same folder again when called twice."""
    with starter(tmp_path) as start:
        yield start


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium here: install the Debian package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def quiet_context(chromium: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A browser with nothing remembered; a page error or a message on the console fails the test."""
    context = chromium.new_context(ignore_https_errors=True, **options)  # options are Playwright's, typed there
    context.set_default_timeout(120_000)
    trouble: list[str] = []
    context.on("weberror", lambda error: trouble.append(str(error.error)))
    context.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    yield context
    context.close()
    unexpected = [text for text in trouble if not any(each in text for each in OF_THE_BROWSER)]
    assert unexpected == []


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    with quiet_context(chromium, viewport=PHONE, has_touch=True) as context:
        yield context


@pytest.fixture
def page(phone: BrowserContext) -> Page:
    return phone.new_page()


@dataclass(slots=True)
class House:
    """A claimed camera with a drawing and a clip, its owner's phone, and room for more devices."""

    stoop: StoopRun
    chromium: Browser
    owner: BrowserContext
    finger: int
    """Writes to the button."""
    said: Path
    """What the loudspeaker has said."""
    guests: ExitStack = field(default_factory=ExitStack)
    """Browsers of others, each closed with the test that opened it: a live page left open costs as much as a test."""

    @property
    def url(self) -> str:
        return self.stoop.url

    def someone(self) -> Page:
        """A page of a browser that the camera has never seen."""
        return self.guests.enter_context(quiet_context(self.chromium, viewport=PHONE, has_touch=True)).new_page()

    def joined(self, role: str, name: str) -> Page:
        page = self.owner.new_page()
        link = invite(page, self.url, role)
        page.close()
        newcomer = self.someone()
        join(newcomer, link, name)
        return newcomer

    def press(self) -> None:
        os.write(self.finger, TAP)

    def finished_clips(self) -> list[str]:
        """Ids, newest first."""
        return sorted((path.stem for path in (self.stoop.data / "sealed" / "thumbs").glob("*.thumb")), reverse=True)

    def record(self, page: Page) -> str:
        """Has a clip made by hand and waits for its end; its id."""
        before = set(self.finished_clips())
        page.goto(self.url)
        wait_for_frames(page, 1)
        page.locator("[data-testid=record-now]:not([aria-disabled])").click()
        until(lambda: set(self.finished_clips()) - before, "a clip to end")
        return max(set(self.finished_clips()) - before)


@pytest.fixture
def house(_house: House) -> Iterator[House]:
    """One run for every test that neither minds what others did nor takes anything from them."""
    yield _house
    _house.guests.close()


@pytest.fixture(scope="session")
def _house(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    os.mkfifo(folder / "button")
    finger = os.open(folder / "button", os.O_RDWR | os.O_NONBLOCK)
    with starter(folder) as start, ExitStack() as contexts:
        contexts.callback(os.close, finger)
        stoop = start("demo", SHORT_CLIPS + AT_THE_DOOR.format(folder=folder))
        owner = contexts.enter_context(quiet_context(chromium, viewport=PHONE, has_touch=True))
        house = House(stoop, chromium, owner, finger, folder / "said.raw")
        page = owner.new_page()
        claim(page, stoop.url, stoop.code)
        draw_rectangle(page)
        house.record(page)
        page.close()
        yield house
