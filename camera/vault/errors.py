"""What can go wrong in the vault, by what the caller would do next.

VaultError
├── StorageError      the card said no: show it, make room, try again
├── RecipientError    the owner's recipient cannot be used: claim again
├── UnknownClipError  no such clip
├── ClipOpenError     the clip is still being written
├── KeptFullError     what is kept would leave too little room for new clips
└── ClipStateError    the clip writer was used out of order, or with pictures that do not belong together
"""

from __future__ import annotations


class VaultError(Exception):
    """Any refusal of the vault; the message is a sentence for the owner."""


class StorageError(VaultError):
    """A file operation failed; the message names file, cause and fix. `is_full`: all it wanted was room.

    `for_owner` says the same without the file, so that it stays the same from try to try.
    """

    def __init__(self, message: str, *, is_full: bool = False, for_owner: str | None = None) -> None:
        super().__init__(message)
        self.is_full = is_full
        self.for_owner = for_owner or message


class RecipientError(VaultError, ValueError):
    """A recipient string is no age recipient of a kind that we seal to."""


class UnknownClipError(VaultError):
    """No clip has this id."""


class ClipOpenError(VaultError):
    """The clip is being recorded and cannot be deleted yet."""


class KeptFullError(VaultError):
    """One more kept clip would leave too little room for new ones."""


class ClipStateError(VaultError):
    """A clip got a picture that it cannot take, or was used after its end."""
