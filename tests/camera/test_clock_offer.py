"""A camera that nobody told the time takes an owner's word for it, once, and says so."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from camera.clock import SystemClock
from camera.vault import cards
from tests.camera.authority_fakes import House, body_of, code_of

NOW_MS = 1_795_000_000_000
IN_1970_S = 1234.5


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    body_of(house.claim())
    return house


@pytest.fixture
def never_set(monkeypatch: pytest.MonkeyPatch) -> SystemClock:
    monkeypatch.setattr(time, "time", lambda: IN_1970_S)
    monkeypatch.setattr(time, "time_ns", lambda: round(IN_1970_S * 1e9))
    return SystemClock()


def test_a_clock_that_was_never_set_takes_an_offer(never_set: SystemClock) -> None:
    assert (never_set.quality(), never_set.wall_ms()) == ("unsynced", 1_234_500)

    assert never_set.offer(NOW_MS)
    assert (never_set.quality(), never_set.wall_ms()) == ("offered", NOW_MS)


def test_a_clock_that_was_set_takes_none() -> None:
    clock = SystemClock()

    assert not clock.offer(NOW_MS + 10**12)
    assert clock.quality() == "synced"
    assert clock.wall_ms() < NOW_MS + 10**12


def test_what_the_machine_learns_later_counts_again(never_set: SystemClock, monkeypatch: pytest.MonkeyPatch) -> None:
    never_set.offer(NOW_MS)
    monkeypatch.setattr(time, "time", lambda: NOW_MS / 1000 + 7200)
    monkeypatch.setattr(time, "time_ns", lambda: (NOW_MS + 7_200_000) * 1_000_000)

    assert (never_set.quality(), never_set.wall_ms()) == ("synced", NOW_MS + 7_200_000)


def test_an_offer_from_before_this_program_is_not_taken(never_set: SystemClock) -> None:
    assert not never_set.offer(1_000_000_000_000)
    assert never_set.quality() == "unsynced"


def test_an_offer_that_is_taken_is_in_the_journal_with_both_times(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(house.clock), "quality", lambda _: "unsynced")
    before_ms = house.clock.at_ms

    assert body_of(house.ask("clock.offer", at_ms=NOW_MS)) == {"taken": True}

    record = house.control.records[-1]
    assert isinstance(record, cards.ClockOffered)
    assert (record.at_ms, record.was_at_ms, record.device) == (NOW_MS, before_ms, house.owner.device)
    assert house.control.offered_ms == [NOW_MS]


@pytest.mark.parametrize("quality", ["synced", "offered"])
def test_an_offer_to_a_camera_that_knows_the_time_changes_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, quality: str
) -> None:
    monkeypatch.setattr(type(house.clock), "quality", lambda _: quality)

    assert body_of(house.ask("clock.offer", at_ms=NOW_MS)) == {"taken": False}
    assert house.control.offered_ms == []
    assert not any(isinstance(record, cards.ClockOffered) for record in house.control.records)


def test_a_device_that_may_only_watch_cannot_offer(house: House) -> None:
    assert code_of(house.ask("clock.offer", house.pair("viewer"), at_ms=NOW_MS)) == "forbidden"
