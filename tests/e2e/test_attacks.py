"""Attacks on the real stack: strangers on the LAN, a device that may only watch, whoever owns the server process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from camera.contract import AccessUnit, Command, CommandError, KeyPictureWanted, NonceIssued, NonceWanted, State
from server.camera_link import MAX_PENDING
from server.routes import ROUTES
from stoop.supervise import socket_path
from tests.e2e.attackers import (
    RogueServer,
    claim_at_once,
    frozen,
    json_nest,
    let_in,
    media_ports,
    raw_request,
    slow_connections,
    throw_junk,
)
from tests.e2e.conftest import StoopRun, starter, until
from tests.e2e.scripted_owner import ScriptedOwner
from tests.server.fakes import Browser, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CLAIMS = 100
SMALL = "[camera]\nwidth_px = 320\nheight_px = 180\nplate_s = 2\nstall_s = 30\n"
"""A small picture: attacks are about bytes and rights, and the machine may be busy."""
OWNERS_ACTIONS: dict[str, dict[str, object]] = {
    "mask.get": {},
    "mask.set": {"mask": '{"allow":[]}', "replaces": None},
    "mask.cancel": {},
    "plate.get": {},
    "clip.record": {},
    "clip.delete": {"clip": "0" * 32},
    "device.invite": {"invite": "0" * 32, "public_key": "A" * 43, "role": "owner", "sealed_identity": None},
    "device.list": {},
    "device.revoke": {"device": "0" * 32},
    "settings.get": {},
    "settings.set": {"watching": False},
}


@dataclass(frozen=True, slots=True)
class House:
    """A camera that a hundred tried to claim at once, the one who got it, and a device that may only watch."""

    stoop: StoopRun
    owner: ScriptedOwner
    viewer: ScriptedOwner
    wrong_code: httpx.Response
    race: list[httpx.Response]

    @property
    def url(self) -> str:
        return self.stoop.url

    def lives(self) -> bool:
        """The owner's session stands, and the server has its camera."""
        return self.owner.http.get("/api/state").is_success

    def obeys(self) -> bool:
        """The owner's command goes all the way to the camera and back."""
        return self.owner.command("device.list").is_success


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with starter(tmp_path_factory.mktemp("attacked")) as start:
        stoop = start("demo", SMALL)
        owner = ScriptedOwner(stoop.url)
        wrong_code = owner.claim("0000-0000" if stoop.code != "0000-0000" else "1111-1111")
        keys = [Ed25519PrivateKey.generate() for _ in range(CLAIMS)]
        race = asyncio.run(claim_at_once(stoop.url, stoop.code, owner.recipient, keys))
        owner.key = keys[next(number for number, answer in enumerate(race) if answer.is_success)]
        owner.login().raise_for_status()
        owner.draw()
        until(lambda: owner.state()["is_delivering"], "pictures")
        viewer = let_in(owner, "viewer")
        house = House(stoop, owner, viewer, wrong_code, race)
        yield house
        assert house.obeys()
        owner.http.close()
        viewer.http.close()
        assert "Traceback" not in stoop.log.read_text()


@pytest.fixture(autouse=True)
def _still_lives(house: House) -> Iterator[None]:
    """After each attack both processes are the same ones, and serve the owner."""
    before = house.stoop.pids()
    yield
    until(house.lives, "the owner to be served again", 20)
    assert house.stoop.pids() == before


# --- the claim -----------------------------------------------------------------------------------------------------


def test_a_wrong_code_is_refused_and_says_how_many_tries_are_left(house: House) -> None:
    assert house.wrong_code.status_code == 403
    assert house.wrong_code.json()["error"] == "bad_code"
    assert "4 tries left" in house.wrong_code.json()["message"]


def test_of_a_hundred_claims_with_the_right_code_one_wins(house: House) -> None:
    won = [answer for answer in house.race if answer.status_code == 200]
    lost = [answer.json()["error"] for answer in house.race if answer.status_code == 409]
    turned_away = [answer.json()["error"] for answer in house.race if answer.status_code == 503]

    assert (len(won), len(lost) + len(turned_away)) == (1, CLAIMS - 1)
    assert set(lost) == {"already_claimed"}
    assert set(turned_away) <= {"camera_away"}
    assert len(turned_away) <= CLAIMS - MAX_PENDING, "the camera was there, and had room for so many"
    assert won[0].json() == {"device": house.owner.device}


def test_the_code_is_worth_nothing_after_the_claim(house: House) -> None:
    thief = ScriptedOwner(house.url)
    answer = thief.claim(house.stoop.code)
    thief.http.close()

    assert (answer.status_code, answer.json()["error"]) == (409, "already_claimed")


# --- commands ------------------------------------------------------------------------------------------------------


