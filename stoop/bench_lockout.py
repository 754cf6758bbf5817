"""The moved-camera lockout: how surely each movement is noticed and how soon, and what trips it wrongly.

Movements are put into the unmasked pictures, before the mask, from one moment on; everything else is as in the camera.
"""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np

from camera.encoder import Encoder
from camera.frame import Frame, MaskedFrame, PictureSize, Plane
from camera.mask import Masker, parse_mask
from camera.sources import open_source
from camera.view import ViewMemory, ViewState, ViewWatch
from stoop.bench import BenchSkipped
from stoop.lockout_trials import NUISANCES, Look, moved_picture

_HZ = 5
_MOVES_AT = 4 * _HZ
_WATCHED_S = 6.0
_IN_TIME_S = 2.0
_UNTOUCHED_S = 30.0
_STOOP = [[[0.08, 0.3], [0.55, 0.22], [0.86, 0.45], [0.9, 0.98], [0.05, 0.98]]]
"""About 45 % of the picture, drawn as one would draw a stoop."""
_WHOLE = [[[0, 0], [1, 0], [1, 1], [0, 1]]]
SHIFTS = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
TURNS_DEG = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
ZOOMS = (0.95, 1.05)
_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (-0.7, 0.7))

Clips: TypeAlias = dict[str, list[Plane]]


def run() -> dict[str, Any]:  # Any: JSON
    """Detection within 2 s for each size of movement, delays, false lockouts per hour, and the cost.

    Raises BenchSkipped where `STOOP_SHARED` (default ../shared) holds no labelled clips. Takes about ten minutes.
    """
    folder = Path(os.environ.get("STOOP_SHARED", "../shared")) / "data" / "motion"
    if not (folder / "labels.json").is_file():
        raise BenchSkipped(f"no labelled clips in {folder}: set STOOP_SHARED")
    labels: dict[str, Any] = json.loads((folder / "labels.json").read_text())  # Any: the labels' own JSON
    clips = {name: list(_pictures(folder / label["file"])) for name, label in labels.items()}
    drawings = {name: _drawings(label["hide"]) for name, label in labels.items()}
    figures: dict[str, Any] = {"clips": len(clips), "drawings": sum(map(len, drawings.values()))}
    figures.update(_movements(clips, drawings))
    figures.update(_nuisances(clips, drawings))
    figures.update(_cost(clips, drawings))
    return figures


def _drawings(hide: list[Any]) -> list[bytes]:  # Any: polygons as the labels hold them
    whole = json.dumps({"allow": _WHOLE, "hide": hide}).encode()
    return [whole, json.dumps({"allow": _STOOP}).encode()]


def _pictures(video: Path) -> Iterator[Plane]:
    """Luma at five pictures a second, at half size."""
    source = open_source(f"file:{video}?speed=max")
    due_ns = 0
    for frame in source.frames():
        if frame.captured_at_ns >= due_ns:
            due_ns += 1_000_000_000 // _HZ
            luma = frame.i420[: frame.size.height_px]
            yield np.asarray(cv2.resize(luma, (640, 360), interpolation=cv2.INTER_AREA), np.uint8)
    source.close()


