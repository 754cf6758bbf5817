"""The list of sealed files: what is new, grown or gone is seen at once, what was changed in place within a minute."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.listing import Listed, Listing


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def listing(tmp_path: Path, clock: Clock) -> Listing:
    return listing_of(tmp_path, clock)


def listing_of(folder: Path, clock: Clock) -> Listing:
    return Listing(folder, ".age", re.compile("[0-9]{2}"), clock)


def put(folder: Path, stem: str, size_bytes: int) -> None:
    (folder / f"{stem}.age").write_bytes(bytes(size_bytes))


def seen(listing: Listing) -> list[tuple[str, int]]:
    return [(listed.stem, listed.size_bytes) for listed in listing.files()]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path, clock: Clock) -> None:
    assert listing_of(tmp_path / "none", clock).files() == []


def test_files_come_and_go_in_order(listing: Listing, tmp_path: Path) -> None:
    for stem in ("03", "01"):
        put(tmp_path, stem, 5)
    assert seen(listing) == [("01", 5), ("03", 5)]
    put(tmp_path, "02", 6)
    (tmp_path / "03.age").unlink()
    assert seen(listing) == [("01", 5), ("02", 6)]


def test_what_was_begun_last_grows(listing: Listing, tmp_path: Path) -> None:
    for stem in ("01", "02", "03"):
        put(tmp_path, stem, 5)
        seen(listing)
    put(tmp_path, "03", 9)
    put(tmp_path, "02", 7)
    assert seen(listing) == [("01", 5), ("02", 7), ("03", 9)]


def test_an_old_file_that_was_changed_in_place_is_seen_within_a_minute(
    listing: Listing, tmp_path: Path, clock: Clock
) -> None:
    for stem in ("01", "02", "03"):
        put(tmp_path, stem, 5)
    seen(listing)
    put(tmp_path, "01", 4)
    clock.now_s += 60
    assert seen(listing)[0] == ("01", 4)


def test_looking_again_sees_what_was_changed_in_place(listing: Listing, tmp_path: Path) -> None:
    for stem in ("01", "02", "03", "04"):
        put(tmp_path, stem, 5)
    seen(listing)
    put(tmp_path, "01", 4)
    (tmp_path / "02.age").unlink()
    (tmp_path / "02.age").mkdir()
    listing.look_again()
    assert seen(listing) == [("01", 4), ("03", 5), ("04", 5)]


def test_who_lists_after_that_waits_for_the_newest_only(
    listing: Listing, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stem in ("01", "02", "03", "04"):
        put(tmp_path, stem, 5)
    clock.now_s += 50
    listing.look_again()
    clock.now_s += 50
    looked: list[str] = []
    look = Listing._look

    def watched(of: Listing, name: str) -> Listed | None:
        looked.append(name)
        return look(of, name)

    monkeypatch.setattr(Listing, "_look", watched)
    seen(listing)
    assert sorted(looked) == ["03.age", "04.age"]


@pytest.mark.parametrize("name", ["1.age", "01.txt", "01", "01.age.new", "x1.age"])
def test_other_names_are_left_out(listing: Listing, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert listing.files() == []


def test_links_and_folders_are_left_out(listing: Listing, tmp_path: Path) -> None:
    (tmp_path / "02.age").mkdir()
    os.symlink("/etc/hostname", tmp_path / "01.age")
    assert listing.files() == []


@given(st.lists(st.tuples(st.sampled_from(["put", "remove"]), st.integers(0, 12)), max_size=30))
def test_whatever_comes_and_goes_it_is_as_if_listed_anew(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    folder, clock = tmp_path_factory.mktemp("listed"), Clock()
    listing = listing_of(folder, clock)
    for what, number in steps:
        path = folder / f"{number:02d}.age"
        if what == "put" and not path.exists():
            put(folder, f"{number:02d}", number)
        elif what == "remove":
            path.unlink(missing_ok=True)
        if number % 3 == 0:
            listing.look_again()
        assert listing.files() == listing_of(folder, clock).files()
        assert all(isinstance(listed, Listed) for listed in listing.files())
