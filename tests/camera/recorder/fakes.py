"""A scripted encoder and a vault that only remembers, and checks what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from camera.contract import AccessUnit
from camera.recorder import AppendUnit, ClipCause, ClipEnd, EndClip, RecorderAction, StartClip

NS_PER_S = 1_000_000_000


def unit_at(time_s: float, is_key: bool, size_bytes: int = 100) -> AccessUnit:
    return AccessUnit(data=b"\0" * size_bytes, pts_90k=round(time_s * 90_000), is_key=is_key, captured_at_ns=ns(time_s))


def ns(time_s: float) -> int:
    return round(time_s * NS_PER_S)


def stream(start_s: float, end_s: float, fps: int = 10, gop_s: float = 2.0) -> list[AccessUnit]:
    """Units of [start_s, end_s), with a key picture first and then each `gop_s`."""
    per_gop = round(gop_s * fps)
    count = round((end_s - start_s) * fps)
    return [unit_at(start_s + i / fps, i % per_gop == 0) for i in range(count)]


@dataclass
class RecordedClip:
    cause: ClipCause
    units: list[AccessUnit]
    end: ClipEnd | None = None

    @property
    def began_s(self) -> float:
        return self.units[0].captured_at_ns / NS_PER_S

    @property
    def last_s(self) -> float:
        return self.units[-1].captured_at_ns / NS_PER_S


@dataclass
class FakeVault:
    """Carries actions out in memory; refuses those that a real vault could not carry out."""

    clips: list[RecordedClip] = field(default_factory=list)

    @property
    def open_clip(self) -> RecordedClip | None:
        return self.clips[-1] if self.clips and self.clips[-1].end is None else None

    def carry_out(self, actions: list[RecorderAction]) -> None:
        for action in actions:
            clip = self.open_clip
            match action:
                case StartClip(cause=cause, units=units):
                    assert clip is None, "a second clip was opened"
                    self.clips.append(RecordedClip(cause, list(units)))
                case AppendUnit(unit=unit):
                    assert clip is not None, "a unit was appended outside a clip"
                    clip.units.append(unit)
                case EndClip(end=end):
                    assert clip is not None, "no clip was open to be ended"
                    clip.end = end
                case _:
                    assert_never(action)
