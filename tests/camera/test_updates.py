"""An owner's signature names the very file that root's updater may take; nobody else's does, and it is noted first."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from camera.contract import MAX_UPDATE_BYTES
from camera.update_desk import MOST_MS, AskedUpdate, UpdateDesk, UpdateOutcome
from camera.vault import cards
from tests.camera.authority_fakes import FakeClock, House, body_of, code_of

DIGEST = "ab" * 32


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / "updater").mkdir()
    house = House(tmp_path)
    body_of(house.claim())
    return house


def asked(tmp_path: Path) -> AskedUpdate | None:
    path = tmp_path / "update.json"
    return msgspec.json.decode(path.read_bytes(), type=AskedUpdate) if path.exists() else None


def told(tmp_path: Path, **changed: object) -> UpdateOutcome:
    outcome = msgspec.structs.replace(
        UpdateOutcome("app", "installed", DIGEST, "2.0", "2.0", "", FakeClock().at_ms), **changed
    )
    (tmp_path / "updater" / "outcome.json").write_bytes(msgspec.json.encode(outcome))
    return outcome


def test_the_updater_is_told_which_file_an_owner_signed_for(house: House, tmp_path: Path) -> None:
    body_of(house.ask("update.install", sha256=DIGEST, size_bytes=70_000))

    assert asked(tmp_path) == AskedUpdate(DIGEST, 70_000)
    assert (tmp_path / "update.json").stat().st_mode & 0o777 == 0o640
    record = house.control.records[-1]
    assert isinstance(record, cards.UpdateAsked)
    assert (record.name, record.what) == ("Phone", DIGEST)


def test_a_wish_that_cannot_be_noted_reaches_nobody(house: House, tmp_path: Path) -> None:
    house.control.is_disk_broken = True

    assert code_of(house.ask("update.install", sha256=DIGEST, size_bytes=1)) == "storage"
    assert asked(tmp_path) is None


@pytest.mark.parametrize("action", ["update.get", "update.install"])
def test_a_device_that_may_only_watch_updates_nothing(house: House, tmp_path: Path, action: str) -> None:
    viewer = house.pair("viewer")

    assert code_of(house.ask(action, viewer, sha256=DIGEST, size_bytes=1)) == "forbidden"
    assert asked(tmp_path) is None


def test_a_signature_serves_once(house: House, tmp_path: Path) -> None:
    """A server that keeps one cannot bring the same file again later."""
    jws = house.owner.sign("update.install", house.nonce(), sha256=DIGEST, size_bytes=1)
    body_of(house.send(jws))
    (tmp_path / "update.json").unlink()

    assert code_of(house.send(jws)) == "bad_nonce"
    assert asked(tmp_path) is None


@pytest.mark.parametrize(
    "args",
    [
        {"sha256": "AB" * 32, "size_bytes": 1},
        {"sha256": DIGEST[:-1], "size_bytes": 1},
        {"sha256": DIGEST, "size_bytes": 0},
        {"sha256": DIGEST, "size_bytes": MAX_UPDATE_BYTES + 1},
        {"sha256": DIGEST, "size_bytes": 1, "path": "/tmp/x"},
        {"size_bytes": 1},
    ],
    ids=["upper case", "short", "empty", "too large", "more than that", "without a hash"],
)
def test_what_names_no_file_is_refused(house: House, tmp_path: Path, args: dict[str, Any]) -> None:  # any JSON
    assert code_of(house.ask("update.install", **args)) == "bad_request"
    assert asked(tmp_path) is None


def test_only_one_update_at_a_time(house: House, tmp_path: Path) -> None:
    told(tmp_path, word="installing")

    assert code_of(house.ask("update.install", sha256=DIGEST, size_bytes=1)) == "conflict"
    assert asked(tmp_path) is None


def test_what_came_of_it_is_told(house: House, tmp_path: Path) -> None:
    assert body_of(house.ask("update.get"))["outcome"] is None
    outcome = told(tmp_path, word="failed", sentence="the one before is back", running="1.0")

    assert body_of(house.ask("update.get"))["outcome"] == msgspec.to_builtins(outcome)


def test_an_updater_that_was_ended_is_not_waited_for_for_ever(house: House, tmp_path: Path) -> None:
    told(tmp_path, word="installing")
    house.clock.pass_s(MOST_MS / 1000 + 1)

    outcome = body_of(house.ask("update.get"))["outcome"]
    assert outcome["word"] == "failed"
    assert "was ended before" in outcome["sentence"]


@pytest.mark.parametrize("text", [b"", b"{}", b"[" * 3000, b"\xff", b"x" * 5000])
def test_an_outcome_that_cannot_be_read_is_none(house: House, tmp_path: Path, text: bytes) -> None:
    (tmp_path / "updater" / "outcome.json").write_bytes(text)

    assert body_of(house.ask("update.get"))["outcome"] is None


def test_a_camera_without_an_updater_says_so(house: House, tmp_path: Path) -> None:
    house.control.updates = UpdateDesk(tmp_path, None, house.clock)

    assert body_of(house.ask("update.get"))["possible"] is False
    assert code_of(house.ask("update.install", sha256=DIGEST, size_bytes=1)) == "conflict"
    assert asked(tmp_path) is None
    assert os.listdir(tmp_path / "updater") == []
