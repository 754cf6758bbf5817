"""Lets the data partition, the card's last, take all that is left of the card; finds nothing to do the second time."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from stoop.image.errors import CardError

SECTOR_BYTES = 512
"""What the kernel counts in under /sys, whatever the card's own sectors are."""
LEAST_GAIN_SECTORS = 64 * 1024 * 1024 // SECTOR_BYTES
"""What is less than this, alignment and the second table among it, is left alone."""


@dataclass(frozen=True, slots=True)
class Partition:
    """As the kernel tells it, in sectors of 512 bytes."""

    disk: str
    number: int
    start: int
    size: int


def grow(root: Path = Path("/"), *, label: str = "persistent") -> str:
    """A sentence on what was done. Raises CardError, OSError. Cut anywhere, the next start goes on."""
    device = (root / "dev/disk/by-slot" / label).resolve()
    is_longer = lengthen(device, root / "sys/class/block")
    # the file system last, and always: a start that was cut after the table finds the partition grown already
    _run(["resize2fs", str(device)])
    return f"{device} grew to the card's end" if is_longer else f"{device} ends where the card does"


def lengthen(device: Path, sys_block: Path) -> bool:
    """The partition alone, in the table and for the kernel; False when it ends there already. Raises CardError."""
    mine, others, disk_sectors = look(sys_block, device.name)
    commands = steps(mine, others, disk_sectors)
    for command, text in commands:
        _run(command, text)
    return bool(commands)


def look(sys_block: Path, name: str) -> tuple[Partition, tuple[Partition, ...], int]:
    """The partition `name`, the others of its disk, and the disk's size in sectors. Raises CardError."""
    mine = sys_block / name
    if not (mine / "partition").exists():
        raise CardError(f"{name} is no partition of a card")
    disk = mine.resolve().parent
    found = [_partition(disk.name, path) for path in disk.iterdir() if (path / "partition").exists()]
    number = int((mine / "partition").read_text())
    others = tuple(one for one in found if one.number != number)
    return _partition(disk.name, mine), others, int((disk / "size").read_text())


def steps(mine: Partition, others: tuple[Partition, ...], disk_sectors: int) -> list[tuple[list[str], str]]:
    """Commands with their standard input, none when it ends where the card does; sfdisk moves the second table itself.

    Raises CardError.
    """
    if any(other.start > mine.start for other in others):
        raise CardError(f"partition {mine.number} of {mine.disk} is not the last: it cannot grow")
    if disk_sectors - (mine.start + mine.size) < LEAST_GAIN_SECTORS:
        return []
    disk, number = f"/dev/{mine.disk}", str(mine.number)
    return [
        (["sfdisk", "--no-reread", "--force", "--no-tell-kernel", "-N", number, disk], ", +\n"),
        (["partx", "--update", "--nr", number, disk], ""),
    ]


def _run(command: list[str], text: str = "") -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CardError(f"{' '.join(command)} failed: {done.stderr.strip()[-300:]}")


def _partition(disk: str, path: Path) -> Partition:
    number, start, size = (int((path / name).read_text()) for name in ("partition", "start", "size"))
    return Partition(disk, number, start, size)
