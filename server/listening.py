"""Opens the ports, and runs uvicorn on them with our own limits and without its signal handling."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Generator, Sequence

import uvicorn

from server.connection_gate import ConnectionGate, GatedListener

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  (the server faces the LAN)
TLS_HANDSHAKE_LIMIT_S = 5.0
TLS_SHUTDOWN_LIMIT_S = 1.0
_BACKLOG = 128


class CannotListenError(Exception):
    """A port cannot be opened; the message is one sentence for the owner, with the fix."""


def open_listeners(hosts: Sequence[str], port: int, gate: ConnectionGate) -> list[GatedListener]:
    """One listener a host, all on the same port; port 0 takes a free one.

    Of EVERYWHERE, `::` is left out where the machine has no IPv6. Raises CannotListenError; nothing is left open then.
    """
    listeners: list[GatedListener] = []
    try:
        for host in hosts:
            try:
                listener = _open(host, port, gate)
            except OSError as error:
                if host == "::" and listeners and error.errno != errno.EADDRINUSE:
                    continue
                raise CannotListenError(_sentence(host, port, error)) from error
            listeners.append(listener)
            port = listener.getsockname()[1]
    except CannotListenError:
        for listener in listeners:
            listener.close()
        raise
    return listeners


def _open(host: str, port: int, gate: ConnectionGate) -> GatedListener:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    plain = socket.socket(family, socket.SOCK_STREAM)
    try:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            plain.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        plain.bind((host, port))
        plain.listen(_BACKLOG)
        plain.setblocking(False)
    except OSError:
        plain.close()
        raise
    listener = GatedListener(plain, gate)
    listener.setblocking(False)
    return listener


def _sentence(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} is in use by another program: stop that, or choose another port with --port"
        case errno.EACCES:
            return f"port {port} needs more rights than this user has: choose one above 1023 with --port"
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT:
            return f"{host} is no address of this machine: name one of its own with --host, or leave --host out"
        case _:
            return f"cannot listen on {host} port {port}: {error.strerror or error}; try another with --port"


class LanServer(uvicorn.Server):
    """uvicorn with short TLS limits; ends by `should_exit` alone."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app, then serve on `sockets`. Raises RuntimeError when the app does not start."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            raise RuntimeError("the web server's app did not start")
        loop = asyncio.get_running_loop()
        self.servers = [
            await loop.create_server(
                self._make_protocol,
                sock=sock,
                ssl=self.config.ssl,
                backlog=_BACKLOG,
                ssl_handshake_timeout=TLS_HANDSHAKE_LIMIT_S,
                ssl_shutdown_timeout=TLS_SHUTDOWN_LIMIT_S,
            )
            for sock in sockets or []
        ]
        self.started = True

    def _make_protocol(self) -> asyncio.Protocol:
        make = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)  # type: ignore[call-arg]  # as uvicorn's own startup

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are `server.main`'s: uvicorn would raise them again after the end."""
        yield
