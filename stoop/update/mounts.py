"""Whether a block device is part of a disk that this system itself uses, and so no stick that somebody put in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_BROUGHT = ("/media/", "/run/media/", "/mnt/")
"""Below these a desktop or its owner mounts what was put in."""


def is_systems(device: int, root: Path = Path("/")) -> bool:
    """`device`: the number of a partition or whole disk (`st_rdev`).

    Its whole disk counts, and what is made of it (device mapper, RAID): one mount of any of that, or swap, makes it the
    system's. Mounts are those of process 1. proc(5), sysfs-block in the kernel's documentation. Raises OSError.
    """
    ours = set(_of_disk(_entry(device, root), root))
    return not ours.isdisjoint({*_mounted(root), *_swapped(root)})


def _entry(device: int, root: Path) -> Path:
    return (root / "sys/dev/block" / f"{os.major(device)}:{os.minor(device)}").resolve(strict=True)


def _of_disk(entry: Path, root: Path) -> Iterator[str]:
    disk = entry.parent if (entry / "partition").exists() else entry
    for part in (disk, *(path.parent for path in disk.glob("*/partition"))):
        yield (part / "dev").read_text().strip()
        for holder in part.glob("holders/*"):
            yield from _of_disk(holder.resolve(), root)


def _mounted(root: Path) -> Iterator[str]:
    for line in (root / "proc/1/mountinfo").read_text(errors="surrogateescape").splitlines():
        before, _, after = line.partition(" - ")
        number, where = before.split()[2], f"{_plain(before.split()[4])}/"
        if not where.startswith(_BROUGHT):
            yield number
            yield from _number(_plain(after.split()[1]), root)  # btrfs shows a number of its own


def _swapped(root: Path) -> Iterator[str]:
    for line in (root / "proc/swaps").read_text(errors="surrogateescape").splitlines()[1:]:
        yield from _number(_plain(line.split()[0]), root)


def _number(path: str, root: Path) -> Iterator[str]:
    if path.startswith("/dev/"):
        try:
            found = (root / path.lstrip("/")).stat().st_rdev
        except OSError:
            return
        yield f"{os.major(found)}:{os.minor(found)}"


def _plain(text: str) -> str:
    r"""Spaces and the like stand as `\040` there."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
