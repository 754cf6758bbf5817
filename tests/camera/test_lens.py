"""A source that is lost, stalls or crashes comes back, and nothing stale is delivered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np

from camera.frame import Frame, PictureSize
from camera.lens import Lens, LensLost, LensOpened
from camera.sources import SourceError

SIZE = PictureSize(16, 16)


class ScriptedSource:
    """Delivers `frames`, then does `afterwards` (blocks until closed, raises, or ends)."""

    kind, size, fps, is_live = "scripted", SIZE, 15.0, True

    def __init__(self, frames: int, afterwards: Callable[[], object] = lambda: None) -> None:
        self._frames, self._afterwards = frames, afterwards
        self.closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        for number in range(self._frames):
            yield Frame(np.zeros((24, 16), np.uint8), SIZE, number)
        self._afterwards()

    def close(self) -> None:
        self.closed.set()


def hear(lens: Lens, until: Callable[[object], bool], most: int = 200) -> list[object]:
    heard: list[object] = []
    for _ in range(most):
        news = lens.next(0.1)
        if news is not None:
            heard.append(news)
            if until(news):
                break
    return heard


def kinds(heard: list[object]) -> list[str]:
    return [type(news).__name__ for news in heard]


def test_frames_come_in_order_after_the_opening() -> None:
    blocked = threading.Event()
    lens = Lens(lambda: ScriptedSource(3, lambda: blocked.wait(20)), 30)

    heard = hear(lens, lambda news: isinstance(news, Frame) and news.captured_at_ns == 2)

    assert kinds(heard) == ["LensOpened", "Frame", "Frame", "Frame"]
    lens.close()
    blocked.set()


def test_a_source_that_stalls_is_closed_and_opened_again() -> None:
    blocked, made = threading.Event(), list[ScriptedSource]()

    def open_one() -> ScriptedSource:
        made.append(ScriptedSource(1, lambda: blocked.wait(20)))
        return made[-1]

    lens = Lens(open_one, 0.3)
    heard = hear(lens, lambda news: isinstance(news, LensOpened) and len(made) == 2)

    assert kinds(heard) == ["LensOpened", "Frame", "LensLost", "LensOpened"]
    assert made[0].closed.wait(5)
    lens.close()
    blocked.set()


def test_a_frame_of_an_abandoned_source_is_never_delivered() -> None:
    let_go, done = threading.Event(), threading.Event()
    made = list[ScriptedSource]()

    class Sleeper(ScriptedSource):
        def frames(self) -> Iterator[Frame]:
            let_go.wait(20)
            yield Frame(np.zeros((24, 16), np.uint8), SIZE, -1)
            done.set()

    def open_one() -> ScriptedSource:
        made.append(ScriptedSource(2, lambda: done.wait(20)) if made else Sleeper(0))
        return made[-1]

    lens = Lens(open_one, 0.2)
    hear(lens, lambda news: isinstance(news, LensLost))
    let_go.set()
    heard = hear(lens, lambda news: isinstance(news, Frame) and news.captured_at_ns == 1)

    assert [news.captured_at_ns for news in heard if isinstance(news, Frame)] == [0, 1]
    lens.close()
    done.set()


def test_a_source_that_cannot_be_opened_is_tried_again_with_its_own_words() -> None:
    tries = list[int]()

    def open_one() -> ScriptedSource:
        tries.append(1)
        raise SourceError("no camera at /dev/video0: plug it in")

    lens = Lens(open_one, 30)
    heard = hear(lens, lambda _: len(tries) == 2)

    assert heard
    assert set(heard) == {LensLost("no camera at /dev/video0: plug it in")}
    lens.close()


def test_a_driver_that_throws_anything_does_not_end_the_camera() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    lens = Lens(lambda: ScriptedSource(1, fail), 30)
    heard = hear(lens, lambda news: isinstance(news, LensLost))

    assert kinds(heard) == ["LensOpened", "Frame", "LensLost"]
    lens.close()


def test_a_live_source_drops_its_oldest_frames_when_nobody_takes_them() -> None:
    blocked, given = threading.Event(), threading.Event()

    def after() -> None:
        given.set()
        blocked.wait(20)

    lens = Lens(lambda: ScriptedSource(50, after), 30)
    assert isinstance(lens.next(5), LensOpened)
    assert given.wait(10)
    heard = hear(lens, lambda news: isinstance(news, Frame) and news.captured_at_ns == 49)

    assert len(heard) <= 5
    lens.close()
    blocked.set()


def test_a_patient_lens_drops_nothing() -> None:
    lens = Lens(lambda: ScriptedSource(50), 30, is_patient=True)
    heard = hear(lens, lambda news: isinstance(news, LensLost))

    assert [news.captured_at_ns for news in heard if isinstance(news, Frame)] == list(range(50))
    lens.close()


def test_a_source_that_is_slower_than_patience_is_given_more_until_it_delivers() -> None:
    blocked = threading.Event()

    def open_slowly() -> ScriptedSource:
        time.sleep(0.5)
        return ScriptedSource(1, lambda: blocked.wait(20))

    lens = Lens(open_slowly, 0.2)
    heard = hear(lens, lambda news: isinstance(news, Frame), most=150)

    assert kinds(heard)[-1] == "Frame"
    lens.close()
    blocked.set()
