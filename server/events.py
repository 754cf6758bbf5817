"""Tells browsers what happens, as server-sent events; a slow browser is cut off and asks anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from camera.contract import AccessUnit, Event, State, TicketEnded
from server.errors import Refused
from server.sessions import Session

MAX_STREAMS = 32
MAX_STREAMS_PER_SESSION = 6
MAX_WAITING = 64
HEARTBEAT_S = 15.0
_COMMENT = b":\n\n"


class EventStream:
    """What one browser still has to read. Holds at most MAX_WAITING messages; one more ends it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_WAITING)
        self.is_over = False

    def push(self, message: bytes) -> None:
        """Add a message, or end the stream when it is full."""
        if self.is_over:
            return
        if self._queue.full():
            self.end()
        else:
            self._queue.put_nowait(message)

    def end(self) -> None:
        """No more messages; what waits is thrown away."""
        self.is_over = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def next(self) -> bytes | None:
        """The next message, a comment after HEARTBEAT_S of silence, None at the end."""
        try:
            return await asyncio.wait_for(self._queue.get(), HEARTBEAT_S)
        except TimeoutError:
            return _COMMENT


class EventHub:
    """Every open stream. Runs on the event loop; a LinkListener."""

    def __init__(self, state: Callable[[], State | None], is_online: Callable[[], bool]) -> None:
        self._state = state
        self._is_online = is_online
        self._streams: set[EventStream] = set()

    def __len__(self) -> int:
        return len(self._streams)

    def open(self, session: Session) -> EventStream:
        """A stream that begins with `link` and, if the camera was ever there, `state`. Raises Refused (too_many)."""
        own = sum(stream.session.id == session.id for stream in self._streams)
        if own >= MAX_STREAMS_PER_SESSION or len(self._streams) >= MAX_STREAMS:
            raise Refused(429, "too_many", "too many pages listen for events, close one")
        stream = EventStream(session)
        self._streams.add(stream)
        stream.push(_link_message(self._is_online()))
        state = self._state()
        if state is not None:
            stream.push(_message("state", state))
        return stream

    def close(self, stream: EventStream) -> None:
        """The browser is gone."""
        stream.end()
        self._streams.discard(stream)

    def close_session(self, session: str) -> None:
        """End the streams of a session that has ended."""
        for stream in [stream for stream in self._streams if stream.session.id == session]:
            self.close(stream)

    def close_all(self) -> None:
        """End every stream."""
        for stream in list(self._streams):
            self.close(stream)

    def link_changed(self, is_online: bool) -> None:
        """Tell everybody that the camera is there, or gone."""
        self._push(_link_message(is_online))

    def state_changed(self, state: State) -> None:
        """Tell everybody how the camera is."""
        self._push(_message("state", state))

    def event_happened(self, event: Event) -> None:
        """Tell everybody what happened."""
        self._push(_message("event", event))

    def unit_arrived(self, unit: AccessUnit) -> None:
        """Pictures go another way."""

    def ticket_ended(self, ticket: TicketEnded) -> None:
        """The viewer's connection ends; that is news enough."""

    def _push(self, message: bytes) -> None:
        for stream in self._streams:
            stream.push(message)


def _link_message(is_online: bool) -> bytes:
    return _message("link", {"online": is_online})


def _message(name: str, value: State | Event | dict[str, bool]) -> bytes:
    """JSON has no raw line breaks, so one data line is enough (WHATWG HTML 9.2.5)."""
    members = msgspec.to_builtins(value)
    members.pop("type", None)  # the contract's tag
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(members) + b"\n\n"


class EventResponse(Response):
    """Sends a stream until it ends or the browser goes; then closes it."""

    def __init__(self, stream: EventStream, hub: EventHub) -> None:
        self._stream = stream
        self._hub = hub
        self.status_code = 200
        self.media_type = "text/event-stream"
        self.background = None
        self.body = b""
        self.init_headers({"Cache-Control": "no-store", "Content-Type": "text/event-stream"})
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(self._watch(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            while (message := await self._stream.next()) is not None:
                await send({"type": "http.response.body", "body": message, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            self._hub.close(self._stream)

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._stream.end()
