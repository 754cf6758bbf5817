"""The words `analyze` and `tune`: progress, what is printed, and one sentence for what cannot be read or written."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from av.error import FFmpegError

from camera.frame import MaskedFrame
from camera.mask import MaskError
from camera.motion import MotionReading
from camera.sources import SourceError
from stoop.analyze import analyze
from stoop.explain import AnnotatedVideo, Tally
from stoop.mask_files import read_mask
from stoop.progress import seconds_done
from stoop.tune import lines_of, tune

_REFUSED = 2


def analyze_command(video: Path, mask: Path | None, out: Path | None, *, as_json: bool, explain: bool) -> int:
    """The exit code; a file that stands under `out` already is left alone."""
    if out is not None and out.exists():
        return _refuse(f"{out} is there already: name another file with -o")
    tally = Tally()
    try:
        with seconds_done(f"analysing {video.name}", quiet=as_json) as progress, ExitStack() as stack:
            drawn = stack.enter_context(AnnotatedVideo(out)) if out else None

            def watch(frame: MaskedFrame, reading: MotionReading) -> None:
                tally.take(frame, reading)
                if drawn:
                    drawn.take(frame, reading)

            found = analyze(video, read_mask(mask).text, progress, watch)
    except (MaskError, SourceError) as error:
        return _refuse(str(error))
    except (OSError, FFmpegError) as error:
        return _refuse(f"{out} cannot be written ({error.strerror}): name another file with -o")
    if as_json:
        print(json.dumps({**found.as_json(), **({"left_out": tally.as_json()} if explain else {})}))
        return 0
    for event in found.events:
        print(f"{event.start_s:8.1f} s  to {event.end_s:8.1f} s   {event.cause}")
    print(f"{len(found.events)} events in {found.duration_s:.1f} s ({found.frames} pictures)")
    print("\n".join(tally.lines() if explain else []), end="\n" if explain else "")
    return 0


def tune_command(videos: Sequence[Path], mask: Path | None, *, as_json: bool) -> int:
    try:
        with seconds_done("trying five sensitivities", quiet=as_json) as progress:
            tried = tune(videos, read_mask(mask).text, progress)
    except (MaskError, SourceError) as error:
        return _refuse(str(error))
    print(json.dumps([asdict(each) for each in tried]) if as_json else "\n".join(lines_of(tried)))
    return 0


def _refuse(sentence: str) -> int:
    print(f"stoop: {sentence}", file=sys.stderr)
    return _REFUSED
