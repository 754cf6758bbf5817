"""Claiming, pairing, signing in and out, and the list of sessions."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from server.carry import carry
from server.errors import CameraUnavailable, not_found
from server.routes.admission import Parts, SignedIn, cookie, limit
from server.sessions import Role, Session
from server.unverified import MAX_JWS_BYTES, read_command
from server.version import VERSION

router = APIRouter()


class SignedCommand(BaseModel):
    """A compact JWS, for the camera."""

    model_config = ConfigDict(extra="forbid", strict=True)
    jws: str = Field(min_length=1, max_length=MAX_JWS_BYTES)


@router.get("/api/hello")
async def hello(services: Parts) -> JSONResponse:
    """What anybody may know, to find the way to claiming or signing in."""
    state = services.link.state
    return JSONResponse(
        {
            "camera": state.camera_id if state else None,
            "claimed": state.is_claimed if state else None,
            "online": services.link.is_online,
            "version": VERSION,
        }
    )


@router.post("/api/nonce")
async def nonce(request: Request, services: Parts) -> JSONResponse:
    """A nonce of the camera's, for one command."""
    limit(services.limits.nonce, request)
    return JSONResponse({"nonce": await services.link.nonce()})


@router.post("/api/claim")
async def claim(body: SignedCommand, request: Request, services: Parts) -> JSONResponse:
    """Who holds the code, or was seen to show a key, makes the camera theirs."""
    command = read_command(body.jws)
    # a key that was shown is no guess, and its page asks every few seconds whether the lens has seen it
    limit(services.limits.login if command.kid == "shown" else services.limits.claim, request)
    return JSONResponse(await carry(services, command, frozenset({"claim"})))


@router.post("/api/pair")
async def pair(body: SignedCommand, request: Request, services: Parts) -> JSONResponse:
    """Who holds an invite adds their device."""
    limit(services.limits.claim, request)
    return JSONResponse(await carry(services, read_command(body.jws), frozenset({"pair"})))


@router.post("/api/recover")
async def recover(body: SignedCommand, request: Request, services: Parts) -> JSONResponse:
    """Who holds the code from inside the house and the recovery sheet becomes an owner again."""
    limit(services.limits.claim, request)
    return JSONResponse(await carry(services, read_command(body.jws), frozenset({"recover.begin", "recover"})))


@router.post("/api/login")
async def login(body: SignedCommand, request: Request, services: Parts) -> JSONResponse:
    """A paired device gets a session."""
    limit(services.limits.login, request)
    result = await carry(services, read_command(body.jws), frozenset({"login"}))
    device, name, role = _identity(result)
    token, _ = services.sessions.open(device, name, role)
    return JSONResponse({"device": device, "name": name, "role": role}, headers={"Set-Cookie": cookie(token)})


@router.get("/api/session")
async def who_am_i(session: SignedIn) -> JSONResponse:
    """The device that this browser is signed in as."""
    return JSONResponse({"device": session.device, "name": session.name, "role": session.role})


@router.delete("/api/session")
async def log_out(session: SignedIn, services: Parts) -> Response:
    """End this browser's session."""
    services.sessions.end(session.id)
    return Response(status_code=204, headers={"Set-Cookie": cookie("", 0)})


@router.get("/api/sessions")
async def list_sessions(session: SignedIn, services: Parts) -> JSONResponse:
    """An owner sees all sessions, a viewer those of its own device."""
    listed = [
        {
            "id": other.id,
            "device": other.device,
            "name": other.name,
            "role": other.role,
            "current": other == session,
            "age_s": services.sessions.age_s(other),
        }
        for other in services.sessions.all()
        if _may_manage(session, other)
    ]
    return JSONResponse({"sessions": listed})


@router.delete("/api/sessions/{session_id}")
async def end_session(session_id: str, session: SignedIn, services: Parts) -> Response:
    """Sign another browser out."""
    for other in services.sessions.all():
        if other.id == session_id and _may_manage(session, other):
            services.sessions.end(other.id)
            return Response(status_code=204)
    raise not_found("this session")


def _may_manage(session: Session, other: Session) -> bool:
    return session.role == "owner" or other.device == session.device


def _identity(result: dict[str, Any]) -> tuple[str, str, Role]:  # Any: a command's JSON, checked here
    device, name, role = result.get("device"), result.get("name"), result.get("role")
    if not isinstance(device, str) or not isinstance(name, str) or role not in ("owner", "viewer"):
        raise CameraUnavailable("the camera did not say who signed in")
    return device, name, "owner" if role == "owner" else "viewer"
