"""Lets a request through to its route by the table in `server.routes`: the only place that asks who somebody is."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from server.errors import Refused
from server.rate_limit import RateLimiter
from server.routes import AUTHORITY
from server.services import Services
from server.sessions import LIFE_S, Session

COOKIE = "__Host-stoop"


def services_of(request: Request) -> Services:
    """The server's parts."""
    return cast("Services", request.app.state.services)


def session_of(request: Request) -> Session:
    """The session that `admit` found."""
    return cast("Session", request.state.session)


Parts = Annotated[Services, Depends(services_of)]
SignedIn = Annotated[Session, Depends(session_of)]


async def admit(request: Request) -> None:
    """Raises Refused unless the table lets this request through; runs before every route."""
    authority = AUTHORITY.get((request.method, request.scope["route"].path), "nobody")
    if authority == "anybody":
        return
    session = services_of(request).sessions.find(request.cookies.get(COOKIE, ""))
    if session is None:
        raise Refused(
            401, "not_signed_in", "sign in first: this browser has no session here", {"Set-Cookie": cookie("", 0)}
        )
    if authority != "session" and not (authority == "owner" and session.role == "owner"):
        raise Refused(403, "forbidden", "only an owner's device may see this")
    request.state.session = session


def cookie(token: str, max_age_s: int = LIFE_S) -> str:
    """The session cookie; the prefix binds it to this host, TLS and path (RFC 6265bis section 4.1.3.2)."""
    return f"{COOKIE}={token}; Path=/; Max-Age={max_age_s}; Secure; HttpOnly; SameSite=Strict"


def client_address(request: Request) -> str:
    """Where the connection comes from."""
    return request.client.host if request.client is not None else ""


def limit(limiter: RateLimiter, request: Request) -> None:
    """Raises Refused (too_many) when this address asked too often."""
    if not limiter.allows(client_address(request)):
        raise Refused(429, "too_many", "too many tries from this address, wait a minute", {"Retry-After": "60"})
