"""Whether hidden pixels have any influence: paint them over, send both pictures through the camera, compare all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from camera.contract import AccessUnit
from camera.frame import Frame, MaskedFrame
from camera.mask import Mask, Masker
from camera.motion import Box, MotionReading, open_detector
from camera.pipeline import Pipeline
from camera.recorder import RecorderAction
from camera.settings import CameraSettings
from camera.thumbnail import jpeg_thumbnail
from stoop.prove.finding import Finding, failed, not_checked, proved
from stoop.prove.frames import Supply, open_frames
from stoop.prove.hidden_area import Samples, copied, fills, hidden_samples, painted
from stoop.prove.installation import Installation

CLAIM = "What you did not draw as yours changes nothing: no picture, no event, no clip."


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that leaves the camera for one picture: stage by stage, and what the whole pipeline handed on."""

    masked: bytes
    motion: MotionReading
    thumbnail: bytes
    handed_on: tuple[object, ...]


class Outputs:
    """The camera's own mask, detector, thumbnail and whole pipeline for one run of pictures."""

    def __init__(self, mask: Mask | None, supply: Supply, settings: CameraSettings) -> None:
        self._masker = Masker(mask, supply.size)
        self._detector = open_detector(settings.detector, supply.fps, self._masker.visible_luma)
        self._sink = _Kept()
        self._pipeline = Pipeline(supply.size, supply.fps, settings, self._sink, mask)
        self._is_recording = False

    def take(self, frame: Frame) -> Outcome:
        """The frame's array is used up."""
        again = copied(frame)
        masked = self._masker.apply(frame)
        self._pipeline.process(again)
        if not self._is_recording:
            self._is_recording = True
            self._pipeline.record_now(again.captured_at_ns)
        return Outcome(masked.i420.tobytes(), self._detector.observe(masked), jpeg_thumbnail(masked), self._sink.take())


class _Kept:
    """A sink that keeps what it is given until it is asked."""

    def __init__(self) -> None:
        self._given: list[object] = []

    def take(self) -> tuple[object, ...]:
        given, self._given = tuple(self._given), []
        return given

    def unit(self, unit: AccessUnit) -> None:
        self._given.append(unit)

    def motion(self, is_active: bool) -> None:
        self._given.append(is_active)

    def clip(self, action: RecorderAction, mask_digest: str) -> None:
        self._given += [action, mask_digest]

    def thumbnail(self, frame: MaskedFrame) -> None:
        self._given.append(jpeg_thumbnail(frame))

    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None:
        self._given.append((captured_at_ns, tuple(boxes)))


def hidden_changes_nothing(installation: Installation) -> Finding:
    """As many pictures as there are fills, each with another fill; then one change that must be seen."""
    how = "painted the hidden part over at random and compared every byte that leaves the camera"
    mask = installation.mask()
    if mask is None:
        return not_checked(CLAIM, how, "nothing is drawn yet, so everything is hidden; see the claim about black")
    with open_frames(installation) as supply:
        hidden = hidden_samples(mask, supply.size)
        share = float(hidden[: supply.size.height_px].mean())
        if share in (0.0, 1.0):
            what = "hides nothing, so there is nothing to paint over" if share == 0.0 else "hides the whole picture"
            return not_checked(CLAIM, how, f"the drawing {what}")
        differing = first_difference(mask, supply, installation, hidden)
        if differing is not None:
            return failed(CLAIM, how, f"{differing}: what is hidden got through")
        if not _sees_a_change(mask, supply, installation, hidden):
            return not_checked(CLAIM, how, "a change in the visible part made no difference either: nothing to compare")
    return proved(
        CLAIM,
        f"{how}, stage by stage and as a whole: {installation.fills} fills over {supply.what}",
        f"{share:.0%} of the picture is hidden; a change in the visible part did show",
    )


def first_difference(mask: Mask, supply: Supply, installation: Installation, hidden: Samples) -> str | None:
    """A sentence about the first picture in which an output differs; None when none does."""
    plain, filled = (Outputs(mask, supply, installation.settings.camera) for _ in range(2))
    for number, (frame, fill) in enumerate(islice(_pairs(supply), installation.fills)):
        changed = painted(frame, hidden, fill)
        one, other = plain.take(frame), filled.take(changed)
        for stage in Outcome.__slots__:
            if getattr(one, stage) != getattr(other, stage):
                return f"picture {number + 1}: {stage.replace('_', ' ')} differs"
    return None


def _pairs(supply: Supply) -> Iterator[tuple[Frame, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]]:
    return zip(supply.frames, fills(supply.size, seed=3), strict=False)


def _sees_a_change(mask: Mask, supply: Supply, installation: Installation, hidden: Samples) -> bool:
    """The comparison can fail: with the visible part turned round, picture, thumbnail and video differ."""
    frame = next(iter(supply.frames))
    plain, changed = (Outputs(mask, supply, installation.settings.camera) for _ in range(2))
    one = plain.take(copied(frame))
    other = changed.take(painted(frame, ~hidden, 255 - frame.i420))
    return one.masked != other.masked and one.thumbnail != other.thumbnail and one.handed_on != other.handed_on
