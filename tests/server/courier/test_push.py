"""Web Push: what a push service gets is signed for, encrypted to one phone, and the same but for its time."""

from __future__ import annotations

import ipaddress
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from camera.contract import PUSH_SERVICES, Event, HolesNow, Phone, Push
from server.courier import push
from server.courier.carrier import Surroundings
from server.courier.errors import CourierError
from server.courier.http_post import HttpPlace
from server.courier.names import addresses_of, read_names
from server.courier.notices import SENTENCES, Notice
from server.courier.notifier import SEND_WITHIN_S
from server.courier.push import LOST_ONE, PushSender
from server.courier.web_push import BODY_BYTES, b64, encrypt, message, unb64
from tests.push_service import CURVE, Browser, PushService, make_certificate, push_service, vapid_fault
from tests.server.courier.fakes import Reports

SECRET = b64((99).to_bytes(32, "big"))
RING = Notice("ring", 0, 1_780_000_000_000)
GOOGLE, APPLE = "https://fcm.googleapis.com/send/a", "https://web.push.apple.com/b"
A, B = Browser.new(1), Browser.new(2)


def phone(device: str, endpoint: str, browser: Browser) -> Phone:
    return Phone(device, endpoint, b64(browser.public), b64(browser.auth))


HOLE = Push(phones=(phone("a", GOOGLE, A), phone("b", APPLE, B)), secret=SECRET)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """Stands where the names lead; its certificate is believed, as an authority's would be."""
    monkeypatch.setenv("SSL_CERT_FILE", str(make_certificate(tmp_path)))
    with push_service(tmp_path, {"/send/a": A, "/b": B}) as made:
        monkeypatch.setattr(
            push, "places", lambda host, _: [HttpPlace("127.0.0.1", made.port, host, is_tls=True)], raising=True
        )
        monkeypatch.setattr(HttpPlace, "host", property(lambda self: self.name))  # as on port 443
        yield made


def sender(hole: Push = HOLE, tmp_path: Path = Path(), reports: Reports | None = None) -> PushSender:
    return PushSender(hole, Surroundings(tmp_path, reports or Reports()))


# --- format -----------------------------------------------------------------------------------------------------


