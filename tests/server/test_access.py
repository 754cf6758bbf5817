"""Signing in, sessions, and commands carried to the camera."""

from __future__ import annotations

import re

import pytest

from camera.contract import Event
from server.errors import STATUS_OF_CODE
from server.routes.admission import COOKIE
from server.sessions import LIFE_S
from tests.server.conftest import House
from tests.server.fakes import CAMERA_ID, OWNER, VIEWER, eventually, jws

ME = {"device": OWNER, "name": "Phone", "role": "owner"}


async def test_hello_tells_what_claiming_needs(house: House) -> None:
    hello = (await house.http.get("/api/hello")).json()
    assert (hello["camera"], hello["claimed"], hello["online"]) == (CAMERA_ID, True, True)
    assert set(hello) == {"camera", "claimed", "online", "version"}


async def test_a_nonce_is_the_cameras(house: House) -> None:
    assert (await house.post("/api/nonce")).json()["nonce"].startswith("nonce-")


async def test_a_login_sets_a_cookie_that_opens_the_session(house: House) -> None:
    house.camera.answers["login"] = ME
    response = await house.post("/api/login", {"jws": jws("login")})
    assert response.json() == ME
    cookie = response.headers["set-cookie"]
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Strict", cookie)
    session = await house.http.get("/api/session", headers={"Cookie": cookie.split(";")[0]})
    assert session.json() == ME


async def test_the_token_is_kept_nowhere(house: House) -> None:
    cookie = house.sign_in("owner")["Cookie"]
    assert cookie.partition("=")[2] not in repr(vars(house.services.sessions))


async def test_a_refused_login_opens_nothing(house: House) -> None:
    house.camera.answers["login"] = ("bad_signature", "the signature is not this device's")
    response = await house.post("/api/login", {"jws": jws("login")})
    assert response.status_code == 401
    assert "set-cookie" not in response.headers
    assert house.services.sessions.all() == []


@pytest.mark.parametrize("answer", [{}, {**ME, "role": "admin"}, {**ME, "device": 7}])
async def test_a_login_without_an_identity_opens_nothing(house: House, answer: dict[str, object]) -> None:
    house.camera.answers["login"] = answer
    assert (await house.post("/api/login", {"jws": jws("login")})).status_code == 503
    assert house.services.sessions.all() == []


@pytest.mark.parametrize("code", STATUS_OF_CODE)
async def test_each_refusal_of_the_camera_has_its_status(house: House, code: str) -> None:
    house.camera.answers["mask.get"] = (code, "a sentence")  # type: ignore[assignment]  # one of the contract's codes
    response = await house.post("/api/commands", {"jws": jws("mask.get")}, house.sign_in("owner"))
    assert response.status_code == STATUS_OF_CODE[code]  # type: ignore[index]  # as above
    assert response.json() == {"error": code, "message": "a sentence"}


@pytest.mark.parametrize("path", ["/api/claim", "/api/pair", "/api/login", "/api/commands"])
@pytest.mark.parametrize("action", ["claim", "pair", "login", "live.open", "mask.get", "made.up"])
async def test_an_action_goes_through_its_own_route_only(house: House, path: str, action: str) -> None:
    house.camera.answers["login"] = ME
    own = {"claim": "/api/claim", "pair": "/api/pair", "login": "/api/login", "mask.get": "/api/commands"}
    response = await house.post(path, {"jws": jws(action)}, house.sign_in("owner"))
    if own.get(action) == path:
        assert response.status_code == 200
    else:
        assert response.status_code == 400
        assert house.camera.commands == []


async def test_a_command_of_another_device_is_not_carried(house: House) -> None:
    response = await house.post("/api/commands", {"jws": jws("mask.get", kid="f" * 32)}, house.sign_in("owner"))
    assert (response.status_code, house.camera.commands) == (403, [])


async def test_a_command_without_a_result_answers_an_empty_object(house: House) -> None:
    response = await house.post("/api/commands", {"jws": jws("clip.record")}, house.sign_in("owner"))
    assert (response.status_code, response.json()) == (200, {})


async def test_a_silent_camera_is_a_503(house: House) -> None:
    house.services.link._time_limit_s = 0.01
    house.camera.is_silent = True
    response = await house.post("/api/nonce")
    assert (response.status_code, response.json()["error"]) == (503, "camera_away")


