"""What moves right now and whether it counts, for the owner's set-up page; in memory only, and only while one asks.

**It says where in the picture something moves**: it leaves the camera sealed to the owner, and only in answer to an
owner's signed request that names a live ticket of the same device.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

import msgspec

from camera.clock import Clock
from camera.motion import Box, MotionReading, WhyNot

WANTED_NS = 5_000_000_000
"""So long after the last request no reading is kept any more."""
SESSION_NS = 150_000_000_000
"""So long after its last request a page is a new one: longer than a ticket lives, so that each ticket is one."""
STEP_NS = 200_000_000
"""One page may ask at most so often."""
PADDED_BYTES = 4096
"""Every answer has this length before it is sealed, so that whoever carries it can't tell how much moves."""
_STALE_NS = 1_000_000_000
_ONE_EVENT_NS = 5_000_000_000
_COUNTED_AT_MOST = 12

_Place = tuple[float, float, float, float]


class Ignored(msgspec.Struct, frozen=True):
    """`box` is left, top, width, height; `why` a name of `WhyNot`."""

    box: _Place
    why: str


class MotionSeen(msgspec.Struct, frozen=True):
    """One answer. `looking` is False while no picture was looked at within the last second.

    `counts` and `ignored` are of the newest picture; `events` and `given_up` were counted since the page began to ask.
    """

    at_ms: int
    looking: bool
    counts: tuple[_Place, ...]
    ignored: tuple[Ignored, ...]
    events: int
    given_up: dict[str, int]


@dataclass(slots=True)
class _Session:
    """Of one page; the ticket's name is its own."""

    asked_at_ns: int
    events: int = 0
    given_up: Counter[WhyNot] = field(default_factory=Counter)


class MotionOverlay:
    """Invariant: no reading is kept unless somebody asked within the last 5 s. Safe from any thread.

    Sessions are counts alone, one for each ticket that asked; one that stops asking is forgotten.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[str, _Session] = {}
        self._newest: MotionReading | None = None
        self._newest_at_ns = 0
        self._active_at_ns: int | None = None

    def offer(self, reading: MotionReading, captured_at_ns: int) -> None:
        """Called with every picture's reading, on the video thread."""
        with self._lock:
            if not self._is_wanted():
                return
            is_new_event = reading.is_active and (
                self._active_at_ns is None or captured_at_ns - self._active_at_ns > _ONE_EVENT_NS
            )
            if reading.is_active:
                self._active_at_ns = captured_at_ns
            for session in self._sessions.values():
                session.events += is_new_event
                session.given_up.update(reading.suppressed)
            self._newest, self._newest_at_ns = reading, self._clock.monotonic_ns()

    def has(self, viewer: str) -> bool:
        """Whether this page has asked lately."""
        with self._lock:
            self._is_wanted()
            return viewer in self._sessions

    def ask(self, viewer: str) -> MotionSeen | None:
        """What is seen now; the first request of a page begins its count. None when it asked less than 0.2 s ago."""
        with self._lock:
            now_ns = self._clock.monotonic_ns()
            session = self._sessions.get(viewer)
            if session is None:
                session = self._sessions[viewer] = _Session(now_ns)
            elif now_ns - session.asked_at_ns < STEP_NS:
                return None
            session.asked_at_ns = now_ns
            is_fresh = self._newest is not None and now_ns - self._newest_at_ns <= _STALE_NS
            reading = self._newest if is_fresh else None
            return MotionSeen(
                at_ms=self._clock.wall_ms(),
                looking=reading is not None,
                counts=tuple(_place(box) for box in reading.boxes[:_COUNTED_AT_MOST]) if reading else (),
                ignored=tuple(Ignored(_place(c.box), c.why_not.value) for c in reading.candidates) if reading else (),
                events=session.events,
                given_up={why.value: session.given_up[why] for why in WhyNot if session.given_up[why]},
            )

    def _is_wanted(self) -> bool:
        """Forgets what is too old, and says whether anybody still asks."""
        now_ns = self._clock.monotonic_ns()
        self._sessions = {v: s for v, s in self._sessions.items() if now_ns - s.asked_at_ns <= SESSION_NS}
        is_wanted = any(now_ns - s.asked_at_ns <= WANTED_NS for s in self._sessions.values())
        if not is_wanted:
            self._newest, self._active_at_ns = None, None
        return is_wanted


def padded(seen: MotionSeen) -> bytes:
    """As JSON of always the same length; ignored things that do not fit are left out, the last first."""
    ignored = seen.ignored
    while True:
        data = msgspec.json.encode(msgspec.structs.replace(seen, ignored=ignored))
        if len(data) <= PADDED_BYTES or not ignored:
            return data.ljust(PADDED_BYTES)
        ignored = ignored[:-1]


def _place(box: Box) -> _Place:
    return round(box.left, 3), round(box.top, 3), round(box.width, 3), round(box.height, 3)
