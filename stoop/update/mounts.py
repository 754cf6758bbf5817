"""Whether a block device is part of a disk that this system itself uses, and so no stick that somebody put in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_TAGS = {"UUID": "by-uuid", "LABEL": "by-label", "PARTUUID": "by-partuuid", "PARTLABEL": "by-partlabel", "ID": "by-id"}
"""How fstab names a device, to where udev links it by that name."""


def is_systems(device: int, root: Path = Path("/")) -> bool:
    """`device`: the number of a partition or whole disk (`st_rdev`).

    Its whole disk counts, and what is made of it (device mapper, RAID): one mount of any of that, swap, or a line of
    fstab for it makes it the system's. A mount of ours beside one, or just before it, would fail or make the system's
    own read-only. Mounts are those of process 1. proc(5), fstab(5), sysfs-block in the kernel's documentation. Raises
    OSError.
    """
    ours = set(_of_disk(_entry(device, root), root))
    return not ours.isdisjoint({*_mounted(root), *_swapped(root), *_listed(root)})


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
        yield before.split()[2]
        yield from _number(_plain(after.split()[1]), root)  # btrfs shows a number of its own


def _swapped(root: Path) -> Iterator[str]:
    for line in (root / "proc/swaps").read_text(errors="surrogateescape").splitlines()[1:]:
        yield from _number(_plain(line.split()[0]), root)


def _listed(root: Path) -> Iterator[str]:
    """What is mounted late (`nofail`) may not be yet."""
    try:
        text = (root / "etc/fstab").read_text(errors="surrogateescape")
    except FileNotFoundError:
        return
    for words in (line.split() for line in text.splitlines()):
        options = words[3].split(",") if len(words) > 3 else []
        if words and not words[0].startswith("#") and ("noauto" not in options or "x-systemd.automount" in options):
            yield from _number(_device(_plain(words[0])), root)


def _device(name: str) -> str:
    """By the path that udev gives it, where it is named otherwise in fstab."""
    tag, _, value = name.partition("=")
    if tag not in _TAGS:
        return name
    linked = re.sub(r"[^\w#+\-.:=@]", lambda found: f"\\x{ord(found[0]):02x}", value.strip('"'))
    return f"/dev/disk/{_TAGS[tag]}/{linked}"


def _number(path: str, root: Path) -> Iterator[str]:
    if path.startswith("/dev/"):
        try:
            found = (root / path.lstrip("/")).resolve().stat().st_rdev
        except OSError:
            return
        yield f"{os.major(found)}:{os.minor(found)}"


def _plain(text: str) -> str:
    r"""Spaces and the like stand as `\040` there."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
