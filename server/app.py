"""The web server's wiring: routes, errors and the security around them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from http import HTTPStatus

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from server.errors import Refused
from server.routes import access, pages, sealed, updating, watching
from server.routes.admission import admit
from server.security import FAULT, HostNames, Security, error_body
from server.services import Services

_CODES = {404: "not_found", 405: "method_not_allowed", 422: "bad_request"}


def create_app(services: Services, hosts: HostNames) -> Security:
    """The whole ASGI app. While its lifespan lasts, `services` run."""
    return Security(create_api(services), hosts)


def create_api(services: Services) -> FastAPI:
    """The routes without the security around them; **never serve this alone.**"""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with services.running():
            yield

    api = FastAPI(
        lifespan=lifespan,
        dependencies=[Depends(admit)],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    api.state.services = services
    for part in (access, watching, sealed, updating, pages):
        api.include_router(part.router)
    api.add_exception_handler(Refused, _refused)
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(Exception, _fault)
    return api


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    return Response(error_body(code, message), status, headers, "application/json")


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _error(error.status, error.code, error.message, error.headers)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND and _is_for_people(request):
        with contextlib.suppress(Refused):  # no web app is built
            return pages.lost(request.app.state.services)
    code = _CODES.get(error.status_code, "bad_request")
    message = f"{request.method} here: {HTTPStatus(error.status_code).phrase.lower()}"
    return _error(error.status_code, code, message, dict(error.headers or {}))


def _is_for_people(request: Request) -> bool:
    """A browser that was sent to an address, where a program would ask below `/api`."""
    wants_a_page = "text/html" in request.headers.get("accept", "")
    return request.method == "GET" and wants_a_page and not request.url.path.startswith("/api/")


async def _fault(_: Request, __: Exception) -> Response:
    """The fault itself goes on to `Security`, which logs it."""
    return _error(FAULT.status, FAULT.code, FAULT.message)


async def _invalid(_: Request, error: Exception) -> Response:
    """Says where, and repeats nothing of what was sent."""
    assert isinstance(error, RequestValidationError)
    places = sorted({".".join(str(part) for part in item["loc"][:2]) for item in error.errors()})
    return _error(422, "bad_request", f"the request is not as expected at: {', '.join(places)[:200]}")
