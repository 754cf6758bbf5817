"""What came of updates that nobody asked for at that moment, kept over the power: none is tried, or told, for ever."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import msgspec

from camera.atomic_file import replace_file
from stoop.update.bundle import Manifest
from stoop.update.errors import NothingBrought

NAME = "tried.json"
MOST_TRIES = 2
"""The first failure may have been the machine's, or the power's."""
_MOST_KEPT = 32
_ZONES_S = 15 * 60
"""All zones of time differ by whole quarter hours, and a FAT's times are of whichever zone the reader is in."""
_MAX_BYTES = 64 * 1024


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tries: dict[str, int] = {}
    told: tuple[str, ...] = ()


class Memory:
    """Root's own file in `folder`; one that cannot be read counts as empty.

    For one process at a time, which the lock of updates sees to. A crash leaves the old file or the new one.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._about = ""

    def look_at(self, file: Path) -> None:
        """What follows is about this file, as long as nobody puts another in its place: by name, size and time."""
        self._about = file.name
        with contextlib.suppress(OSError):
            told = file.stat()
            self._about += f" {told.st_size} {int(told.st_mtime) % _ZONES_S}"

    def try_once(self, manifest: Manifest) -> None:
        """Count a try, before it is made: the power may go in it.

        Raises NothingBrought when it had its tries, OSError when it cannot be written down.
        """
        kept, name = self._read(), self._digest(msgspec.json.encode(manifest))
        count = kept.tries.pop(name, 0)
        if count >= MOST_TRIES:
            raise NothingBrought(
                f"update {manifest.version} (number {manifest.counter}) was tried {MOST_TRIES} times and did not work: "
                "take a later one, or install it in the app"
            )
        self._write(msgspec.structs.replace(kept, tries=dict([*kept.tries.items(), (name, count + 1)][-_MOST_KEPT:])))

    def is_news(self, reason: str) -> bool:
        """Whether nobody was told this of the file yet; from now on somebody was. Raises OSError."""
        kept, name = self._read(), self._digest(reason.encode())
        if name in kept.told:
            return False
        self._write(msgspec.structs.replace(kept, told=(*kept.told, name)[-_MOST_KEPT:]))
        return True

    def _read(self) -> _Kept:
        try:
            with self._path.open("rb") as file:
                return msgspec.json.decode(file.read(_MAX_BYTES), type=_Kept)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return _Kept()

    def _write(self, kept: _Kept) -> None:
        replace_file(self._path, msgspec.json.encode(kept))

    def _digest(self, data: bytes) -> str:
        return hashlib.sha256(self._about.encode(errors="surrogateescape") + b"\0" + data).hexdigest()
