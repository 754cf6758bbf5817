"""Room kept free for what must be written on a full card: a press of the bell, and that a clip was deleted."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from camera.vault.errors import StorageError
from camera.vault.files import Files, write_durably

RESERVE_BYTES = 256 * 1024
"""About 500 journal records; the owner is told of the full card long before."""
_NAME = "reserve"
_DIGEST_BYTES = 32


class Reserve:
    """A file of noise that is removed when nothing else makes room, and written again when there is room.

    Noise, because a file system may keep zeros without keeping room, with its digest before it, so that a changed byte
    can be told. A crash leaves it, half of it under its temporary
    name, or nothing: the next `refill` mends each.
    """

    def __init__(self, root: Path, files: Files) -> None:
        self._path, self._files = root / _NAME, files

    def refill(self) -> None:
        """Write it where it is missing. On a card that is full or failing nothing happens."""
        try:
            if self._files.size(self._path) is not None:
                return
            noise = os.urandom(RESERVE_BYTES - _DIGEST_BYTES)
            write_durably(self._files, self._path, hashlib.sha256(noise).digest() + noise)
        except StorageError:
            with contextlib.suppress(StorageError):
                self._files.remove(self._path.with_name(f"{_NAME}.new"))

    def spend(self) -> bool:
        """Give the room to whoever writes next; False when it was spent before. Raises StorageError."""
        if self._files.size(self._path) is None:
            return False
        self._files.remove(self._path)
        self._files.sync_folder(self._path.parent)
        return True


def is_reserve(data: bytes) -> bool:
    """Whether it is what `refill` writes, byte for byte."""
    return len(data) == RESERVE_BYTES and hashlib.sha256(data[_DIGEST_BYTES:]).digest() == data[:_DIGEST_BYTES]