def test_the_example_of_rfc_8291_comes_out_to_the_byte() -> None:
    browser = Phone(
        "a",
        GOOGLE,
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    once = ec.derive_private_key(int.from_bytes(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), CURVE)
    made = encrypt(browser, b"When I grow up, I want to be a watermelon\x02", unb64("DGv6ra1nlYgDCS1FRnbzlw"), once)
    assert b64(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("word", [*SENTENCES, "missed"])
def test_each_word_makes_a_body_of_the_same_size(word: str) -> None:
    body = encrypt(HOLE.phones[0], message(word, RING.at_ms))
    assert (len(body), A.decrypt(body)) == (BODY_BYTES, f"{word} 1780000000")


def test_a_word_that_would_need_more_room_is_refused_and_not_sent_longer() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        message("somebody rang at the door", RING.at_ms)


# --- with a push service ----------------------------------------------------------------------------------------


def test_each_phone_reads_the_word_and_its_time_and_nobody_else_can(service: PushService) -> None:
    sender().send(RING)
    assert {each.path: each.text for each in service.pushed} == {
        "/send/a": "ring 1780000000",
        "/b": "ring 1780000000",
    }
    assert service.refused == []


def test_but_for_time_and_chance_all_notices_look_alike(service: PushService) -> None:
    one = Push(phones=HOLE.phones[:1], secret=SECRET)
    for word in SENTENCES:
        sender(one).send(Notice(word, 0, RING.at_ms))
    sender(one).send(Notice("ring", 0, RING.at_ms, is_missed=True, count=4))
    looks = {
        (each.size, each.path, *sorted((k, v) for k, v in each.headers.items() if k != "Authorization"))
        for each in service.pushed
    }
    assert (len(service.pushed), len(looks)) == (6, 1)
    told = json.dumps([each.headers for each in service.pushed]).lower()
    assert not [word for word in ("stoop", "bell", "door", "ring ", "camera") if word in told]


def test_the_stand_in_believes_no_token_for_somebody_else_or_of_yesterday(service: PushService) -> None:
    """The control of the two tests above."""
    sender().send(RING)
    good = service.pushed[0].headers["Authorization"]
    assert vapid_fault(good, "https://fcm.googleapis.com", 1e12) is not None
    assert vapid_fault(good, "https://web.push.apple.com", 0) is not None
    assert vapid_fault(good.replace("t=ey", "t=eX"), "https://fcm.googleapis.com", 0) is not None


def test_a_phone_that_is_gone_is_told_to_the_owner_and_keeps_nobody_else_waiting(service: PushService) -> None:
    service.status["/send/a"] = 410
    reports = Reports()
    carrier = push.start(HOLE, Surroundings(Path(), reports))
    try:
        carrier.now(HolesNow((HOLE,), "", True, True, None))
        carrier.happened(Event("bell.rang", 1_780_000_000_000))
        said = reports.wait_for("failing")
        assert (said.kind, said.why) == ("push", LOST_ONE)
    finally:
        carrier.close(is_for_good=True)
    assert [each.path for each in service.pushed] == ["/b"]


def test_nobody_is_told_twice_while_another_service_is_away(service: PushService) -> None:
    service.status["/send/a"] = 503
    made = sender()
    with pytest.raises(CourierError, match="503"):
        made.send(RING)
    del service.status["/send/a"]
    made.send(RING)
    assert sorted(each.path for each in service.pushed) == ["/b", "/send/a"]


@contextmanager
def stalling() -> Iterator[int]:
    """Takes every connection and never says a word; gives its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield server.getsockname()[1]


MOZILLA = "https://updates.push.services.mozilla.com/c"
THREE = Push(phones=(*HOLE.phones, phone("c", MOZILLA, B)), secret=SECRET)


def test_services_that_stall_take_no_more_than_the_time_of_one_notice(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "SEND_LIMIT_S", 1.5)
    with stalling() as port:
        stalled = [HttpPlace("127.0.0.1", port, "stalls", is_tls=True)] * 2
        monkeypatch.setattr(push, "places", lambda host, _: stalled)
        began_s = time.monotonic()
        with pytest.raises(CourierError):
            sender(THREE).send(RING)
        took_s = time.monotonic() - began_s
    assert took_s < 4 * push.SEND_LIMIT_S


def test_a_service_that_stalls_leaves_the_others_their_time(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "SEND_LIMIT_S", 4.0)
    with stalling() as port:

        def places(host: str, _: Surroundings) -> list[HttpPlace]:
            is_stalled = host in GOOGLE
            return [HttpPlace("127.0.0.1", port if is_stalled else service.port, host, is_tls=True)] * 2

        monkeypatch.setattr(push, "places", places)
        with pytest.raises(CourierError, match="fcm"):
            sender().send(RING)
    assert [each.path for each in service.pushed] == ["/b"]


def test_all_phones_and_addresses_share_the_time_of_one_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, limits = 0.0, list[float]()

    def stall(place: HttpPlace, path: str, head: Any, body: bytes, limit_s: float) -> None:
        nonlocal now_s
        now_s += limit_s
        limits.append(limit_s)
        raise CourierError("stalls")

    monkeypatch.setattr(push, "post", stall)
    monkeypatch.setattr(push, "places", lambda host, _: [HttpPlace(host, 1, host, is_tls=True)] * 2)
    with pytest.raises(CourierError):
        PushSender(THREE, Surroundings(Path(), Reports(), lambda: now_s)).send(RING)
    assert limits == pytest.approx([push.SEND_LIMIT_S / 6] * 6)
    assert push.SEND_LIMIT_S < SEND_WITHIN_S


def test_a_token_that_is_not_believed_points_at_the_clock(service: PushService) -> None:
    old = PushSender(HOLE, Surroundings(Path(), Reports(), wall_ms=lambda: 0))
    with pytest.raises(CourierError, match="clock"):
        old.send(RING)
    assert service.pushed == []


def test_a_certificate_of_nobodys_is_refused(service: PushService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who answers at the address that a resolver named may be anybody."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(CourierError, match="not one that this camera trusts"):
        sender().send(RING)
    assert service.tries == 0


# --- where to ---------------------------------------------------------------------------------------------------


def test_without_an_address_nobody_is_called_and_the_page_says_so(tmp_path: Path) -> None:
    with pytest.raises(CourierError, match="not known yet"):
        push.places("fcm.googleapis.com", Surroundings(tmp_path, Reports(), names=tmp_path / "none"))


def test_it_goes_to_the_port_of_https_and_for_the_name_alone(tmp_path: Path) -> None:
    (tmp_path / "names.json").write_text('{"fcm.googleapis.com": ["142.250.1.1", "2a00:1450:4001::5"]}')
    found = push.places("fcm.googleapis.com", Surroundings(tmp_path, Reports(), names=tmp_path / "names.json"))
    assert found == [
        HttpPlace(address, 443, "fcm.googleapis.com", is_tls=True) for address in ("142.250.1.1", "2a00:1450:4001::5")
    ]


@pytest.mark.parametrize(
    "address",
    ["192.168.1.1", "127.0.0.1", "10.0.0.1", "100.64.0.1", "169.254.1.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1",
     "fd00::1", "::ffff:8.8.8.8", "2002:808:808::", "nas.local", ""],
)  # fmt: skip
def test_a_resolver_that_names_an_address_in_the_house_is_not_believed(address: str) -> None:
    assert read_names(json.dumps({"web.push.apple.com": [address, "17.1.2.3"]}).encode()) == {
        "web.push.apple.com": ("17.1.2.3",)
    }


def test_a_name_that_is_no_push_service_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "names.json").write_text('{"evil.example": ["8.8.8.8"]}')
    assert addresses_of("evil.example", tmp_path / "names.json") == ()


@given(st.one_of(st.binary(max_size=200), st.dictionaries(st.text(), st.lists(st.text())).map(json.dumps)))
def test_no_list_of_addresses_makes_anything_but_a_value_error(text: Any) -> None:
    try:
        found = read_names(text if isinstance(text, bytes) else text.encode())
    except ValueError:
        return
    assert set(found) <= set(PUSH_SERVICES)
    assert all(ipaddress.ip_address(each).is_global for each in sum(found.values(), ()))
