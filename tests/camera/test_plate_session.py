"""Asking for the plate starts it, and a plate that failed is begun anew rather than awaited for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from camera.frame import PictureSize
from camera.plate import PlateMaker
from camera.plate_session import PlateSession
from tests.camera.authority_fakes import FakeClock, S
from tests.camera.strategies import noise_frame

SIZE = PictureSize(64, 48)


def offer_enough(session: PlateSession, start_s: int) -> None:
    for number in range(25):
        session.offer(noise_frame(SIZE, number, (start_s + number) * S))


def wait_for_plate_threads() -> None:
    for thread in threading.enumerate():
        if thread.name == "plate":
            thread.join(20)


@pytest.fixture
def session() -> Iterator[PlateSession]:
    yield PlateSession(3, FakeClock())
    wait_for_plate_threads()


def test_a_plate_is_made_when_it_is_asked_for(session: PlateSession) -> None:
    offer_enough(session, 0)
    assert session.ask(is_fresh=False) == (0.0, None)
    offer_enough(session, 100)
    wait_for_plate_threads()
    progress, plate = session.ask(is_fresh=False)

    assert progress == 1.0
    assert plate is not None
    assert plate.size == SIZE


def test_a_plate_that_failed_is_begun_anew(session: PlateSession, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: PlateMaker) -> bytes:
        raise MemoryError

    session.ask(is_fresh=False)
    with monkeypatch.context() as broken:
        broken.setattr(PlateMaker, "png", fail)
        offer_enough(session, 0)
        wait_for_plate_threads()

    assert session.ask(is_fresh=False) == (0.0, None)
    offer_enough(session, 100)
    wait_for_plate_threads()
    assert session.ask(is_fresh=False)[1] is not None


def test_switching_off_forgets_a_plate_that_is_in_the_making(session: PlateSession) -> None:
    session.ask(is_fresh=False)
    offer_enough(session, 0)
    session.forget()
    wait_for_plate_threads()

    assert session.ask(is_fresh=False) == (0.0, None)
