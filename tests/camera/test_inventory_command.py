"""The owner's page is told what lies on the card by the camera's own look at it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from camera.inventory import KINDS, SEALED_KINDS
from tests.camera.authority_fakes import House, body_of, code_of

WEB = Path(__file__).resolve().parents[2] / "web" / "src" / "app"


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.claim()
    return house


def test_it_is_what_lies_there_now(house: House, tmp_path: Path) -> None:
    clips = tmp_path / "sealed" / "clips"
    clips.mkdir(parents=True)
    (clips / f"{'0' * 32}.age").write_bytes(bytes(700))
    (tmp_path / "sealed" / "sequence").write_text("4\n")
    found = body_of(house.ask("inventory.get"))
    piles = {pile["kind"]: (pile["files"], pile["bytes"]) for pile in found["piles"]}
    assert piles["clips"] == (1, 700)
    assert piles.keys() == {"clips", "sequence", "camera", "devices"}
    assert (found["clips_ever"], found["unexpected_keys"], found["strange"]) == (5, [], [])


def test_what_goes_while_it_is_looked_at_is_left_out(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The camera deletes clips meanwhile."""
    (tmp_path / "proof.json").write_text("{}")
    read = Path.read_bytes

    def gone(path: Path) -> bytes:
        if path.name == "proof.json":
            raise FileNotFoundError(path)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", gone)
    assert body_of(house.ask("inventory.get"))["unread"] == []


def test_a_key_and_files_of_others_are_named(house: House, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("AGE-SECRET-KEY-1ABC")
    for number in range(30):
        (tmp_path / f"x{number:02}").touch()
    found = body_of(house.ask("inventory.get"))
    assert found["unexpected_keys"] == ["note.txt"]
    assert (len(found["strange"]), found["strange_count"]) == (20, 31)


def test_who_may_only_watch_is_told_nothing(house: House) -> None:
    assert code_of(house.ask("inventory.get", browser=house.pair("viewer"))) == "forbidden"


def test_the_page_has_words_for_each_kind_and_calls_locked_what_is_sealed() -> None:
    words = (WEB / "words.ts").read_text()
    kinds = words[words.index("kinds: {", words.index("inventory: {")) :]
    named = re.findall(r"^      (\w+): \[", kinds[: kinds.index("} as")], re.MULTILINE)
    assert set(named) == {kind for kind, _ in KINDS}
    locked = re.search(r"LOCKED = \[(.*?)\]", (WEB / "inventory" / "piles.ts").read_text())
    assert locked
    assert set(re.findall(r'"(\w+)"', locked[1])) == SEALED_KINDS
