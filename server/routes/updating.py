"""The update that an owner's browser sends up, a piece a request: bytes to be kept, and nothing more."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from server.errors import Refused, bad_request
from server.routes.admission import Parts

router = APIRouter()
_OFFSET = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)


@router.post("/api/update/{offset}")
async def add_piece(offset: str, request: Request, services: Parts) -> JSONResponse:
    """Keep one piece that begins at `offset`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/octet-stream":
        raise Refused(415, "unsupported_type", "a piece of an update is sent as application/octet-stream")
    if not _OFFSET.fullmatch(offset):
        raise bad_request(f"{offset[:20]!r} is no offset: a decimal number is needed")
    data = await request.body()
    if not data:
        raise bad_request("the piece is empty")
    return JSONResponse({"bytes": await run_in_threadpool(services.uploads.add, int(offset), data)})
