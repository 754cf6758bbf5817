"""The plate is taken on request, a draft first, and kept in memory alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from camera import plate as plate_module
from camera import plate_session as plate_session_module
from camera.frame import Frame, PictureSize
from camera.plate_session import Plate, PlateSession
from camera.process import CameraProcess
from camera.settings import Settings
from camera.sources import Source
from tests.camera.authority_fakes import RECIPIENT, FakeClock
from tests.camera.strategies import noise

SIZE = PictureSize(64, 48)


def offer(session: PlateSession, clock: FakeClock, seconds: int) -> None:
    """A picture a second, and all that is developed meanwhile."""
    for _ in range(seconds):
        session.offer(Frame(noise(SIZE, 1), SIZE, clock.now_ns))
        clock.pass_s(1)
        wait_for_plate_threads()


def wait_for_plate_threads() -> None:
    for thread in threading.enumerate():
        if thread.name == "plate":
            thread.join()


def plate_in(session: PlateSession) -> Plate:
    plate = session.ask(is_fresh=False)[1]
    assert plate is not None
    return plate


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def quick(clock: FakeClock) -> Iterator[PlateSession]:
    yield PlateSession(3, clock)
    wait_for_plate_threads()


def test_nothing_is_sampled_before_an_owner_asks(quick: PlateSession, clock: FakeClock) -> None:
    offer(quick, clock, 30)
    assert quick.ask(is_fresh=False) == (0.0, None)


def test_the_final_plate_says_when_its_last_picture_was_taken(quick: PlateSession, clock: FakeClock) -> None:
    quick.ask(is_fresh=False)
    offer(quick, clock, 12)
    last_ms = clock.at_ms - 1000
    clock.pass_s(60)
    plate = plate_in(quick)
    assert (plate.is_final, plate.taken_at_ms, plate.size) == (True, last_ms, SIZE)


def test_a_draft_comes_first_and_gives_way_to_the_final_plate(clock: FakeClock) -> None:
    session = PlateSession(60, clock)
    session.ask(is_fresh=False)
    offer(session, clock, 14)
    draft, progress = plate_in(session), session.ask(is_fresh=False)[0]
    offer(session, clock, 80)
    final = plate_in(session)

    assert not draft.is_final
    assert 0.1 < progress < 0.5
    assert final.is_final
    assert final.taken_at_ms > draft.taken_at_ms
    assert session.ask(is_fresh=False) == (1.0, final)


def test_a_fresh_one_is_taken_although_there_is_one(quick: PlateSession, clock: FakeClock) -> None:
    quick.ask(is_fresh=False)
    offer(quick, clock, 12)
    first = plate_in(quick)
    assert quick.ask(is_fresh=True) == (0.0, None)
    offer(quick, clock, 12)
    assert plate_in(quick).taken_at_ms > first.taken_at_ms


def test_a_plate_is_forgotten_after_ten_minutes(quick: PlateSession, clock: FakeClock) -> None:
    quick.ask(is_fresh=False)
    offer(quick, clock, 12)
    plate_in(quick)
    clock.pass_s(601)
    assert quick.ask(is_fresh=False) == (0.0, None)


def test_switching_off_forgets_a_plate_that_is_in_the_making(
    quick: PlateSession, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = threading.Event()
    develop = plate_module.develop
    monkeypatch.setattr(
        plate_session_module, "develop", lambda samples, is_draft: may_go_on.wait(20) and develop(samples)
    )
    quick.ask(is_fresh=False)
    for _ in range(12):
        quick.offer(Frame(noise(SIZE, 1), SIZE, clock.now_ns))
        clock.pass_s(1)
    quick.forget()
    may_go_on.set()
    wait_for_plate_threads()
    assert quick.ask(is_fresh=False) == (0.0, None)


def test_a_plate_that_failed_is_begun_anew(
    quick: PlateSession, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick.ask(is_fresh=False)
    with monkeypatch.context() as broken:
        broken.setattr(plate_session_module, "develop", lambda *_, **__: 1 // 0)
        offer(quick, clock, 12)
    assert quick.ask(is_fresh=False) == (0.0, None)
    offer(quick, clock, 12)
    assert plate_in(quick).is_final


def no_source() -> Source:
    raise AssertionError("this test opens no lens")


def test_taking_and_handing_out_a_plate_writes_nothing(tmp_path: Path, clock: FakeClock) -> None:
    camera = CameraProcess(tmp_path, Settings(), no_source, tmp_path / "s", lambda _: None, clock)
    try:
        camera.found(RECIPIENT)
        before = contents(tmp_path)
        camera.plate(is_fresh=False, seen_at_ms=None)
        offer(camera._plate, clock, 80)
        plate = plate_in(camera._plate)
        view = camera.plate(is_fresh=False, seen_at_ms=None)
        again = camera.plate(is_fresh=False, seen_at_ms=plate.taken_at_ms)
        after = contents(tmp_path)
    finally:
        camera._publisher.close()
        camera._storage.close()

    assert plate.is_final
    assert view.sealed_png is not None
    assert plate.png[:64] not in view.sealed_png
    assert again.sealed_png is None
    assert after == before


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
