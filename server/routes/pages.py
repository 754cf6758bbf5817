"""The web app's pages and files."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from server.routes import PAGES
from server.routes.admission import Parts
from server.services import Services

router = APIRouter()
_FOREVER = "public, max-age=31536000, immutable"


async def page(services: Parts) -> Response:
    """Every page is the same document; the address picks the screen."""
    return _answer(services, "index.html", "no-cache")


for path in PAGES:
    router.add_api_route(path, page, methods=["GET"])


@router.get("/assets/{name}")
async def asset(name: str, services: Parts) -> Response:
    """A file whose name carries its hash."""
    return _answer(services, f"assets/{name}", _FOREVER)


@router.get("/manifest.webmanifest")
async def manifest(services: Parts) -> Response:
    """What a phone needs to put the app on its home screen."""
    return _answer(services, "manifest.webmanifest", "no-cache")


@router.get("/icon.svg")
async def icon(services: Parts) -> Response:
    """The icon, drawn."""
    return _answer(services, "icon.svg", "no-cache")


@router.get("/icon-180.png")
async def icon_180(services: Parts) -> Response:
    """The icon, 180 pixels."""
    return _answer(services, "icon-180.png", "no-cache")


@router.get("/icon-512.png")
async def icon_512(services: Parts) -> Response:
    """The icon, 512 pixels."""
    return _answer(services, "icon-512.png", "no-cache")


@router.get("/push_worker.js")
async def push_worker(services: Parts) -> Response:
    """The service worker: shows a notice, opens the page."""
    return _answer(services, "push_worker.js", "no-cache")


def lost(services: Services) -> Response:
    """The same document where there is no page: it says so in the owner's words. Raises Refused when none was built."""
    return _answer(services, "index.html", "no-cache", HTTPStatus.NOT_FOUND)


def _answer(services: Services, name: str, caching: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    file = services.web.get(name)
    return Response(file.content, status, headers={"Cache-Control": caching, "Content-Type": file.media_type})
