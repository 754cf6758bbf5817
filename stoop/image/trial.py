"""Judges a slot that was started for once: it answers and is the one in force, or the Pi starts from the other."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from stoop.image import autoboot
from stoop.image.errors import CardError
from stoop.image.slots import Slots, installed_number, read_trial, remember_failure, sweep

_UNCOUNTED = "the version in force runs; the last update was not counted as a failure"
LIMIT_S = 420.0
"""Less than the unit's limit. Starting takes a Pi some twenty seconds; a card that is checked takes longer."""
UNITS = ("stoop-camera.service", "stoop-server.service")
_PAUSE_S = 2.0


def judge(
    slots: Slots | None = None,
    is_healthy: Callable[[], bool] | None = None,
    now_s: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """A sentence. Raises CardError, OSError where the Pi is to start again, which its unit does.

    **Each raise ends in a start from the other slot, or without the note**: what is in force never raises while the
    note is there, or it would start again for ever.
    """
    slots = slots or Slots()
    _sweep_when_idle(slots.incoming)
    try:
        running, normal = slots.running(), autoboot.read(slots.autoboot).normal
    except (CardError, OSError, ValueError) as error:
        return _give_up(slots, error)
    if running == normal:
        return _settle(slots, running)
    trial = read_trial(slots)
    if trial.partition != running:
        raise CardError(f"the update on trial is in partition {trial.partition}, and {running} runs: back to {normal}")
    if (installed := installed_number(slots)) != trial.number:
        raise CardError(
            f"{slots.counter} of the new version says {installed}, the update that brought it {trial.number}: build"
            " both with the same number"
        )
    _wait(is_healthy or answers, now_s, sleep)
    autoboot.make_normal(slots.autoboot, running)
    return f"update number {trial.number} answers and is in force{_remove_note(slots)}"


def _settle(slots: Slots, running: int) -> str:
    """Of the slot in force: what became of the update. Raises nothing."""
    try:
        trial = read_trial(slots)
    except (CardError, OSError) as error:
        return f"{_UNCOUNTED} ({error}){_remove_note(slots)}"
    left = _remove_note(slots)  # before all that may hang: while it lies there, a start from here may be ended
    if trial.partition == running:  # it had answered: the power went before the note
        return f"update number {trial.number} answers and is in force{left}"
    try:
        remember_failure(slots, trial.number)
    except OSError as error:
        return f"{_UNCOUNTED} ({error}){left}"
    return f"update number {trial.number} did not come up, the version before is in force{left}"


def _give_up(slots: Slots, why: Exception) -> str:
    """Nobody knows whether this slot is on trial: start again once, without the note; with it, keep running.

    Raises CardError.
    """
    if left := _remove_note(slots):
        return f"this slot cannot be judged ({why}){left}"
    raise CardError(f"this slot cannot be judged ({why}): starting again from the one in force") from why


def _remove_note(slots: Slots) -> str:
    """Empty, or what to add to a sentence: the note stays."""
    try:
        slots.trial.unlink(missing_ok=True)
    except OSError as error:
        return f"; {slots.trial} cannot be removed ({error.strerror}): remove it, no update is taken before"
    return ""


def _sweep_when_idle(folder: Path) -> None:
    """What lies there belongs to an update while one holds the lock (stoop/update/command.py)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            sweep(folder)
        finally:
            os.close(descriptor)


def _wait(is_healthy: Callable[[], bool], now_s: Callable[[], float], sleep: Callable[[float], None]) -> None:
    end_s = now_s() + LIMIT_S
    while not is_healthy():
        if now_s() >= end_s:
            raise CardError(f"the new version did not answer within {LIMIT_S:.0f} s: back to the one before")
        sleep(_PAUSE_S)


def answers() -> bool:
    """Both processes run, and a page of this machine would be told that the camera is there."""
    active = subprocess.run(["systemctl", "is-active", "--quiet", *UNITS], check=False)
    if active.returncode:
        return False
    unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen("https://127.0.0.1/api/hello", context=unchecked, timeout=5) as said:
            return json.load(said).get("online") is True
    except (OSError, ValueError):
        return False
