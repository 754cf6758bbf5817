"""Walks a data folder as it lies: regular files and folders, no link followed, what vanishes meanwhile left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, folder, socket or link: `name` relative to the data folder."""

    path: Path
    name: str
    mode: int
    size_bytes: int

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.mode)

    @property
    def is_sealed(self) -> bool:
        """Lies where the camera puts what it sealed."""
        return self.name.startswith("sealed/")


def entries(data: Path) -> Iterator[Entry]:
    """Everything under `data`, sorted. Raises PermissionError when a folder may not be looked into."""
    folders = [data]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(status.st_mode):
                folders.append(path)
            yield Entry(path, str(path.relative_to(data)), status.st_mode, status.st_size)


def files(data: Path) -> Iterator[Entry]:
    return (entry for entry in entries(data) if entry.is_file)


def read_start(path: Path, size_bytes: int) -> bytes:
    """The first bytes; nothing when the file is gone. Raises PermissionError."""
    try:
        with path.open("rb") as file:
            return file.read(size_bytes)
    except FileNotFoundError:
        return b""


def pieces(path: Path, overlap_bytes: int) -> Iterator[bytes]:
    """The whole file in pieces, each beginning with the end of the one before, so that nothing hides on a border."""
    try:
        with path.open("rb", buffering=0) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_NOREUSE)
            last = b""
            while piece := file.read(PIECE_BYTES):
                yield last + piece
                last = piece[-overlap_bytes:]
    except FileNotFoundError:
        return
