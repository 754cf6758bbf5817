"""Connections: caps, deadlines, and slow ones that do not keep the owner out."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from server import http_protocol
from server.certificate import ensure_certificate
from server.connection_gate import ConnectionGate, GatedConnection
from server.http_protocol import protocol_class
from server.listening import CannotListenError, LanServer, open_listeners
from tests.server.fakes import eventually

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    if scope["path"] == "/wait":
        await asyncio.Event().wait()
    if scope["path"] == "/read":
        while (await receive()).get("more_body"):
            pass
    body = b"x" * (8_000_000 if scope["path"] == "/large" else 2)
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]}
    )
    await send({"type": "http.response.body", "body": body})


@contextlib.asynccontextmanager
async def serving(folder: Path, gate: ConnectionGate) -> AsyncIterator[tuple[LanServer, int]]:
    now = datetime.datetime.now(datetime.UTC)
    certificate = ensure_certificate(folder / "tls", ["localhost"], now)
    listeners = open_listeners(["127.0.0.1"], 0, gate)
    config = uvicorn.Config(
        _app,
        http=protocol_class(gate),
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=0,
        ssl_keyfile=certificate.key_path,
        ssl_certfile=certificate.certificate_path,
    )
    server = LanServer(config)
    task = asyncio.create_task(server.serve(sockets=list(listeners)))
    await eventually(lambda: server.started)
    try:
        yield server, listeners[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


_CLIENT_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_CLIENT_TLS.check_hostname = False
_CLIENT_TLS.verify_mode = ssl.CERT_NONE


async def _connect(port: int, *, source: str = "127.0.0.1") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port, ssl=_CLIENT_TLS, local_addr=(source, 0))


async def _ask(port: int, path: str = "/") -> bytes:
    reader, writer = await _connect(port)
    writer.write(HEAD.replace(b"/ ", path.encode() + b" ", 1) + b"Connection: close\r\n\r\n")
    answer = await reader.read()
    writer.transport.abort()
    return answer


def test_an_answers_body_never_waits_for_the_acknowledgement_of_its_head() -> None:
    [listener] = open_listeners(["127.0.0.1"], 0, ConnectionGate())
    with listener, socket.create_connection(listener.getsockname()) as client:
        listener.setblocking(True)
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getpeername() == client.getsockname()
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("is_tls", [True, False], ids=["half a head", "no TLS at all"])
@pytest.mark.parametrize("source", ["127.0.0.1", "127.0.0.2"], ids=["the owner's address", "another address"])
async def test_five_hundred_slow_connections_do_not_keep_the_owner_out(
    tmp_path: Path, source: str, is_tls: bool
) -> None:
    gate = ConnectionGate(max_total=40, max_per_address=20)
    slow: list[asyncio.StreamWriter] = []
    async with serving(tmp_path, gate) as (_, port):
        for _ in range(500 if not is_tls else 60):
            with contextlib.suppress(OSError):
                if is_tls:
                    _, writer = await _connect(port, source=source)
                    writer.write(HEAD)
                else:
                    _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
                slow.append(writer)
        assert len(gate) <= 20
        assert (await _ask(port)).startswith(b"HTTP/1.1 200")
        for writer in slow:
            writer.transport.abort()
        await eventually(lambda: len(gate) == 0)


async def test_a_connection_at_work_keeps_its_place(tmp_path: Path) -> None:
    gate = ConnectionGate(max_total=4, max_per_address=2)
    async with serving(tmp_path, gate) as (_, port):
        workers = [await _connect(port) for _ in range(2)]
        for _, writer in workers:
            writer.write(HEAD.replace(b"/ ", b"/wait ", 1) + b"\r\n")
        await eventually(lambda: len(gate._busy) == 2)
        with pytest.raises(OSError):  # noqa: PT011  (reset or end of file in the handshake)
            await _connect(port)
        assert len(gate) == 2
        for _, writer in workers:
            writer.transport.abort()
        await eventually(lambda: len(gate) == 0)


@pytest.mark.parametrize(
    "sent",
    [b"", HEAD, b"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf"],
    ids=["nothing", "head", "body"],
)
async def test_a_request_that_does_not_end_is_hung_up_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(http_protocol, "REQUEST_LIMIT_S", 0.05)
    async with serving(tmp_path, ConnectionGate()) as (_, port):
        reader, writer = await _connect(port)
        writer.write(sent)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.transport.abort()


async def test_dripping_bytes_do_not_move_the_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "REQUEST_LIMIT_S", 0.2)
    async with serving(tmp_path, ConnectionGate()) as (server, port):
        _, writer = await _connect(port)
        await eventually(lambda: len(server.server_state.connections) == 1)
        for _ in range(1000):
            if writer.is_closing() or not server.server_state.connections:
                break
            writer.write(b"G")
            await asyncio.sleep(0.005)
        assert not server.server_state.connections
        writer.transport.abort()


async def test_a_request_under_way_has_no_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "REQUEST_LIMIT_S", 0.05)
    async with serving(tmp_path, ConnectionGate()) as (server, port):
        _, writer = await _connect(port)
        writer.write(HEAD.replace(b"/ ", b"/wait ", 1) + b"\r\n")
        await asyncio.sleep(0.3)
        assert len(server.server_state.connections) == 1
        writer.transport.abort()


async def test_a_browser_that_reads_nothing_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "STALL_LIMIT_S", 0.05)
    async with serving(tmp_path, ConnectionGate()) as (server, port):
        _, writer = await _connect(port)
        transport = writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        writer.write(HEAD.replace(b"/ ", b"/large ", 1) + b"\r\n")
        await eventually(lambda: bool(server.server_state.connections))
        await eventually(lambda: not server.server_state.connections)
        transport.abort()


async def test_two_requests_come_over_one_connection(tmp_path: Path) -> None:
    async with serving(tmp_path, ConnectionGate()) as (_, port):
        reader, writer = await _connect(port)
        for _ in range(2):
            writer.write(HEAD + b"\r\n")
            assert (await reader.readuntil(b"xx")).startswith(b"HTTP/1.1 200")
        writer.transport.abort()


@pytest.mark.parametrize("raw", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", b"\x16\x03\x01\r\n\r\n"])
async def test_bytes_that_are_no_http_get_a_strict_400(tmp_path: Path, raw: bytes) -> None:
    async with serving(tmp_path, ConnectionGate()) as (_, port):
        reader, writer = await _connect(port)
        writer.write(raw)
        answer = (await reader.read()).decode().lower()
        assert answer.startswith("http/1.1 400")
        assert '"error": "bad_request"' in answer
        assert "content-security-policy: default-src 'none'" in answer
        writer.transport.abort()


def _pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair()


def test_the_address_with_most_connections_gives_way() -> None:
    gate = ConnectionGate(max_total=4, max_per_address=3)
    ours = []
    for number, address in enumerate(["192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.2", "192.0.2.3"]):
        near, far = _pair()
        connection = GatedConnection(near, (address, number), gate)
        ours += [connection, far]
        assert gate.admit(connection)
    assert [peer[1] for peer in gate._open] == [0, 2, 3, 4]
    for sock in ours:
        sock.close()
    assert len(gate) == 0


def test_a_port_in_use_is_one_sentence_with_the_fix() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListenError, match=f"port {port} is in use by another program: .*--port"):
            open_listeners(["127.0.0.1"], port, ConnectionGate())


def test_a_foreign_address_is_one_sentence_with_the_fix() -> None:
    with pytest.raises(CannotListenError, match=r"203\.0\.113\.9 is no address of this machine: .*--host"):
        open_listeners(["203.0.113.9"], 0, ConnectionGate())


def test_all_hosts_share_the_port() -> None:
    listeners = open_listeners(["127.0.0.1", "::1"], 0, ConnectionGate())
    assert len({listener.getsockname()[1] for listener in listeners}) == 1
    for listener in listeners:
        listener.close()
