"""Which sealed files have still to go to the second box, in which order, and which have arrived."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CLIP = re.compile(r"clips/([0-9a-f]{32})\.age")
_THUMB = re.compile(r"thumbs/([0-9a-f]{32})\.thumb")
_EPOCH = re.compile(r"journal/[0-9a-f]{8}\.sjl")
BATCH_FILES, BATCH_BYTES = 16, 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """`growing` is the journal's newest file; `whole` are files that change no more, what is newest first."""

    growing: str | None
    whole: tuple[str, ...]

    @property
    def clips(self) -> int:
        return sum(CLIP.fullmatch(name) is not None for name in self.whole)

    def batch(self, sizes: Mapping[str, int]) -> list[str]:
        """The next few, so that a big backlog holds up nothing."""
        chosen: list[str] = []
        for name in self.whole[:BATCH_FILES]:
            if chosen and sum(sizes[each] for each in chosen) + sizes[name] > BATCH_BYTES:
                break
            chosen.append(name)
        return chosen


def plan(sizes: Mapping[str, int], arrived: Mapping[str, int], open_clip: str | None) -> Plan:
    """`sizes` are the files here, `arrived` those that the box gave back right, with the size that they had."""
    epochs = sorted(name for name in sizes if _EPOCH.fullmatch(name))
    growing = epochs[-1] if epochs else None
    waiting = [
        name
        for name, size in sizes.items()
        if name != growing and name != f"clips/{open_clip}.age" and arrived.get(name) != size
    ]
    return Plan(growing, tuple(sorted(waiting, key=_turn, reverse=True)))


def _turn(name: str) -> tuple[bool, str]:
    """The record before pictures, and of these the newest first: clip ids begin with a number that grows."""
    return _EPOCH.fullmatch(name) is not None, name.rpartition("/")[2]


def sealed_files(root: Path) -> dict[str, int]:
    """Every file of the vault with its size, by its path below `root`; nothing of what is being written by rename."""
    found: dict[str, int] = {}
    for folder, pattern in (("clips", CLIP), ("thumbs", _THUMB), ("journal", _EPOCH)):
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}"
                    if pattern.fullmatch(name) and entry.is_file(follow_symlinks=False):
                        found[name] = entry.stat().st_size
        except FileNotFoundError:
            continue
    return found


class Ledger:
    """What has arrived, a line each; a crash loses the last line at worst, and that file goes once more.

    For one target: with another, all begins anew.
    """

    def __init__(self, folder: Path, target: str) -> None:
        self._path = folder / f"arrived-{target}"
        self.arrived: dict[str, int] = {}
        try:
            for line in self._path.read_text().splitlines():
                size, _, name = line.partition(" ")
                if size.isdecimal() and name:
                    self.arrived[name] = int(size)
        except FileNotFoundError:
            pass

    def add(self, arrived: Mapping[str, int]) -> None:
        """Raises OSError."""
        self.arrived |= arrived
        with self._path.open("a") as file:
            file.writelines(f"{size} {name}\n" for name, size in arrived.items())

    def keep_only(self, sizes: Mapping[str, int]) -> None:
        """Forget what is here no more, so that the file stays small. Raises OSError."""
        gone = self.arrived.keys() - sizes.keys()
        if len(gone) * 2 > len(self.arrived) + 100:
            self.arrived = {name: size for name, size in self.arrived.items() if name in sizes}
            beside = self._path.with_suffix(".new")
            beside.write_text("".join(f"{size} {name}\n" for name, size in self.arrived.items()))
            beside.replace(self._path)

    def forget(self) -> None:
        self.arrived = {}
        self._path.unlink(missing_ok=True)
