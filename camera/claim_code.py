"""The one-time code of an unclaimed camera: 40 random bits, ten minutes, five tries; shown only inside the house."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32: no I, L, O, U to be misread
LIFE_NS = 600 * 1_000_000_000
TRIES = 5
GIVEN_LIFE_NS = 3_600 * 1_000_000_000
"""A code of the owner's own, from the card: an hour from the start, once."""
_LEAST_DIFFERENT = 4
PAUSE_NS = 60 * 1_000_000_000
"""After five wrong tries the next code is made this much later, so that guessing cannot be hurried."""


@dataclass(frozen=True, slots=True)
class ClaimCode:
    """A code as it is shown, `XXXX-XXXX`, and the monotonic time at which it ends."""

    text: str = field(repr=False)
    expires_at_ns: int
    minutes: int = LIFE_NS // 60_000_000_000
    """Its life from when it was made."""


class ClaimCodes:
    """Makes a code when the old one ended. At most one is valid at any time; a used-up one never serves again."""

    def __init__(self, camera_id: str, given: str | None = None) -> None:
        """`given`: the eight symbols that the owner chose (`read_given`); shown first, and once."""
        self._salt = camera_id.encode("ascii")
        self._given = given
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
        given, self._given = self._given, None
        digits = given or "".join(secrets.choice(ALPHABET) for _ in range(8))
        life_ns = GIVEN_LIFE_NS if given else LIFE_NS
        self._code = ClaimCode(f"{digits[:4]}-{digits[4:]}", now_ns + life_ns, life_ns // 60_000_000_000)
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


def read_given(text: str) -> str:
    """The eight symbols of a code as an owner writes it: case, dashes and spaces do not matter.

    Raises ValueError with a sentence.
    """
    digits = "".join(text.upper().split()).replace("-", "").replace("O", "0").replace("I", "1").replace("L", "1")
    if len(digits) != 8 or not set(digits) <= set(ALPHABET):
        raise ValueError("the set-up code on the card is not eight letters and digits (no U): write such a one")
    if len(set(digits)) < _LEAST_DIFFERENT:
        raise ValueError("the set-up code on the card is too easy to guess: mix letters and digits")
    return digits


def stretch(digits: str, salt: bytes) -> bytes:
    """scrypt (RFC 7914) of the eight symbols, N=2^14, r=8, p=1: 32 bytes."""
    return hashlib.scrypt(digits.encode("ascii"), salt=salt, n=1 << 14, r=8, p=1, dklen=32)
