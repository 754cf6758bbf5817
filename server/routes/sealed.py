"""Sealed clips, thumbnails and the journal: owners only, and still sealed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from server.listing import Listed
from server.routes.admission import Parts
from server.sealed_files import SealedFileResponse

router = APIRouter()


@router.get("/api/clips")
def list_clips(services: Parts) -> Response:
    """Newest first. A plain function: it runs in a thread, a card can be slow."""
    return Response(clips_json(services.sealed.clips()), media_type="application/json")


def clips_json(clips: Sequence[Listed]) -> bytes:
    """The body of the list: there may be a hundred thousand."""
    return msgspec.json.encode({"clips": clips})


@router.api_route("/api/clips/{clip}", methods=["GET", "HEAD"])
async def get_clip(clip: str, request: Request, services: Parts) -> Response:
    """One clip, or one range of it."""
    return SealedFileResponse(services.sealed.open_clip(clip), request)


@router.get("/api/thumbnails/{clip}")
async def get_thumbnail(clip: str, request: Request, services: Parts) -> Response:
    """One thumbnail."""
    return SealedFileResponse(services.sealed.open_thumbnail(clip), request)


@router.get("/api/journal")
def list_epochs(services: Parts) -> JSONResponse:
    """Oldest first. A plain function: it runs in a thread."""
    epochs = [{"epoch": int(epoch.stem, 16), "bytes": epoch.size_bytes} for epoch in services.sealed.epochs()]
    return JSONResponse({"epochs": epochs})


@router.api_route("/api/journal/{epoch}", methods=["GET", "HEAD"])
async def get_epoch(epoch: str, request: Request, services: Parts) -> Response:
    """One epoch of the journal, or one range of it."""
    return SealedFileResponse(services.sealed.open_epoch(epoch), request)
