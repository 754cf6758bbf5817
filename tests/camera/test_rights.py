"""What people ask of the owner is noted and ended in the sealed journal, by owners only."""

from __future__ import annotations

from pathlib import Path

import pytest

from camera.vault.cards import RightClosed, RightNoted
from tests.camera.authority_fakes import House, body_of, code_of

ABOUT = "Mrs Green, Monday about 10"


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.claim()
    return house


def test_a_request_and_its_end_are_sealed_in_the_journal_and_nowhere_else(house: House, tmp_path: Path) -> None:
    right = body_of(house.ask("right.note", kind="access", about=ABOUT))["right"]
    body_of(house.ask("right.close", right=right, how="copy handed over"))
    noted, closed = house.control.records[-2:]
    assert isinstance(noted, RightNoted)
    assert isinstance(closed, RightClosed)
    assert (noted.right, noted.kind, noted.what) == (right, "access", ABOUT)
    assert (closed.right, closed.what) == (right, "copy handed over")
    assert not any(b"Green" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_what_cannot_be_written_is_not_said_to_be_noted(house: House) -> None:
    house.control.is_disk_broken = True
    assert code_of(house.ask("right.note", kind="erasure", about=ABOUT)) == "storage"


@pytest.mark.parametrize(
    "args", [{"kind": "fame", "about": "x"}, {"kind": "access", "about": ""}, {"kind": "access", "about": "x" * 101}]
)
def test_what_is_no_request_is_refused(house: House, args: dict[str, str]) -> None:
    assert code_of(house.send(house.owner.sign("right.note", house.nonce(), **args))) == "bad_request"


def test_who_may_only_watch_notes_nothing(house: House) -> None:
    guest = house.pair("viewer")
    assert code_of(house.ask("right.note", browser=guest, kind="access", about="x")) == "forbidden"
