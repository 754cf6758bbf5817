"""Room, speed and wear of what the recordings lie on."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from stoop.doctor.sight import Patient, Sight, broken, good, unknown, watch

_LEAST_FREE_BYTES = 256 * 1024 * 1024
_SLOW_S = 1.0
_WORN = {"0x01": "up to 10 %", "0x0a": "up to 100 %", "0x0b": "more than it was made for"}


def disk(patient: Patient) -> Sight:
    folder = next((path for path in (patient.data, *patient.data.absolute().parents) if path.exists()), Path("/"))
    try:
        usage = shutil.disk_usage(folder)
        took_s = _write(folder)
    except PermissionError:
        return unknown(f"this user may not write to {folder}", "ask again with sudo")
    except OSError as error:
        return broken(f"{folder} cannot be written ({error.strerror})", "save what is on the card and replace it")
    return judged(usage.free, usage.total, took_s)


def judged(free_bytes: int, total_bytes: int, took_s: float) -> Sight:
    """`took_s`: for a small file to reach the card."""
    room = f"{free_bytes / 1e9:.1f} of {total_bytes / 1e9:.1f} GB free"
    if free_bytes < _LEAST_FREE_BYTES:
        return broken(f"only {room}", "lower camera.clips_max_share in the settings file, or take a larger card")
    if took_s > _SLOW_S:
        return watch(
            f"{room}; a small file takes {took_s:.1f} s to reach the card", "replace the card by an A1 or A2 one"
        )
    return good(f"{room}; a small file reaches the card in {took_s * 1000:.0f} ms")


def _write(folder: Path) -> float:
    path = folder / f".doctor-{os.getpid()}"
    begun_s = time.monotonic()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, bytes(4096))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
        path.unlink()
    return time.monotonic() - begun_s


def wear(patient: Patient) -> Sight:
    """What the memory says of itself: eMMC tells its life, cards do not; the file system tells its errors."""
    errors = sum(int(text) for text in patient.texts("/sys/fs/ext4/*/errors_count") if text.isdecimal())
    if errors:
        return broken(
            f"the file system met {errors} errors of the card", "save what is on the card, and replace it this week"
        )
    lives = [life for text in patient.texts("/sys/block/mmcblk*/device/life_time") for life in text.split()]
    if not lives:
        return unknown("no errors of the card so far; cards do not say how worn they are", "replace it every few years")
    worst = max(lives, key=lambda life: int(life, 16))
    used = _WORN.get(worst.lower(), f"up to {int(worst, 16) * 10} %")
    if int(worst, 16) >= 9:
        return watch(f"the memory has used {used} of its life", "save what is on it, and replace it soon")
    return good(f"no errors; the memory has used {used} of its life")
