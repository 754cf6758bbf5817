"""Drives the real watch and pipeline through faults of every kind, and looks at every single picture that comes out.

Each picture that goes in is marker colour all over. One that comes out must be black, to the sample, wherever the
drawing that is in force hides: worked out here by plain arithmetic on rectangles, apart from the camera's own geometry.
Encoder and detector are stand-ins (raw planes; chance), so that a million pictures take minutes.

`python -m tests.camera.fail_closed --frames 1000000` is the long form.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from camera import pipeline as pipeline_module
from camera import watch as watch_module
from camera.contract import AccessUnit
from camera.frame import Frame, MaskedFrame, PictureSize, Plane
from camera.lens import LensLost, LensNews, LensOpened
from camera.mask import Mask, Masker, parse_mask
from camera.motion import MotionReading, MotionTuning
from camera.motion.reading import Box as MotionBox
from camera.plate_session import PlateSession
from camera.recorder import RecorderAction
from camera.recorder.actions import AppendUnit, StartClip
from camera.settings import CameraSettings
from camera.sources import Source
from camera.watch import Watch
from tests.camera.authority_fakes import FakeClock

STEP_NS = 66_666_667
WIDE = [PictureSize(16 * n, 16 * n * 3 // 4) for n in (2, 3, 4)]  # 4:3, so that one drawing fits all of them
OTHER = [PictureSize(48, 16), PictureSize(18, 46)]
SETTINGS = CameraSettings(pre_roll_s=1, post_roll_s=1, clip_cap_s=10)
QUIET = MotionReading(is_active=False, boxes=(), score=0.0)
STIR = MotionReading(is_active=True, boxes=(), score=0.5)
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in eighths of the picture."""


