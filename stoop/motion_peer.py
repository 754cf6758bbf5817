"""Debian's `motion` over a video file, as its own process: when it says that an event begins and ends."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from camera.visible_area import BoolPlane
from stoop.bench import BenchSkipped
from stoop.motion_score import Span

GAP_S = 5
DEFAULTS: dict[str, str] = {}
TUNED = {
    "despeckle_filter": "EedDl",
    "lightswitch_percent": "15",
    "threshold_tune": "on",
    "minimum_motion_frames": "3",
}
"""What its own guide and forum advise against rain, light and noise; the rest as delivered."""

_STARTED, _ENDED = "starting event", "End of event"
_PLAYS, _IS_OVER = " connected", "Reconnecting with camera"
_START_WITHIN_S = 20.0


def find_motion() -> str:
    """The program. Raises BenchSkipped where it is not installed."""
    found = shutil.which("motion")
    if found is None:
        raise BenchSkipped("the program `motion` is not here: install the Debian package motion")
    return found


def motion_events(
    video: Path, fps: float, visible: BoolPlane, duration_s: float, options: dict[str, str]
) -> list[Span]:
    """Its events in seconds of the video, which it plays at its own pace; takes as long as the video.

    Times are those at which its lines arrive, counted back from the video's end: good to a tenth of a second or two.
    Raises RuntimeError when it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="stoop-motion-") as folder:
        height, width = visible.shape
        mask = Path(folder) / "mask.pgm"
        mask.write_bytes(b"P5\n%d %d\n255\n" % (width, height) + np.where(visible, 255, 0).astype(np.uint8).tobytes())
        settings = {
            "daemon": "off",
            "log_level": "6",
            "netcam_url": f"file://{video.resolve()}",
            "width": str(width),
            "height": str(height),
            "framerate": str(max(2, round(fps))),
            "event_gap": str(GAP_S),
            "mask_file": str(mask),
            "picture_output": "off",
            "movie_output": "off",
            "webcontrol_port": "0",
            "stream_port": "0",
            "target_dir": folder,
            **options,
        }
        config = Path(folder) / "motion.conf"
        config.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        process = subprocess.Popen(
            [find_motion(), "-n", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        limit = threading.Timer(duration_s + _START_WITHIN_S, process.kill)  # its silence would be waited for
        limit.start()
        try:
            return _read(((time.monotonic(), line) for line in process.stderr), duration_s)
        finally:
            limit.cancel()
            process.kill()
            process.wait()
            process.stderr.close()


def _read(lines: Iterable[tuple[float, str]], duration_s: float) -> list[Span]:
    """Lines with the moments at which they came.

    The end is what times are counted from: it plays as fast as the video does, and begins a second or so before it
    says that it is connected.
    """
    turns: list[tuple[float, bool]] = []
    plays_s, over_s = None, None
    for now_s, line in lines:
        if plays_s is None:
            plays_s = now_s if line.rstrip().endswith(_PLAYS) else None
        elif _STARTED in line or _ENDED in line:
            turns.append((now_s, _STARTED in line))
        elif _IS_OVER in line:
            over_s = now_s
            break
    if plays_s is None:
        raise RuntimeError("motion did not play the video: run it by hand with -n to see why")
    zero_s = plays_s if over_s is None else min(plays_s, over_s - duration_s)
    return _spans(turns, zero_s, duration_s)


def _spans(turns: list[tuple[float, bool]], zero_s: float, duration_s: float) -> list[Span]:
    events: list[Span] = []
    started_s: float | None = None
    for at_s, is_start in turns:
        if is_start and started_s is None:
            started_s = at_s - zero_s
        elif not is_start and started_s is not None:
            events.append(Span(started_s, max(started_s, at_s - zero_s - GAP_S)))
            started_s = None
    if started_s is not None:
        events.append(Span(started_s, max(started_s, duration_s)))
    return events
