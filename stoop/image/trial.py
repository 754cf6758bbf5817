"""Judges a slot that was started for once: it answers and is the one in force, or the Pi starts from the other."""

from __future__ import annotations

import json
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable

from stoop.image import autoboot
from stoop.image.errors import CardError
from stoop.image.slots import Slots, read_trial, remember_failure, sweep

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
    """A sentence. Raises CardError when the new slot does not answer in time: its unit then starts the Pi again.

    Called from the slot in force it finds that the trial failed, and remembers which update it was.
    """
    slots = slots or Slots()
    sweep(slots.incoming)
    trial, running = read_trial(slots), slots.running()
    number = trial.number
    if running != trial.partition:
        remember_failure(slots, number)
        slots.trial.unlink()
        return f"update number {number} did not come up, the version before is in force"
    _wait(is_healthy or answers, now_s, sleep)
    autoboot.make_normal(slots.autoboot, running)
    slots.trial.unlink()
    return f"update number {number} answers and is in force"


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
