"""Whether the camera is found and delivers: by what the running one says, else by opening it for some pictures."""

from __future__ import annotations

import time

from camera.__main__ import open_lens
from camera.sources import SourceError
from stoop.doctor.sight import Patient, Sight, broken, good, unknown, watch

_PICTURES, _LIMIT_S = 20, 8.0
_LEAST_SHARE = 0.8
_CABLE = "switch the power off, push the camera's cable in at both ends, and start again"


def camera(patient: Patient) -> Sight:
    """A running camera holds its device, so it is asked and not opened again."""
    if patient.installation.camera is not None:
        return _running(patient)
    try:
        source = open_lens(patient.source, patient.settings.camera)
    except SourceError as error:
        return broken(str(error), f"{_CABLE}; or set another source in the settings file")
    begun_s, count = time.monotonic(), 0
    try:
        for _ in source.frames():
            count += 1
            if count >= _PICTURES or time.monotonic() - begun_s > _LIMIT_S:
                break
    except SourceError as error:
        return broken(str(error), _CABLE)
    finally:
        source.close()
    return judged(count, time.monotonic() - begun_s, source.fps, f"{source.size.width_px}x{source.size.height_px}")


def judged(count: int, took_s: float, fps: float, size: str) -> Sight:
    """So many pictures in so long, where `fps` were promised."""
    if count < _PICTURES:
        return broken(f"the camera opens and gave {count} pictures in {took_s:.0f} s", _CABLE)
    rate = (count - 1) / took_s if took_s else fps
    if rate < fps * _LEAST_SHARE:
        return watch(
            f"the camera gives {rate:.1f} pictures a second of {size} instead of {fps:g}",
            "set a smaller picture or fewer pictures in the settings file (camera.width_px, camera.fps)",
        )
    return good(f"the camera gives {min(rate, fps):.0f} pictures a second of {size}")


def _running(patient: Patient) -> Sight:
    said = patient.ask(["systemctl", "show", "--value", "--property=StatusText", "stoop-camera.service"])
    match (said or "").strip():
        case "":
            return unknown("a camera runs, and holds its device", "the app's first page says whether it delivers")
        case "delivering":
            return good("the camera runs and delivers pictures")
        case "the camera is switched off":
            return good("the camera is switched off, as you set it")
        case sentence:
            return broken(sentence, _CABLE)