class PlantedError(Exception):
    """A fault that a test planted."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One rectangle that may be seen, and one in it that may not, with the mask that says so."""

    mask: Mask
    allow: Box
    hide: Box
    drawn_for: PictureSize

    def hidden(self, size: PictureSize) -> npt.NDArray[np.bool_]:
        """bool of the I420 array's shape: every sample of which any part must not be seen."""
        luma = ~_inside(self.allow, size, np.ceil, np.floor) | _inside(self.hide, size, np.floor, np.ceil)
        blocks = luma[::2, ::2] | luma[1::2, ::2] | luma[::2, 1::2] | luma[1::2, 1::2]
        luma = np.repeat(np.repeat(blocks, 2, axis=0), 2, axis=1)
        return np.concatenate([luma.ravel(), blocks.ravel(), blocks.ravel()]).reshape(size.height_px * 3 // 2, -1)


Rounding = Callable[[float], float]


def _inside(box: Box, size: PictureSize, first: Rounding, last: Rounding) -> npt.NDArray[np.bool_]:
    inside = np.zeros((size.height_px, size.width_px), np.bool_)
    left, right = box[0] * size.width_px / 8, box[2] * size.width_px / 8
    top, bottom = box[1] * size.height_px / 8, box[3] * size.height_px / 8
    inside[int(first(top)) : int(last(bottom)), int(first(left)) : int(last(right))] = True
    return inside


def draw(chance: random.Random, drawn_for: PictureSize) -> Drawing:
    allow, hide = _box(chance), _box(chance)
    text = json.dumps({"allow": [_corners(allow)], "hide": [_corners(hide)]})
    return Drawing(parse_mask(text.encode()), allow, hide, drawn_for)


def _box(chance: random.Random) -> Box:
    left, right = sorted(chance.sample(range(9), 2))
    top, bottom = sorted(chance.sample(range(9), 2))
    return left, top, right, bottom


def _corners(box: Box) -> list[tuple[float, float]]:
    left, top, right, bottom = (eighths / 8 for eighths in box)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


class RawEncoder:
    """The planes themselves as the unit's bytes."""

    def __init__(self, size: PictureSize, *_: object) -> None:
        self._size, self._count = size, 0

    def encode(self, frame: MaskedFrame, want_key: bool = False) -> list[AccessUnit]:
        assert frame.size == self._size
        is_key = want_key or self._count % 20 == 0
        self._count += 1
        at_ns = frame.captured_at_ns
        return [AccessUnit(frame.i420.tobytes(), at_ns * 9 // 100_000, is_key, at_ns)]


@dataclass(slots=True)
class Tally:
    """What was looked at; `faults` counts the planted ones by kind."""

    offered: int = 0
    came_out: int = 0
    black: int = 0
    in_clips: int = 0
    thumbnails: int = 0
    firsts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    process_ends: int = 0
    leaks: list[str] = field(default_factory=list)


class Judge:
    """Pipeline's sink, watch's port: knows which drawing is in force and looks at all that comes out."""

    def __init__(self, tally: Tally, chance: random.Random, plant: Callable[[str], None]) -> None:
        """`plant` raises when a fault is due at the place that it is told."""
        self._tally, self._chance, self._plant = tally, chance, plant
        self.drawing: Drawing | None = None
        self.size = WIDE[0]
        self.since = "start"
        self.faults_told = 0
        self._hidden: dict[tuple[str, PictureSize], npt.NDArray[np.bool_]] = {}

    # --- the pipeline's sink

    def unit(self, unit: AccessUnit) -> None:
        self._tally.came_out += 1
        if self.since:
            self._tally.firsts[self.since] += 1
            self.since = ""
        self._look(unit.data, self._in_force(), "unit")
        self._plant("sink")

    def motion(self, is_active: bool) -> None: ...

    def clip(self, action: RecorderAction, mask_digest: str) -> None:
        units = (
            action.units if isinstance(action, StartClip) else [action.unit] if isinstance(action, AppendUnit) else []
        )
        drawing = self._in_force()
        if units and (drawing is None or drawing.mask.digest != mask_digest):
            self._tally.leaks.append("recorded without this drawing in force")
        for unit in units:
            self._tally.in_clips += 1
            self._look(unit.data, drawing, "clip")

    def thumbnail(self, frame: MaskedFrame) -> None:
        self._tally.thumbnails += 1
        self._look(frame.i420.tobytes(), self._in_force(), "thumbnail")

    def moving(self, captured_at_ns: int, boxes: Sequence[MotionBox]) -> None: ...

    # --- the detector, and the watch's port

    def use_tuning(self, tuning: MotionTuning) -> None: ...

    def observe(self, frame: MaskedFrame, minute_of_day: int | None = None) -> MotionReading:
        self._look(frame.i420.tobytes(), self._in_force(), "detector")
        self._plant("detector")
        return STIR if self._chance.random() < 0.1 else QUIET

    def opened(self, news: LensOpened, visible_share: float) -> None: ...
    def delivering(self) -> None: ...
    def lost(self, fault: str) -> None:
        self.faults_told += 1

    def slowed(self, notice: str | None) -> None: ...
    def tick(self) -> None: ...

    # --- judging

    def _in_force(self) -> Drawing | None:
        if self.drawing is None:
            return None
        is_same = self.drawing.drawn_for == self.size or (self.drawing.drawn_for in WIDE and self.size in WIDE)
        return self.drawing if is_same else None

    def _look(self, data: bytes, drawing: Drawing | None, what: str) -> None:
        size = self.size
        shape = (size.height_px * 3 // 2, size.width_px)
        if len(data) != shape[0] * shape[1]:
            self._tally.leaks.append(f"{what} of another size")
            return
        picture = np.frombuffer(data, np.uint8).reshape(shape)
        black = _black(size)
        is_black = picture == black
        if drawing is None:
            self._tally.black += what == "unit"
            leaks = not is_black.all()
        else:
            leaks = not is_black[self._hidden_by(drawing, size)].all()
        if leaks:
            self._tally.leaks.append(f"{what} shows what is hidden, {self._tally.came_out} pictures after the start")

    def _hidden_by(self, drawing: Drawing, size: PictureSize) -> npt.NDArray[np.bool_]:
        key = (drawing.mask.digest, size)
        if key not in self._hidden:
            if len(self._hidden) > 500:
                self._hidden.clear()
            self._hidden[key] = drawing.hidden(size)
        return self._hidden[key]


_BLACK: dict[PictureSize, Plane] = {}


def _black(size: PictureSize) -> Plane:
    if size not in _BLACK:
        picture = np.full((size.height_px * 3 // 2, size.width_px), 128, np.uint8)
        picture[: size.height_px] = 16
        _BLACK[size] = picture
    return _BLACK[size]


def marked(size: PictureSize, number: int) -> Frame:
    """A picture that is marker colour all over: nowhere black, neither in luma nor in colour."""
    i420 = np.full((size.height_px * 3 // 2, size.width_px), 40 + number % 80, np.uint8)
    i420[: size.height_px] = 100 + number % 120
    return Frame(i420, size, number * STEP_NS)


def misshapen(size: PictureSize, number: int, chance: random.Random) -> Frame:
    """A picture as no source should give it."""
    frame = marked(size, number)
    kind = chance.randrange(5)
    if kind == 0:
        return marked(chance.choice([s for s in WIDE + OTHER if s != size]), number)
    arrays = [frame.i420[:, ::-1], frame.i420[: size.height_px], frame.i420.reshape(-1), frame.i420.copy()]
    array = arrays[kind - 1]
    if kind == 4:
        array.flags.writeable = False
    return Frame(array, size, frame.captured_at_ns)


def _no_source() -> Source:
    raise AssertionError("the lens is scripted")


class Chaos:
    """A scripted lens and all that happens around it, drawn from one seed; `run` looks at so many pictures."""

    FAULTS = ("masker", "masker halfway", "new masker", "detector", "encoder", "sink", "plate")

    def __init__(self, seed: int, fault_rate: float = 0.01) -> None:
        self.tally, self._chance, self._rate = Tally(), random.Random(seed), fault_rate
        self.judge = Judge(self.tally, self._chance, self._plant)
        self._number = 0
        self._is_open = False
        self._planted = ""
        self._plates = PlateSession(3, FakeClock())
        self._watch = self._start()

    def run(self, frames: int, on_progress: Callable[[int], None] = lambda _: None) -> Tally:
        with self._stand_ins():
            while self.tally.offered < frames and not self.tally.leaks:
                self._interfere()
                self._step()
                if self.tally.offered % 1000 == 0:
                    on_progress(self.tally.offered)
        return self.tally

    # --- the lens that the watch believes to have

    def next(self, _: float) -> LensNews | None:
        if not self._is_open:
            return self._opened()
        roll = self._chance.random()
        if roll < self._rate:
            self._is_open = False
            self.judge.since = "reconnect"
            self.tally.faults["lost"] += 1
            return LensLost("planted")
        if roll < 2 * self._rate:
            self.tally.faults["stall"] += 1
            return None
        self._number += 1
        self.tally.offered += 1
        if roll < 3 * self._rate:
            self.tally.faults["misshapen"] += 1
            return misshapen(self.judge.size, self._number, self._chance)
        return marked(self.judge.size, self._number)

    def _opened(self) -> LensOpened:
        old, self._is_open = self.judge.size, True
        self.judge.size = self._chance.choice(WIDE if self._chance.random() < 0.9 else OTHER)
        if self.judge.size != old and self.judge.since != "start":
            self.judge.since = "another size"
        return LensOpened(self.judge.size, 15.0, "scripted")

    def close(self) -> None:
        self._is_open = False

    # --- what happens between two pictures

    def _interfere(self) -> None:
        if self._chance.random() < 2 * self._rate:
            self._redraw()
        if self._chance.random() < self._rate:
            self._planted = self._chance.choice(self.FAULTS)
        if self._chance.random() < self._rate:
            self._watch.want_key()
        if self._chance.random() < self._rate:
            self._watch.wish(lambda pipeline: pipeline.record_now(self._number * STEP_NS))
        if self._chance.random() < self._rate / 2:
            self._switch()
        if self._chance.random() < self._rate:
            self._plates.ask(is_fresh=True)

    def _redraw(self) -> None:
        roll = self._chance.random()
        drawn_for = self._chance.choice(WIDE if roll < 0.9 else OTHER)
        drawing = None if roll < 0.05 else draw(self._chance, drawn_for)
        self.judge.since = "new drawing"
        self._watch.use_mask(drawing.mask if drawing else None, drawing.drawn_for if drawing else None)
        self.judge.drawing = drawing

    def _switch(self) -> None:
        self._watch._switch_off()
        if self._watch._pipeline or self._is_open:
            self.tally.leaks.append("off is not off")
        self.judge.since = "off and on"
        self.tally.faults["off"] += 1

    def _step(self) -> None:
        planted, told = self._planted_so_far(), self.judge.faults_told
        try:
            self._watch._next()
        except PlantedError:  # it came back too often: the process ends, and is started again by who started it
            self.tally.process_ends += 1
            self._watch = self._start()
            return
        if self._planted_so_far() > planted and self.judge.faults_told == told:
            self.tally.leaks.append("a fault was not told")

    def _planted_so_far(self) -> int:
        return sum(self.tally.faults[kind] for kind in self.FAULTS)

    def _start(self) -> Watch:
        self._is_open = False
        self.judge.since = "start"
        watch = Watch(SETTINGS, _no_source, self.judge, self.judge, self._plates)
        drawing = self.judge.drawing
        watch.use_mask(drawing.mask if drawing else None, drawing.drawn_for if drawing else None)
        return watch

    # --- faults

    def _plant(self, place: str) -> None:
        if self._planted == place:
            self._planted = ""
            self.tally.faults[place] += 1
            raise PlantedError(place)

    @contextmanager
    def _stand_ins(self) -> Iterator[None]:
        chaos, apply, begin = self, Masker.apply, Masker.__init__

        class Encoder(RawEncoder):
            def encode(self, frame: MaskedFrame, want_key: bool = False) -> list[AccessUnit]:
                chaos._plant("encoder")
                return super().encode(frame, want_key)

        def failing_apply(masker: Masker, frame: Frame) -> MaskedFrame:
            chaos._plant("masker")
            masked = apply(masker, frame)
            chaos._plant("masker halfway")
            return masked

        def failing_begin(masker: Masker, mask: Mask | None, size: PictureSize) -> None:
            chaos._plant("new masker")
            begin(masker, mask, size)

        def failing_offer(session: PlateSession, frame: Frame) -> None:
            chaos._plant("plate")

        with (
            patch.object(watch_module, "Lens", lambda *_: self),
            patch.object(watch_module, "RESTART_PAUSE_S", 0.0),
            patch.object(pipeline_module, "Encoder", Encoder),
            patch.object(pipeline_module, "open_detector", lambda *_: self.judge),
            patch.object(Masker, "apply", failing_apply),
            patch.object(Masker, "__init__", failing_begin),
            patch.object(PlateSession, "offer", failing_offer),
        ):
            yield


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="run.py fail-closed", description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(words)
    logging.disable(logging.CRITICAL)  # of every planted fault the watch would log a traceback
    begun_s = time.monotonic()

    def show(done: int) -> None:
        if sys.stdout.isatty() or done % 50_000 == 0:
            took_s = time.monotonic() - begun_s
            left_s = took_s * (options.frames - done) / max(done, 1)
            end = "\r" if sys.stdout.isatty() else "\n"
            print(f"  {done:,} of {options.frames:,} pictures, about {left_s:.0f} s left", end=end, flush=True)

    tally = Chaos(options.seed).run(options.frames, show)
    print(f"{tally.offered:,} pictures in, {tally.came_out:,} out ({tally.black:,} wholly black), each looked at")
    print(
        f"{tally.in_clips:,} in clips, {tally.thumbnails:,} as thumbnails; {tally.process_ends:,} ends of the process"
    )
    print("first pictures after", ", ".join(f"{what}: {count:,}" for what, count in sorted(tally.firsts.items())))
    print("planted faults:", ", ".join(f"{what}: {count:,}" for what, count in sorted(tally.faults.items())))
    print(f"leaks: {tally.leaks or 'none'} (seed {options.seed})")
    return 1 if tally.leaks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