def test_a_replayed_command_is_refused(house: House) -> None:
    body = {"jws": house.owner.sign("mask.get")}
    answers = [house.owner.http.post("/api/commands", json=body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[1].json()["error"] == "bad_nonce"


def test_a_replayed_login_is_refused(house: House) -> None:
    body = {"jws": house.owner.sign("login")}
    thief = ScriptedOwner(house.url)
    answers = [client.http.post("/api/login", json=body) for client in (house.owner, thief)]
    thief.http.close()

    assert [answer.status_code for answer in answers] == [200, 401]
    assert "set-cookie" not in answers[1].headers


@pytest.mark.parametrize("action", OWNERS_ACTIONS)
def test_a_device_that_may_only_watch_may_not_command(house: House, action: str) -> None:
    answer = house.viewer.command(action, **OWNERS_ACTIONS[action])

    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "path", ["/api/clips", "/api/journal", "/api/journal/0", f"/api/clips/{'0' * 32}", f"/api/thumbnails/{'0' * 32}"]
)
def test_a_device_that_may_only_watch_gets_nothing_that_is_sealed(house: House, path: str) -> None:
    answer = house.viewer.http.get(path)

    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")


def test_a_viewers_session_does_not_carry_an_owners_command(house: House) -> None:
    answer = house.viewer.http.post("/api/commands", json={"jws": house.owner.sign("mask.get")})

    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")


# --- HTTP ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.authority != "anybody"], ids=lambda route: f"{route.method} {route.path}"
)
def test_who_is_not_signed_in_gets_nothing(house: House, route: object) -> None:
    assert hasattr(route, "method")
    assert hasattr(route, "path")
    path = str(route.path).replace("{clip}", "0" * 32).replace("{epoch}", "0").replace("{", "").replace("}", "")
    for cookie in ("", "__Host-stoop=", "__Host-stoop=" + "A" * 43):
        headers = {"Origin": house.url, "Cookie": cookie}
        answer = httpx.request(route.method, house.url + path, headers=headers, verify=False)
        assert answer.status_code == 401
        assert not answer.content or answer.json()["error"] == "not_signed_in"


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:1", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_is_refused(house: House, host: str) -> None:
    answer = house.owner.http.get("/api/state", headers={"Host": host})

    assert (answer.status_code, answer.json()["error"]) == (421, "bad_host")


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://localhost", "https://localhost.evil"])
def test_a_missing_or_foreign_origin_is_refused(house: House, origin: str | None) -> None:
    request = house.owner.http.build_request("POST", "/api/commands", json={"jws": house.owner.sign("mask.get")})
    del request.headers["Origin"]
    if origin is not None:
        request.headers["Origin"] = origin
    answer = house.owner.http.send(request)

    assert (answer.status_code, answer.json()["error"]) == (403, "bad_origin")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"jws"',
        b"\xff\xfe",
        b'{"jws":7}',
        b'{"jws":null}',
        b'{"jws":"a.b.c","more":1}',
        b'{"jws":"\\ud800.\\ud800.\\ud800"}',
        b'{"jws":"e30.e30.\\ud800"}',
        b'{"jws":' + b"9" * 60_000 + b"}",
        json_nest(30_000),
        b'{"jws":"' + b"A" * 50_000 + b'"}',
        b'{"jws":"' + b"." * 40_000 + b'"}',
        b'{"jws":"' + b"A" * 100_000 + b'"}',
    ],
    ids=range(15),
)
@pytest.mark.parametrize("path", ["/api/commands", "/api/login"])
def test_a_malformed_or_oversized_body_is_refused(house: House, path: str, body: bytes) -> None:
    answer = house.owner.http.post(path, content=body, headers={"Content-Type": "application/json"})

    assert 400 <= answer.status_code < 500
    assert set(answer.json()) == {"error", "message"}
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("offer", "status"),
    [
        (b"", 400),
        (b"v=0\r\n" * 600, 400),
        (b"v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n", 400),
        (b"\x00" * 1000, 400),
        (b"v=0\r\n" + b"a=x:" + b"y" * 16_000 + b"\r\n", 400),
        (b"v=0\r\n" * 4000, 413),
    ],
    ids=["empty", "no media", "no keys", "zeros", "long line", "too long"],
)
def test_a_malformed_or_oversized_offer_is_refused(house: House, offer: bytes, status: int) -> None:
    headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {house.owner.sign('live.open')}"}
    answer = house.owner.http.post("/api/live", content=offer, headers=headers)

    assert answer.status_code == status
    assert house.owner.state()["viewers"] == 0


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /api/nonce HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
        b"POST /api/nonce HTTP/1.1\r\nHost: {host}\r\nContent-Length: +3\r\n\r\nabc",
        b"POST /api/nonce HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"POST /api/nonce HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: {host}\r\nX : y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: {host}\r\nX: \x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: {host}\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n",
        b"GET / HTTP/x.y\r\nHost: {host}\r\n\r\n",
        b"\x00" * 200 + b"\r\n\r\n",
    ],
    ids=["two hosts", "no host", "two lengths", "+3", "xchunked", "bad chunk", "blank", "zero", "long", "x.y", "noise"],
)
def test_what_is_no_plain_request_is_refused_and_hung_up_on(house: House, request_bytes: bytes) -> None:
    host = house.url.removeprefix("https://").encode()
    answer = raw_request(
        house.url, request_bytes.replace(b"{host}", host).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
    )

    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert answer.count(b"HTTP/1.1 4") <= 1  # the rest is not taken for another request


