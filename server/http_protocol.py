"""uvicorn's HTTP/1.1 protocol with what it lacks: a deadline for the request, one for a stalled answer, strict 400s."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from server.connection_gate import ConnectionGate
from server.security import STRICT_HEADERS, error_body

REQUEST_LIMIT_S = 10.0
"""From the connection, or the last answer, to the last byte of the next request."""
STALL_LIMIT_S = 30.0
"""How long an answer may wait for a browser that reads nothing."""


class DeadlineProtocol(H11Protocol):
    """One HTTPS connection. Set `gate` on a subclass: see `protocol_class`."""

    gate: ConnectionGate

    _request_deadline: asyncio.TimerHandle | None = None
    _stall_deadline: asyncio.TimerHandle | None = None
    _peer: tuple[str, int] = ("", 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as H11Protocol
        super().connection_made(transport)
        peer = transport.get_extra_info("peername") or ("", 0)
        self._peer = (peer[0], peer[1])
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        self.pause_over()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stall_deadline is None:
            self._stall_deadline = self.loop.call_later(STALL_LIMIT_S, self.transport.abort)

    def resume_writing(self) -> None:
        self.pause_over()
        super().resume_writing()

    def pause_over(self) -> None:
        """The browser reads again, or is gone."""
        if self._stall_deadline is not None:
            self._stall_deadline.cancel()
            self._stall_deadline = None

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are no HTTP in the one shape of errors, and hang up."""
        body = error_body("bad_request", "this is not an HTTP/1.1 request")
        headers = [*STRICT_HEADERS.items(), ("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        headers += [("Cache-Control", "no-store"), ("Connection", "close")]
        try:
            answer = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
            for event in (answer, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        except h11.LocalProtocolError:  # an answer is under way already
            self.transport.abort()
        self.transport.close()

    def _watch(self) -> None:
        """A whole request under way holds its place in the gate; anything less has a deadline."""
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request, whatever its type says
        if cycle is not None and not cycle.more_body and not cycle.response_complete:
            self._disarm()
            self.gate.begin(self._peer)
            return
        self.gate.finish(self._peer)
        if self._request_deadline is None and not self.transport.is_closing():
            self._request_deadline = self.loop.call_later(REQUEST_LIMIT_S, self.transport.abort)

    def _disarm(self) -> None:
        if self._request_deadline is not None:
            self._request_deadline.cancel()
            self._request_deadline = None


def protocol_class(gate: ConnectionGate) -> type[DeadlineProtocol]:
    """The protocol bound to a gate: uvicorn makes the instances itself."""
    return type("GatedDeadlineProtocol", (DeadlineProtocol,), {"gate": gate})
