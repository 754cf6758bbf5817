"""What the owner set about motion, as it stands in DATA/camera/motion.json; judges no picture."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from camera.atomic_file import replace_file
from camera.motion import Box, MotionTuning, RaisedBar, StandingAdult, TriggerArea, TuningError

logger = logging.getLogger(__name__)

MAX_AREAS = 16
MAX_CALMER = 32
"""Places where the bar is raised; one more is refused until one is undone."""
MAX_WINDOW_MINUTES = 6 * 60
MAX_BOX_SHARE = 0.25
"""Of the picture: a bar is raised for a place, never for the whole stoop."""
_MINUTES_A_DAY = 1440

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Minute = Annotated[int, msgspec.Meta(ge=0, lt=_MINUTES_A_DAY)]
Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
Points = Annotated[tuple[tuple[Share, Share], ...], msgspec.Meta(min_length=2, max_length=64)]


class Area(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`enter`: 3 points or more; `cross`: a line of 2, or the border of a polygon."""

    kind: Literal["enter", "cross"]
    points: Points


class Adult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How tall a standing adult looks at two heights of the picture; see `StandingAdult`."""

    far_y: float
    far_height: float
    near_y: float
    near_height: float


class Calmer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A clip was a false alarm: the bar is raised for feet in this box at this time of day.

    `box` is left, top, width, height. Minutes are of the UTC day: the camera needs no time zone, and what the sun does
    keeps its time over the change to summer time.
    """

    clip: Hex32
    box: tuple[Share, Share, Share, Share]
    from_minute: Minute
    to_minute: Minute
    at_ms: int

    def fault(self) -> str | None:
        """What of it is more than a place and a time of day, as one sentence; None when nothing is."""
        left, top, width, height = self.box
        if width <= 0 or height <= 0 or left + width > 1.0001 or top + height > 1.0001:
            return f"the place {self.box} is not within the picture"
        if width * height > MAX_BOX_SHARE:
            return f"the place takes {width * height:.0%} of the picture: at most {MAX_BOX_SHARE:.0%} can be calmer"
        minutes = (self.to_minute - self.from_minute) % _MINUTES_A_DAY
        if not 0 < minutes <= MAX_WINDOW_MINUTES:
            return f"{minutes} minutes of the day are no time of day: between 1 and {MAX_WINDOW_MINUTES} are"
        return None


class MotionWishes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """motion.json; the default is a camera that nobody has tuned."""

    sensitivity: Share = 0.5
    areas: Annotated[tuple[Area, ...], msgspec.Meta(max_length=MAX_AREAS)] = ()
    adult: Adult | None = None
    calmer: Annotated[tuple[Calmer, ...], msgspec.Meta(max_length=MAX_CALMER)] = ()

    def tuning(self) -> MotionTuning:
        """As the detector takes it. Raises TuningError when a part can't be one; its message names the part."""
        for calmer in self.calmer:
            if fault := calmer.fault():
                raise TuningError(fault)
        adult = self.adult
        return MotionTuning(
            sensitivity=self.sensitivity,
            areas=tuple(TriggerArea(area.points, area.kind) for area in self.areas),
            adult=StandingAdult(adult.far_y, adult.far_height, adult.near_y, adult.near_height) if adult else None,
            raised=tuple(RaisedBar(Box(*each.box), each.from_minute, each.to_minute) for each in self.calmer),
        )


class MotionFile:
    """Reads the file once and replaces it; a crash leaves the old one or the new one.

    Fails safe: a file that cannot be read as what it is means the default everywhere, so that nobody is missed; `fault`
    says so until something is set again.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "motion.json"
        self.fault: str | None = None
        self._wishes, self._tuning = self._read()

    @property
    def wishes(self) -> MotionWishes:
        return self._wishes

    @property
    def tuning(self) -> MotionTuning:
        return self._tuning

    def keep(self, wishes: MotionWishes) -> None:
        """Raises TuningError before anything is written, OSError when it cannot be; what was in force then still is."""
        tuning = wishes.tuning()
        replace_file(self._path, msgspec.json.encode(wishes))
        self._wishes, self._tuning, self.fault = wishes, tuning, None

    def _read(self) -> tuple[MotionWishes, MotionTuning]:
        try:
            wishes = msgspec.json.decode(self._path.read_bytes(), type=MotionWishes)
            return wishes, wishes.tuning()
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:  # msgspec's errors and TuningError are ValueErrors
            logger.warning("what was set about motion cannot be read: %s", error)
            self.fault = (
                "what you set about motion could not be read from the camera's card: it is as sensitive as a new one, "
                "everywhere, until you set it again"
            )
        return MotionWishes(), MotionTuning()
