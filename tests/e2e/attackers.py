"""What attackers do: claim at once, send bytes that are no requests, hold connections, speak on the camera's socket."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from camera.claim_code import stretch
from camera.contract import (
    MAX_FROM_CAMERA_BYTES,
    MAX_FROM_SERVER_BYTES,
    CameraMessage,
    FrameDecoder,
    ServerMessage,
    encode_message,
)
from camera.signed import encode_base64url
from tests.e2e.scripted_owner import ScriptedOwner

TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE


def port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


async def claim_at_once(url: str, code: str, recipient: str, keys: list[Ed25519PrivateKey]) -> list[httpx.Response]:
    """One claim a key, all under way at the same time, from many addresses so that no limit of one address helps."""
    base = f"https://127.0.0.1:{port_of(url)}"
    clients = [
        httpx.AsyncClient(
            base_url=base,
            transport=httpx.AsyncHTTPTransport(verify=TLS, local_address=f"127.0.1.{number + 1}"),
            headers={"Origin": base},
            timeout=60,
        )
        for number in range(max(1, len(keys) // 5))
    ]
    camera = str((await clients[0].get("/api/hello")).json()["camera"])
    secret = stretch(code.replace("-", ""), camera.encode())
    nonces = [(await clients[n % len(clients)].post("/api/nonce")).json()["nonce"] for n in range(len(keys))]
    bodies = [{"jws": _claim(secret, key, recipient, nonce)} for key, nonce in zip(keys, nonces, strict=True)]
    answers = await asyncio.gather(
        *(clients[n % len(clients)].post("/api/claim", json=body) for n, body in enumerate(bodies))
    )
    for client in clients:
        await client.aclose()
    return list(answers)


def _claim(secret: bytes, key: Ed25519PrivateKey, recipient: str, nonce: str) -> str:
    args = {
        "device_key": encode_base64url(key.public_key().public_bytes_raw()),
        "device_name": "Script",
        "recipient": recipient,
        "camera_name": "Front door",
    }
    payload = json.dumps({"action": "claim", "args": args, "nonce": nonce}).encode()
    return jwt.PyJWS().encode(payload, secret, algorithm="HS256", headers={"kid": "claim", "typ": "stoop+jws"})


def let_in(owner: ScriptedOwner, role: str) -> ScriptedOwner:
    """A further device, paired by the owner and signed in."""
    guest, link, invite = ScriptedOwner(str(owner.http.base_url)), Ed25519PrivateKey.generate(), "ab" * 16
    guest.http.headers["Origin"] = owner.http.headers["Origin"]
    key = encode_base64url(link.public_key().public_bytes_raw())
    owner.command("device.invite", invite=invite, public_key=key, role=role, sealed_identity=None).raise_for_status()
    args = {"device_key": encode_base64url(guest.key.public_key().public_bytes_raw()), "device_name": "Guest"}
    pairing = guest._jws(link, "EdDSA", f"invite:{invite}", "pair", args)
    guest.http.post("/api/pair", json={"jws": pairing}).raise_for_status()
    guest.login().raise_for_status()
    return guest


def raw_request(url: str, request: bytes) -> bytes:
    """What comes back for these bytes until the server hangs up, which it may do before it has heard all of them."""
    with socket.create_connection(("127.0.0.1", port_of(url)), 30) as plain, TLS.wrap_socket(plain) as connection:
        answer = b""
        try:
            connection.sendall(request)
            while data := connection.recv(65536):
                answer += data
        except (ConnectionError, ssl.SSLError):
            pass
        return answer


@contextmanager
def slow_connections(url: str, count: int) -> Iterator[None]:
    """So many connections that begin something and never end it: half of them no TLS handshake, half no request."""
    with ExitStack() as stack:
        for number in range(count):
            connection: socket.socket = stack.enter_context(socket.create_connection(("127.0.0.1", port_of(url)), 30))
            if number % 2:
                try:
                    connection = stack.enter_context(TLS.wrap_socket(connection))
                    connection.sendall(b"GET /api/hello HTTP/1.1\r\nHost: ")
                except (ConnectionError, ssl.SSLError):
                    continue  # it gave way to a newer one
            else:
                connection.sendall(b"\x16\x03\x01")
        yield


def media_ports(answer: str) -> list[tuple[str, int]]:
    """Where the server listens for media, by its SDP answer."""
    found = re.findall(r"a=candidate:\S+ \d+ udp \d+ (\S+) (\d+) typ host", answer, re.IGNORECASE)
    assert found, answer
    return [(host, int(port)) for host, port in found]


def throw_junk(ports: list[tuple[str, int]], rounds: int) -> None:
    """Empty datagrams, forged DTLS, RTP and STUN, and noise, from addresses that the server has never heard of."""
    junk = [
        b"",
        b"\x16\xfe\xfd" + bytes(60),  # DTLS handshake
        b"\x15\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x01\x00\x02\x02\x28",  # DTLS alert: fatal
        b"\x80\x60" + bytes(200),  # RTP
        b"\x80\xc9" + bytes(30),  # RTCP
        b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12),  # a STUN request without password
        b"\x00\x01\x00\x04\x21\x12\xa4\x42" + bytes(12) + b"\x00\x06\xff\xff",  # an attribute beyond its end
        b"\xff" * 1400,
        bytes(60_000),
    ]
    for host, port in ports:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            for _ in range(rounds):
                for datagram in junk:
                    sender.sendto(datagram, (host, port))


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """This process does nothing meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class RogueServer:
    """A process of the server's user that speaks on the camera's socket itself."""

    def __init__(self, path: Path) -> None:
        self.peer = socket.socket(socket.AF_UNIX)
        self.peer.settimeout(30)
        self.peer.connect(str(path))
        self._decoder: FrameDecoder[CameraMessage] = FrameDecoder(CameraMessage, MAX_FROM_CAMERA_BYTES)  # type: ignore[arg-type]  # a union is no type[M] for mypy

    def __enter__(self) -> RogueServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.peer.close()

    def say(self, message: ServerMessage) -> None:
        self.peer.sendall(encode_message(message, MAX_FROM_SERVER_BYTES))

    def hear(self, seconds: float) -> list[CameraMessage]:
        """All that comes in this time, or until it is disconnected."""
        heard: list[CameraMessage] = []
        deadline_s = time.monotonic() + seconds
        while (left_s := deadline_s - time.monotonic()) > 0:
            self.peer.settimeout(left_s)
            try:
                data = self.peer.recv(65536)
            except (TimeoutError, ConnectionError):
                break
            if not data:
                break
            heard += self._decoder.feed(data)
        return heard


def json_nest(depth: int) -> bytes:
    return b'{"jws":' + b"[" * depth + b"]" * depth + b"}"
