"""Inside the chroot: what the virtual camera shows goes through the real picamera2, our source and whole pipeline.

usage: play.py MASK PICTURES OUT.h264      prints one JSON object
"""

# ruff: noqa: E402  (stand-ins for modules that a PC lacks come before picamera2)

from __future__ import annotations

import json
import mmap
import sys
import time
import types
from collections.abc import Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from camera.motion import Box


class _AnyName(type):
    def __getattr__(cls, name: str) -> str:
        return name


def _stand_in(name: str, **members: Any) -> None:
    """An empty module in the place of one that picamera2 imports and we never use."""
    try:
        __import__(name)
    except ImportError:
        module = types.ModuleType(name)
        vars(module).update(members)
        sys.modules[name] = module


_stand_in("pykms", PixelFormat=_AnyName("PixelFormat", (), {}), PlaneType=_AnyName("PlaneType", (), {}))
_stand_in("pidng")
_stand_in("pidng.camdefs", Picamera2Camera=type("Picamera2Camera", (), {}))
_stand_in("pidng.core", PICAM2DNG=type("PICAM2DNG", (), {}))
_stand_in("prctl", set_pdeathsig=lambda _: None)

import libcamera
import picamera2
from picamera2.allocators import LibcameraAllocator


class _Mapped:
    """In the place of DmaSync: the buffers are libcamera's own, mapped once and kept."""

    def __init__(self, allocator: VirtualAllocator, buffer: Any, write: bool) -> None:
        self._allocator, self._buffer = allocator, buffer

    def __enter__(self) -> mmap.mmap:
        return self._allocator.mapped(self._buffer)

    def __exit__(self, *_: object) -> None:
        pass

    get_buffer = __enter__


class VirtualAllocator(LibcameraAllocator):  # type: ignore[misc]  # picamera2 is not installed where types are checked
    def __init__(self, camera: Any) -> None:
        super().__init__(camera)
        self.sync = _Mapped
        self._maps: dict[int, mmap.mmap] = {}

    def mapped(self, buffer: Any) -> mmap.mmap:
        descriptor = buffer.planes[0].fd
        if descriptor not in self._maps:
            self._maps[descriptor] = mmap.mmap(descriptor, sum(plane.length for plane in buffer.planes))
        return self._maps[descriptor]


class VirtualPicamera2(picamera2.Picamera2):  # type: ignore[misc]  # as above
    """Differs from the real one only in who allocates, and in the raw modes that a virtual camera has none of."""

    def __init__(self, number: int = 0) -> None:
        super().__init__(number, allocator=object())
        self.allocator = VirtualAllocator(self.camera)

    def _get_raw_modes(self) -> list[dict[str, Any]]:
        first = self.camera.generate_configuration([libcamera.StreamRole.VideoRecording]).at(0)
        return [{"format": "SBGGR10", "size": (first.size.width, first.size.height)}]


picamera2.Picamera2 = VirtualPicamera2

from camera.contract import AccessUnit
from camera.frame import Frame, MaskedFrame
from camera.mask import parse_mask
from camera.pipeline import Pipeline
from camera.recorder import RecorderAction
from camera.settings import CameraSettings
from camera.sources import SourceOptions, open_source

FPS = 7.5
"""Of the film that is played. The virtual pipeline has no pace of its own: capture times are laid on here."""


class Sink:
    def __init__(self, out: Path) -> None:
        self._out = out.open("wb")
        self.units = self.motions = 0

    def unit(self, unit: AccessUnit) -> None:
        self._out.write(unit.data)
        self._out.flush()
        self.units += 1

    def motion(self, is_active: bool) -> None:
        self.motions += is_active

    def clip(self, action: RecorderAction, mask_digest: str) -> None: ...
    def thumbnail(self, frame: MaskedFrame) -> None: ...
    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None: ...


def main(mask: str, pictures: str, out: str) -> None:
    source = open_source("picamera:0?format=NV12", SourceOptions(width_px=1280, height_px=720, fps=FPS))
    sink = Sink(Path(out))
    pipeline = Pipeline(source.size, FPS, CameraSettings(), sink, parse_mask(Path(mask).read_bytes()))
    times, sums, begun_s = [], set(), time.monotonic()
    for number, frame in enumerate(islice(source.frames(), int(pictures))):
        times.append(frame.captured_at_ns)
        sums.add(int(np.sum(frame.i420[: frame.size.height_px], dtype=np.int64)))
        pipeline.process(Frame(frame.i420, frame.size, round((number + 1) * 1e9 / FPS)))
    source.close()
    print(
        json.dumps(
            {
                "size": [source.size.width_px, source.size.height_px],
                "pictures": len(times),
                "different": len(sums),
                "times_grow": times == sorted(set(times)),
                "units": sink.units,
                "motions": sink.motions,
                "took_s": round(time.monotonic() - begun_s, 1),
                "picamera2": version("picamera2"),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