class _Guarded:
    """A watch behind a mask, fed with unmasked luma."""

    def __init__(self, drawing: bytes) -> None:
        self._size = PictureSize(640, 360)
        self._masker = Masker(parse_mask(drawing), self._size)
        self.watch = ViewWatch(self._masker.visible_luma, ViewMemory("0" * 64))
        self.number = 0

    def masked(self, luma: Plane) -> MaskedFrame:
        i420 = np.full((540, 640), 128, np.uint8)
        i420[:360] = luma
        self.number += 1
        return self._masker.apply(Frame(i420, self._size, self.number * 1_000_000_000 // _HZ))

    def look(self, luma: Plane) -> ViewState:
        return self.watch.look(self.masked(luma))


# --- movements -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    trials: int = 0
    unwatched: int = 0
    noticed: int = 0
    latched: int = 0
    delays_s: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float | None]:
        return {
            "trials": self.trials,
            "too_little_structure": self.unwatched,
            "black_within_2s": round(self.noticed / max(1, self.trials), 3),
            "moved_told": round(self.latched / max(1, self.trials), 3),
            "delay_median_s": round(float(np.median(self.delays_s)), 2) if self.delays_s else None,
            "delay_worst_s": round(max(self.delays_s), 2) if self.delays_s else None,
        }


def _movements(clips: Clips, drawings: dict[str, list[bytes]]) -> dict[str, Any]:  # Any: JSON
    tallies: dict[str, _Tally] = {}
    names = sorted(clips)
    for place, name in enumerate(names):
        for drawing in drawings[name]:
            settled = _settled(clips[name], drawing)
            for trial, change in _changes(clips[names[(place + 5) % len(names)]]):
                _try(copy.deepcopy(settled), clips[name], change, tallies.setdefault(trial, _Tally()))
    return {name: tally.figures() for name, tally in tallies.items()}


def _changes(other: list[Plane]) -> Iterator[tuple[str, Look]]:
    """Each movement by name: what becomes of a picture (by number)."""
    for share in SHIFTS:
        for across, down in _DIRECTIONS:
            yield f"shift_{share:.0%}", moved_picture(share * across, share * down, 0.0, 1.0)
    for turn_deg in TURNS_DEG:
        for sign in (1, -1):
            yield f"turn_{turn_deg}deg", moved_picture(0, 0, sign * turn_deg, 1.0)
    for zoom in ZOOMS:
        yield f"zoom_{zoom}", moved_picture(0, 0, 0, zoom)
    yield "turn_5deg_and_shift_10%", moved_picture(0.1, 0, 5, 1)
    yield "other_scene", lambda _, number: other[number % len(other)]


def _settled(clip: list[Plane], drawing: bytes) -> _Guarded:
    guarded = _Guarded(drawing)
    for number in range(_MOVES_AT):
        guarded.look(_there_and_back(clip, number))
    return guarded


def _try(guarded: _Guarded, clip: list[Plane], change: Look, tally: _Tally) -> None:
    if guarded.watch.state is not ViewState.CONFIRMED:
        tally.unwatched += 1
        return
    tally.trials += 1
    delay_s: float | None = None
    for step in range(round(_WATCHED_S * _HZ)):
        state = guarded.look(change(_there_and_back(clip, _MOVES_AT + step), step))
        if delay_s is None and not state.is_shown:
            delay_s = (step + 1) / _HZ  # the look may fall up to one period after the movement
        if state is ViewState.MOVED:
            tally.latched += 1
            break
    if delay_s is not None:
        tally.delays_s.append(delay_s)
        tally.noticed += delay_s <= _IN_TIME_S


def _there_and_back(clip: list[Plane], number: int) -> Plane:
    """The clip for ever, without a cut: forwards, backwards, forwards."""
    turn = max(1, 2 * (len(clip) - 1))
    at = number % turn
    return clip[min(at, turn - at)]


# --- nuisances -------------------------------------------------------------------------------------------------------


def _nuisances(clips: Clips, drawings: dict[str, list[bytes]]) -> dict[str, Any]:  # Any: JSON
    hours, lockouts, blackouts = 0.0, 0, 0
    by_cause: dict[str, list[str]] = {}
    for cause, make in NUISANCES.items():
        for name, clip in clips.items():
            for drawing in drawings[name]:
                black, moved = _untouched(clip, drawing, make())
                hours += _UNTOUCHED_S / 3600
                lockouts, blackouts = lockouts + moved, blackouts + black
                if black or moved:
                    by_cause.setdefault(cause, []).append(f"{name}:{'moved' if moved else 'black for a while'}")
    return {
        "untouched_hours": round(hours, 2),
        "false_lockouts": lockouts,
        "false_lockouts_per_hour": round(lockouts / hours, 2),
        "passing_blackouts": blackouts,
        "wrongly_tripped_by": by_cause,
    }


def _untouched(clip: list[Plane], drawing: bytes, look: Look) -> tuple[bool, bool]:
    """Whether it ever went black, and whether it was locked."""
    guarded = _Guarded(drawing)
    was_black = False
    for number in range(round(_UNTOUCHED_S * _HZ)):
        picture = _there_and_back(clip, number)
        settled = number - _MOVES_AT
        state = guarded.look(picture if settled < 0 else look(picture, settled))
        was_black |= not state.is_shown
        if state is ViewState.MOVED:
            return True, True
    return was_black, False


# --- cost ------------------------------------------------------------------------------------------------------------


def _cost(clips: Clips, drawings: dict[str, list[bytes]]) -> dict[str, Any]:  # Any: JSON
    """CPU of a second of looks beside a second of encoding at 1280x720 and 15 pictures/s, same thread."""
    name = "shop_street"
    size = PictureSize(1280, 720)
    masker = Masker(parse_mask(drawings[name][0]), size)
    large = [np.asarray(cv2.resize(picture, (1280, 720)), np.uint8) for picture in clips[name][:60]]
    watch, encoder = ViewWatch(masker.visible_luma, ViewMemory("0" * 64)), Encoder(size, 15)
    look_s = encode_s = 0.0
    for number in range(300):
        i420 = np.full((1080, 1280), 128, np.uint8)
        i420[:720] = large[number // 3 % len(large)]
        masked = masker.apply(Frame(i420, size, number * 1_000_000_000 // 15))
        look_s += _cpu_s(lambda frame=masked: watch.look(frame))  # type: ignore[misc]  # bound at once
        encode_s += _cpu_s(lambda frame=masked: encoder.encode(frame))  # type: ignore[misc]  # bound at once
    return {"look_ms_per_s": round(look_s / 20 * 1e3, 2), "cost_ratio_to_encoder": round(look_s / encode_s, 4)}


def _cpu_s(work: Callable[[], object]) -> float:
    began_s = time.thread_time()
    work()
    return time.thread_time() - began_s
