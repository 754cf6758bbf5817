"""The whole app against a fake camera, without TLS or ports."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.app import create_app
from server.routes.admission import COOKIE
from server.security import HostNames
from server.services import Services, make_services
from tests.server.fakes import OWNER, VIEWER, FakeCamera, FakeClock, camera_at, eventually

BASE = "https://localhost:8443"


@dataclass
class House:
    """A server, its camera, and a way in."""

    services: Services
    camera: FakeCamera
    clock: FakeClock
    http: httpx.AsyncClient
    sealed: Path
    tokens: dict[str, str] = field(default_factory=dict)

    def sign_in(self, role: str, device: str | None = None) -> dict[str, str]:
        """Headers of a browser with a session of this role; `nobody` has none."""
        if role == "nobody":
            return {}
        own = device or (OWNER if role == "owner" else VIEWER)
        token, _ = self.services.sessions.open(own, "Phone", "owner" if role == "owner" else "viewer")
        return {"Cookie": f"{COOKIE}={token}"}

    async def post(self, path: str, json: Any = None, headers: dict[str, str] | None = None) -> httpx.Response:
        """A POST as our own page makes it."""
        return await self.http.post(path, json=json, headers={"Origin": BASE, **(headers or {})})

    async def delete(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """A DELETE as our own page makes it."""
        return await self.http.delete(path, headers={"Origin": BASE, **(headers or {})})


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose path is short enough for a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="st") as folder:
        yield Path(folder)


@contextlib.asynccontextmanager
async def house_at(folder: Path) -> AsyncIterator[House]:
    """Everything running, the camera connected; each caller of the app comes from 192.0.2.1."""
    sealed = folder / "sealed"
    for name in ("clips", "thumbs", "journal"):
        (sealed / name).mkdir(parents=True)
    web = folder / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>Stoop</title>")
    (web / "assets" / "app-1234.js").write_text("export {};")
    for name in ("manifest.webmanifest", "icon.svg", "icon-180.png", "icon-512.png", "push_worker.js"):
        (web / name).write_text("{}")
    clock = FakeClock()
    async with camera_at(folder / "c.sock") as camera:
        services = make_services(folder, folder / "c.sock", web, clock)
        app = create_app(services, HostNames(["localhost", "stoop.local", "127.0.0.1", "::1"], 8443))
        transport = httpx.ASGITransport(app, client=("192.0.2.1", 40000))
        async with services.running(), httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            await eventually(lambda: services.link.is_online)
            yield House(services, camera, clock, http, sealed)


@pytest.fixture
async def house(short_path: Path) -> AsyncIterator[House]:
    """A server with a connected camera."""
    async with house_at(short_path) as house:
        yield house
