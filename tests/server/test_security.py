"""Exact Host and Origin, fetch metadata, and what a cross-site page can reach."""

from __future__ import annotations

import pytest
from starlette.types import Message, Receive, Scope, Send

from server.security import HostNames, Security
from tests.server.conftest import BASE, House

NAMES = ["localhost", "stoop.local", "127.0.0.1", "::1", "192.0.2.7"]
LOCAL = "192.0.2.9"  # what the router gave out after the start
GOOD_HOSTS = ["localhost:8443", "stoop.local:8443", "127.0.0.1:8443", "[::1]:8443", "192.0.2.7:8443", f"{LOCAL}:8443"]
_STEMS = ["localhost", "stoop.local", "127.0.0.1", "[::1]", "192.0.2.7", LOCAL, "evil.example", "::1", "0.0.0.0", ""]
_SUFFIXES = [
    "",
    ":8443",
    ":443",
    ":8444",
    ":",
    ":08443",
    ":8443:8443",
    ".",
    ".:8443",
    "@evil.example:8443",
    "/",
    " ",
    ":8443 ",
]
_PREFIXES = ["", "evil.", "https://", "user@", "x-"]
HOSTS = sorted({prefix + stem + suffix for prefix in _PREFIXES for stem in _STEMS for suffix in _SUFFIXES})
ORIGINS = sorted(
    {
        scheme + host
        for scheme in ("https://", "http://", "", "HTTPS://")
        for host in (
            *GOOD_HOSTS,
            "evil.example",
            "localhost",
            "localhost:8443/",
            "evil.localhost:8443",
            "user@localhost:8443",
            "null",
            "",
        )
    }
)


async def _answers(method: str, headers: list[tuple[str, str]], path: str = "/api/login") -> bool:
    """Whether the request reaches the app."""
    reached: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None: ...

    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "method": method, "path": path, "headers": raw, "server": (LOCAL, 8443)}
    await Security(app, HostNames(NAMES, 8443))(scope, receive, send)
    return bool(reached)


def test_the_matrix_is_large_enough() -> None:
    assert len(HOSTS) >= 200
    assert len(ORIGINS) >= 50


async def test_only_own_hosts_with_their_own_origin_get_in() -> None:
    allowed = []
    for host in HOSTS:
        for origin in ORIGINS:
            if await _answers("POST", [("Host", host), ("Origin", origin)]):
                allowed.append((host, origin))
    assert sorted(allowed) == sorted((host, f"https://{host}") for host in GOOD_HOSTS)


async def test_reading_needs_an_own_host_only() -> None:
    assert sorted([host for host in HOSTS if await _answers("GET", [("Host", host)])]) == sorted(GOOD_HOSTS)


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "post", "get"])
async def test_a_missing_origin_is_refused(method: str) -> None:
    assert not await _answers(method, [("Host", "localhost:8443")])


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Host", "localhost:8443"), ("Host", "localhost:8443")],
        [("Host", "localhost:8443"), ("Origin", BASE), ("Origin", BASE)],
        [("Host", "localhost:8443"), ("Origin", BASE), ("Sec-Fetch-Site", "cross-site")],
        [("Host", "localhost:8443"), ("Origin", BASE), ("Sec-Fetch-Site", "same-site")],
        [
            ("Host", "localhost:8443"),
            ("Origin", BASE),
            ("Sec-Fetch-Site", "same-origin"),
            ("Sec-Fetch-Site", "cross-site"),
        ],
    ],
)
async def test_doubled_missing_or_foreign_headers_are_refused(headers: list[tuple[str, str]]) -> None:
    assert not await _answers("POST", headers)


async def test_host_names_are_compared_without_case() -> None:
    assert await _answers("POST", [("Host", "LocalHost:8443"), ("Origin", BASE)])


async def test_a_link_from_elsewhere_opens_a_page_and_nothing_else() -> None:
    link = [("Host", "localhost:8443"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")]
    document = [*link, ("Sec-Fetch-Dest", "document")]
    assert await _answers("GET", document, "/pair")
    assert not await _answers("GET", document, "/api/hello")
    assert not await _answers("GET", [*link, ("Sec-Fetch-Dest", "iframe")], "/pair")
    assert not await _answers("GET", [("Host", "localhost:8443"), ("Sec-Fetch-Site", "cross-site")], "/icon.svg")


def test_the_standard_port_may_be_left_out() -> None:
    names = HostNames(["stoop.local"], 443)
    assert names.allow("stoop.local", "")
    assert names.allow("stoop.local:443", "")
    assert not names.allow("stoop.local:8443", "")


async def test_refusals_are_json_with_a_sentence(house: House) -> None:
    response = await house.http.post("/api/nonce", headers={"Origin": "https://evil.example"})
    assert (response.status_code, response.json()["error"]) == (403, "bad_origin")
    response = await house.http.get("/", headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["error"]) == (421, "bad_host")
