"""Takes the people-free picture when an owner asks, keeps it ten minutes in memory, and never writes it down."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from camera.clock import Clock
from camera.frame import Frame, PictureSize
from camera.plate import PlateMaker

KEPT_NS = 600 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Plate:
    """A finished plate, unsealed: **only for sealing to the owner.**"""

    png: bytes = field(repr=False)
    taken_at_ms: int
    taken_at_ns: int
    size: PictureSize


class PlateSession:
    """At most one plate in the making. Frames are looked at only while one is; safe from any thread."""

    def __init__(self, duration_s: float, clock: Clock) -> None:
        self._duration_s, self._clock = duration_s, clock
        self._lock = threading.Lock()
        self._maker: PlateMaker | None = None
        self._is_wanted = False
        self._is_developing = False
        self._plate: Plate | None = None
        self._size = PictureSize(1280, 720)

    @property
    def size(self) -> PictureSize:
        return self._size

    def offer(self, frame: Frame) -> None:
        """Called with every frame; copies one only when a sample is due."""
        with self._lock:
            if not self._is_wanted:
                return
            if self._maker is None or frame.size != self._size:
                self._size = frame.size
                self._maker = PlateMaker(frame.size, self._duration_s)
            self._maker.offer(frame)
            if self._maker.is_done:
                maker, self._maker, self._is_wanted, self._is_developing = self._maker, None, False, True
                threading.Thread(target=self._develop, args=(maker,), name="plate", daemon=True).start()

    def _develop(self, maker: PlateMaker) -> None:
        """Half a second of arithmetic, off the video thread."""
        plate = Plate(maker.png(), self._clock.wall_ms(), self._clock.monotonic_ns(), self._size)
        with self._lock:
            if self._is_developing:
                self._plate, self._is_developing = plate, False

    def ask(self, *, is_fresh: bool) -> tuple[float, Plate | None]:
        """Progress 0.0-1.0, and the plate once it is there; starts one where there is none or a fresh one is wanted."""
        with self._lock:
            plate = self._plate
            if plate and self._clock.monotonic_ns() - plate.taken_at_ns > KEPT_NS:
                plate = self._plate = None
            if self._is_developing:
                return 0.99, None
            if is_fresh and not self._is_wanted:
                plate = self._plate = None
            if plate:
                return 1.0, plate
            self._is_wanted = True
            return min(self._maker.progress if self._maker else 0.0, 0.99), None

    def forget(self) -> None:
        with self._lock:
            self._maker, self._plate, self._is_wanted, self._is_developing = None, None, False, False
