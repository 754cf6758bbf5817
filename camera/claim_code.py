"""The one-time code of an unclaimed camera: 40 random bits, ten minutes, five tries; shown only inside the house."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32: no I, L, O, U to be misread
LIFE_NS = 600 * 1_000_000_000
TRIES = 5
PAUSE_NS = 60 * 1_000_000_000
"""After five wrong tries the next code is made this much later, so that guessing cannot be hurried."""


@dataclass(frozen=True, slots=True)
class ClaimCode:
    """A code as it is shown, `XXXX-XXXX`, and the monotonic time at which it ends."""

    text: str = field(repr=False)
    expires_at_ns: int


class ClaimCodes:
    """Makes a code when the old one ended. At most one is valid at any time; a used-up one never serves again."""

    def __init__(self, camera_id: str) -> None:
        self._salt = camera_id.encode("ascii")
        self._code: ClaimCode | None = None
        self._key = b""
        self._tries_left = 0
        self._not_before_ns = -1

    @property
    def tries_left(self) -> int:
        return self._tries_left

    def current(self, now_ns: int) -> ClaimCode | None:
        """The code to show, made anew when there is none; None while a pause after wrong tries lasts."""
        if self._code and now_ns < self._code.expires_at_ns and self._tries_left:
            return self._code
        self._code = None
        if now_ns < self._not_before_ns:
            return None
        digits = "".join(secrets.choice(ALPHABET) for _ in range(8))
        self._code = ClaimCode(f"{digits[:4]}-{digits[4:]}", now_ns + LIFE_NS)
        self._key = stretch(digits, self._salt)
        self._tries_left = TRIES
        return self._code

    def key(self, now_ns: int) -> bytes | None:
        """The HMAC key that a claim must be made with, or None where no code is valid."""
        code = self._code
        return self._key if code and now_ns < code.expires_at_ns and self._tries_left else None

    def wrong_try(self, now_ns: int) -> int:
        """Count a claim that was not made with the code; gives the tries left."""
        self._tries_left -= 1
        if self._tries_left <= 0:
            self._code, self._not_before_ns = None, now_ns + PAUSE_NS
        return self._tries_left

    def use_up(self) -> None:
        """The camera is claimed: this code is over."""
        self._code, self._key, self._tries_left = None, b"", 0


def stretch(digits: str, salt: bytes) -> bytes:
    """scrypt (RFC 7914) of the eight symbols, N=2^14, r=8, p=1: 32 bytes."""
    return hashlib.scrypt(digits.encode("ascii"), salt=salt, n=1 << 14, r=8, p=1, dklen=32)
