"""Every route of the server, with who may call it; a request to a route that stands not here is refused.

Variants stand in one visible table: docs/design/0001 section 8 is the same list in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Authority = Literal["anybody", "session", "owner"]


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path template, and who may call: `anybody`, any `session`, or a session of the role `owner`."""

    method: str
    path: str
    authority: Authority


_PAGES = (
    "/",
    "/claim",
    "/pair",
    "/recover",
    "/clips",
    "/clips/{clip}",
    "/clips/{clip}/copy",
    "/draw",
    "/devices",
    "/log",
    "/motion",
    "/settings",
    "/proof",
    "/sign",
    "/parcels",
    "/keeping",
    "/inventory",
    "/rights",
    "/ways-out",
    "/update",
)
_FILES = ("/assets/{name}", "/manifest.webmanifest", "/icon.svg", "/icon-180.png", "/icon-512.png", "/push_worker.js")

ROUTES: tuple[Route, ...] = (
    *(Route("GET", path, "anybody") for path in (*_PAGES, *_FILES)),
    Route("GET", "/api/hello", "anybody"),
    Route("POST", "/api/nonce", "anybody"),
    Route("POST", "/api/claim", "anybody"),
    Route("POST", "/api/pair", "anybody"),
    Route("POST", "/api/recover", "anybody"),
    Route("POST", "/api/login", "anybody"),
    Route("GET", "/api/session", "session"),
    Route("DELETE", "/api/session", "session"),
    Route("GET", "/api/sessions", "session"),
    Route("DELETE", "/api/sessions/{session_id}", "session"),
    Route("GET", "/api/state", "session"),
    Route("GET", "/api/events", "session"),
    Route("GET", "/api/proof", "session"),
    Route("POST", "/api/live", "session"),
    Route("DELETE", "/api/live/{viewer}", "session"),
    Route("POST", "/api/commands", "session"),
    Route("POST", "/api/update/{offset}", "owner"),
    Route("GET", "/api/clips", "owner"),
    Route("GET", "/api/clips/{clip}", "owner"),
    Route("HEAD", "/api/clips/{clip}", "owner"),
    Route("GET", "/api/thumbnails/{clip}", "owner"),
    Route("GET", "/api/journal", "owner"),
    Route("GET", "/api/journal/{epoch}", "owner"),
    Route("HEAD", "/api/journal/{epoch}", "owner"),
)
AUTHORITY: dict[tuple[str, str], Authority] = {(route.method, route.path): route.authority for route in ROUTES}
PAGES = _PAGES
