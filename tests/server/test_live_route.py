"""`POST /api/live`: session, ticket and offer, each refused by its own error."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from camera.contract import TicketEnded, ViewerLeft
from tests.server.conftest import BASE, House
from tests.server.fakes import OWNER, VIEWER, Browser, encode_pictures, eventually, jws, play
from tests.server.test_sdp_offer import LINES, sdp


async def _open(house: House, headers: dict[str, str] | None = None, offer: bytes | None = None) -> httpx.Response:
    all_headers = {
        "Origin": BASE,
        "Content-Type": "application/sdp",
        "Authorization": f"Bearer {jws('live.open', kid=VIEWER)}",
        **house.sign_in("viewer"),
        **(headers or {}),
    }
    return await house.http.post("/api/live", content=sdp(LINES) if offer is None else offer, headers=all_headers)


async def test_pictures_flow_from_the_camera_to_the_browser(house: House) -> None:
    browser = Browser()
    response = await _open(house, offer=(await browser.offer()).encode())
    assert response.status_code == 201
    assert response.headers["content-type"] == "application/sdp"
    assert response.headers["location"] == "/api/live/0000000000000001"
    assert response.headers["live-seconds"] == "120"
    await browser.accept(response.text)
    player = asyncio.create_task(play(encode_pictures(30), house.camera.send))
    await eventually(lambda: len(browser.pictures) >= 3)
    house.camera.send(TicketEnded("0000000000000001", "over"))
    await eventually(lambda: browser.peer.connectionState == "closed")
    player.cancel()
    await asyncio.gather(player, return_exceptions=True)
    await browser.close()


async def test_deleting_it_ends_it_and_gives_the_ticket_back(house: House) -> None:
    headers = house.sign_in("viewer")
    response = await _open(house, headers)
    location = response.headers["location"]
    assert (await house.delete(location, house.sign_in("viewer", "d" * 32))).status_code == 404
    assert (await house.delete(location, headers)).status_code == 204
    assert (await house.delete(location, headers)).status_code == 404
    await eventually(lambda: house.camera.left() == ["0000000000000001"])


async def test_logging_out_ends_the_live_picture(house: House) -> None:
    headers = house.sign_in("viewer")
    await _open(house, headers)
    await house.delete("/api/session", headers)
    assert len(house.services.live) == 0
    await eventually(lambda: house.camera.heard_of(ViewerLeft) == 1)


async def test_revoking_the_device_ends_the_live_picture(house: House) -> None:
    await _open(house)
    command = {"jws": jws("device.revoke", device=VIEWER)}
    await house.post("/api/commands", command, house.sign_in("owner"))
    assert len(house.services.live) == 0


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": ""}, 401, "bad_signature"),
        ({"Authorization": "Basic eDp5"}, 401, "bad_signature"),
        ({"Authorization": "Bearer nonsense"}, 400, "bad_request"),
        ({"Authorization": f"Bearer {jws('login', kid=VIEWER)}"}, 400, "bad_request"),
        ({"Authorization": f"Bearer {jws('live.open', kid=OWNER)}"}, 403, "forbidden"),
        ({"Content-Type": "application/json"}, 415, "unsupported_type"),
        ({"Cookie": ""}, 401, "not_signed_in"),
    ],
)
async def test_what_is_missing_is_named(house: House, headers: dict[str, str], status: int, code: str) -> None:
    response = await _open(house, headers)
    assert (response.status_code, response.json()["error"]) == (status, code)
    assert house.camera.commands == []


@pytest.mark.parametrize(
    ("offer", "status", "code"),
    [
        (b"", 400, "bad_request"),
        (b"\xff" * 100, 400, "bad_request"),
        (b"x" * (16 * 1024 + 1), 413, "too_large"),
        (sdp([*LINES, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"]), 400, "bad_request"),
    ],
)
async def test_a_bad_offer_never_costs_a_ticket(house: House, offer: bytes, status: int, code: str) -> None:
    response = await _open(house, offer=offer)
    assert (response.status_code, response.json()["error"]) == (status, code)
    assert house.camera.commands == []


async def test_a_ticket_that_the_camera_refuses_opens_nothing(house: House) -> None:
    house.camera.answers["live.open"] = ("bad_nonce", "this nonce was used")
    response = await _open(house)
    assert (response.status_code, response.json()["error"]) == (401, "bad_nonce")
    assert len(house.services.live) == 0


async def test_a_fifth_picture_in_one_browser_is_refused(house: House) -> None:
    headers = house.sign_in("viewer")
    statuses = [(await _open(house, headers)).status_code for _ in range(5)]
    assert statuses == [201] * 4 + [429]
    assert len(house.camera.commands) == 4


async def test_no_camera_is_a_503(house: House) -> None:
    await house.camera.die()
    await eventually(lambda: not house.services.link.is_online)
    response = await _open(house)
    assert (response.status_code, response.json()["error"]) == (503, "camera_away")
    state = await house.http.get("/api/state", headers=house.sign_in("viewer"))
    assert state.status_code == 503
