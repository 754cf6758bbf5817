"""Becoming an owner again: a code from a terminal at the device, and a proof that the sheet is held."""

from __future__ import annotations

import hmac
import logging
import os
import secrets
from pathlib import Path
from typing import Annotated

import msgspec

from camera.claim_code import LIFE_NS, TRIES

logger = logging.getLogger(__name__)

FILE_NAME = "recovery.json"
PROOF_LABEL = b"stoop-recover-v1"
_SECRET_BYTES = 32


class Posted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """recovery.json: the stretched code (`claim_code.stretch`), 64 hex digits. The code itself is on no disk."""

    key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]

    def __repr__(self) -> str:
        return "Posted(…)"


def post(folder: Path, key: bytes) -> Path:
    """For `stoop recover`: leave the stretched code for the camera, in the folder that only it and root can write.

    Returns the file; the camera takes it away. Raises OSError.
    """
    path, beside, owner = folder / FILE_NAME, folder / f".{FILE_NAME}.new", folder.stat()
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)  # root leaves it, the camera's user takes it
        os.write(descriptor, msgspec.json.encode(Posted(key.hex())))
    finally:
        os.close(descriptor)
    beside.rename(path)
    return path


class Recovery:
    """The code that is valid now, and what its holder was asked; in memory only, so a restart ends it.

    Not safe for several threads: the camera holds its authority lock around every call.
    """

    def __init__(self, folder: Path) -> None:
        """A code from before this start is removed unread: nobody knows how old it is. Raises OSError."""
        self._path = folder / FILE_NAME
        self._path.unlink(missing_ok=True)
        self._key: bytes | None = None
        self._ends_ns = 0
        self._tries_left = 0
        self._secret: bytes | None = None

    def look(self, now_ns: int) -> bool:
        """Take what `stoop recover` left; True when there is a new code. An unreadable file is removed and told."""
        try:
            text = self._path.read_bytes()
            self._path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            logger.warning("a recovery code cannot be taken (%s): run stoop recover again, as root", error.strerror)
            return False
        try:
            key = bytes.fromhex(msgspec.json.decode(text, type=Posted).key)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            logger.warning("%s was no recovery code and is removed: run stoop recover", FILE_NAME)
            return False
        self._key, self._ends_ns, self._tries_left, self._secret = key, now_ns + LIFE_NS, TRIES, None
        return True

    def key(self, now_ns: int) -> bytes | None:
        """The HMAC key that a recovery must be made with, or None where no code is valid."""
        return self._key if now_ns < self._ends_ns and self._tries_left > 0 else None

    def wrong_try(self) -> int:
        """Count a wrong code or a wrong proof; gives the tries left."""
        self._tries_left -= 1
        if self._tries_left <= 0:
            self.use_up()
        return max(0, self._tries_left)

    def ask(self) -> bytes:
        """32 random bytes that are to be handed out sealed only; the newest count."""
        self._secret = secrets.token_bytes(_SECRET_BYTES)
        return self._secret

    def is_proved(self, device_key: bytes, proof: bytes) -> bool:
        """Whether who sent this opened what was sealed, for this very device key. Serves once."""
        secret, self._secret = self._secret, None
        return secret is not None and hmac.compare_digest(proof_of(secret, device_key), proof)

    def use_up(self) -> None:
        self._key, self._secret, self._tries_left = None, None, 0


def proof_of(secret: bytes, device_key: bytes) -> bytes:
    """What a browser answers that could open `secret`: bound to its own key, so that nobody else can use the answer."""
    return hmac.digest(secret, PROOF_LABEL + device_key, "sha256")
