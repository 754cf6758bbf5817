"""The server's end of the camera's Unix socket: asks, listens, and comes back by itself; it never decides anything."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, assert_never

from camera.contract import (
    MAX_FROM_CAMERA_BYTES,
    MAX_FROM_SERVER_BYTES,
    AccessUnit,
    CameraMessage,
    Command,
    CommandError,
    CommandResult,
    Event,
    FrameDecoder,
    FramingError,
    KeyPictureWanted,
    NonceIssued,
    NonceWanted,
    ServerMessage,
    Sound,
    State,
    TalkBlock,
    TicketEnded,
    ViewerLeft,
    encode_message,
)
from server.errors import CameraUnavailable, CommandRefused

logger = logging.getLogger(__name__)

TIME_LIMIT_S = 10.0
MAX_PENDING = 64
MAX_UNSENT_BYTES = 512 * 1024
_READ_BYTES = 256 * 1024
_FIRST_WAIT_S = 0.1
_LONGEST_WAIT_S = 2.0

Reply = NonceIssued | CommandResult | CommandError


def _drop(_: object) -> None: ...


class LinkListener(Protocol):
    """Hears what the camera says, on the event loop; must return at once and raise nothing."""

    def link_changed(self, is_online: bool) -> None: ...
    def state_changed(self, state: State) -> None: ...
    def event_happened(self, event: Event) -> None: ...
    def unit_arrived(self, unit: AccessUnit) -> None: ...
    def ticket_ended(self, ticket: TicketEnded) -> None: ...


class CameraLink:
    """Keeps one connection to the camera while `run()` runs.

    At most MAX_PENDING requests wait for answers, further ones are refused; a camera that leaves MAX_UNSENT_BYTES
    unread is disconnected. When the connection breaks, waiting requests fail with CameraUnavailable and are
    **not** sent again: a command may have been carried out.
    """

    def __init__(
        self,
        socket_path: Path,
        *,
        time_limit_s: float = TIME_LIMIT_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._socket_path = socket_path
        self._time_limit_s = time_limit_s
        self._sleep = sleep
        self._listeners: list[LinkListener] = []
        self._writer: asyncio.StreamWriter | None = None
        self._pending: dict[int, asyncio.Future[Reply]] = {}
        self._request_ids = itertools.count(1)
        self._is_online = False
        self._on_sound: Callable[[Sound], None] = _drop
        self.state: State | None = None
        """What the camera said last, kept while it is away."""

    @property
    def is_online(self) -> bool:
        """Connected, and the camera has said how it is."""
        return self._is_online

    def add_listener(self, listener: LinkListener) -> None:
        """From now on `listener` hears everything, in the order of adding."""
        self._listeners.append(listener)

    def hand_sound_to(self, on_sound: Callable[[Sound], None]) -> None:
        """`on_sound` gets what is said at the door; it must return at once and raise nothing."""
        self._on_sound = on_sound

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(str(self._socket_path))
            except OSError as error:
                logger.debug("camera socket: %s", error)
            else:
                if await self._survive(reader, writer):
                    wait_s = _FIRST_WAIT_S
            await self._sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    async def nonce(self) -> str:
        """A fresh nonce of the camera's. Raises CameraUnavailable."""
        reply = await self._ask(NonceWanted)
        if not isinstance(reply, NonceIssued):
            raise CameraUnavailable("the camera gave no nonce")
        return reply.nonce

    async def command(self, jws: str) -> CommandResult:
        """Carry a signed command. Raises CommandRefused when the camera says no, CameraUnavailable when it is away."""
        reply = await self._ask(lambda request_id: Command(request_id, jws))
        if isinstance(reply, CommandError):
            raise CommandRefused(reply)
        if not isinstance(reply, CommandResult):
            raise CameraUnavailable("the camera answered something else")
        return reply

    def want_key_picture(self) -> None:
        """Ask for a key picture; without a connection nobody needs one."""
        self._tell(KeyPictureWanted())

    def viewer_left(self, viewer: str) -> None:
        """End a viewer's ticket; a broken connection has ended it already."""
        self._tell(ViewerLeft(viewer))

    def talk(self, viewer: str, pcm: bytes) -> None:
        """20 ms of an owner's voice. Dropped here while nobody talks: the camera would drop it, too."""
        if self.state is not None and self.state.is_talking:
            self._tell(TalkBlock(viewer, pcm))

    def _tell(self, message: ServerMessage) -> None:
        if self._is_online:
            self._send(message)

    async def _ask(self, make: Callable[[int], ServerMessage]) -> Reply:
        if not self._is_online:
            raise CameraUnavailable
        if len(self._pending) >= MAX_PENDING:
            raise CameraUnavailable("the camera has too much to answer")
        request_id = next(self._request_ids)
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._pending[request_id] = reply
        try:
            self._send(make(request_id))
            return await asyncio.wait_for(reply, self._time_limit_s)
        except TimeoutError as error:
            raise CameraUnavailable("the camera took too long to answer") from error
        finally:
            self._pending.pop(request_id, None)

    def _send(self, message: ServerMessage) -> None:
        writer = self._writer
        if writer is None or writer.is_closing():
            return
        if writer.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            logger.warning("camera reads nothing: disconnecting")
            writer.transport.abort()
            return
        writer.write(encode_message(message, MAX_FROM_SERVER_BYTES))

    async def _survive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """The link's outermost boundary: a fault in a listener must not end the link for good."""
        try:
            return await self._converse(reader, writer)
        except Exception:
            logger.exception("the camera link failed, connecting again")
            return False

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Handle one connection until it ends; True when the camera introduced itself."""
        self._writer = writer
        decoder: FrameDecoder[CameraMessage] = FrameDecoder(CameraMessage, MAX_FROM_CAMERA_BYTES)  # type: ignore[arg-type]  # a union is no type to mypy
        try:
            while data := await reader.read(_READ_BYTES):
                for message in decoder.feed(data):
                    self._handle(message)
        except (OSError, FramingError) as error:
            logger.warning("camera connection broke: %s", error)
        finally:
            was_online = self._lost(writer)
        return was_online

    def _lost(self, writer: asyncio.StreamWriter) -> bool:
        was_online = self._is_online
        self._writer, self._is_online = None, False
        writer.transport.abort()
        for reply in self._pending.values():
            if not reply.done():
                reply.set_exception(CameraUnavailable("the camera went away"))
        self._pending.clear()
        if was_online:
            for listener in self._listeners:
                listener.link_changed(is_online=False)
        return was_online

    def _handle(self, message: CameraMessage) -> None:
        match message:
            case AccessUnit():
                for listener in self._listeners:
                    listener.unit_arrived(message)
            case State():
                self._take_state(message)
            case Event():
                for listener in self._listeners:
                    listener.event_happened(message)
            case TicketEnded():
                for listener in self._listeners:
                    listener.ticket_ended(message)
            case Sound():
                self._on_sound(message)
            case NonceIssued() | CommandResult() | CommandError():
                self._take_reply(message)
            case _:
                assert_never(message)

    def _take_reply(self, message: Reply) -> None:
        reply = self._pending.get(message.request_id)
        if reply is not None and not reply.done():
            reply.set_result(message)

    def _take_state(self, state: State) -> None:
        came_online = not self._is_online
        self.state, self._is_online = state, True
        for listener in self._listeners:
            if came_online:
                listener.link_changed(is_online=True)
            listener.state_changed(state)
