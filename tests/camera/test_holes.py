"""Ways out: only an owner opens one, in the journal first, to a number in the house; no secret is told to anybody."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.contract import (
    MAX_FROM_CAMERA_BYTES,
    MAX_FROM_SERVER_BYTES,
    BadAddressError,
    CommandError,
    CommandResult,
    Event,
    FrameDecoder,
    HoleReport,
    HolesNow,
    Ntfy,
    State,
    TestWanted,
    ToCourier,
    Webhook,
    encode_message,
    read_address,
)
from camera.hole_desk import SILENT_AFTER_NS, HoleDesk, OpenHoles
from camera.vault import cards
from tests.camera.authority_fakes import House, body_of, code_of

SECRET = "correct horse battery"
NTFY = {"kind": "ntfy", "address": "192.168.1.20", "port": 80, "topic": "door", "secret": SECRET}
HOOK = {"kind": "webhook", "address": "10.0.0.9", "port": 8080, "secret": SECRET}
ELSEWHERE = {"address": "203.0.113.7", "port": 443, "is_tls": True}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.claim()
    with closing(desk_of(house)):
        yield house


def desk_of(house: House) -> HoleDesk:
    return house.control.hole_desk()


def ask(house: House, action: str, **args: Any) -> CommandResult | CommandError:
    return house.send(house.owner.sign(action, house.nonce(), **args))


def open_hole(house: House, hole: dict[str, Any], **more: Any) -> dict[str, Any]:
    return body_of(ask(house, "holes.set", hole=hole, **more))


class Courier:
    """The other end of the courier's socket."""

    def __init__(self, folder: Path) -> None:
        self.peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.peer.settimeout(10)
        self.peer.connect(str(folder / "courier.sock"))
        self._decoder: FrameDecoder[ToCourier] = FrameDecoder(ToCourier, MAX_FROM_CAMERA_BYTES)  # type: ignore[arg-type]  # a union is no type to mypy
        self._heard: list[ToCourier] = []

    def next(self) -> ToCourier:
        while not self._heard:
            data = self.peer.recv(65536)
            assert data, "the camera hung up"
            self._heard += self._decoder.feed(data)
        return self._heard.pop(0)

    def say(self, report: HoleReport) -> None:
        self.peer.sendall(encode_message(report, MAX_FROM_SERVER_BYTES))


@pytest.fixture
def courier(house: House, tmp_path: Path) -> Iterator[Courier]:
    """Connected, with one way out open."""
    open_hole(house, NTFY)
    made = Courier(tmp_path)
    with closing(made.peer):
        yield made


# --- who may, and what is told ----------------------------------------------------------------------------------


def test_an_owner_opens_a_way_out_and_the_journal_names_it_without_its_secret(house: House) -> None:
    told = open_hole(house, NTFY)

    (record,) = [each for each in house.control.records if isinstance(each, cards.HoleOpened)]
    assert record.what == "ntfy 192.168.1.20:80"
    assert SECRET not in repr(house.control.records) + json.dumps(told)
    assert (told["holes"][0]["place"], told["holes"][0]["has_secret"]) == ("192.168.1.20:80", True)


@pytest.mark.parametrize("action", ["holes.get", "holes.set", "holes.close", "holes.test", "holes.snooze"])
def test_a_viewer_may_not(house: House, action: str) -> None:
    viewer = house.pair("viewer")
    assert code_of(house.send(viewer.sign(action, house.nonce()))) == "forbidden"


def test_a_way_out_that_cannot_be_logged_is_not_opened(house: House) -> None:
    house.control.is_disk_broken = True
    assert code_of(ask(house, "holes.set", hole=NTFY)) == "storage"
    assert desk_of(house).open.holes == ()


def test_a_full_card_keeps_no_way_out_open(house: House) -> None:
    open_hole(house, NTFY)
    house.control.is_disk_broken = True
    assert body_of(ask(house, "holes.close", kind="ntfy"))["holes"] == []
    assert desk_of(house).open.holes == ()


def test_closing_is_in_the_journal(house: House) -> None:
    open_hole(house, NTFY)
    ask(house, "holes.close", kind="ntfy")
    assert [each.what for each in house.control.records if isinstance(each, cards.HoleClosed)] == [
        "ntfy 192.168.1.20:80"
    ]


def test_the_file_with_the_secrets_is_for_its_user_alone(house: House, tmp_path: Path) -> None:
    open_hole(house, NTFY)
    assert (tmp_path / "camera" / "holes.json").stat().st_mode & 0o777 == 0o600
    assert SECRET not in (tmp_path / "holes.json").read_text()


