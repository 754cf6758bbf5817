"""`autoboot.txt`: which slot the Pi's firmware starts from, and which one after a `reboot "0 tryboot"`.

The format is Raspberry Pi's; image-rota writes the file. **Only digits are exchanged, in place**, so that the text
keeps its length and its one sector is written at once: a power cut leaves the old text or the new one.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from stoop.image.errors import CardError

_MAX_BYTES = 512
_FORM = re.compile(
    rb"(?P<a>\[all\]\s+tryboot_a_b=1\s+boot_partition=)(?P<normal>\d)(?P<b>\s+\[tryboot\]\s+boot_partition=)"
    rb"(?P<trial>\d)(?P<c>\s*)"
)


@dataclass(frozen=True, slots=True)
class Autoboot:
    """Numbers of the two boot partitions."""

    normal: int
    trial: int


def read(path: Path) -> Autoboot:
    """Raises CardError, OSError."""
    found = _match(path.read_bytes(), path)
    return Autoboot(int(found["normal"]), int(found["trial"]))


def make_normal(path: Path, number: int) -> None:
    """From the next start on `number` is the one in force, the other the one for trials. Raises CardError, OSError."""
    data = path.read_bytes()
    found = _match(data, path)
    both = {int(found["normal"]), int(found["trial"])}
    if number not in both:
        raise CardError(f"{path} knows the partitions {sorted(both)}, not {number}: flash the card anew")
    other = (both - {number}).pop()
    text = found["a"] + str(number).encode() + found["b"] + str(other).encode() + found["c"]
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(descriptor, text, 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _match(data: bytes, path: Path) -> re.Match[bytes]:
    found = _FORM.fullmatch(data)
    if found is None or len(data) > _MAX_BYTES or found["normal"] == found["trial"]:
        raise CardError(f"{path} is not as the image wrote it: flash the card anew, or put the image's own there")
    return found
