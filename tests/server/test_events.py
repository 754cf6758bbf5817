"""Server-sent events: what comes first, what follows, and who is cut off."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.types import Message

from camera.contract import Event
from server import events
from server.app import create_app
from server.errors import Refused
from server.security import HostNames
from server.services import Services
from server.sessions import Session
from tests.server.conftest import House
from tests.server.fakes import eventually

ME = Session("me", "d", "Phone", "owner", 0.0)


class Reader:
    """One EventSource on the app, spoken to in ASGI."""

    def __init__(self, services: Services, headers: dict[str, str]) -> None:
        app = create_app(services, HostNames(["localhost"], 8443))
        raw = [(b"host", b"localhost:8443"), *((n.lower().encode(), v.encode()) for n, v in headers.items())]
        self.scope: dict[str, Any] = {  # Any: an ASGI scope
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
            "path": "/api/events", "raw_path": b"/api/events", "query_string": b"", "root_path": "", "headers": raw,
            "server": ("127.0.0.1", 8443), "client": ("192.0.2.1", 1),
        }  # fmt: skip
        self.sent: list[Message] = []
        self.gone = asyncio.Event()
        self._has_asked = False
        self.is_reading = True
        self.task = asyncio.ensure_future(app(self.scope, self._receive, self._send))

    async def _receive(self) -> Message:
        if self._has_asked:
            await self.gone.wait()
            return {"type": "http.disconnect"}
        self._has_asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Message) -> None:
        while not self.is_reading:
            await asyncio.sleep(0.001)
        self.sent.append(message)

    @property
    def messages(self) -> list[tuple[str, Any]]:
        text = b"".join(message.get("body", b"") for message in self.sent).decode()
        blocks = [block.split("\n") for block in text.split("\n\n") if block.startswith("event: ")]
        return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]

    async def leave(self) -> None:
        self.gone.set()
        await asyncio.wait_for(self.task, 5)


async def test_link_and_state_come_first_and_events_follow(house: House) -> None:
    reader = Reader(house.services, house.sign_in("viewer"))
    await eventually(lambda: len(reader.messages) == 2)
    house.camera.send(Event("motion.started", 7, "c" * 32))
    await eventually(lambda: len(reader.messages) == 3)
    names = [name for name, _ in reader.messages]
    assert names == ["link", "state", "event"]
    assert reader.messages[0][1] == {"online": True}
    assert reader.messages[1][1]["name"] == "Front door"
    assert "type" not in reader.messages[1][1]
    assert reader.messages[2][1] == {"kind": "motion.started", "at_ms": 7, "clip": "c" * 32}
    await reader.leave()


async def test_the_cameras_death_and_return_are_told(house: House) -> None:
    reader = Reader(house.services, house.sign_in("viewer"))
    await eventually(lambda: len(reader.messages) == 2)
    await house.camera.die()
    await eventually(lambda: len(reader.messages) == 3)
    await house.camera.start()
    await eventually(lambda: len(reader.messages) == 5)
    assert [message for message in reader.messages if message[0] == "link"] == [
        ("link", {"online": True}),
        ("link", {"online": False}),
        ("link", {"online": True}),
    ]
    await reader.leave()


async def test_the_stream_ends_with_its_session(house: House) -> None:
    headers = house.sign_in("viewer")
    reader = Reader(house.services, headers)
    await eventually(lambda: len(reader.messages) == 2)
    house.services.sessions.end_all()
    await asyncio.wait_for(reader.task, 5)
    assert reader.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_a_browser_that_leaves_is_forgotten(house: House) -> None:
    reader = Reader(house.services, house.sign_in("viewer"))
    await eventually(lambda: len(house.services.events) == 1)
    await reader.leave()
    assert len(house.services.events) == 0


async def test_a_slow_browser_is_cut_off_and_the_others_go_on(house: House) -> None:
    slow, quick = (Reader(house.services, house.sign_in("viewer")) for _ in range(2))
    await eventually(lambda: len(slow.messages) == 2 and len(quick.messages) == 2)
    slow.is_reading = False
    for number in range(100):
        house.camera.send(Event("motion.started", number))
        if number % 20 == 19:
            seen = 2 + number + 1
            await eventually(lambda seen=seen: len(quick.messages) == seen)  # type: ignore[misc]  # bound early
    slow.is_reading = True
    await asyncio.wait_for(slow.task, 5)
    assert len(slow.messages) < 70
    await quick.leave()


async def test_silence_is_broken_by_comments(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.01)
    reader = Reader(house.services, house.sign_in("viewer"))
    await eventually(lambda: sum(message.get("body") == b":\n\n" for message in reader.sent) >= 2)
    await reader.leave()


async def test_the_answer_is_an_event_stream_without_a_length(house: House) -> None:
    reader = Reader(house.services, house.sign_in("viewer"))
    await eventually(lambda: len(reader.messages) == 2)
    headers = dict(reader.sent[0]["headers"])
    assert headers[b"content-type"] == b"text/event-stream"
    assert headers[b"cache-control"] == b"no-store"
    assert b"content-length" not in headers
    await reader.leave()


async def test_there_are_thirty_two_streams_and_six_a_session(house: House) -> None:
    hub = house.services.events
    for number in range(32):
        hub.open(Session(f"s{number // 6}", "d", "Phone", "owner", 0.0))
    headers = house.sign_in("owner")
    assert (await house.http.get("/api/events", headers=headers)).status_code == 429
    hub.close_session("s0")
    for _ in range(6):
        hub.open(ME)
    with pytest.raises(Refused):
        hub.open(ME)
