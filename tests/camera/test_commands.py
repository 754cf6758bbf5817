"""Only what an owner's device signed, once and just now, is carried out."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from camera.actions import ACTIONS
from camera.claim_code import ALPHABET, ClaimCodes, read_given
from camera.contract import Command, CommandError, CommandResult
from camera.control import PlateView
from camera.signed import MAX_JWS_CHARS, encode_base64url
from tests.camera.authority_fakes import MASK, RECIPIENT, Browser, House, body_of, code_of, sign

CLIP = "0" * 31 + "1"


@pytest.fixture
def unclaimed(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def house(unclaimed: House) -> House:
    body_of(unclaimed.claim())
    return unclaimed


def test_the_right_code_claims_the_camera(unclaimed: House) -> None:
    body = body_of(unclaimed.claim())

    assert body == {"device": unclaimed.owner.device}
    assert unclaimed.authority.home.camera().recipient == RECIPIENT
    assert [d.role for d in unclaimed.authority.home.devices()] == ["owner"]


def test_a_claim_survives_a_restart(house: House, tmp_path: Path) -> None:
    again = House(tmp_path)

    assert again.authority.home.camera().recipient == RECIPIENT
    assert code_of(again.claim()) == "already_claimed"


def test_a_wrong_code_names_the_tries_left(unclaimed: House) -> None:
    unclaimed.code()

    answer = unclaimed.claim(code="0000-0000")

    assert isinstance(answer, CommandError)
    assert (answer.code, "4 tries left" in answer.message) == ("bad_code", True)


def test_five_wrong_tries_end_the_code(unclaimed: House) -> None:
    right = unclaimed.code()
    for _ in range(5):
        assert code_of(unclaimed.claim(code="0000-0000")) == "bad_code"

    assert code_of(unclaimed.claim(code=right)) == "no_code"


def test_the_next_code_waits_a_minute_after_five_wrong_tries(unclaimed: House) -> None:
    first = unclaimed.code()
    for _ in range(5):
        unclaimed.claim(code="0000-0000")

    assert unclaimed.authority.codes.current(unclaimed.clock.now_ns) is None
    unclaimed.clock.pass_s(61)
    assert unclaimed.code() != first


def test_a_code_ends_after_ten_minutes(unclaimed: House) -> None:
    old = unclaimed.code()
    unclaimed.clock.pass_s(601)

    assert code_of(unclaimed.claim(code=old)) == "no_code"


def test_a_code_that_the_owner_chose_claims_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    camera_id = house.authority.home.camera().camera_id
    house.authority.codes = ClaimCodes(camera_id, read_given(" door-be11 \n"))

    assert house.code() == "D00R-BE11"
    for _ in range(5):
        assert code_of(house.claim(code="0000-0000")) == "bad_code"
    house.clock.pass_s(61)
    assert house.code() != "D00R-BE11"


@pytest.mark.parametrize("text", ["", "short", "DOORBELL9", "UUUU-UUUU", "AAAA-AAAA", "1212-1212", "d\x00orbell"])
def test_a_chosen_code_that_cannot_serve_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="set-up code on the card"):
        read_given(text)


def test_a_code_has_forty_bits(unclaimed: House) -> None:
    digits = unclaimed.code().replace("-", "")

    assert len(ALPHABET) ** len(digits) >= 2**40
    assert set(digits) <= set(ALPHABET)


def test_a_race_of_a_hundred_claims_has_one_winner(unclaimed: House) -> None:
    code, lock = unclaimed.code(), threading.Lock()
    answers: list[CommandResult | CommandError] = []

    def race() -> None:
        browser = Browser()
        with lock:  # as the camera process holds its authority lock around every command
            answers.append(unclaimed.claim(code=code, browser=browser))

    threads = [threading.Thread(target=race) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(isinstance(answer, CommandResult) for answer in answers) == 1
    assert {code_of(a) for a in answers if isinstance(a, CommandError)} == {"already_claimed"}


def test_a_claim_whose_recipient_was_swapped_is_refused(unclaimed: House) -> None:
    unclaimed.code()
    head, body, tag = _claim_jws(unclaimed).split(".")
    payload = json.loads(_decode(body))
    payload["args"]["recipient"] = "age1" + "q" * 58
    forged = ".".join([head, encode_base64url(json.dumps(payload).encode()), tag])

    assert code_of(unclaimed.send(forged)) == "bad_code"
    assert unclaimed.authority.home.camera().recipient is None


def test_a_bad_recipient_leaves_the_camera_unclaimed(unclaimed: House) -> None:
    assert code_of(unclaimed.claim(recipient="ssh-ed25519 AAAA")) == "bad_request"
    assert unclaimed.authority.home.camera().recipient is None


def test_a_command_is_carried_out_once(house: House) -> None:
    jws = house.owner.sign("clip.delete", house.nonce(), clip=CLIP)

    assert isinstance(house.send(jws), CommandResult)
    assert code_of(house.send(jws)) == "bad_nonce"
    assert house.control.deleted == [CLIP]


def test_a_command_older_than_a_minute_is_refused(house: House) -> None:
    jws = house.owner.sign("clip.delete", house.nonce(), clip=CLIP)
    house.clock.pass_s(61)

    assert code_of(house.send(jws)) == "bad_nonce"


def test_a_nonce_of_another_camera_is_refused(house: House, tmp_path: Path) -> None:
    other = House(tmp_path / "other")

    assert code_of(house.send(house.owner.sign("clip.delete", other.nonce(), clip=CLIP))) == "bad_nonce"


def test_a_flood_of_nonces_evicts_nobodys(house: House) -> None:
    mine = house.nonce()
    for _ in range(5000):
        house.nonce()

    assert isinstance(house.send(house.owner.sign("login", mine)), CommandResult)


def test_a_stranger_is_unknown(house: House) -> None:
    assert code_of(house.ask("login", Browser())) == "unknown_device"


def test_a_stranger_with_the_owners_id_has_no_signature(house: House) -> None:
    jws = Browser().sign("login", house.nonce(), kid=house.owner.device)

    assert code_of(house.send(jws)) == "bad_signature"


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_an_owner_command_takes_an_ed25519_signature(house: House, alg: str) -> None:
    key = house.owner.public_key if alg == "HS256" else None
    jws = sign(key, alg, house.owner.device, "login", house.nonce(), {})

    assert code_of(house.send(jws)) in {"bad_request", "bad_signature"}


@pytest.mark.parametrize("action", sorted(name for name, row in ACTIONS.items() if row.needs_owner))
def test_a_viewer_may_not(house: House, action: str) -> None:
    guest = house.pair("viewer")

    assert code_of(house.ask(action, guest)) == "forbidden"


def test_a_viewer_may_watch(house: House) -> None:
    guest = house.pair("viewer")

    assert body_of(house.ask("login", guest))["role"] == "viewer"
    assert body_of(house.ask("live.open", guest))["lives_s"] == 120


def test_a_view_is_in_the_journal_before_the_ticket_is_given(house: House) -> None:
    house.control.is_disk_broken = True

    assert code_of(house.ask("live.open")) == "storage"
    assert len(house.authority.tickets) == 0


def test_a_ticket_ends_unless_its_own_device_renews_it(house: House) -> None:
    guest = house.pair("viewer")
    viewer = body_of(house.ask("live.open"))["viewer"]
    house.clock.pass_s(100)

    assert code_of(house.ask("live.renew", guest, viewer=viewer)) == "not_found"
    body_of(house.ask("live.renew", viewer=viewer))
    house.clock.pass_s(119)
    assert house.authority.tickets.expired(house.clock.now_ns) == []
    house.clock.pass_s(2)
    assert [ticket.viewer for ticket in house.authority.tickets.expired(house.clock.now_ns)] == [viewer]


def test_seventeen_do_not_watch(house: House) -> None:
    others = [house.pair("viewer"), house.pair("viewer")]
    for number in range(16):
        body_of(house.ask("live.open", others[number % 2]))

    assert code_of(house.ask("live.open")) == "too_many"


def test_an_invitation_serves_once(house: House) -> None:
    link, key = Browser(), encode_base64url(Browser().public_key)
    body_of(_invite(house, link))
    jws = [
        link.sign("pair", house.nonce(), kid="invite:" + "cd" * 16, device_key=key, device_name="A") for _ in range(2)
    ]

    assert isinstance(house.send(jws[0]), CommandResult)
    assert code_of(house.send(jws[1])) == "not_found"


def test_an_invitation_ends_after_ten_minutes(house: House) -> None:
    link = Browser()
    body_of(_invite(house, link))
    house.clock.pass_s(601)
    key = encode_base64url(Browser().public_key)
    jws = link.sign("pair", house.nonce(), kid="invite:" + "cd" * 16, device_key=key, device_name="A")

    assert code_of(house.send(jws)) == "not_found"


def test_who_carries_an_invitation_cannot_use_it(house: House) -> None:
    body_of(_invite(house, Browser()))
    thief, key = Browser(), encode_base64url(Browser().public_key)

    jws = thief.sign("pair", house.nonce(), kid="invite:" + "cd" * 16, device_key=key, device_name="Thief")

    assert code_of(house.send(jws)) == "bad_signature"


def test_an_invitation_can_do_nothing_but_pair(house: House) -> None:
    link = Browser()
    body_of(_invite(house, link))

    assert code_of(house.send(link.sign("live.open", house.nonce(), kid="invite:" + "cd" * 16))) == "bad_request"


def test_a_viewer_is_not_handed_the_key_to_the_clips(house: House) -> None:
    assert code_of(_invite(house, Browser(), role="viewer", sealed_identity="AAAA")) == "bad_request"


def test_a_revoked_device_loses_everything_at_once(house: House) -> None:
    guest = house.pair("owner")
    viewer = body_of(house.ask("live.open", guest))["viewer"]

    body_of(house.ask("device.revoke", device=guest.device))

    assert house.control.ended == [(viewer, "revoked")]
    assert code_of(house.ask("login", guest)) == "unknown_device"
    assert house.control.announced[-1] == "devices.changed"


def test_a_revoked_owners_open_invitations_end_too(house: House) -> None:
    second, link = house.pair("owner"), Browser()
    body_of(_invite(house, link, browser=second))
    body_of(house.ask("device.revoke", device=second.device))
    key = encode_base64url(Browser().public_key)

    jws = link.sign("pair", house.nonce(), kid="invite:" + "cd" * 16, device_key=key, device_name="A")

    assert code_of(house.send(jws)) == "not_found"


def test_the_last_owner_stays(house: House) -> None:
    house.pair("viewer")

    assert code_of(house.ask("device.revoke", device=house.owner.device)) == "conflict"


def test_a_mask_replaces_only_the_mask_that_its_owner_saw(house: House) -> None:
    first = body_of(house.ask("mask.set", mask=MASK, replaces=None))["digest"]

    assert code_of(house.ask("mask.set", mask=MASK, replaces=None)) == "conflict"
    body_of(house.ask("mask.set", mask='{"allow":[]}', replaces=first))
    assert house.control.in_force is not None
    assert house.control.in_force.text == b'{"allow":[]}'


@pytest.mark.parametrize(
    "text", ["", "[]", '{"allow":[[[0,0],[2,0],[1,1]]]}', '{"allow":[],"deny":[]}', '{"allow":[[[0,0]]]}']
)
def test_a_bad_mask_changes_nothing(house: House, text: str) -> None:
    assert code_of(house.ask("mask.set", mask=text, replaces=None)) == "bad_request"
    assert house.control.in_force is None


def test_a_mask_change_that_cannot_be_logged_is_not_made(house: House) -> None:
    house.control.is_disk_broken = True

    assert code_of(house.ask("mask.set", mask=MASK, replaces=None)) == "storage"
    assert house.control.in_force is None


def test_the_plate_is_logged_when_it_is_handed_out(house: House) -> None:
    body_of(house.ask("plate.get"))
    assert "PlateViewed" not in [type(r).__name__ for r in house.control.records]

    house.control.plate_view = PlateView(1.0, b"sealed", 1, 1280, 720)
    body = body_of(house.ask("plate.get"))

    assert body["age"] == encode_base64url(b"sealed")
    assert "PlateViewed" in [type(r).__name__ for r in house.control.records]


def test_switching_off_ends_every_view(house: House) -> None:
    viewer = body_of(house.ask("live.open"))["viewer"]

    body = body_of(house.ask("settings.set", watching=False))

    assert body["watching"] is False
    assert house.control.ended == [(viewer, "off")]
    assert code_of(house.ask("live.open")) == "conflict"


def test_an_unknown_argument_is_named(house: House) -> None:
    answer = house.ask("settings.set", colour="red")

    assert isinstance(answer, CommandError)
    assert "colour" in answer.message


def test_an_oversized_command_is_refused(house: House) -> None:
    assert code_of(house.send("a" * (MAX_JWS_CHARS + 1))) == "bad_request"


@given(st.one_of(st.text(max_size=300), st.binary(max_size=200).map(lambda b: encode_base64url(b) + ".e30.AA")))
def test_no_text_makes_the_camera_raise(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    house = House(tmp_path_factory.mktemp("house"))

    assert isinstance(house.commands.answer(Command(1, text)), CommandError)


def _invite(
    house: House, link: Browser, browser: Browser | None = None, **changed: object
) -> CommandResult | CommandError:
    args = {
        "invite": "cd" * 16,
        "public_key": encode_base64url(link.public_key),
        "role": "owner",
        "sealed_identity": None,
        **changed,
    }
    return house.ask("device.invite", browser, **args)


def _claim_jws(house: House) -> str:
    """A claim as an honest browser would send it, not sent."""
    from camera.claim_code import stretch

    key = stretch(house.code().replace("-", ""), house.authority.home.camera().camera_id.encode())
    device_key = encode_base64url(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    args = {"device_key": device_key, "device_name": "Phone", "recipient": RECIPIENT, "camera_name": "Door"}
    return sign(key, "HS256", "claim", "claim", house.nonce(), args)


def _decode(text: str) -> bytes:
    from camera.signed import decode_base64url

    return decode_base64url(text)
