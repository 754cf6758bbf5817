"""Lets a Pi's exposure go by the visible part: weights for the meter's zones, and their place in libcamera's tuning.

Only for the Pi 5's PiSP: its meter takes a weight for each of 15 x 15 zones of the sensor's picture, and what it counts
goes by them alone (libcamera, src/ipa/rpi/pisp/pisp.cpp, setHistogramWeights). Earlier Pis have 15 zones whose places
are not published: their tuning is left as it is.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

logger = logging.getLogger(__name__)
ZONES = 15
MOST_WEIGHT = 15
"""Four bits in the hardware."""
SLACK = 0.02
"""Zones are whole even pixels and centred, so one may begin up to so much of the picture elsewhere than 1/15 says."""

BoolPlane: TypeAlias = npt.NDArray[np.bool_]
ALL: BoolPlane = np.ones((ZONES, ZONES), np.bool_)
Rectangle: TypeAlias = tuple[int, int, int, int]
"""Left, top, width, height in the sensor's pixels, as libcamera gives them."""


class Meter:
    """What both the drawing and the lens have to do with: written from any thread, read when a lens is opened."""

    def __init__(self) -> None:
        self.visible: BoolPlane | None = None
        """What may be seen, of a picture of any size; None: no drawing yet, the exposure goes by the whole picture."""
        self.is_followed = False
        """Whether the lens that is open can be told: a new drawing wants it opened again. Set before `visible` is read,
        so that whoever changes `visible` first and asks then misses nothing."""
        self.is_possible = True
        """False once this camera did not start with a tuning of ours."""


def zone_weights(visible: BoolPlane, crop: Rectangle, whole: Rectangle) -> tuple[int, ...]:
    """Row by row, 0 to MOST_WEIGHT. `crop` is what becomes the picture, `whole` what the meter's zones lie on.

    Zones of which the drawing hides nothing count, all others not at all. Where there is none such, those count in part
    that show at least half as much as the one that shows most; so the hidden part is in it, and no more than there.
    """
    shares = np.array([[_share(visible, crop, whole, row, column) for column in range(ZONES)] for row in range(ZONES)])
    most = float(shares.max())
    if most <= 0:
        return (1,) * (ZONES * ZONES)  # black pictures whatever the exposure; a meter that counts nothing is undefined
    weights = np.where(shares >= 1, MOST_WEIGHT, 0)
    if most < 1:
        weights = np.where(shares >= most / 2, np.maximum(1, np.floor(shares * MOST_WEIGHT)), 0).astype(np.int64)
    return tuple(int(weight) for weight in weights.reshape(-1))


def tuned(tuning: Mapping[str, Any], weights: tuple[int, ...]) -> dict[str, Any] | None:  # Any: libcamera's JSON
    """A copy whose every metering mode of every exposure channel has these weights.

    None where there is none, or where they are of another number: a meter that we do not know.
    """
    new = copy.deepcopy(dict(tuning))
    modes = [mode for algorithm in _agc(new) for mode in algorithm.get("metering_modes", {}).values()]
    if not modes or any(len(mode.get("weights", ())) != len(weights) for mode in modes):
        return None
    for mode in modes:
        mode["weights"] = list(weights)
    return new


def tuning_for(picamera2: Any, camera: Any, meter: Meter) -> dict[str, Any] | None:  # Any: as camera.sources.picamera
    """For a camera that is configured; None where nothing is to be changed, or this camera's meter is of another kind.

    Raises nothing: a camera whose exposure goes by the whole picture is better than none.
    """
    meter.is_followed = meter.is_possible
    if not meter.is_possible:
        return None
    visible = meter.visible
    try:
        crop = _rectangle(camera.camera_controls["ScalerCrop"][2])
        whole = _rectangle(camera.camera_properties["ScalerCropMaximum"])
        theirs = picamera2.Picamera2.load_tuning_file(f"{camera.camera_properties['Model']}.json")
        ours = tuned(theirs, zone_weights(ALL if visible is None else visible, crop, whole))
    except Exception as error:  # picamera2 raises whatever its parts raise
        logger.warning("the exposure goes by the whole picture, as this camera does not tell of its meter: %s", error)
        meter.is_followed = False
        return None
    if ours is None:
        logger.warning("the exposure goes by the whole picture: this Pi's meter has zones whose places are not known")
        meter.is_followed = False
    return None if visible is None else ours


def _agc(tuning: Mapping[str, Any]) -> list[dict[str, Any]]:  # Any: as `tuned`
    """The exposure's settings, one for each channel, in either form of the file."""
    listed = tuning.get("algorithms", [])
    found = [algorithm["rpi.agc"] for algorithm in listed if "rpi.agc" in algorithm] or [tuning.get("rpi.agc", {})]
    return [channel for agc in found for channel in agc.get("channels", [agc])]


def _share(visible: BoolPlane, crop: Rectangle, whole: Rectangle, row: int, column: int) -> float:
    """How much of this zone, with its slack, may be seen; what lies outside of the picture may not."""
    height, width = visible.shape
    columns = [_place(column + end, slack, whole[0], whole[2], crop[0], crop[2]) for end, slack in _ENDS]
    rows = [_place(row + end, slack, whole[1], whole[3], crop[1], crop[3]) for end, slack in _ENDS]
    if min(*columns, *rows) < 0 or max(*columns, *rows) > 1:
        return 0.0
    top, bottom = int(np.floor(rows[0] * height)), int(np.ceil(rows[1] * height))
    left, right = int(np.floor(columns[0] * width)), int(np.ceil(columns[1] * width))
    return float(visible[top:bottom, left:right].mean())


_ENDS = ((0, -SLACK), (1, SLACK))


def _place(zone: int, slack: float, whole_at: int, whole_size: int, crop_at: int, crop_size: int) -> float:
    """Where a zone's edge lies in the picture, 0 to 1. The outermost edges are given their slack inwards: nothing to
    hide lies beyond the picture's own edge."""
    at = (whole_at + whole_size * (zone / ZONES + slack) - crop_at) / crop_size
    return min(max(at, 0.0), 1.0) if -SLACK * 2 <= at <= 1 + SLACK * 2 else at


def _rectangle(given: Any) -> Rectangle:  # Any: a tuple, or libcamera's own Rectangle
    values = tuple(given) if isinstance(given, tuple | list) else (given.x, given.y, given.width, given.height)
    left, top, width, height = (int(value) for value in values)
    if width < 1 or height < 1:
        raise ValueError(f"{values} is no rectangle")
    return left, top, width, height
