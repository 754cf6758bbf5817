"""The last seconds of access units in memory, so that a clip can begin before its cause; never touches a disk."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from camera.contract import AccessUnit

_NS_PER_S = 1_000_000_000


@dataclass(slots=True)
class _Gop:
    """A key picture and all that depends on it."""

    units: list[AccessUnit] = field(default_factory=list)
    size_bytes: int = 0

    def add(self, unit: AccessUnit) -> None:
        self.units.append(unit)
        self.size_bytes += len(unit.data)


class Preroll:
    """A ring of whole groups of pictures: it is empty or starts with a key picture, always.

    It reaches back `span_s` (to within one picture) where it can and at most one group further, and never holds more
    than `limit_bytes`: when full, the oldest group goes, and a single group over the limit goes as a whole, after which
    nothing is held until the next key picture. Nothing survives a crash. Not safe for several threads.
    """

    def __init__(self, span_s: float = 5.0, limit_bytes: int = 16 * 1024 * 1024) -> None:
        if span_s < 0 or limit_bytes <= 0:
            raise ValueError(f"pre-roll of {span_s} s and {limit_bytes} bytes: give a span >= 0 and a limit > 0")
        self._span_ns = round(span_s * _NS_PER_S)
        self._limit_bytes = limit_bytes
        self._gops: deque[_Gop] = deque()
        self._size_bytes = 0

    @property
    def size_bytes(self) -> int:
        """Encoded bytes now held, never above the limit."""
        return self._size_bytes

    def add(self, unit: AccessUnit) -> None:
        """Take the newest unit; one that depends on a key picture that is not held is dropped."""
        if unit.is_key:
            self._gops.append(_Gop())
        elif not self._gops:
            return
        self._gops[-1].add(unit)
        self._size_bytes += len(unit.data)
        while self._size_bytes > self._limit_bytes:
            self._drop_oldest()
        self._forget_before(unit.captured_at_ns - self._span_ns)

    def units(self, now_ns: int) -> tuple[AccessUnit, ...]:
        """What a clip that starts at `now_ns` begins with, oldest first.

        Empty when no key picture is held, or when the newest unit is older than the span (the source stalled).
        """
        oldest_ns = now_ns - self._span_ns
        self._forget_before(oldest_ns)
        if not self._gops or self._gops[-1].units[-1].captured_at_ns < oldest_ns:
            return ()
        return tuple(unit for gop in self._gops for unit in gop.units)

    def keep_current_gop(self) -> None:
        """Forget all but the group that is still growing: the rest is in a clip already."""
        while len(self._gops) > 1:
            self._drop_oldest()

    def clear(self) -> None:
        """Forget everything; the next unit held is a key picture."""
        self._gops.clear()
        self._size_bytes = 0

    def _forget_before(self, oldest_ns: int) -> None:
        while len(self._gops) > 1 and self._gops[0].units[-1].captured_at_ns < oldest_ns:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        self._size_bytes -= self._gops.popleft().size_bytes
