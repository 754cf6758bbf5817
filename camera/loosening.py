"""The lock on showing more: what waits, and for how much running time still; pure, time is an argument."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec

HOUR_NS = 3600 * 1_000_000_000
WAIT_NS = 24 * HOUR_NS
SAVE_EVERY_NS = 300 * 1_000_000_000
"""A crash costs at most this much of the time that has passed; never the other way."""
MAX_STEP_NS = 60 * 1_000_000_000
"""Longer gaps between two readings of the clock count as this: time that nobody watched pass is not running time."""

_LeftNs: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=WAIT_NS)]


class WaitingDrawing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A drawing that shows more, confirmed by an owner's device; not in force. `mask` is the exact signed text."""

    mask: str
    digest: str
    replaces: str | None
    device: str
    name: str
    newly_visible: float
    is_for_moved_view: bool = False
    """Drawn while the picture was black because the camera had moved: it is for what the camera sees since."""
    left_ns: _LeftNs = WAIT_NS

    def __repr__(self) -> str:
        return f"WaitingDrawing({self.digest[:8]}, {hours(self.left_ns)} h left)"


class WaitingUnlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wish to switch the lock off."""

    device: str
    name: str
    left_ns: _LeftNs = WAIT_NS


class WaitingWake(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wish to end bell-only mode."""

    device: str
    name: str
    left_ns: _LeftNs = WAIT_NS


SoundChoice = Literal["record_sound", "visitor_message"]
"""What an owner chooses that keeps what people say; both off unless chosen."""


class WaitingSound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wish to keep what people say."""

    device: str
    name: str
    what: SoundChoice
    left_ns: _LeftNs = WAIT_NS


Waits: TypeAlias = WaitingDrawing | WaitingUnlock | WaitingWake | WaitingSound


class Waiting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """loosening.json: all that waits."""

    drawing: WaitingDrawing | None = None
    unlock: WaitingUnlock | None = None
    wake: WaitingWake | None = None
    sound: WaitingSound | None = None
    message: WaitingSound | None = None


class Loosening:
    """At most one of each kind waits; a newer one takes the older's place and waits its full time.

    Invariant: nothing becomes due before 24 h were seen to pass in steps of at most a minute since it was asked for,
    whatever the clock says and however often the camera starts. Not safe for several threads.
    """

    def __init__(self, waiting: Waiting, now_ns: int) -> None:
        self._waiting, self._read_at_ns, self._unsaved_ns = waiting, now_ns, 0

    @property
    def waiting(self) -> Waiting:
        return self._waiting

    @property
    def due_drawing(self) -> WaitingDrawing | None:
        drawing = self._waiting.drawing
        return drawing if drawing and drawing.left_ns == 0 else None

    @property
    def due_unlock(self) -> WaitingUnlock | None:
        unlock = self._waiting.unlock
        return unlock if unlock and unlock.left_ns == 0 else None

    @property
    def due_wake(self) -> WaitingWake | None:
        wake = self._waiting.wake
        return wake if wake and wake.left_ns == 0 else None

    @property
    def due_sounds(self) -> list[WaitingSound]:
        waiting = self._waiting
        return [each for each in (waiting.sound, waiting.message) if each and each.left_ns == 0]

    @property
    def is_save_due(self) -> bool:
        """Something changed or time has passed that a crash would forget."""
        return self._unsaved_ns >= SAVE_EVERY_NS

    def saved(self) -> None:
        self._unsaved_ns = 0

    def advance(self, now_ns: int) -> None:
        """`now_ns` of any clock: steps back count as nothing, leaps as a minute."""
        passed_ns = min(max(0, now_ns - self._read_at_ns), MAX_STEP_NS)
        self._read_at_ns = now_ns
        if self._waiting != Waiting():
            self._unsaved_ns += passed_ns
            waiting = self._waiting
            self._waiting = Waiting(
                _older(waiting.drawing, passed_ns),
                _older(waiting.unlock, passed_ns),
                _older(waiting.wake, passed_ns),
                _older(waiting.sound, passed_ns),
                _older(waiting.message, passed_ns),
            )

    def hold(self, what: Waits, now_ns: int) -> None:
        """`what` waits from now on."""
        self.advance(now_ns)
        match what:
            case WaitingDrawing():
                self._change(drawing=what)
            case WaitingUnlock():
                self._change(unlock=what)
            case WaitingWake():
                self._change(wake=what)
            case WaitingSound(what="record_sound"):
                self._change(sound=what)
            case WaitingSound():
                self._change(message=what)

    def drop_drawing(self) -> WaitingDrawing | None:
        """It never comes into force; gives what was dropped."""
        dropped = self._waiting.drawing
        self._change(drawing=None)
        return dropped

    def drop_unlock(self) -> WaitingUnlock | None:
        dropped = self._waiting.unlock
        self._change(unlock=None)
        return dropped

    def drop_wake(self) -> WaitingWake | None:
        dropped = self._waiting.wake
        self._change(wake=None)
        return dropped

    def drop_sound(self, what: SoundChoice) -> WaitingSound | None:
        if what == "record_sound":
            dropped = self._waiting.sound
            self._change(sound=None)
        else:
            dropped = self._waiting.message
            self._change(message=None)
        return dropped

    def _change(self, **parts: Waits | None) -> None:
        """To be saved, and where that fails, soon: what is dropped here only would come back with the next start."""
        before, self._waiting = self._waiting, msgspec.structs.replace(self._waiting, **parts)
        if self._waiting != before:
            self._unsaved_ns = SAVE_EVERY_NS


W = TypeVar("W", WaitingDrawing, WaitingUnlock, WaitingWake, WaitingSound)


def _older(waiting: W | None, passed_ns: int) -> W | None:
    if waiting is None:
        return None
    return msgspec.structs.replace(waiting, left_ns=max(0, waiting.left_ns - passed_ns))


def hours(left_ns: int) -> int:
    """Whole hours, rounded up: 0 only when nothing is left."""
    return -(-left_ns // HOUR_NS)