async def test_a_session_runs_out_by_the_monotonic_clock(house: House) -> None:
    headers = house.sign_in("owner")
    house.clock.now_s += LIFE_S - 1
    assert (await house.http.get("/api/session", headers=headers)).status_code == 200
    house.clock.now_s += 1
    assert (await house.http.get("/api/session", headers=headers)).status_code == 401


async def test_logging_out_ends_the_session(house: House) -> None:
    headers = house.sign_in("owner")
    response = await house.delete("/api/session", headers)
    assert response.status_code == 204
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert (await house.http.get("/api/session", headers=headers)).status_code == 401


async def test_an_owner_sees_and_ends_every_session(house: House) -> None:
    owner, viewer = house.sign_in("owner"), house.sign_in("viewer")
    listed = (await house.http.get("/api/sessions", headers=owner)).json()["sessions"]
    assert [(s["role"], s["current"]) for s in listed] == [("owner", True), ("viewer", False)]
    assert (await house.delete(f"/api/sessions/{listed[1]['id']}", owner)).status_code == 204
    assert (await house.http.get("/api/session", headers=viewer)).status_code == 401


async def test_a_viewer_sees_and_ends_its_own_sessions_only(house: House) -> None:
    house.sign_in("owner")
    viewer, other = house.sign_in("viewer"), house.sign_in("viewer")
    owners = house.services.sessions.all()[0].id
    listed = (await house.http.get("/api/sessions", headers=viewer)).json()["sessions"]
    assert {s["device"] for s in listed} == {VIEWER}
    assert (await house.delete(f"/api/sessions/{owners}", viewer)).status_code == 404
    assert (await house.delete(f"/api/sessions/{listed[1]['id']}", viewer)).status_code == 204
    assert (await house.http.get("/api/session", headers=other)).status_code == 401


async def test_revoking_a_device_ends_its_sessions(house: House) -> None:
    owner, viewer = house.sign_in("owner"), house.sign_in("viewer")
    await house.post("/api/commands", {"jws": jws("device.revoke", device=VIEWER)}, owner)
    assert (await house.http.get("/api/session", headers=viewer)).status_code == 401
    assert (await house.http.get("/api/session", headers=owner)).status_code == 200


async def test_a_refused_revocation_ends_nothing(house: House) -> None:
    owner, viewer = house.sign_in("owner"), house.sign_in("viewer")
    house.camera.answers["device.revoke"] = ("forbidden", "no")
    await house.post("/api/commands", {"jws": jws("device.revoke", device=VIEWER)}, owner)
    assert (await house.http.get("/api/session", headers=viewer)).status_code == 200


async def test_a_change_of_devices_that_we_carried_ends_no_other_session(house: House) -> None:
    owner = house.sign_in("owner")
    await house.post("/api/commands", {"jws": jws("device.invite")}, owner)
    house.camera.send(Event("devices.changed", 0))
    house.camera.send(Event("motion.started", 0))
    await house.post("/api/nonce")
    assert (await house.http.get("/api/session", headers=owner)).status_code == 200


async def test_a_change_of_devices_from_elsewhere_ends_every_session(house: House) -> None:
    house.sign_in("owner")
    house.camera.send(Event("devices.changed", 0))
    await eventually(lambda: house.services.sessions.all() == [])


async def test_a_ninth_session_of_a_device_ends_its_first(house: House) -> None:
    first = house.sign_in("owner")
    for _ in range(8):
        house.sign_in("owner")
    assert len(house.services.sessions.all()) == 8
    assert (await house.http.get("/api/session", headers=first)).status_code == 401


@pytest.mark.parametrize(("path", "tries"), [("/api/claim", 10), ("/api/pair", 10), ("/api/login", 30)])
async def test_guessing_is_slowed_down(house: House, path: str, tries: int) -> None:
    body = {"jws": jws(path.removeprefix("/api/"))}
    house.camera.answers["login"] = ME
    statuses = [(await house.post(path, body)).status_code for _ in range(tries + 1)]
    assert statuses == [200] * tries + [429]
    house.clock.now_s += 60
    assert (await house.post(path, body)).status_code == 200
