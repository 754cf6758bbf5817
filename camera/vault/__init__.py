"""Seals clips, thumbnails and the journal to the owner's key; holds nothing that opens them."""

from camera.vault.age_writer import seal_bytes
from camera.vault.boxes import ClipCause, ClipEnd
from camera.vault.clip import ClipWriter
from camera.vault.errors import (
    ClipOpenError,
    ClipStateError,
    KeptFullError,
    RecipientError,
    StorageError,
    UnknownClipError,
    VaultError,
)
from camera.vault.recipients import parse_recipients
from camera.vault.vault import Vault

__all__ = [
    "ClipCause",
    "ClipEnd",
    "ClipOpenError",
    "ClipStateError",
    "ClipWriter",
    "KeptFullError",
    "RecipientError",
    "StorageError",
    "UnknownClipError",
    "Vault",
    "VaultError",
    "parse_recipients",
    "seal_bytes",
]