def test_no_repr_holds_a_secret() -> None:
    hole = msgspec.convert(NTFY, Ntfy)
    assert SECRET not in repr(hole) + repr(OpenHoles((hole,))) + repr(HolesNow((hole,), "", True, True, None))


# --- where to ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "example.org", "", "192.168.1", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "8.8.8.8",
        "100.64.0.1", "2001:db8::1", "::ffff:192.168.1.1", "2002:c0a8:101::", "fe80::1%eth0", "192.168.001.020",
        "1.2.3.4@192.168.1.1",
    ],
)  # fmt: skip
def test_an_address_that_is_none_of_the_house_is_refused(house: House, address: str) -> None:
    assert code_of(ask(house, "holes.set", hole={**NTFY, "address": address})) == "bad_request"


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.16.0.1", "192.168.1.20", "169.254.3.4", "fd00::5", "fe80::1", "127.0.0.1", "::1"]
)
def test_an_address_in_the_house_is_taken(address: str) -> None:
    assert str(read_address(address, is_off_lan=False)) == address


def test_an_address_outside_is_opened_when_that_is_said_to_be_meant_and_encrypted(house: House) -> None:
    assert code_of(ask(house, "holes.set", hole={**NTFY, **ELSEWHERE})) == "bad_request"
    plain = {**NTFY, **ELSEWHERE, "is_off_lan": True, "is_tls": False}
    assert code_of(ask(house, "holes.set", hole=plain)) == "bad_request"
    assert open_hole(house, {**plain, "is_tls": True})["holes"][0]["is_off_lan"] is True


def test_home_assistant_is_reached_in_the_house_only(house: House) -> None:
    hole = {"kind": "mqtt", "address": "203.0.113.7", "port": 1883, "is_off_lan": True}
    assert code_of(ask(house, "holes.set", hole=hole)) == "bad_request"


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_what_is_taken_without_saying_so_is_never_a_public_address(number: int) -> None:
    text = ".".join(str(part) for part in number.to_bytes(4, "big"))
    try:
        address = read_address(text, is_off_lan=False)
    except BadAddressError:
        return
    assert address.is_private
    assert not address.is_multicast


@pytest.mark.parametrize(
    "changed",
    [
        {"topic": "../x"}, {"topic": ""}, {"port": 0}, {"name": "a b"}, {"name": "x\r\ny"}, {"more": 1},
        {"kind": "smtp"}, {"notices": []}, {"notices": ["faces"]}, {"cooldown_s": -1},
    ],
)  # fmt: skip
def test_a_way_out_of_another_shape_is_refused(house: House, changed: dict[str, Any]) -> None:
    assert code_of(ask(house, "holes.set", hole={**NTFY, **changed})) == "bad_request"


def test_a_webhook_without_a_secret_worth_the_name_is_refused(house: House) -> None:
    assert code_of(ask(house, "holes.set", hole={**HOOK, "secret": "short"})) == "bad_request"


# --- secrets ----------------------------------------------------------------------------------------------------


def test_a_secret_is_kept_while_it_goes_to_the_same(house: House) -> None:
    open_hole(house, NTFY)
    open_hole(house, {**NTFY, "secret": "", "notices": ["motion"]}, keeps_secret=True)
    assert desk_of(house).open.holes[0].secret == SECRET


@pytest.mark.parametrize("changed", [{"address": "192.168.1.21"}, {"port": 81}, {"name": "evil"}, {"is_tls": True}])
def test_a_secret_is_never_carried_on_to_somebody_else(house: House, changed: dict[str, Any]) -> None:
    open_hole(house, NTFY)
    new = {**NTFY, "secret": "", **changed}
    assert code_of(ask(house, "holes.set", hole=new, keeps_secret=True)) == "conflict"


# --- the courier's socket ---------------------------------------------------------------------------------------


def test_nothing_open_means_no_socket_and_no_list(house: House, tmp_path: Path) -> None:
    assert not (tmp_path / "courier.sock").exists()
    open_hole(house, NTFY)
    assert (tmp_path / "courier.sock").exists()
    assert json.loads((tmp_path / "holes.json").read_text()) == [
        {"kind": "ntfy", "address": "192.168.1.20", "port": 80}
    ]
    ask(house, "holes.close", kind="ntfy")
    assert not (tmp_path / "courier.sock").exists()
    assert not (tmp_path / "holes.json").exists()


