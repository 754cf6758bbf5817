"""A stand-in for the push services: believes only a good VAPID token, decrypts as a browser does, and writes it down.

`python -m tests.push_service ADDRESS PORT FOLDER` serves until killed; FOLDER holds certificate and phones.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

from camera.contract import PUSH_SERVICES

CURVE = ec.SECP256R1()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(salt: bytes, secret: bytes, info: bytes, size: int) -> bytes:
    """RFC 5869 for one block, by hand: not the code under test."""
    prk = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(prk, info + b"\x01", hashlib.sha256)[:size]


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser keeps of its subscription; `public` as in PushSubscription.getKey('p256dh')."""

    private: int
    auth: bytes

    @classmethod
    def new(cls, seed: int = 7) -> Browser:
        return cls(0x1234_5678 + seed, bytes([seed]) * 16)

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(self.private, CURVE)

    @property
    def public(self) -> bytes:
        kind = serialization.PublicFormat.UncompressedPoint
        return self.key.public_key().public_bytes(serialization.Encoding.X962, kind)

    def decrypt(self, body: bytes) -> str:
        """RFC 8291 and RFC 8188, one record."""
        salt, size, theirs = body[:16], int.from_bytes(body[16:20], "big"), body[21 : 21 + body[20]]
        assert len(body) - 21 - len(theirs) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        secret = hkdf(self.auth, shared, b"WebPush: info\0" + self.public + theirs, 32)
        key = hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        text = AESGCM(key).decrypt(nonce, body[21 + len(theirs) :], None).rstrip(b"\0")
        assert text[-1] == 2, "the last record ends with 2"
        return text[:-1].decode()


def vapid_fault(authorization: str, audience: str, now_s: float) -> str | None:
    """What is wrong with a token of RFC 8292; None when it is good."""
    scheme, _, rest = authorization.partition(" ")
    given = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme != "vapid" or set(given) != {"t", "k"}:
        return "no vapid header"
    signed, _, signature = given["t"].rpartition(".")
    raw = unb64(signature)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(given["k"])).verify(
            encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
            signed.encode(),
            ec.ECDSA(hashes.SHA256()),
        )
    except (InvalidSignature, ValueError):
        return "bad signature"
    head, claims = (json.loads(unb64(part)) for part in signed.split("."))
    if head != {"typ": "JWT", "alg": "ES256"} or claims["aud"] != audience:
        return f"for {claims['aud']}, not {audience}"
    if not now_s < claims["exp"] <= now_s + 24 * 3600:
        return "expired, or good for too long"
    return None if claims["sub"].startswith("mailto:") else "nobody to write to"


@dataclass(frozen=True, slots=True)
class Pushed:
    """One notice as the service saw it, and as the browser read it."""

    path: str
    headers: dict[str, str]
    size: int
    text: str


@dataclass(slots=True)
class PushService:
    """`status` overrides the answer for a path."""

    port: int
    browsers: dict[str, Browser]
    pushed: list[Pushed] = field(default_factory=list)
    status: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    tries: int = 0
    log: Path | None = None


def make_certificate(folder: Path) -> Path:
    """A certificate for all three services that vouches for itself; the path is what `SSL_CERT_FILE` takes."""
    key, now = ec.generate_private_key(CURVE), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a push service of the test's")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in PUSH_SERVICES]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    return folder / "cert.pem"


@contextmanager
def push_service(
    folder: Path, browsers: dict[str, Browser], address: str = "127.0.0.1", port: int = 0
) -> Iterator[PushService]:
    """Listens over TLS until the block ends; `browsers` by the path of their endpoint."""
    found: list[PushService] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found[0].tries += 1
            self.send_response(_judge(found[0], self.path, dict(self.headers.items()), body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer((address, port), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    found.append(PushService(server.server_address[1], browsers))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield found[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _judge(service: PushService, path: str, headers: dict[str, str], body: bytes) -> int:
    if path in service.status:
        return service.status[path]
    fault = vapid_fault(headers.get("Authorization", ""), f"https://{headers['Host']}", time.time())
    if fault or path not in service.browsers:
        service.refused.append(fault or f"nobody takes notices at {path}")
        return 403 if fault else 404
    pushed = Pushed(path, headers, len(body), service.browsers[path].decrypt(body))
    service.pushed.append(pushed)
    if service.log:
        with service.log.open("a") as file:
            file.write(json.dumps({"path": path, "text": pushed.text, "size": pushed.size}) + "\n")
    return 201


def main(address: str, port: int, folder: Path) -> None:
    with push_service(folder, {"/send/egress": Browser.new()}, address, port) as service:
        service.log = folder / "push"
        threading.Event().wait()


def subscription(browser: Browser, endpoint: str) -> dict[str, Any]:
    """As the app sends it."""
    return {"endpoint": endpoint, "key": b64(browser.public), "auth": b64(browser.auth)}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
