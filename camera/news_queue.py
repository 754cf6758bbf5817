"""What a lens has heard and nobody has taken yet: bounded, in order; when it is full, the oldest frame goes."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Generic, TypeVar

from camera.frame import Frame

T = TypeVar("T")


class NewsQueue(Generic[T]):
    """Safe for one reader and many writers.

    Invariant: nothing overtakes anything, and only frames are ever dropped, so a frame never comes before the news of
    the source that made it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: deque[tuple[int, T]] = deque()
        self._changed = threading.Condition()

    def put(self, turn: int, news: T, wait_s: float) -> bool:
        """Append when there is room within `wait_s`; False when there was none."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._held) < self._most, wait_s):
                return False
            self._held.append((turn, news))
            self._changed.notify_all()
            return True

    def get(self, wait_s: float) -> tuple[int, T] | None:
        """The oldest with the turn that it was put under, or None when nothing came for `wait_s`."""
        deadline_s = time.monotonic() + wait_s
        with self._changed:
            while not self._held:
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    return None
                self._changed.wait(left_s)
            oldest = self._held.popleft()
            self._changed.notify_all()
            return oldest

    def drop_oldest_frame(self) -> None:
        """Makes room by the oldest frame; other news stays, whatever its age."""
        with self._changed:
            for at, (_, news) in enumerate(self._held):
                if isinstance(news, Frame):
                    del self._held[at]
                    self._changed.notify_all()
                    return
