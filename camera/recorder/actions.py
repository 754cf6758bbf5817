"""What the recorder tells the pipeline to do with the vault; values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from camera.contract import AccessUnit

ClipCause: TypeAlias = Literal["motion", "press", "manual", "message"]
ClipEnd: TypeAlias = Literal["quiet", "cap", "stopped", "off", "fault"]
StopReason: TypeAlias = Literal["stopped", "off", "fault"]


@dataclass(frozen=True, slots=True)
class StartClip:
    """Open a clip that begins with `units`: never empty, the first is a key picture, oldest first."""

    cause: ClipCause
    units: tuple[AccessUnit, ...]


@dataclass(frozen=True, slots=True)
class AppendUnit:
    """Add one unit to the open clip."""

    unit: AccessUnit


@dataclass(frozen=True, slots=True)
class EndClip:
    """Close the open clip."""

    end: ClipEnd


RecorderAction: TypeAlias = StartClip | AppendUnit | EndClip
