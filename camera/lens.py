"""Keeps a source delivering: reads it on a thread of its own, notices when it delivers nothing, and opens it again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from camera.frame import Frame, PictureSize
from camera.news_queue import NewsQueue
from camera.sources import Source, SourceError

logger = logging.getLogger(__name__)

QUEUE_FRAMES = 4
"""Full: a live source's oldest frame is dropped; a file read as fast as it goes waits instead."""
_FIRST_RETRY_S, _LAST_RETRY_S = 0.5, 8.0
_MOST_PATIENCE = 8
"""How many times the stall limit a source may get after it was cut off before its first picture."""


@dataclass(frozen=True, slots=True)
class LensOpened:
    """The source was opened; frames of this size follow."""

    size: PictureSize
    fps: float
    kind: str


@dataclass(frozen=True, slots=True)
class LensLost:
    """The source delivers nothing; `why` is one sentence. It is tried again."""

    why: str


LensNews: TypeAlias = LensOpened | LensLost | Frame


class Lens:
    """An endless stream of news about one source.

    A source that blocks for ever cannot be interrupted in Python: its thread is left behind (daemon) and a new one
    started. Invariant: a frame of an abandoned thread is never delivered.
    """

    def __init__(self, open_source: Callable[[], Source], stall_s: float, *, is_patient: bool = False) -> None:
        """`is_patient`: never drop a frame (files at full speed)."""
        self._open, self._stall_s, self._is_patient = open_source, stall_s, is_patient
        self._patience_s = stall_s
        self._news: NewsQueue[LensNews] = NewsQueue(QUEUE_FRAMES)
        self._turn = 0
        self._source: Source | None = None
        self._retry_s = _FIRST_RETRY_S
        self._retry_at_s: float | None = 0.0
        self._is_closed = threading.Event()

    def next(self, wait_s: float) -> LensNews | None:
        """The next frame or change, or None when nothing happened for `wait_s`."""
        if self._retry_at_s is not None:
            left_s = self._retry_at_s - time.monotonic()
            if left_s > wait_s:
                self._is_closed.wait(wait_s)
                return None
            self._is_closed.wait(max(left_s, 0.0))
            self._start()
        deadline_s = time.monotonic() + min(wait_s, self._stall_s)
        while (left_s := deadline_s - time.monotonic()) > 0:
            heard = self._news.get(left_s)
            if heard is None:
                break
            turn, news = heard
            if turn == self._turn:
                return self._heard(news)
        return self._check_stall()

    def close(self) -> None:
        """Stop reading; safe from any thread."""
        self._is_closed.set()
        self._turn += 1
        self._retry_at_s = None
        if self._source:
            self._source.close()

    def _start(self) -> None:
        self._turn += 1
        self._retry_at_s = None
        self._heard_at_s = time.monotonic()
        threading.Thread(target=self._read, args=(self._turn,), name=f"lens-{self._turn}", daemon=True).start()

    def _heard(self, news: LensNews) -> LensNews:
        self._heard_at_s = time.monotonic()
        if isinstance(news, LensLost):
            self._plan_retry()
        elif isinstance(news, Frame):
            self._retry_s, self._patience_s = _FIRST_RETRY_S, self._stall_s
        return news

    def _check_stall(self) -> LensNews | None:
        if self._is_closed.is_set() or time.monotonic() - self._heard_at_s < self._patience_s:
            return None
        waited_s = self._patience_s
        # A busy machine may need longer than that to open a source; cut off each time, it would never deliver.
        self._patience_s = min(waited_s * 2, self._stall_s * _MOST_PATIENCE)
        source, self._source = self._source, None
        if source:
            threading.Thread(target=source.close, name="lens-close", daemon=True).start()
        self._plan_retry()
        return LensLost(
            f"the camera has delivered no picture for {waited_s:.0f} s: check its cable; it is being restarted"
        )

    def _plan_retry(self) -> None:
        self._turn += 1
        self._retry_at_s = time.monotonic() + self._retry_s
        self._retry_s = min(self._retry_s * 2, _LAST_RETRY_S)

    def _read(self, turn: int) -> None:
        try:
            source = self._open()
            if turn != self._turn:
                source.close()
                return
            self._source = source
            self._tell(turn, LensOpened(source.size, source.fps, source.kind))
            for frame in source.frames():
                if turn != self._turn:
                    break
                self._tell(turn, frame)
            source.close()
            self._tell(turn, LensLost("the video has ended"))
        except SourceError as error:
            self._tell(turn, LensLost(str(error)))
        except Exception as error:  # outermost loop of this thread: whatever a driver throws, the camera goes on
            logger.exception("the source failed")
            self._tell(turn, LensLost(f"the camera failed ({type(error).__name__}): it is being restarted"))

    def _tell(self, turn: int, news: LensNews) -> None:
        while turn == self._turn:
            if self._news.put(turn, news, 0.5 if self._is_patient else 0.001):
                return
            if not self._is_patient:
                self._news.drop_oldest_frame()
