"""Takes the people-free picture when an owner asks, keeps it ten minutes in memory, and never writes it down."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from camera.clock import Clock
from camera.frame import Frame, PictureSize
from camera.plate import PlateMaker, Samples, develop

logger = logging.getLogger(__name__)

KEPT_NS = 600 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate, unsealed: **only for sealing to the owner.** A draft is blurred and gives way to the final one."""

    png: bytes = field(repr=False)
    taken_at_ms: int
    """Wall clock at its last sample."""
    taken_at_ns: int
    """Monotonic clock then, for its age alone."""
    size: PictureSize
    is_final: bool


class PlateSession:
    """At most one plate in the making. Frames are looked at only while one is; safe from any thread.

    Developing takes a second and has a thread of its own; a result that was overtaken by `forget` is dropped.
    """

    def __init__(self, duration_s: float, clock: Clock) -> None:
        self._duration_s, self._clock = duration_s, clock
        self._lock = threading.Lock()
        self._turn = 0
        self._maker: PlateMaker | None = None
        self._is_wanted = False
        self._is_developing = False
        self._has_drafted = False
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
                self._begin(frame.size)
            assert self._maker is not None
            self._maker.offer(frame)
            if self._maker.is_done:
                samples, self._maker, self._is_wanted, self._is_developing = self._maker.samples(), None, False, True
                self._start_developing(samples, is_final=True)
            elif self._maker.has_draft and not self._has_drafted:
                self._has_drafted = True
                self._start_developing(self._maker.samples(), is_final=False)

    def ask(self, *, is_fresh: bool) -> tuple[float, Plate | None]:
        """Progress 0.0-1.0, and the best plate there is; starts one where there is none or a fresh one is wanted.

        Progress below 1.0 beside a plate means that the plate is a draft.
        """
        with self._lock:
            plate = self._plate
            if plate and self._clock.monotonic_ns() - plate.taken_at_ns > KEPT_NS:
                plate = self._plate = None
            if self._is_developing:
                return 0.99, plate
            if is_fresh and not self._is_wanted:
                plate = self._plate = None
            if plate and plate.is_final:
                return 1.0, plate
            self._is_wanted = True
            return min(self._maker.progress if self._maker else 0.0, 0.99), plate

    def forget(self) -> None:
        with self._lock:
            self._turn += 1
            self._maker, self._plate = None, None
            self._is_wanted = self._is_developing = self._has_drafted = False

    def _begin(self, size: PictureSize) -> None:
        self._turn += 1
        self._size, self._plate, self._has_drafted = size, None, False
        self._maker = PlateMaker(size, self._duration_s)

    def _start_developing(self, samples: Samples, *, is_final: bool) -> None:
        now_ms, now_ns, size = self._clock.wall_ms(), self._clock.monotonic_ns(), self._size
        turn = self._turn

        def work() -> None:
            plate: Plate | None
            try:
                png = develop(samples, is_draft=not is_final)
                plate = Plate(png, now_ms, now_ns, size, is_final)
            except Exception:  # outermost loop of this thread: the next request takes a new plate
                logger.exception("the plate could not be developed")
                plate = None
            self._developed(turn, plate, is_final=is_final)

        threading.Thread(target=work, name="plate", daemon=True).start()

    def _developed(self, turn: int, plate: Plate | None, *, is_final: bool) -> None:
        with self._lock:
            if turn != self._turn:
                return
            if is_final:
                self._is_developing = False
            if plate and not (self._plate and self._plate.is_final):
                self._plate = plate
