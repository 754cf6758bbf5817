"""What a lens has heard keeps its order, and only frames give way."""

from __future__ import annotations

import threading

import numpy as np

from camera.frame import Frame, PictureSize
from camera.news_queue import NewsQueue


def frame(number: int) -> Frame:
    return Frame(np.zeros((24, 16), np.uint8), PictureSize(16, 16), number)


def test_news_of_a_source_is_not_overtaken_by_its_frames() -> None:
    news: NewsQueue[object] = NewsQueue(3)
    for number, said in enumerate(("opened", frame(0), frame(1))):
        assert news.put(number, said, 0)
    assert not news.put(3, frame(2), 0)
    news.drop_oldest_frame()
    assert news.put(3, frame(2), 0)

    heard = [news.get(0) for _ in range(3)]

    assert [turn for turn, _ in filter(None, heard)] == [0, 2, 3]
    assert news.get(0) is None


def test_nothing_but_a_frame_is_dropped() -> None:
    news: NewsQueue[object] = NewsQueue(2)
    news.put(1, "opened", 0)
    news.put(1, "lost", 0)
    news.drop_oldest_frame()
    assert not news.put(1, frame(0), 0)


def test_a_writer_that_waits_goes_on_when_there_is_room() -> None:
    news: NewsQueue[object] = NewsQueue(1)
    news.put(1, "a", 0)
    writer = threading.Thread(target=news.put, args=(1, "b", 30))
    writer.start()

    assert [news.get(10), news.get(10)] == [(1, "a"), (1, "b")]
    writer.join(10)
    assert not writer.is_alive()
