"""What every source is: something that gives unmasked pictures until it is closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from camera.clock import Clock, SystemClock
from camera.frame import Frame, PictureSize
from camera.sources.metering import Meter


class SourceError(Exception):
    """A source can't be opened or gave up; the message is one plain sentence with the fix."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What the owner asks of a camera. Files keep their own size and rate."""

    width_px: int = 1280
    height_px: int = 720
    fps: float = 15.0
    clock: Clock = field(default_factory=SystemClock)
    meter: Meter = field(default_factory=Meter)
    """Where the exposure of a camera that can be told may look."""


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as it is written on the command line, taken apart."""

    kind: str
    address: str
    settings: Mapping[str, str]

    def refuse_unknown(self, known: tuple[str, ...]) -> None:
        """Raises SourceError when there is a setting that is not in `known`."""
        for name in self.settings:
            if name not in known:
                allowed = ", ".join(known) or "none"
                raise SourceError(f"source {self.kind} has no setting {name!r}: it knows {allowed}")

    def is_on(self, name: str) -> bool:
        """Whether the switch `name` is set to 1. Raises SourceError when it is neither 0 nor 1."""
        value = self.settings.get(name, "0")
        if value not in ("0", "1"):
            raise SourceError(f"setting {name}={value} of source {self.kind} must be 0 or 1")
        return value == "1"

    def is_unpaced(self) -> bool:
        """Whether `speed=max` is set. Raises SourceError on another speed."""
        value = self.settings.get("speed", "real")
        if value not in ("real", "max"):
            raise SourceError(f"setting speed={value} of source {self.kind} must be real or max")
        return value == "max"


class Source(Protocol):
    """Gives pictures of one size. `close` may be called from any thread, more than once."""

    @property
    def kind(self) -> str:
        """As in `SOURCES`; shown to the owner."""

    @property
    def size(self) -> PictureSize:
        """Of every picture."""

    @property
    def fps(self) -> float:
        """Nominal pictures per second."""

    @property
    def is_live(self) -> bool:
        """True when pictures come at the pace of real time, so that silence means trouble.

        False when they come as fast as they are taken; `captured_at_ns` then counts from 0 at the first picture.
        """

    def frames(self) -> Iterator[Frame]:
        """The pictures, each owned by who takes it, capture times strictly growing; ends at the end or after `close`.

        Call it once, from one thread. Raises SourceError when the source gives up.
        """

    def close(self) -> None:
        """End `frames` soon: it returns without a further picture once it has stopped waiting for one."""
