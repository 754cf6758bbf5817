"""Holds the one update that an owner's browser is sending up, piece by piece; never reads it, and starts nothing.

Root's updater takes it from here when the camera says so (`camera/update_desk.py`).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from pathlib import Path

from camera.contract import MAX_UPDATE_BYTES
from server.errors import Refused

FOLDER, NAME = "incoming", "update"
KEPT_FREE_BYTES = 256 * 1024 * 1024
"""Left for the recordings whatever is sent."""


class Uploads:
    """Safe from any thread. One file at most, at most MAX_UPDATE_BYTES; what was there goes with the next first piece,
    with the server's start, and with the updater."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "server" / FOLDER
        self._path = self._folder / NAME
        self._lock = threading.Lock()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def add(self, offset: int, data: bytes) -> int:
        """Bytes that are here now. A piece that came already is not written again, so a browser may repeat its last.

        Raises Refused: conflict when pieces are missing before this one, too_large, storage when the card is full.
        """
        if offset + len(data) > MAX_UPDATE_BYTES:
            raise Refused(413, "too_large", f"an update has at most {MAX_UPDATE_BYTES} bytes: this is none")
        with self._lock:
            try:
                return self._add(offset, data)
            except OSError as error:
                raise Refused(507, "storage", f"the update cannot be kept ({error.strerror}): free space") from error

    def _add(self, offset: int, data: bytes) -> int:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free < KEPT_FREE_BYTES + len(data):
            raise Refused(507, "storage", "the card is too full for an update: delete some clips first")
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_TRUNC if offset == 0 else 0)
        descriptor = os.open(self._path, flags, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            size = file.seek(0, os.SEEK_END)
            if offset + len(data) <= size:
                return size
            if offset != size:
                raise Refused(409, "conflict", f"{size} bytes are here, and this piece begins at {offset}: begin again")
            file.write(data)
            return size + len(data)
