"""The traffic map counts where it moves, coarsely, on an owner's request, in memory alone."""

from __future__ import annotations

import numpy as np
import pytest

from camera.control import TrafficView
from camera.frame import Frame, PictureSize
from camera.signed import encode_base64url
from camera.traffic import COLUMNS, ROWS, TrafficCounter, TrafficMap, TrafficSession
from tests.camera.authority_fakes import FakeClock, House, body_of, code_of
from tests.camera.strategies import noise_frame

SIZE = PictureSize(640, 360)
MS = 1_000_000
STEP_MS = 66


def picture(number: int, box_at: tuple[int, int] | None, luma: int = 90) -> Frame:
    i420 = np.full((540, 640), 128, np.uint8)
    i420[:360] = luma
    if box_at:
        x, y = box_at
        i420[y : y + 60, x : x + 30] = 200 - number % 3 * 30
    return Frame(i420, SIZE, number * STEP_MS * MS)


def counted(places: list[tuple[int, int] | None], lumas: list[int] | None = None) -> TrafficMap:
    counter = TrafficCounter()
    for number, place in enumerate(places):
        counter.offer(picture(number, place, lumas[number] if lumas else 90))
    return counter.map()


def cells(shares: list[float]) -> set[tuple[int, int]]:
    return {(i % COLUMNS, i // COLUMNS) for i, share in enumerate(shares) if share > 0}


def test_who_walks_through_is_counted_along_the_way_and_nowhere_else() -> None:
    found = counted([(n * 6, 120) for n in range(100)])
    rows = {row for _, row in cells(found.share)}
    assert rows == {6, 7, 8}
    assert {column for column, _ in cells(found.share)} > set(range(3, 28))
    assert found.stays == [0.0] * (COLUMNS * ROWS)


def test_who_moves_in_one_place_for_long_is_counted_as_staying() -> None:
    found = counted([(300 + n % 2 * 10, 120) for n in range(150)])
    assert (15, 7) in cells(found.stays)
    assert cells(found.stays) <= cells(found.share)


def test_a_change_of_light_is_not_counted() -> None:
    assert cells(counted([None] * 100, [90] * 50 + [140] * 50).share) == set()


def test_at_most_five_pictures_a_second_are_looked_at() -> None:
    found = counted([(n % 7 * 80, 120) for n in range(150)])
    assert found.share[7 * COLUMNS + 1] >= 1 / 60
    counter = TrafficCounter()
    for number in range(1000):
        counter.offer(picture(0, (number % 2 * 200, 0)))  # all at one time
    assert cells(counter.map().share) == set()


def test_a_clock_that_went_back_begins_a_new_pair() -> None:
    counter = TrafficCounter()
    counter.offer(picture(1000, (0, 0)))
    counter.offer(picture(0, (300, 0)))
    assert cells(counter.map().share) == set()


def test_any_picture_gives_shares_of_one_grid() -> None:
    counter = TrafficCounter()
    for number in range(20):
        counter.offer(noise_frame(PictureSize(16, 16), number, number * 1_000 * MS))
    found = counter.map()
    assert len(found.share) == len(found.stays) == COLUMNS * ROWS
    assert all(0 <= share <= 1 for share in [*found.share, *found.stays])


def test_the_frame_is_not_changed_and_not_kept() -> None:
    session, clock = TrafficSession(FakeClock()), picture(0, (0, 0))
    before = clock.i420.copy()
    session.ask()
    session.offer(clock)
    assert np.array_equal(clock.i420, before)
    assert session._counting is not None
    kept = session._counting.counter._before
    assert kept is not None
    assert kept.shape == (ROWS * 5, COLUMNS * 5)
    assert not np.shares_memory(kept, clock.i420)


def test_nothing_is_counted_before_an_owner_asks() -> None:
    session = TrafficSession(FakeClock())
    for number in range(20):
        session.offer(picture(number, (number * 6, 0)))
    assert session.ask() is None


def test_counting_ends_a_day_after_the_last_request() -> None:
    clock = FakeClock()
    session = TrafficSession(clock)
    session.ask()
    session.offer(picture(0, None))
    clock.pass_s(23 * 3600)
    assert session.ask() is not None
    clock.pass_s(23 * 3600)
    assert session.ask() is not None
    clock.pass_s(25 * 3600)
    session.offer(picture(1, None))
    assert session.ask() is None


def test_switching_off_forgets_the_counts() -> None:
    session = TrafficSession(FakeClock())
    session.ask()
    session.offer(picture(0, None))
    session.forget()
    assert session.ask() is None


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("house"))
    house.claim()
    return house


def test_the_map_is_sealed_and_logged_when_it_is_handed_out(house: House) -> None:
    assert body_of(house.ask("traffic.get")) == {"minutes": 0, "age": None}
    assert "TrafficViewed" not in [type(record).__name__ for record in house.control.records]

    house.control.traffic_view = TrafficView(3, b"sealed")
    assert body_of(house.ask("traffic.get")) == {"minutes": 3, "age": encode_base64url(b"sealed")}
    assert "TrafficViewed" in [type(record).__name__ for record in house.control.records]


def test_a_map_that_cannot_be_logged_is_not_handed_out(house: House) -> None:
    house.control.traffic_view = TrafficView(3, b"sealed")
    house.control.is_disk_broken = True
    assert code_of(house.ask("traffic.get")) == "storage"


def test_a_device_that_may_only_watch_gets_no_map(house: House) -> None:
    assert code_of(house.ask("traffic.get", browser=house.pair("viewer"))) == "forbidden"
