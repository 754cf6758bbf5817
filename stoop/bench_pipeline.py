"""CPU of the whole camera per minute of 1280x720@30 divided by that of decoding and the same encode alone."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from camera.encoder import Encoder
from camera.frame import MaskedFrame
from camera.mask import Masker, parse_mask
from camera.sources import SourceOptions, open_source
from camera.view import ViewMemory, ViewState
from camera.view_guard import ViewGuard
from stoop.bench_video import FPS, MASK, SIZE, cpu_s, make_video, throwaway_recipient
from stoop.mask_files import WHOLE_PICTURE
from stoop.record import record

SECONDS = 60
RUNS = 3
BAR = 1.25


def run() -> dict[str, Any]:  # Any: JSON figures
    """The median ratio of three runs, each against the baseline measured right before it."""
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "video.mp4"
        make_video(video, SECONDS)
        pairs = [_pair(video, Path(folder) / f"data{number}") for number in range(RUNS)]
    ratios = sorted(camera / baseline for baseline, camera in pairs)
    return {
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "bar": BAR,
        "camera_cpu_s_per_min": round(statistics.median(camera for _, camera in pairs), 2),
        "decode_and_encode_cpu_s_per_min": round(statistics.median(baseline for baseline, _ in pairs), 2),
        "video": f"{SECONDS} s, {SIZE.width_px}x{SIZE.height_px}@{FPS}, motion half of the time, sealed to X25519",
    }


def _pair(video: Path, data: Path) -> tuple[float, float]:
    return cpu_s(lambda: _baseline(video)), cpu_s(lambda: _camera(video, data))


def _baseline(video: Path) -> None:
    """Decode every picture and encode it. The file's hidden area is black already, so both sides encode the same."""
    source = open_source(f"file:{video}?speed=max", SourceOptions())
    encoder, nothing_hidden = Encoder(source.size, source.fps), Masker(parse_mask(WHOLE_PICTURE), source.size)
    for frame in source.frames():
        encoder.encode(nothing_hidden.apply(frame))
    source.close()


def _camera(video: Path, data: Path) -> None:
    record(video, throwaway_recipient(), data, parse_mask(MASK), guard=_CostOfTheGuard(_NothingKept()))


class _NothingKept:
    """A keeper of views without a disk."""

    def view_memory(self) -> ViewMemory | None:
        return None

    def save_view_memory(self, memory: ViewMemory) -> None:
        pass

    def view_changed(self, state: ViewState, *, is_news: bool) -> None:
        pass


class _CostOfTheGuard(ViewGuard):
    """Does all that the guard does, but never blackens: this video's ground moves, so its view is never known."""

    def look(self, frame: MaskedFrame) -> bool:
        super().look(frame)
        return True
