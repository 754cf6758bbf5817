"""State, events, the live picture, and signed commands."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from server.carry import COMMANDS, LIVE_OPEN, carry
from server.errors import CameraUnavailable, Refused, bad_request, not_found
from server.events import EventResponse
from server.routes.access import SignedCommand
from server.routes.admission import Parts, SignedIn
from server.sdp_offer import BadOfferError, Offer, read_offer
from server.unverified import read_command

router = APIRouter()


@router.get("/api/state")
async def state(services: Parts) -> JSONResponse:
    """How the camera is."""
    if services.link.state is None or not services.link.is_online:
        raise CameraUnavailable
    members = msgspec.to_builtins(services.link.state)
    del members["type"]
    return JSONResponse(members)


@router.get("/api/events")
async def events(session: SignedIn, services: Parts) -> Response:
    """What happens from now on."""
    return EventResponse(services.events.open(session), services.events)


@router.get("/api/proof")
def proof(services: Parts) -> JSONResponse:
    """What `stoop prove` last said, or null. A plain function: it runs in a thread, a card can be slow."""
    found = services.proof()
    return JSONResponse({"proof": None if found is None else msgspec.to_builtins(found)})


@router.post("/api/live")
async def open_live(request: Request, session: SignedIn, services: Parts) -> Response:
    """WHEP (draft-ietf-wish-whep): an offer and a ticket in, an answer out; no trickle."""
    offer = await _offer(request)
    services.live.check_room(session.id)
    command = read_command(_ticket(request))
    ticket = await carry(services, command, frozenset({LIVE_OPEN}), session.device)
    viewer, lives_s = ticket.get("viewer"), ticket.get("lives_s")
    if not isinstance(viewer, str):
        raise CameraUnavailable("the camera named no viewer")
    if not services.sessions.is_live(session):
        services.link.viewer_left(viewer)
        raise Refused(401, "not_signed_in", "the session ended meanwhile")
    server = request.scope.get("server") or ("127.0.0.1", 0)
    answer = await services.live.open(viewer, session.id, offer, server[0], may_talk=session.role == "owner")
    headers = {"Location": f"/api/live/{viewer}", "Live-Seconds": str(lives_s), "Content-Type": "application/sdp"}
    return Response(answer, 201, headers=headers)


@router.delete("/api/live/{viewer}")
async def close_live(viewer: str, session: SignedIn, services: Parts) -> Response:
    """The page has seen enough."""
    if not services.live.close(viewer, session.id):
        raise not_found("this live picture")
    return Response(status_code=204)


@router.post("/api/commands")
async def command(body: SignedCommand, session: SignedIn, services: Parts) -> JSONResponse:
    """Carry a command; the camera decides."""
    return JSONResponse(await carry(services, read_command(body.jws), COMMANDS, session.device))


async def _offer(request: Request) -> Offer:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/sdp":
        raise Refused(415, "unsupported_type", "an offer is sent as application/sdp")
    try:
        return read_offer(await request.body())
    except BadOfferError as error:
        raise bad_request(f"the offer is not one that a viewer sends: {error}") from error


def _ticket(request: Request) -> str:
    scheme, _, jws = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not jws:
        raise Refused(
            401, "bad_signature", "a live picture needs a signed ticket: Authorization: Bearer <live.open JWS>"
        )
    return jws.strip()
