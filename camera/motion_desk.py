"""Where the running camera's motion is set and looked at: the owner's wishes on one side, the detector on the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from camera.clock import Clock
from camera.motion import MotionReading, MotionTuning
from camera.motion_overlay import MotionOverlay, padded
from camera.motion_wishes import MotionFile, MotionWishes


class MotionDesk:
    """`keep` comes from commands, one at a time; `tuning`, `minute_of_day` and `read` from the video thread.

    A crash leaves what was kept last.
    """

    def __init__(
        self, folder: Path, clock: Clock, use: Callable[[MotionTuning], None], seal: Callable[[bytes], bytes]
    ) -> None:
        """`use` puts a tuning in force from the next picture on; `seal` makes an age file to the owner."""
        self._file = MotionFile(folder)
        self._clock, self._use, self._seal = clock, use, seal
        self.overlay = MotionOverlay(clock)

    @property
    def wishes(self) -> MotionWishes:
        return self._file.wishes

    @property
    def fault(self) -> str | None:
        """One sentence when what was set could not be read and the default is in force."""
        return self._file.fault

    def tuning(self) -> MotionTuning:
        return self._file.tuning

    def minute_of_day(self) -> int | None:
        """Of the UTC day, which is what the wishes go by; None while the clock may be wrong: then no bar is raised."""
        return self._clock.wall_ms() // 60_000 % 1440 if self._clock.quality() != "unsynced" else None

    def read(self, reading: MotionReading, captured_at_ns: int) -> None:
        self.overlay.offer(reading, captured_at_ns)

    def keep(self, wishes: MotionWishes) -> None:
        """On the disk, then in force. Raises TuningError or OSError with nothing changed."""
        self._file.keep(wishes)
        self._use(self._file.tuning)

    def sealed_view(self, viewer: str) -> bytes | None:
        """What moves now, for this viewer, as an age file; None when it asks too often."""
        seen = self.overlay.ask(viewer)
        return None if seen is None else self._seal(padded(seen))
