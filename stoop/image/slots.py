"""The two systems of a flashed card: which one runs, and how the other is written and started once."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from camera.atomic_file import replace_file
from stoop.image import autoboot
from stoop.image.errors import CardError

PARTS = {"boot": "slot/boot.img", "system": "slot/system.img"}
"""Partition of a slot to the file that an update carries for it."""
MOST_TRIES = 2
"""A power cut at the wrong moment looks like a version that does not come up; a second look tells the two apart."""
_COPY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Trial:
    """Number of the update that is to be tried, and of the boot partition that it was written for."""

    number: int
    partition: int


@dataclass(frozen=True, slots=True)
class Slots:
    """Names under /dev/disk/by-slot are those of rpi-image-gen's rpi-ab-slot-mapper."""

    root: Path = Path("/")

    @property
    def autoboot(self) -> Path:
        return self.root / "bootfs" / "autoboot.txt"

    @property
    def trial(self) -> Path:
        """There from the moment that the other slot is to be tried until it was judged: what `Trial` holds."""
        return self.root / "bootfs" / "stoop-trial"

    @property
    def failed(self) -> Path:
        """Number of the last update that did not come up, and how often it was tried."""
        return self.root / "var/lib/stoop-image" / "failed-update"

    @property
    def counter(self) -> Path:
        """Number of the release in the system that runs: older ones are refused by it."""
        return self.root / "opt/stoop/counter"

    @property
    def incoming(self) -> Path:
        """Where there is room to unpack: the system itself is never written."""
        return self.root / "persistent"

    def device(self, slot: str, part: str) -> Path:
        """`slot`: active or other; `part`: boot or system."""
        return self.root / "dev/disk/by-slot" / slot / part

    def are_here(self) -> bool:
        """Whether this system was flashed as an image with two slots."""
        return all(self.device("other", part).exists() for part in PARTS)

    def running(self) -> int:
        """Number of the boot partition that this system was started from. Raises CardError."""
        return self._number("active")

    def other(self) -> int:
        """Raises CardError."""
        return self._number("other")

    def _number(self, slot: str) -> int:
        name = self.device(slot, "boot").resolve().name
        path = self.root / "sys/class/block" / name / "partition"
        if not path.exists():
            raise CardError(f"the boot partition of the {slot} slot cannot be told ({name}): flash the card anew")
        return int(path.read_text())


def may_be_written(slots: Slots, unpacked: Path, number: int) -> None:
    """Raises CardError when this unpacked update cannot go into the other slot now, OSError."""
    if slots.trial.exists():
        raise CardError("an update is being tried: wait until it was judged")
    if failures(slots, number) >= MOST_TRIES:
        raise CardError(f"update number {number} was tried {MOST_TRIES} times and did not come up: take a later one")
    choice = autoboot.read(slots.autoboot)
    if (choice.normal, choice.trial) != (slots.running(), slots.other()):
        raise CardError("the slot that runs is not the one in force: start the doorbell again, then update")
    missing = [name for name in PARTS.values() if not (unpacked / name).exists()]
    if missing:
        raise CardError("this doorbell was flashed as an image: take the update whose name ends in -image")


def write_other(slots: Slots, unpacked: Path, number: int) -> None:
    """Put an unpacked, checked update into the slot that does not run, read it back, and note that it is to be tried.

    Raises CardError, OSError: the slot that runs and the choice of the next start are as before.
    """
    may_be_written(slots, unpacked, number)
    for part, name in PARTS.items():
        _write(unpacked / name, slots.device("other", part).resolve())
    # renamed onto no older note (FAT replaces nothing at once): a cut leaves none, or all of it
    replace_file(slots.trial, f"{number} {slots.other()}\n".encode())


def sweep(folder: Path) -> None:
    """Remove what an update that was cut off left where it was unpacked. Only for who knows that none is under way."""
    for left in (*folder.glob("incoming-*"), *folder.glob("brought-*")):
        shutil.rmtree(left, ignore_errors=True)


def start_once() -> None:
    """Start again, from the other slot, for this once: any start after that is from the slot in force."""
    subprocess.run(["systemctl", "reboot", "--reboot-argument=0 tryboot"], check=True, timeout=60)


def read_trial(slots: Slots) -> Trial:
    """Raises CardError, OSError."""
    return Trial(*_two_numbers(slots.trial))


def installed_number(slots: Slots) -> int:
    """Raises CardError, OSError."""
    try:
        return int(slots.counter.read_text())
    except ValueError as error:
        raise CardError(f"{slots.counter} is damaged: build the image anew") from error


def failures(slots: Slots, number: int) -> int:
    """How often this update was tried in vain; a damaged count is none, and the next failure writes it anew.

    Raises OSError.
    """
    try:
        failed, times = _two_numbers(slots.failed)
    except (CardError, FileNotFoundError):
        return 0
    return times if failed == number else 0


def remember_failure(slots: Slots, number: int) -> None:
    """Raises OSError."""
    replace_file(slots.failed, f"{number} {failures(slots, number) + 1}\n".encode())


def _two_numbers(path: Path) -> tuple[int, int]:
    try:
        first, second = (int(word) for word in path.read_text().split())
    except ValueError as error:
        raise CardError(f"{path} is damaged: delete it, then start the doorbell again") from error
    return first, second


def _write(image: Path, device: Path) -> None:
    """The bytes of `image` at the start of `device`, and back from it. Raises CardError, OSError."""
    wanted, size = hashlib.sha256(), image.stat().st_size
    with image.open("rb") as source, device.open("r+b", buffering=0) as target:
        room = target.seek(0, os.SEEK_END)
        if room < size:
            raise CardError(f"{image.name} has {size:,} bytes, its partition {room:,}: flash the new image instead")
        target.seek(0)
        while data := source.read(_COPY_BYTES):
            wanted.update(data)
            view = memoryview(data)
            while view:
                view = view[target.write(view) :]
        os.fsync(target.fileno())
        os.posix_fadvise(target.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    found, left = hashlib.sha256(), size
    with device.open("rb", buffering=0) as target:
        while left and (data := target.read(min(left, _COPY_BYTES))):
            found.update(data)
            left -= len(data)
    if found.digest() != wanted.digest():
        raise CardError(f"{image.name} came back from the card as something else: the card is failing, take another")
