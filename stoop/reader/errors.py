"""How opening a sealed file can fail.

ReaderError
├── AgeError
│   ├── HeaderError    no age v1 file, or one that breaks the format
│   ├── NoMatchError   none of the identities opens it
│   ├── HmacError      the identity fits and the header was altered
│   └── PayloadError   a chunk fails: cut short, or altered
├── IdentityError      the identity file cannot be used
├── JournalError       a journal file that was altered
└── ThumbnailError     a thumbnail that does not fit its card
"""

from __future__ import annotations


class ReaderError(Exception):
    """Any failure of the reader."""


class AgeError(ReaderError):
    """An age file that does not open."""


class HeaderError(AgeError, ValueError):
    """The header breaks the format of age v1."""


class NoMatchError(AgeError):
    """The file is sealed to somebody else."""


class HmacError(AgeError):
    """The header's MAC is wrong."""


class PayloadError(AgeError):
    """Chunk `chunk` (from 0) failed; all before it are good and were released.

    `is_cut` is True when nothing but zeros follows it, or zeros stand in it, which is what a power cut leaves.
    """

    def __init__(self, message: str, chunk: int, *, is_cut: bool) -> None:
        super().__init__(message)
        self.chunk = chunk
        self.is_cut = is_cut


class IdentityError(ReaderError, ValueError):
    """No usable identity; the message never repeats a secret."""


class JournalError(ReaderError):
    """A journal file that breaks the format or fails to open at record `record` (None: its header)."""

    def __init__(self, message: str, record: int | None = None) -> None:
        super().__init__(message)
        self.record = record


class ThumbnailError(ReaderError):
    """A thumbnail that the key of its card does not open."""