def test_a_hundred_slow_connections_do_not_stop_the_owner(house: House) -> None:
    with slow_connections(house.url, 100):
        assert house.obeys()
        fresh = ScriptedOwner(house.url)
        fresh.key = house.owner.key
        assert fresh.login().is_success
        fresh.http.close()


# --- the live picture ----------------------------------------------------------------------------------------------


async def test_junk_at_the_live_port_does_not_stop_the_picture(house: House) -> None:
    browser = Browser()
    offer = await browser.offer()
    headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {house.owner.sign('live.open')}"}
    answer = house.owner.http.post("/api/live", content=offer, headers=headers)
    assert answer.status_code == 201
    await browser.accept(answer.text)
    await eventually(lambda: len(browser.pictures) > 5)

    for _ in range(5):
        seen = len(browser.pictures)
        await asyncio.to_thread(throw_junk, media_ports(answer.text), 20)
        await eventually(partial(has_more, browser, seen + 3))
    house.owner.http.delete(answer.headers["location"]).raise_for_status()
    await browser.close()


def has_more(browser: Browser, pictures: int) -> bool:
    return len(browser.pictures) > pictures


def test_a_replayed_ticket_opens_nothing(house: House) -> None:
    ticket = house.owner.sign("live.open")
    with frozen(house.stoop.pids()["server"]), RogueServer(socket_path(house.stoop.data)) as rogue:
        rogue.say(Command(1, ticket))
        rogue.say(Command(2, ticket))
        answers = [m for m in rogue.hear(1.0) if isinstance(m, CommandError)]

    assert [(answer.request_id, answer.code) for answer in answers] == [(2, "bad_nonce")]


# --- the camera's socket -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x00",
        b"\x00\x00\x00\x05hello",
        b"\x00\x00\x80\x00" + b"\x91" * 0x8000,
        msgspec.msgpack.encode({"type": "command", "request_id": 1, "jws": 5}),
        b"\x00\x00\x00\x0b" + msgspec.msgpack.encode({"type": "unit"}),
        b"\x00\x00",
    ],
    ids=["huge", "empty", "text", "nested", "no length", "other way", "half a length"],
)
def test_malformed_messages_on_the_socket_end_that_connection_only(house: House, garbage: bytes) -> None:
    with RogueServer(socket_path(house.stoop.data)) as rogue:
        rogue.peer.sendall(garbage)
        heard = rogue.hear(0.5)

    assert {type(message) for message in heard[:1]} <= {State}  # the end may come before the first word
    assert not any(isinstance(message, AccessUnit) for message in heard)


def test_who_takes_the_socket_gets_no_picture_without_a_ticket(house: House) -> None:
    with frozen(house.stoop.pids()["server"]), RogueServer(socket_path(house.stoop.data)) as rogue:
        for number in range(20):
            rogue.say(KeyPictureWanted())
            rogue.say(NonceWanted(number))
        heard = rogue.hear(3.0)  # a key picture comes every two seconds

    assert sum(isinstance(message, NonceIssued) for message in heard) == 20
    assert not any(isinstance(message, AccessUnit) for message in heard)


def test_a_flood_that_reads_no_answers_does_not_stop_the_camera(house: House) -> None:
    with RogueServer(socket_path(house.stoop.data)) as rogue:
        rogue.peer.settimeout(0.5)
        try:
            for number in range(100_000):
                rogue.say(NonceWanted(number))
        except (TimeoutError, ConnectionError):
            pass  # it is slowed down, or the real server has taken its place
        until(house.lives, "the real server to be back", 20)


def test_the_camera_answers_whoever_asks_with_a_number_of_any_size(house: House) -> None:
    with frozen(house.stoop.pids()["server"]), RogueServer(socket_path(house.stoop.data)) as rogue:
        numbers = [0, -1, 2**63, 2**64 - 1, -(2**63)]
        for number in numbers:
            rogue.say(NonceWanted(number))
        heard = [message.request_id for message in rogue.hear(0.7) if isinstance(message, NonceIssued)]

    assert heard == numbers
