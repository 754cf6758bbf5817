"""The parts that the routes work with, made once a process; it wires and decides nothing."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from camera.contract import AccessUnit, Event, State, TicketEnded
from server.camera_link import CameraLink
from server.devices import DeviceWatch
from server.events import EventHub
from server.live import Live
from server.proof_file import Proof, read_proof
from server.rate_limit import RateLimiter
from server.sealed_files import SealedFolder
from server.sessions import Session, SessionStore
from server.uploads import Uploads
from server.web_files import WebFiles

_SWEEP_S = 15.0
_LOOK_S = 30.0


@dataclass(frozen=True, slots=True)
class RateLimits:
    """An address's share of what needs no session."""

    nonce: RateLimiter
    login: RateLimiter
    claim: RateLimiter

    @classmethod
    def start(cls, monotonic_s: Callable[[], float]) -> RateLimits:
        """A claim or pairing is a guess at a secret: few. A page that comes back signs in: more."""
        return cls(
            nonce=RateLimiter(120, 60, monotonic_s),
            login=RateLimiter(60, 30, monotonic_s),
            claim=RateLimiter(10, 10, monotonic_s),
        )


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that lives as long as the server process."""

    link: CameraLink
    sessions: SessionStore
    devices: DeviceWatch
    events: EventHub
    live: Live
    sealed: SealedFolder
    web: WebFiles
    limits: RateLimits
    uploads: Uploads
    proof: Callable[[], Proof | None]
    """The last proof on the card, read anew each time."""

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the camera's connection up and end what has run out, until the block is left."""
        tasks = [
            asyncio.create_task(self.link.run()),
            asyncio.create_task(self._sweep()),
            asyncio.create_task(self._look()),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.close_streams()

    async def close_streams(self) -> None:
        """End what would keep connections open: event streams and live pictures."""
        self.events.close_all()
        await self.live.close_all()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            self.sessions.expire()

    async def _look(self) -> None:
        """So that nobody who asks for the clips waits until each of many thousand files was looked at."""
        while True:
            with contextlib.suppress(OSError):  # told to whoever asks for the list
                await asyncio.to_thread(self.sealed.look_again)
            await asyncio.sleep(_LOOK_S)


class _SessionsListener:
    """Brings `devices.changed` to the device watch."""

    def __init__(self, devices: DeviceWatch) -> None:
        self._devices = devices

    def link_changed(self, is_online: bool) -> None: ...
    def state_changed(self, state: State) -> None: ...
    def unit_arrived(self, unit: AccessUnit) -> None: ...
    def ticket_ended(self, ticket: TicketEnded) -> None: ...

    def event_happened(self, event: Event) -> None:
        if event.kind == "devices.changed":
            self._devices.devices_changed()


def make_services(
    data_dir: Path, socket_path: Path, web_dir: Path, monotonic_s: Callable[[], float] = time.monotonic
) -> Services:
    """Wire a server for this data folder and camera socket; nothing runs yet."""
    link = CameraLink(socket_path)
    sessions = SessionStore(monotonic_s)
    devices = DeviceWatch(sessions, monotonic_s)
    events = EventHub(lambda: link.state, lambda: link.is_online)
    live = Live(link)

    def session_ended(session: Session) -> None:
        events.close_session(session.id)
        live.close_session(session.id)

    sessions.on_end(session_ended)
    link.hand_sound_to(live.sound_arrived)
    for listener in (events, live, _SessionsListener(devices)):
        link.add_listener(listener)
    return Services(
        link, sessions, devices, events, live, SealedFolder(data_dir / "sealed"), WebFiles.read(web_dir),
        RateLimits.start(monotonic_s), Uploads(data_dir), lambda: read_proof(data_dir),
    )  # fmt: skip
