"""Decides which access units go into which clip; no I/O, no clock of its own."""

from __future__ import annotations

from dataclasses import dataclass

from camera.contract import AccessUnit
from camera.recorder.actions import AppendUnit, ClipCause, EndClip, RecorderAction, StartClip, StopReason
from camera.recorder.preroll import Preroll

_NS_PER_S = 1_000_000_000
_STRONGEST_FIRST: tuple[ClipCause, ...] = ("message", "press", "manual", "motion")
_MOST_RUN_OVER = 0.1
"""Of the cap."""


@dataclass(frozen=True, slots=True)
class RecorderSettings:
    """How long clips are. `cooldown_s`: after a clip, motion alone opens no other for so long."""

    pre_roll_s: float = 5.0
    post_roll_s: float = 8.0
    press_s: float = 30.0
    manual_s: float = 30.0
    clip_cap_s: float = 120.0
    cooldown_s: float = 0.0
    pre_roll_limit_bytes: int = 16 * 1024 * 1024
    record_on_motion: bool = True

    def __post_init__(self) -> None:
        for name in ("pre_roll_s", "post_roll_s", "press_s", "manual_s", "cooldown_s"):
            value = getattr(self, name)
            if value < 0:
                raise ValueError(f"recorder setting {name} is {value}, it must be 0 or more")
        if self.clip_cap_s <= self.pre_roll_s:
            raise ValueError(f"clip cap of {self.clip_cap_s} s must be longer than the pre-roll of {self.pre_roll_s} s")


