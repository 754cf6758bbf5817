"""Clip ids: 8 hex digits of a number that only grows, 24 random ones."""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path

from camera.vault.errors import StorageError, VaultError
from camera.vault.files import Files, write_durably
from camera.vault.journal import count_records, journal_files

_ID = re.compile(r"[0-9a-f]{32}")
_SEQUENCE = re.compile(rb"([0-9]{1,10})(?: ([0-9a-f]{8}))?\s*")
_NUMBER_DIGITS = 8
_MAX_NUMBER = 16**_NUMBER_DIGITS - 1


def is_clip_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


class ClipIds:
    """Gives out ids whose numbers never repeat and never go back, also when every clip is deleted.

    The last number stands in the file `sequence`, which is on the card before its id is used; a crash in between
    skips a number. When that file is lost, the numbers of what is left and the journal, which holds at least one
    record for each clip there ever was, give a number that is high enough.
    """

    def __init__(self, root: Path, files: Files, newest: str | None) -> None:
        """`newest`: the highest id of which anything is on the card. Raises StorageError."""
        self._path = root / "sequence"
        self._files = files
        stored = self._stored()
        self._last = max(stored, number_of(newest) if newest else -1)
        if stored < 0:
            journal = journal_files(root / "journal", files)
            self._last = max(self._last, sum(count_records(file, files) for file in journal) - 1)

    @property
    def next_number(self) -> int:
        """Of the id to come; all that were given are lower."""
        return self._last + 1

    def next_id(self) -> str:
        """A new id. Raises StorageError when the number cannot be stored."""
        number = self.next_number
        if number > _MAX_NUMBER:
            raise VaultError(f"there have been {_MAX_NUMBER} clips; use a new data folder")
        write_durably(self._files, self._path, sequence_text(number))
        self._last = number
        return f"{number:08x}{os.urandom(12).hex()}"

    def _stored(self) -> int:
        """The stored number; -1 when there is none that can be read."""
        try:
            number = read_sequence(self._files.read(self._path))
        except StorageError:
            return -1
        return -1 if number is None else number


def sequence_text(number: int) -> bytes:
    """What stands in `sequence`: the number, and a CRC-32 by which a changed digit can be told."""
    digits = f"{number}".encode()
    return digits + f" {zlib.crc32(digits):08x}\n".encode()


def read_sequence(data: bytes) -> int | None:
    """The number; None when it is none. The first version wrote no CRC."""
    match = _SEQUENCE.fullmatch(data)
    if match is None or (match[2] and match[2] != f"{zlib.crc32(match[1]):08x}".encode()):
        return None
    return int(match[1])


def number_of(clip_id: str) -> int:
    """How many clips were begun before this one."""
    return int(clip_id[:_NUMBER_DIGITS], 16)
