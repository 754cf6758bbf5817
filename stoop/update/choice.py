"""Which of the update files on a medium is meant: a file's time may be of a wrong clock, its signed number is not."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from stoop.update.bundle import Manifest, glance
from stoop.update.errors import NothingBrought, UpdateRefused
from stoop.update.memory import Memory

UNASKED_WITHIN_S = 300
"""Of a start: what lies on a stick then was left there; later on, somebody has just put it in."""


def choose(found: Sequence[Path], key: Ed25519PublicKey, installed_counter: int, memory: Memory | None) -> Path:
    """The one with the highest number that is signed by `key`; not a byte of the rest is believed.

    With a `memory`, as nobody asked: one that is no newer, or had its tries, is passed over without news. Where none is
    signed, raises UpdateRefused or OSError for the file that was changed last; one that cannot be read is in nobody's
    way. Raises NothingBrought, and OSError where a try cannot be written down.
    """
    signed: list[tuple[Manifest, Path]] = []
    refused: list[tuple[Path, UpdateRefused | OSError]] = []
    for path in found:
        try:
            signed.append((glance(path, key), path))
        except (UpdateRefused, OSError) as error:
            refused.append((path, error))
    if not signed:
        path, why = max(refused, key=lambda one: _changed_at(one[0]))
        if memory is not None:
            memory.look_at(path)
        raise why
    manifest, path = max(signed, key=lambda one: (one[0].counter, _changed_at(one[1])))
    if memory is not None:
        memory.look_at(path)
        if manifest.counter <= installed_counter:
            raise NothingBrought(
                f"update {manifest.version} (number {manifest.counter}) is not newer than what is installed (number"
                f" {installed_counter}): its file has done its work, and may be removed"
            )
        memory.try_once(manifest)
    return path


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0


def was_there_at_start(device: Path, root: Path = Path("/")) -> bool:
    """By when udev first saw it (USEC_INITIALIZED, udevadm(8)), as its unit may have waited long since; or by the time
    now, where udev does not say."""
    try:
        number = device.stat().st_rdev
        known = (root / f"run/udev/data/b{os.major(number)}:{os.minor(number)}").read_text(errors="replace")
    except OSError:
        known = ""
    if seen := re.search(r"^I:([0-9]+)$", known, re.MULTILINE):
        return int(seen[1]) < UNASKED_WITHIN_S * 1_000_000
    return has_just_started(root / "proc/uptime")


def has_just_started(uptime: Path = Path("/proc/uptime")) -> bool:
    """Whether this machine has; also where that cannot be told."""
    try:
        return float(uptime.read_text().split()[0]) < UNASKED_WITHIN_S
    except (OSError, ValueError, IndexError):
        return True
