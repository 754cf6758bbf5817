"""Only an owner's device changes the key, never to a weaker one, and a lost device goes in the same step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from camera.errors import CommandRefused
from camera.key_actions import digest_of
from camera.signed import encode_base64url
from camera.vault.cards import DeviceRevoked, KeyChanged
from stoop.reader.identities import HybridIdentity, X25519Identity
from tests.camera.authority_fakes import Browser, FakeControl, House, body_of, code_of

OLD, NEW = HybridIdentity(b"o" * 32).recipient, HybridIdentity(b"n" * 32).recipient


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    body_of(house.claim(recipient=OLD))
    return house


def test_the_new_recipient_is_in_force_and_survives_a_restart(house: House, tmp_path: Path) -> None:
    body = body_of(house.ask("key.change", recipient=NEW, replaces=digest_of(OLD), device=None))

    assert body == {"recipient": digest_of(NEW)} == body_of(house.ask("key.get"))
    assert House(tmp_path).authority.home.camera().recipient == NEW
    assert house.control.founded[-1] == NEW
    assert house.control.announced[-1] == "key.changed"


def test_a_lost_device_goes_before_the_key_changes(house: House) -> None:
    lost = house.pair("owner")

    body_of(house.ask("key.change", recipient=NEW, replaces=digest_of(OLD), device=lost.device))

    kinds = [type(record) for record in house.control.records]
    assert kinds[-2:] == [DeviceRevoked, KeyChanged]
    assert code_of(house.ask("login", browser=lost)) == "unknown_device"
    assert code_of(house.ask("key.change", browser=lost, recipient=OLD, replaces=digest_of(NEW), device=None)) == (
        "unknown_device"
    )


def test_a_second_try_after_the_device_went_changes_the_key_all_the_same(house: House) -> None:
    lost = house.pair("owner")
    body_of(house.ask("device.revoke", device=lost.device))

    body_of(house.ask("key.change", recipient=NEW, replaces=digest_of(OLD), device=lost.device))
    assert house.authority.home.camera().recipient == NEW


def test_a_device_that_only_watches_changes_no_key(house: House) -> None:
    viewer = house.pair("viewer")

    asked = house.ask("key.change", browser=viewer, recipient=NEW, replaces=digest_of(OLD), device=None)
    assert code_of(asked) == "forbidden"


@pytest.mark.parametrize(
    ("recipient", "replaces", "code"),
    [
        pytest.param(NEW, digest_of(NEW), "conflict", id="another key is in force than the page believes"),
        pytest.param(OLD, digest_of(OLD), "bad_request", id="the same key again"),
        pytest.param(X25519Identity(b"x" * 32).recipient, digest_of(OLD), "bad_request", id="a weaker kind"),
        pytest.param(
            X25519Identity((2320).to_bytes(32)).recipient, digest_of(OLD), "bad_request", id="one that begins as strong"
        ),
        pytest.param("age1nonsense", digest_of(OLD), "bad_request", id="no recipient"),
        pytest.param("AGE-SECRET-KEY-1QQQ", digest_of(OLD), "bad_request", id="a secret"),
    ],
)
def test_what_is_refused_changes_nothing(house: House, recipient: str, replaces: str, code: str) -> None:
    lost = house.pair("owner")

    refused = house.ask("key.change", recipient=recipient, replaces=replaces, device=lost.device)

    assert code_of(refused) == code
    assert house.authority.home.camera().recipient == OLD
    assert len(house.authority.home.devices()) == 2


def test_the_device_in_the_hand_is_not_the_lost_one(house: House) -> None:
    asked = house.ask("key.change", recipient=NEW, replaces=digest_of(OLD), device=house.owner.device)
    assert code_of(asked) == "bad_request"


def test_what_is_set_while_a_slow_card_changes_the_key_stays(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The change is carried out later than its answer; the record of then is not that of now."""
    saves: list[Callable[[], None]] = []
    monkeypatch.setattr(FakeControl, "change_recipient", lambda control, recipient, card, save: saves.append(save))
    body_of(house.ask("key.change", recipient=NEW, replaces=digest_of(OLD), device=None))
    body_of(house.ask("settings.set", watching=False))
    saves[0]()
    record = house.authority.home.camera()
    assert (record.recipient, record.is_watching) == (NEW, False)


def test_a_slow_card_changes_the_key_after_the_answer_and_says_so(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages learn that they need the new key, and settings that were read before it do not bring the old one back."""
    saves: list[Callable[[], None]] = []

    def late(control: FakeControl, recipient: str, card: object, save: Callable[[], None]) -> None:
        saves.append(save)
        raise CommandRefused("storage", "the memory card does not answer")

    monkeypatch.setattr(FakeControl, "change_recipient", late)
    home = house.authority.home
    assert code_of(house.ask("key.change", recipient=NEW, replaces=digest_of(OLD), device=None)) == "storage"
    assert "key.changed" not in house.control.announced
    read_before = home.camera()
    saves[0]()
    assert house.control.announced[-1] == "key.changed"
    home.save_camera(msgspec.structs.replace(read_before, is_watching=False))
    for record in (home.camera(), House(tmp_path).authority.home.camera()):
        assert (record.recipient, record.is_watching) == (NEW, False)


def test_open_invitations_end_as_they_hand_over_the_old_key(house: House) -> None:
    link, invite = Browser(), "cd" * 16
    body_of(
        house.ask(
            "device.invite",
            invite=invite,
            public_key=encode_base64url(link.public_key),
            role="owner",
            sealed_identity="AAAA",
        )
    )
    body_of(house.ask("key.change", recipient=NEW, replaces=digest_of(OLD), device=None))

    key = encode_base64url(Browser().public_key)
    late = house.send(link.sign("pair", house.nonce(), kid=f"invite:{invite}", device_key=key, device_name="Late"))
    assert code_of(late) == "not_found"


def test_a_change_that_cannot_be_written_down_does_not_happen(house: House) -> None:
    house.control.is_disk_broken = True

    assert code_of(house.ask("key.change", recipient=NEW, replaces=digest_of(OLD), device=None)) == "storage"
    assert house.authority.home.camera().recipient == OLD
