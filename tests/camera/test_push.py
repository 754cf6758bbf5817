"""Web Push in the camera: a phone joins by a signed command, to a known service only, and goes with its device."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from camera.contract import CommandError, CommandResult, Push
from camera.hole_desk import HoleDesk
from camera.revoking import finish_removals
from camera.signed import encode_base64url
from camera.vault import cards
from tests.camera.authority_fakes import Browser as Owner
from tests.camera.authority_fakes import House, body_of, code_of
from tests.push_service import CURVE, Browser, subscription

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc:APA91b-x_y"
PHONE = subscription(Browser.new(), ENDPOINT)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.claim()
    with closing(house.control.hole_desk()):
        yield house


def ask(house: House, action: str, who: Owner | None = None, **args: Any) -> CommandResult | CommandError:
    return house.send((who or house.owner).sign(action, house.nonce(), **args))


def join(house: House, who: Owner | None = None, **changed: Any) -> CommandResult | CommandError:
    return ask(house, "push.join", who, **{**PHONE, "notices": ["ring"], **changed})


def joined(house: House) -> dict[str, Any]:
    ask(house, "push.key")
    return body_of(join(house))


def hole_of(house: House) -> Push:
    hole = house.control.hole_desk().open.of("push")
    assert isinstance(hole, Push)
    return hole


def whats(house: House, kind: type[cards.HoleOpened | cards.HoleClosed]) -> list[str]:
    return [each.what for each in house.control.records if isinstance(each, kind)]


def test_a_phone_joins_and_the_journal_names_the_service_and_nothing_that_reaches_the_phone(house: House) -> None:
    told = joined(house)
    assert whats(house, cards.HoleOpened) == ["push fcm.googleapis.com:443"]
    assert (told["holes"][0]["place"], told["holes"][0]["is_off_lan"]) == ("fcm.googleapis.com:443", True)
    seen = json.dumps(told) + repr(house.control.records) + repr(house.control.hole_desk().open)
    assert not [each for each in (*PHONE.values(), hole_of(house).secret) if each in seen]


def test_the_private_key_never_leaves_and_the_public_one_stays_the_same(house: House) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    from server.courier.web_push import unb64

    first = body_of(ask(house, "push.key"))
    assert set(first) == {"public_key"}
    assert body_of(ask(house, "push.key")) == first
    ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(first["public_key"]))


def test_with_the_way_out_its_key_goes(house: House) -> None:
    before = body_of(ask(house, "push.key"))
    joined(house)
    ask(house, "holes.close", kind="push")
    assert house.control.hole_desk().open.push_key == ""
    assert code_of(join(house)) == "conflict"
    assert body_of(ask(house, "push.key")) != before


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x", "https://fcm.googleapis.com.evil.example/x", "https://192.168.1.1/x",
        "https://evil.example/x", "https://fcm.googleapis.com:8443/x", "https://user@fcm.googleapis.com/x",
        "https://FCM.googleapis.com/x", "https://fcm.googleapis.com", "https://evil@fcm.googleapis.com@x/",
        "https://localhost/x", "https://fcm.googleapis.com/x\r\nHost: y", "https://fcm.googleapis.com/x y",
        "https://sub.fcm.googleapis.com/x", "https://fcm.googleapis.com./x", "https://[::1]/x",
    ],
)  # fmt: skip
def test_an_endpoint_that_is_not_exactly_a_known_services_is_refused(house: House, endpoint: str) -> None:
    ask(house, "push.key")
    assert code_of(join(house, endpoint=endpoint)) == "bad_request"
    assert house.control.hole_desk().open.holes == ()


@pytest.mark.parametrize("changed", [{"key": "A" * 87}, {"key": "short"}, {"auth": "x"}, {"notices": []}, {"more": 1}])
def test_a_subscription_that_cannot_be_encrypted_to_is_refused(house: House, changed: dict[str, Any]) -> None:
    ask(house, "push.key")
    assert code_of(join(house, **changed)) == "bad_request"


def test_it_is_not_opened_by_the_command_for_numbers(house: House) -> None:
    hole = {"kind": "push", "phones": [{"device": "x", **PHONE}], "secret": "A" * 43}
    assert code_of(ask(house, "holes.set", hole=hole)) == "bad_request"


@pytest.mark.parametrize("action", ["push.key", "push.join", "push.leave"])
def test_a_viewer_may_not(house: House, action: str) -> None:
    assert code_of(ask(house, action, house.pair("viewer"))) == "forbidden"


def test_a_way_out_that_cannot_be_logged_is_not_opened(house: House) -> None:
    ask(house, "push.key")
    house.control.is_disk_broken = True
    assert code_of(join(house)) == "storage"
    assert house.control.hole_desk().open.holes == ()


def test_each_device_joins_for_itself_and_the_last_to_leave_closes(house: House) -> None:
    joined(house)
    other = house.pair("owner")
    body_of(join(house, other, endpoint="https://web.push.apple.com/QK1", notices=["ring", "offline"]))
    assert hole_of(house).hosts == ("fcm.googleapis.com", "web.push.apple.com")
    assert hole_of(house).notices == ("ring", "offline")
    first, second = (phone.device for phone in hole_of(house).phones)
    ask(house, "push.leave", device=first)
    assert hole_of(house).hosts == ("web.push.apple.com",)
    assert body_of(ask(house, "push.leave", device=second))["holes"] == []
    assert whats(house, cards.HoleClosed) == ["push fcm.googleapis.com:443", "push web.push.apple.com:443"]


def test_how_often_at_most_is_kept_and_told(house: House) -> None:
    assert joined(house)["holes"][0]["cooldown_s"] == 60
    assert body_of(join(house, cooldown_s=600))["holes"][0]["cooldown_s"] == 600
    assert code_of(join(house, cooldown_s=-1)) == "bad_request"


def test_joining_again_replaces_what_the_device_had(house: House) -> None:
    joined(house)
    body_of(join(house, endpoint=f"{ENDPOINT}-new"))
    assert [phone.endpoint for phone in hole_of(house).phones] == [f"{ENDPOINT}-new"]


def test_a_device_that_is_removed_is_told_nothing_more(house: House) -> None:
    joined(house)
    other = house.pair("owner")
    body_of(join(house, other, endpoint="https://web.push.apple.com/QK1"))
    gone = hole_of(house).phones[1].device
    body_of(ask(house, "device.revoke", device=gone))
    assert [phone.device for phone in hole_of(house).phones] != []
    assert gone not in [phone.device for phone in hole_of(house).phones]


def test_a_full_card_leaves_a_removed_device_no_rights_and_its_phone_goes_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = house.pair("owner")
    ask(house, "push.key")
    body_of(join(house, lost))
    link, invite = Owner(), "cd" * 16
    key = encode_base64url(link.public_key)
    body_of(house.ask("device.invite", lost, invite=invite, public_key=key, role="owner", sealed_identity="AAAA"))
    viewer = body_of(house.ask("live.open", lost))["viewer"]
    keep = HoleDesk.keep

    def refuse(desk: HoleDesk, holes: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(HoleDesk, "keep", refuse)
    body_of(house.ask("device.revoke", device=lost.device))
    assert (viewer, "revoked") in house.control.ended
    late = house.send(link.sign("pair", house.nonce(), kid=f"invite:{invite}", device_key=key, device_name="Late"))
    assert code_of(late) == "not_found"

    monkeypatch.setattr(HoleDesk, "keep", keep)
    finish_removals(house.authority, house.control)
    assert house.control.hole_desk().open.of("push") is None
    assert house.authority.removed == []


def test_the_list_for_the_firewall_has_names_and_no_endpoint(house: House, tmp_path: Path) -> None:
    joined(house)
    assert json.loads((tmp_path / "holes.json").read_text()) == [
        {"kind": "push", "name": "fcm.googleapis.com", "port": 443}
    ]
