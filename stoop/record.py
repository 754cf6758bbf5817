"""`stoop record`: the whole camera over one video file as fast as it goes, sealed into a data folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from camera.clip_keeper import ClipKeeper
from camera.clock import ClockQuality, SystemClock
from camera.contract import AccessUnit
from camera.frame import MaskedFrame
from camera.home import Home
from camera.mask import Mask
from camera.motion import Box
from camera.pipeline import Pipeline
from camera.recorder import RecorderAction
from camera.settings import CameraSettings
from camera.sources import SourceOptions, open_source
from camera.vault import Vault
from camera.view_guard import ViewGuard


@dataclass(frozen=True, slots=True)
class RecordSummary:
    """What came of it; times in seconds of the video."""

    frames: int
    duration_s: float
    clips: int
    events: int
    units: int


@dataclass(slots=True)
class VideoClock:
    """Monotonic time is the video's; wall time is the machine's at the start plus the video's."""

    started_at_ms: int
    now_ns: int = 0

    def monotonic_ns(self) -> int:
        return self.now_ns

    def wall_ms(self) -> int:
        return self.started_at_ms + self.now_ns // 1_000_000

    def quality(self) -> ClockQuality:
        return "unsynced"


class RecordSink:
    """Counts, and hands clips to the keeper on the caller's thread."""

    def __init__(self, keeper: ClipKeeper) -> None:
        self._keeper = keeper
        self.units = self.events = 0

    def unit(self, unit: AccessUnit) -> None:
        self.units += 1

    def motion(self, is_active: bool) -> None:
        self.events += is_active

    def clip(self, action: RecorderAction, mask_digest: str) -> None:
        self._keeper.apply(action, mask_digest)

    def thumbnail(self, frame: MaskedFrame) -> None:
        self._keeper.thumbnail(frame)

    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None:
        self._keeper.moving(captured_at_ns, boxes)


def record(
    video: Path,
    recipient: str,
    data: Path,
    mask: Mask,
    on_progress: Callable[[float], None] = lambda _: None,
    guard: ViewGuard | None = None,
) -> RecordSummary:
    """Run camera and vault over `video`; `on_progress` gets the seconds done; without a guard any view is right.

    Raises SourceError, RecipientError or VaultError.
    """
    clock = VideoClock(SystemClock().wall_ms())
    source = open_source(f"file:{video}?speed=max", SourceOptions())
    clips: list[str] = []
    vault = Vault(data / "sealed", Home(data / "camera").camera().camera_id, (recipient,), clock)
    keeper = ClipKeeper(vault, lambda kind, clip: clips.append(clip) if kind == "clip.opened" else None)
    sink = RecordSink(keeper)
    pipeline = Pipeline(source.size, source.fps, CameraSettings(), sink, mask, guard)
    frames = 0
    try:
        for frame in source.frames():
            clock.now_ns = frame.captured_at_ns
            pipeline.process(frame)
            frames += 1
            if frames % 30 == 0:
                on_progress(clock.now_ns / 1e9)
        pipeline.stop("stopped")
    finally:
        source.close()
        vault.close()
    return RecordSummary(frames, round(clock.now_ns / 1e9, 3), len(clips), sink.events, sink.units)
