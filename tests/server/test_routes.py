"""The table of routes, who may call them, and what errors look like."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from starlette.routing import BaseRoute, Route

from server.app import create_api
from server.routes import ROUTES
from server.routes import Route as Listed
from server.security import STRICT_HEADERS
from server.services import make_services
from tests.server.conftest import BASE, House
from tests.server.fakes import jws

API = [route for route in ROUTES if route.path.startswith("/api/")]
DESIGN = Path(__file__).parents[2] / "docs" / "design" / "0001-formats-and-protocols.md"


def _flat(routes: list[BaseRoute]) -> list[BaseRoute]:
    """FastAPI keeps an included router as one route."""
    found: list[BaseRoute] = []
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        found += _flat(inner) if inner is not None else [route]
    return found


def test_the_app_has_exactly_the_listed_routes(tmp_path: Path) -> None:
    api = create_api(make_services(tmp_path, tmp_path / "c.sock", tmp_path))
    real = set()
    for route in _flat(api.routes):
        assert isinstance(route, Route) or hasattr(route, "methods"), route
        real |= {(method, route.path) for method in route.methods}  # type: ignore[attr-defined]  # checked above
    assert real == {(route.method, route.path) for route in ROUTES}


def test_the_design_note_names_every_route() -> None:
    text = DESIGN.read_text()
    for route in ROUTES:
        path = re.sub(r"\{[a-z_]+\}", "{}", route.path).replace("/assets/{}", "/assets/*")
        assert f"{path}`" in re.sub(r"\{[a-z_]+\}", "{}", text), path


def _path(route: Listed) -> str:
    return re.sub(r"\{[a-z_]+\}", "1" * 32, route.path) if "{epoch}" not in route.path else "/api/journal/1"


async def _call(house: House, route: Listed, role: str) -> httpx.Response:
    headers = {"Origin": BASE, **house.sign_in(role)}
    body = {"jws": jws("mask.get")} if route.method == "POST" else None
    return await house.http.request(route.method, _path(route), json=body, headers=headers)


@pytest.mark.parametrize("role", ["nobody", "viewer", "owner"])
@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.path != "/api/events"], ids=lambda r: f"{r.method} {r.path}"
)
async def test_only_whom_the_table_names_gets_through(house: House, route: Listed, role: str) -> None:
    response = await _call(house, route, role)
    may = route.authority == "anybody" or role == "owner" or (route.authority == "session" and role == "viewer")
    code = "" if route.method == "HEAD" or response.status_code < 400 else response.json()["error"]
    if may:
        assert code != "not_signed_in"
        assert response.status_code not in (401, 403) or route.method == "POST"
    elif role == "nobody":
        assert response.status_code == 401
        assert code in ("not_signed_in", "")
    else:
        assert response.status_code == 403
        assert code in ("forbidden", "")


@pytest.mark.parametrize("role", ["nobody"])
async def test_events_need_a_session(house: House, role: str) -> None:
    assert (await house.http.get("/api/events", headers=house.sign_in(role))).status_code == 401


async def test_a_made_up_cookie_opens_nothing(house: House) -> None:
    for cookie in ("", "x", "__Host-stoop=", "__Host-stoop=é", f"__Host-stoop={'A' * 43}", "stoop=1"):
        response = await house.http.get("/api/session", headers={b"Cookie": cookie.encode()})
        assert response.status_code == 401, cookie


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/redoc", 404),
        ("GET", "/assets/../index.html", 404),
        ("GET", "/assets/%2e%2e%2findex.html", 404),
        ("GET", "/assets/app-0000.js", 404),
        ("GET", "/api", 404),
        ("GET", "/api/", 404),
        ("PUT", "/api/state", 405),
        ("POST", "/", 405),
        ("TRACE", "/api/hello", 405),
        ("OPTIONS", "/api/login", 405),
    ],
)
async def test_what_is_not_there_is_said_in_json(house: House, method: str, path: str, status: int) -> None:
    response = await house.http.request(method, path, headers={"Origin": BASE})
    assert response.status_code == status
    assert set(response.json()) == {"error", "message"}


@pytest.mark.parametrize("path", ["/nowhere", "/clips/", "/clips/../../etc/passwd", "/api"])
async def test_a_browser_that_was_sent_nowhere_gets_the_page_that_says_so(house: House, path: str) -> None:
    response = await house.http.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert response.content == house.services.web.get("index.html").content
    assert STRICT_HEADERS.items() <= {name.title(): value for name, value in response.headers.items()}.items()


async def test_below_api_nobody_gets_a_page(house: House) -> None:
    response = await house.http.get("/api/nowhere", headers={"Accept": "text/html"})
    assert (response.status_code, response.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"jws":1}', b'{"jws":""}', b'{"jws":"a","more":1}', b"\xff", b"null", b'{"jws":"a.b"}']
)
async def test_a_malformed_body_is_refused_in_json(house: House, body: bytes) -> None:
    headers = {"Origin": BASE, "Content-Type": "application/json"}
    response = await house.http.post("/api/login", content=body, headers=headers)
    assert response.status_code in (400, 422)
    assert response.json()["error"] == "bad_request"
    assert house.camera.commands == []


async def test_a_body_beyond_the_limit_is_refused(house: House) -> None:
    headers = {"Origin": BASE, "Content-Type": "application/json"}
    response = await house.http.post("/api/login", content=b"x" * (64 * 1024 + 1), headers=headers)
    assert (response.status_code, response.json()["error"]) == (413, "too_large")


async def test_a_fault_of_ours_is_a_plain_500(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(type(house.services.sealed), "clips", lambda _: broken())
    response = await house.http.get("/api/clips", headers=house.sign_in("owner"))
    assert (response.status_code, response.json()["error"]) == (500, "internal")
    assert "secret" not in response.text
    assert STRICT_HEADERS.items() <= {name.title(): value for name, value in response.headers.items()}.items()


@pytest.mark.parametrize("role", ["nobody", "owner"])
@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.path != "/api/events"], ids=lambda r: f"{r.method} {r.path}"
)
async def test_every_answer_carries_the_strict_headers(house: House, route: Listed, role: str) -> None:
    response = await _call(house, route, role)
    for name, value in STRICT_HEADERS.items():
        assert response.headers.get_list(name) == [value]
    kept = response.headers["cache-control"]
    if response.status_code >= 400 or route.path.startswith("/api/"):
        assert kept == "no-store"
    assert "strict-transport-security" not in response.headers


@pytest.mark.parametrize("path", ["/", "/claim", "/pair", "/clips", f"/clips/{'0' * 32}", "/draw", "/devices", "/log"])
async def test_every_page_is_the_same_document(house: House, path: str) -> None:
    response = await house.http.get(path)
    assert response.text.startswith("<!doctype html>")
    assert response.headers["cache-control"] == "no-cache"


async def test_hashed_files_are_kept_for_ever(house: House) -> None:
    response = await house.http.get("/assets/app-1234.js")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"


async def test_without_a_built_web_app_the_owner_is_told(house: House) -> None:
    house.services.web._files.clear()
    response = await house.http.get("/")
    assert (response.status_code, response.json()["error"]) == (503, "no_web_app")


def test_nothing_in_the_table_is_for_nobody() -> None:
    assert json.dumps([route.authority for route in API]).count("anybody") == 6
