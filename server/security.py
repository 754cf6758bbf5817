"""The first thing a request meets: exact Host and Origin, a bound on bodies, strict headers on every answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import Refused, bad_request

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024
MAX_SDP_BYTES = 16 * 1024

# Trusted Types: one policy, which names the service worker and nothing else (web/src/app/ways/push_browser.ts).
# No HSTS: a browser that has seen it no longer lets the owner click through the warning of a self-made certificate.
STRICT_HEADERS: dict[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types stoop-push"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(self), midi=(), payment=(), serial=(), usb=()"
    ),
}
_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in STRICT_HEADERS.items()]


FAULT = Refused(500, "internal", "something broke in the server; its log says what")


class HostNames:
    """The names under which this server answers: the certificate's, each with the port, compared exactly.

    An address literal is right too when it is the address that the connection came in on: DNS rebinding needs a
    name, and a new lease from the router must not lock the owner out.
    """

    def __init__(self, names: Iterable[str], port: int) -> None:
        self._suffixes = ("", ":443") if port == 443 else (f":{port}",)
        self._hosts = {host for name in names for host in self._with_port(name)}

    def allow(self, host: str, local_address: str) -> bool:
        """Whether a request that came in on `local_address` may carry `Host: host`."""
        return host in self._hosts or host in self._with_port(local_address)

    def _with_port(self, name: str) -> list[str]:
        bare = name.partition("%")[0].lower().removeprefix("::ffff:")
        literal = f"[{bare}]" if ":" in bare else bare
        return [literal + suffix for suffix in self._suffixes]


class Security:
    """ASGI middleware around the whole app; also its outermost error boundary."""

    def __init__(self, app: ASGIApp, hosts: HostNames) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no WebSocket route exists
        strict = _StrictSend(send)
        try:
            self._check(scope)
            body = await _read_body(scope, receive)
            await self._app(scope, _Replay(body, receive), strict)
        except Refused as refusal:
            await strict.refuse(refusal)
        except Exception:
            logger.exception("a request failed")
            await strict.refuse(FAULT)

    def _check(self, scope: Scope) -> None:
        headers = _headers(scope)
        hosts = headers.get("host", [])
        server = scope.get("server") or ("", 0)
        if len(hosts) != 1 or not self._hosts.allow(hosts[0].lower(), server[0]):
            raise Refused(421, "bad_host", "this address is not one of the doorbell's own names")
        if scope["method"] not in ("GET", "HEAD") and headers.get("origin", []) != [f"https://{hosts[0].lower()}"]:
            raise Refused(403, "bad_origin", "only the doorbell's own pages may ask for this")
        if not _is_own_fetch(scope, headers):
            raise Refused(403, "bad_origin", "another site's page asked for this")


def _headers(scope: Scope) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return headers


def _is_own_fetch(scope: Scope, headers: dict[str, list[str]]) -> bool:
    """Fetch metadata, where a browser sends it: our own pages, or a person who follows a link to a page."""
    sites = headers.get("sec-fetch-site", [])
    if all(site in ("same-origin", "none") for site in sites):
        return True
    is_navigation = headers.get("sec-fetch-mode") == ["navigate"] and headers.get("sec-fetch-dest") == ["document"]
    return is_navigation and scope["method"] == "GET" and not scope["path"].startswith("/api/")


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body; it is small, and only a whole one reaches the app. Raises Refused beyond the limit."""
    limit_bytes = MAX_SDP_BYTES if scope["path"] == "/api/live" else MAX_BODY_BYTES
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise bad_request("the connection ended before the request")
        body += message.get("body", b"")
        if len(body) > limit_bytes:
            raise Refused(413, "too_large", f"the request is longer than {limit_bytes} bytes", {"Connection": "close"})
        if not message.get("more_body", False):
            return bytes(body)


class _Replay:
    """Gives the app the body that was read, then what comes after."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


class _StrictSend:
    """Adds the strict headers; what a route says about caching stands, otherwise nothing is kept."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._has_started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._has_started = True
            headers = list(message.get("headers", []))
            if not any(name.lower() == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers + _RAW_HEADERS}
        await self._send(message)

    async def refuse(self, refusal: Refused) -> None:
        """Answer with the refusal; where an answer is under way, the broken-off rest makes uvicorn hang up."""
        if self._has_started:
            return
        body = error_body(refusal.code, refusal.message)
        headers = [(name.lower().encode(), value.encode()) for name, value in refusal.headers.items()]
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await self({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self({"type": "http.response.body", "body": body})


def error_body(code: str, message: str) -> bytes:
    """The one shape of every error: `{"error", "message"}`."""
    return json.dumps({"error": code, "message": message}).encode()