class Recorder:
    """The state machine between encoder and vault.

    Invariants of the actions, in the order given: `StartClip` and `EndClip` alternate; a clip's first unit is a key
    picture; within a clip `pts_90k` strictly grows, so no unit stands in it twice; nothing is appended outside a clip.
    A clip goes on until `post_roll_s` after the last motion, or `press_s`/`manual_s` after it was asked for. At the
    first key picture at or past the cap it ends, and when it is still wanted the next one starts with that picture.
    Where all that is wanted ends within a tenth of the cap, it runs over instead: no clip of half a second follows.
    A clip soon after another repeats at most the group of pictures in which that one ended.

    All times are the monotonic clock of the access units. A crash leaves nothing behind: the vault's clip is cut.
    Not safe for several threads.
    """

    def __init__(self, settings: RecorderSettings | None = None) -> None:
        self._settings = settings or RecorderSettings()
        self._preroll = Preroll(self._settings.pre_roll_s, self._settings.pre_roll_limit_bytes)
        self._records_on_motion = self._settings.record_on_motion
        self._is_moving = False
        self._wanted_until_ns: dict[ClipCause, int] = {}
        self._clip_began_ns: int | None = None
        self._motion_barred_until_ns: int | None = None
        self._last_pts_90k: int | None = None

    @property
    def is_recording(self) -> bool:
        return self._clip_began_ns is not None

    def on_unit(self, unit: AccessUnit) -> list[RecorderAction]:
        """Take the next unit of the encoder.

        A unit whose pts does not grow means that the encoder began anew: the clip ends as a fault first.
        """
        actions: list[RecorderAction] = []
        if self._last_pts_90k is not None and unit.pts_90k <= self._last_pts_90k:
            actions += self.on_stop("fault")
        self._last_pts_90k = unit.pts_90k
        self._preroll.add(unit)
        if self._clip_began_ns is None:
            return actions + self._start_if_wanted(unit.captured_at_ns)
        return actions + self._continue(unit, self._clip_began_ns)

    def on_motion(self, is_active: bool, now_ns: int) -> list[RecorderAction]:
        """Take the detector's answer; call it for each reading or for each change, as you like."""
        if is_active or self._is_moving:
            self._want("motion", now_ns, self._settings.post_roll_s)
        self._is_moving = is_active
        return self._start_if_wanted(now_ns)

    def on_press(self, now_ns: int) -> list[RecorderAction]:
        """The button was pressed: recorded whatever the settings say, with the next key picture at the latest."""
        self._want("press", now_ns, self._settings.press_s)
        return self._start_if_wanted(now_ns)

    def on_manual(self, now_ns: int) -> list[RecorderAction]:
        """The owner asked for a clip."""
        self._want("manual", now_ns, self._settings.manual_s)
        return self._start_if_wanted(now_ns)

    def on_message(self, now_ns: int, longest_s: float) -> list[RecorderAction]:
        """A visitor leaves a message: what is recorded now ends, and a clip of its own begins.

        It repeats at most the group of pictures in which the one before ended.
        """
        actions = self._end_quiet(now_ns)
        self._want("message", now_ns, longest_s)
        return actions + self._start_if_wanted(now_ns)

    def on_message_end(self, now_ns: int) -> list[RecorderAction]:
        """What is wanted besides is another clip."""
        if self._wanted_until_ns.pop("message", None) is None:
            return []
        return self._end_quiet(now_ns) + self._start_if_wanted(now_ns)

    def on_stop(self, why: StopReason) -> list[RecorderAction]:
        """End the open clip and forget the pre-roll, as at the end, at "off", at a new mask, at a lost source.

        After a "fault" what was wanted is still wanted: a new clip starts with the next key picture. After any other
        reason the recorder waits for a new cause.
        """
        self._preroll.clear()
        self._last_pts_90k = None
        if why != "fault":
            self._is_moving = False
            self._wanted_until_ns.clear()
            self._motion_barred_until_ns = None
        if self._clip_began_ns is None:
            return []
        self._clip_began_ns = None
        return [EndClip(why)]

    def set_record_on_motion(self, is_on: bool) -> None:
        """Off: motion neither starts nor prolongs a clip; a clip that only motion wanted ends with the next unit."""
        self._records_on_motion = is_on

    def _want(self, cause: ClipCause, now_ns: int, for_s: float) -> None:
        until_ns = now_ns + round(for_s * _NS_PER_S)
        self._wanted_until_ns[cause] = max(until_ns, self._wanted_until_ns.get(cause, until_ns))

    def _cause_at(self, now_ns: int) -> ClipCause | None:
        """Why there should be a clip at this moment, or None."""
        for cause in _STRONGEST_FIRST:
            if cause == "motion" and not self._records_on_motion:
                continue
            is_lasting = cause == "motion" and self._is_moving
            if is_lasting or now_ns < self._wanted_until_ns.get(cause, now_ns):
                return cause
        return None

    def _start_if_wanted(self, now_ns: int) -> list[RecorderAction]:
        cause = self._cause_at(now_ns)
        if self.is_recording or cause is None or (cause == "motion" and self._is_motion_barred(now_ns)):
            return []
        units = self._preroll.units(now_ns)
        return self._start(cause, units) if units else []

    def _is_motion_barred(self, now_ns: int) -> bool:
        return self._motion_barred_until_ns is not None and now_ns < self._motion_barred_until_ns

    def _start(self, cause: ClipCause, units: tuple[AccessUnit, ...]) -> list[RecorderAction]:
        self._clip_began_ns = units[0].captured_at_ns
        return [StartClip(cause, units)]

    def _continue(self, unit: AccessUnit, began_ns: int) -> list[RecorderAction]:
        now_ns = unit.captured_at_ns
        cause = self._cause_at(now_ns)
        if cause is None:
            return self._end_quiet(now_ns)
        is_at_cap = now_ns - began_ns >= self._settings.clip_cap_s * _NS_PER_S
        if unit.is_key and is_at_cap and not self._runs_over(began_ns):
            return [EndClip("cap"), *self._start(cause, (unit,))]
        return [AppendUnit(unit)]

    def _end_quiet(self, now_ns: int) -> list[RecorderAction]:
        if self._clip_began_ns is None:
            return []
        self._clip_began_ns = None
        self._motion_barred_until_ns = now_ns + round(self._settings.cooldown_s * _NS_PER_S)
        self._preroll.keep_current_gop()
        return [EndClip("quiet")]

    def _runs_over(self, began_ns: int) -> bool:
        """Whether so little is wanted past the cap that it is no clip of its own."""
        wanted = dict(self._wanted_until_ns)
        if not self._records_on_motion:
            wanted.pop("motion", None)
        elif self._is_moving:
            return False
        most_s = self._settings.clip_cap_s * (1 + _MOST_RUN_OVER)
        return max(wanted.values()) - began_ns <= most_s * _NS_PER_S
