"""Starts the camera process: `python -m camera --data DIR --socket PATH`; what `stoop camera` and the units run."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn

import msgspec

from camera.claim_code import ClaimCode, read_given
from camera.errors import CameraError, CommandRefused
from camera.memory import keep_memory_low
from camera.picture_steps import PictureSteps
from camera.process import CameraProcess
from camera.settings import CameraSettings, Settings, read_settings
from camera.sources import Source, SourceError, SourceOptions, open_source
from camera.sources.metering import Meter
from camera.watchdog import Watchdog

logger = logging.getLogger(__name__)


def main(words: list[str] | None = None) -> int:
    """The exit code: 0 after a stop that was asked for, 1 after a failure, 2 when it could not start.

    Why it could not start is one sentence on standard error. Who started it starts it again after a failure.
    """
    options = _options(words)
    keep_memory_low()
    logging.basicConfig(level=logging.INFO, format="camera: %(message)s")
    try:
        settings = _with_button(read_settings(options.config), options.button)
        spec = options.source or settings.source
        steps, meter = PictureSteps(settings.camera), Meter()
        camera = CameraProcess(
            options.data,
            settings,
            lambda: open_lens(spec, steps.settings, meter),
            options.socket or options.data / "run" / "camera.sock",
            _Status(options.status_fd).claim_code,
            watchdog=Watchdog.of(os.environ, os.getpid()),
            make_smaller=steps.smaller,
            given_code=_given_code(options.claim_code_file),
            updater=options.updater,
            meter=meter,
        )
    except (CameraError, CommandRefused, SourceError, OSError) as error:
        print(f"camera: {error}", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: camera.stop())
    has_failed = threading.Event()

    def thread_died(death: threading.ExceptHookArgs) -> None:
        """A camera that lacks a thread would look alive and do nothing."""
        logger.critical("a thread of the camera died", exc_info=death.exc_value)
        has_failed.set()
        camera.stop()

    threading.excepthook = thread_died
    camera.run()
    return 1 if has_failed.is_set() else 0


def open_lens(spec: str, settings: CameraSettings, meter: Meter | None = None) -> Source:
    """The source as a doorbell wants it: a video file is shown again and again unless `loop=0` says otherwise.

    Raises SourceError with the fix.
    """
    if spec.startswith("file:") and "loop=" not in spec.rpartition("?")[2]:
        spec += "&loop=1" if "?" in spec else "?loop=1"
    options = SourceOptions(
        width_px=settings.width_px, height_px=settings.height_px, fps=settings.fps, meter=meter or Meter()
    )
    return open_source(spec, options)


def _with_button(settings: Settings, button: str | None) -> Settings:
    if button is None:
        return settings
    return msgspec.structs.replace(settings, camera=msgspec.structs.replace(settings.camera, button=button))


def _given_code(file: Path | None) -> str | None:
    """None where there is no file, or nothing in it that can serve: then a code is made, as ever."""
    if file is None:
        return None
    try:
        return read_given(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        logger.warning("%s; another code is shown instead", error)
        return None


def _options(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m camera", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="data folder")
    parser.add_argument("--source", help="demo, file:PATH, picamera:0, v4l2:/dev/video0; default: the settings file's")
    parser.add_argument("--button", help="the bell's button, such as evdev:PATH; default: the settings file's")
    parser.add_argument("--config", type=Path, help="settings file (TOML)")
    parser.add_argument("--socket", type=Path, help="Unix socket for the server; default: DATA/run/camera.sock")
    parser.add_argument("--claim-code-file", type=Path, help="a set-up code that the owner chose; read at the start")
    parser.add_argument("--updater", type=Path, help="folder of root's updater; without it the app installs nothing")
    parser.add_argument("--status-fd", type=int, help="file descriptor for one JSON line a change of the claim code")
    return parser.parse_args(words)


class _Status:
    """Tells whoever started the camera which claim code to show; a terminal gets it in words."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def claim_code(self, code: ClaimCode | None) -> None:
        if self._descriptor is None:
            if code:
                print(f"camera: claim code {code.text}, good for {code.minutes} minutes", flush=True)
            return
        line = json.dumps({"claim_code": code.text if code else None}) + "\n"
        with self._lock:
            try:
                os.write(self._descriptor, line.encode())
            except OSError:
                self._descriptor = None  # whoever started us is gone; the camera goes on


def end_now(code: int) -> NoReturn:
    """All is closed: end without Python's own clearing up.

    A lens that blocks leaves a thread behind, and Python ends such threads in the middle of a driver's or codec's C++,
    which then aborts the whole process: systemd counts a stop as a failure then.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    end_now(main())
