"""How long each clip has been there, by the hours in which the camera ran: no clock that jumps can make one older."""

from __future__ import annotations

import bisect
import contextlib
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from camera.vault.errors import StorageError
from camera.vault.files import Files, write_durably

MARK_EVERY_S = 600
"""A clip counts as younger than it is by at most this, and by as much again for each power cut since."""
NAME = "ages"
_MARK = struct.Struct(">QQ")
_CHECK = struct.Struct(">I")
_MARK_BYTES = _MARK.size + _CHECK.size
_MOST_MARKS = 100 * 24 * 6
"""A hundred days of them; older clips count as a hundred days old."""
_NS_PER_S = 1_000_000_000


class Ages:
    """Marks `(running time, number of the next clip)`: every clip with a lower number was begun before that time.

    One mark is appended each ten minutes. Whatever becomes of the file, an age is never too high: a mark that is lost,
    torn or hollow makes clips younger, and one that says more clips than there ever were makes all marks void. Time
    without power does not count, as nobody can tell how long that was; so nothing is deleted for a clock that is wrong.
    Nothing here raises: what the card refuses is tried again with the next mark. Not thread-safe.
    """

    def __init__(self, root: Path, files: Files, monotonic_ns: Callable[[], int], next_number: int) -> None:
        """`next_number`: that of the clip to come."""
        self._path, self._files, self._monotonic_ns = root / NAME, files, monotonic_ns
        self._began_ns = monotonic_ns()
        self._is_whole = False
        self._marks = self._stored()
        self._before_s = self._marks[-1][0] if self._marks else 0
        if self._marks and self._marks[-1][1] > next_number:
            self._marks, self._is_whole = [], False
        self._numbers = [number for _, number in self._marks]

    def age_s(self, number: int) -> int:
        """Seconds that the camera has run since the clip with this number was begun, at least."""
        at = bisect.bisect_right(self._numbers, number)
        return self._running_s() - self._marks[at][0] if at < len(self._marks) else 0

    def mark(self, next_number: int, *, is_last: bool = False) -> None:
        """Write a mark when one is due, or before the camera ends."""
        if not is_last and self._marks and self._running_s() - self._marks[-1][0] < MARK_EVERY_S:
            return
        mark = (self._running_s(), next_number)
        self._marks.append(mark)
        self._numbers.append(next_number)
        with contextlib.suppress(StorageError):
            self._append(mark) if self._is_whole else self._replace()

    def _running_s(self) -> int:
        return self._before_s + (self._monotonic_ns() - self._began_ns) // _NS_PER_S

    def _append(self, mark: tuple[int, int]) -> None:
        self._is_whole = False  # until it is known to be
        file = self._files.open(self._path, is_new=False)
        try:
            file.write(memoryview(_encoded(mark)))
            file.sync()
        finally:
            file.close()
        self._is_whole = True

    def _replace(self) -> None:
        write_durably(self._files, self._path, b"".join(map(_encoded, self._marks[-_MOST_MARKS:])))
        self._is_whole = True

    def _stored(self) -> list[tuple[int, int]]:
        """What can be read; anything odd about the file has it written anew with the next mark."""
        try:
            if self._files.size(self._path) is None:
                return []
            data = self._files.read(self._path)
        except StorageError:
            return []
        marks = list(_decoded(data))
        self._is_whole = len(marks) * _MARK_BYTES == len(data) and len(marks) <= 2 * _MOST_MARKS
        return marks


def _encoded(mark: tuple[int, int]) -> bytes:
    packed = _MARK.pack(*mark)
    return packed + _CHECK.pack(zlib.crc32(packed))


def is_whole(data: bytes) -> bool:
    """Whether every mark in it can be read."""
    return sum(1 for _ in _decoded(data)) * _MARK_BYTES == len(data)


def _decoded(data: bytes) -> Iterator[tuple[int, int]]:
    """Marks that are whole, each with no less of anything than the one before."""
    last = (0, 0)
    for start in range(0, len(data) - _MARK_BYTES + 1, _MARK_BYTES):
        packed = data[start : start + _MARK.size]
        if _CHECK.unpack_from(data, start + _MARK.size)[0] != zlib.crc32(packed):
            continue
        running_s, number = _MARK.unpack(packed)
        if running_s >= last[0] and number >= last[1]:
            last = (running_s, number)
            yield last
