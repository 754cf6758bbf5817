"""Who holds a code from inside the house and the recovery sheet becomes an owner again; neither is enough alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from camera.claim_code import stretch
from camera.contract import CommandError, CommandResult
from camera.recovery import FILE_NAME, post, proof_of
from camera.signed import decode_base64url, encode_base64url
from camera.vault.cards import OwnerRecovered
from stoop.reader.age_stream import open_bytes
from stoop.reader.errors import ReaderError
from stoop.reader.identities import HybridIdentity, Identity
from tests.camera.authority_fakes import Browser, House, body_of, code_of, sign

SHEET = HybridIdentity(bytes(range(32)))
CODE = "ABCD-2345"


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    body_of(house.claim(recipient=SHEET.recipient))
    return house


@pytest.fixture
def new() -> Browser:
    return Browser()


def key_of(house: House, code: str = CODE) -> bytes:
    return stretch(code.replace("-", ""), house.authority.home.camera().camera_id.encode())


def begin_inside(house: House) -> None:
    """What `stoop recover` does, and the camera a second later."""
    post(house.authority.home.folder, key_of(house))
    assert house.authority.recovery.look(house.clock.now_ns)


def say(house: House, action: str, code: str = CODE, **args: Any) -> CommandResult | CommandError:
    return house.send(sign(key_of(house, code), "HS256", "recover", action, house.nonce(), args))


def recover(house: House, new: Browser, sheet: Identity = SHEET, **changed: Any) -> CommandResult | CommandError:
    """As the page does it: ask, open what comes with the sheet, answer for this device's key."""
    asked = say(house, "recover.begin")
    if isinstance(asked, CommandError):
        return asked
    try:
        secret = open_bytes(decode_base64url(asked.body["challenge"]), [sheet])
    except ReaderError:  # a page without the right sheet can only guess
        secret = bytes(32)
    args = {"device_key": encode_base64url(new.public_key), "device_name": "New phone"}
    proof = encode_base64url(proof_of(secret, new.public_key))
    return say(house, "recover", **{**args, "proof": proof, **changed})


def test_code_and_sheet_make_a_new_browser_an_owner_and_keep_the_recipient(house: House, new: Browser) -> None:
    begin_inside(house)

    body = body_of(recover(house, new))

    assert body == {"device": new.device, "camera_name": "Front door"}
    assert body_of(house.ask("login", browser=new))["role"] == "owner"
    assert house.authority.home.camera().recipient == SHEET.recipient
    assert len(house.authority.home.devices()) == 2


def test_a_recovery_is_in_the_journal_and_every_page_is_told(house: House, new: Browser) -> None:
    begin_inside(house)
    body_of(recover(house, new))

    noted = [record for record in house.control.records if isinstance(record, OwnerRecovered)]
    assert [(record.device, record.name) for record in noted] == [(new.device, "New phone")]
    assert house.control.announced[-2:] == ["devices.changed", "owner.recovered"]


def test_a_recovery_that_cannot_be_written_down_does_not_happen(house: House, new: Browser) -> None:
    begin_inside(house)
    house.control.is_disk_broken = True

    assert code_of(recover(house, new)) == "storage"
    assert len(house.authority.home.devices()) == 1


def test_without_a_code_from_inside_the_sheet_makes_nobody_an_owner(house: House, new: Browser) -> None:
    assert code_of(recover(house, new)) == "no_code"


def test_the_code_without_the_sheet_makes_nobody_an_owner(house: House, new: Browser) -> None:
    begin_inside(house)

    assert code_of(recover(house, new, sheet=HybridIdentity(b"x" * 32))) == "bad_proof"
    assert [d.device for d in house.authority.home.devices()] == [house.owner.device]


def test_an_answer_serves_no_other_device_key(house: House, new: Browser) -> None:
    """A server that guessed the code and put its own key in would still not be an owner."""
    begin_inside(house)
    theirs = encode_base64url(Browser().public_key)

    assert code_of(recover(house, new, device_key=theirs)) == "bad_proof"


def test_an_answer_serves_once(house: House, new: Browser) -> None:
    begin_inside(house)
    secret = open_bytes(decode_base64url(body_of(say(house, "recover.begin"))["challenge"]), [SHEET])
    args = {"device_key": encode_base64url(new.public_key), "device_name": "New"}
    assert code_of(say(house, "recover", **args, proof=encode_base64url(bytes(32)))) == "bad_proof"

    again = say(house, "recover", **args, proof=encode_base64url(proof_of(secret, new.public_key)))
    assert code_of(again) == "bad_proof"


def test_five_wrong_codes_end_the_code(house: House, new: Browser) -> None:
    begin_inside(house)
    for left in (4, 3, 2, 1):
        answer = say(house, "recover.begin", code="0000-0001")
        assert isinstance(answer, CommandError)
        assert f"{left} tr" in answer.message
    assert code_of(say(house, "recover.begin", code="0000-0001")) == "bad_code"

    assert code_of(recover(house, new)) == "no_code"


def test_wrong_sheets_count_as_tries(house: House, new: Browser) -> None:
    begin_inside(house)
    for _ in range(5):
        assert code_of(recover(house, new, sheet=HybridIdentity(b"x" * 32))) == "bad_proof"

    assert code_of(recover(house, new)) == "no_code"


def test_a_code_ends_after_ten_minutes_and_after_it_served(house: House, new: Browser) -> None:
    begin_inside(house)
    house.clock.pass_s(601)
    assert code_of(recover(house, new)) == "no_code"

    begin_inside(house)
    body_of(recover(house, new))
    assert code_of(recover(house, Browser())) == "no_code"


def test_a_code_can_do_nothing_but_recover(house: House) -> None:
    begin_inside(house)

    for action in ("claim", "login", "device.list", "settings.set", "pair"):
        assert code_of(say(house, action)) == "forbidden"


def test_a_code_from_before_the_start_is_removed_unread(house: House, new: Browser, tmp_path: Path) -> None:
    post(house.authority.home.folder, key_of(house))

    again = House(tmp_path)

    assert not again.authority.recovery.look(again.clock.now_ns)
    assert not (again.authority.home.folder / FILE_NAME).exists()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b'{"key":"00"}',
        b"\xff" * 100,
        b'{"key":"\xff"}',
        b'{"key":' + b"[" * 9000,
        b'{"key":"' + b"g" * 64 + b'"}',
    ],
)
def test_what_is_no_code_is_removed_and_allows_nothing(house: House, new: Browser, text: bytes) -> None:
    (house.authority.home.folder / FILE_NAME).write_bytes(text)

    assert not house.authority.recovery.look(house.clock.now_ns)
    assert not (house.authority.home.folder / FILE_NAME).exists()
    assert code_of(recover(house, new)) == "no_code"


def test_the_code_itself_is_on_no_disk(house: House) -> None:
    posted = post(house.authority.home.folder, key_of(house))

    text = posted.read_text()
    assert (CODE in text, CODE.replace("-", "") in text) == (False, False)
    assert posted.stat().st_mode & 0o777 == 0o600


def test_a_camera_with_many_devices_still_recovers(house: House, new: Browser) -> None:
    device = house.authority.home.devices()[0]
    many = tuple(msgspec.structs.replace(device, device=f"{n:032x}") for n in range(40))
    house.authority.home.save_devices((device, *many))
    begin_inside(house)

    body_of(recover(house, new))