def test_a_courier_hears_what_is_open_then_events_and_wishes(house: House, courier: Courier) -> None:
    first = courier.next()
    assert isinstance(first, HolesNow)
    assert first.holes[0].secret == SECRET
    desk_of(house).happened(Event("devices.changed", 1))
    desk_of(house).happened(Event("bell.rang", 2))
    assert courier.next() == Event("bell.rang", 2)


def test_a_try_that_is_asked_for_before_the_courier_is_heard_of_is_not_lost(house: House, courier: Courier) -> None:
    courier.next()
    ask(house, "holes.test", kind="ntfy")
    courier.say(HoleReport("ntfy", "trying"))
    assert courier.next() == TestWanted("ntfy")
    ask(house, "holes.test", kind="ntfy")
    assert courier.next() == TestWanted("ntfy")


@pytest.mark.parametrize(("seconds", "heard"), [(5, True), (61, False)])
def test_a_ring_before_the_courier_is_there_reaches_it_while_it_is_new(
    house: House, tmp_path: Path, seconds: float, heard: bool
) -> None:
    open_hole(house, NTFY)
    desk_of(house).happened(Event("bell.rang", 1))
    desk_of(house).happened(Event("motion.started", 2))
    house.clock.pass_s(seconds)
    courier = Courier(tmp_path)
    with closing(courier.peer):
        assert isinstance(courier.next(), HolesNow)
        courier.say(HoleReport("ntfy", "trying"))
        ask(house, "holes.test", kind="ntfy")
        news = [courier.next()] if not heard else [courier.next(), courier.next()]
    assert news == [*([Event("bell.rang", 1)] if heard else []), TestWanted("ntfy")]


def test_what_the_courier_says_is_quoted_until_it_is_silent(house: House, courier: Courier) -> None:
    courier.next()
    courier.say(HoleReport("ntfy", "failing", "no answer", waiting=3))
    courier.say(HoleReport("mirror", "working"))
    for _ in range(500):
        if desk_of(house).report("ntfy"):
            break
        time.sleep(0.01)
    told = body_of(ask(house, "holes.get"))["holes"]
    assert [(each["kind"], each["report"]["waiting"]) for each in told] == [("ntfy", 3)]
    assert desk_of(house).report("mirror") is None
    house.clock.now_ns += SILENT_AFTER_NS + 1
    assert body_of(ask(house, "holes.get"))["holes"][0]["report"] is None


def test_a_process_of_another_user_is_turned_away(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camera.publisher._user_of", lambda _: 65_000)
    open_hole(house, NTFY)
    stranger = Courier(tmp_path)
    with closing(stranger.peer):
        assert stranger.peer.recv(1) == b""


def test_a_snooze_is_told_and_runs_out(house: House, courier: Courier) -> None:
    courier.next()
    assert body_of(ask(house, "holes.snooze", minutes=30))["snooze_left_s"] == 1800
    heard = courier.next()
    assert isinstance(heard, HolesNow)
    assert heard.snooze_left_s == pytest.approx(1800)
    house.clock.pass_s(1801)
    assert body_of(ask(house, "holes.get"))["snooze_left_s"] == 0


# --- the file ---------------------------------------------------------------------------------------------------


def test_what_was_opened_is_open_after_a_restart(house: House, tmp_path: Path) -> None:
    open_hole(house, HOOK)
    again = HoleDesk(tmp_path / "camera", tmp_path / "again", house.clock, house.control)
    assert again.open.holes == (msgspec.convert(HOOK, Webhook),)


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"holes":[{"kind":"ntfy","address":"8.8.8.8","port":80,"topic":"x"}]}', '{"holes":[{"kind":"x"}]}'],
)
def test_a_list_that_cannot_be_believed_opens_nothing(house: House, tmp_path: Path, text: str) -> None:
    (tmp_path / "camera" / "holes.json").write_text(text)
    assert HoleDesk(tmp_path / "camera", tmp_path, house.clock, house.control).open.holes == ()


@pytest.mark.parametrize(
    ("changed", "is_told_lost"),
    [({}, True), ({"is_watching": False}, False), ({"is_bell_only": True, "is_dark": True}, False)],
    ids=["lens lost", "switched off", "bell-only and dark"],
)
def test_a_lens_that_is_closed_on_purpose_is_not_offline(
    house: House, tmp_path: Path, changed: dict[str, Any], is_told_lost: bool
) -> None:
    class Camera:
        def state(self) -> State:
            now = {"is_watching": True, "is_delivering": False, **changed}
            return msgspec.structs.replace(house.control.state(), **now)

    desk = HoleDesk(tmp_path / "camera", tmp_path / "again", house.clock, Camera())
    assert desk.state().is_delivering is not is_told_lost
