"""Single-use nonces that cost no memory until used, so that a flood of requests evicts nobody's."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

LIFE_NS = 60 * 1_000_000_000
_TIME_BYTES, _RANDOM_BYTES, _TAG_BYTES = 8, 16, 16


class Nonces:
    """A nonce is time ‖ random ‖ HMAC-SHA256 tag (16 bytes) under a key of this process, in base64url.

    Invariant: `redeem` says yes at most once for each nonce, only within 60 s of monotonic time, and only for nonces
    of this process. Used ones are remembered until they expire; only a valid signature leads here, so the memory is
    bounded by what paired devices can sign in a minute.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._used: dict[bytes, int] = {}

    def issue(self, now_ns: int) -> str:
        body = now_ns.to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
        return base64.urlsafe_b64encode(body + self._tag(body)).rstrip(b"=").decode()

    def redeem(self, nonce: str, now_ns: int) -> bool:
        """Use the nonce up; False when it is not ours, too old or used before."""
        try:
            raw = base64.b64decode(nonce + "=" * (-len(nonce) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return False
        body, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
        if len(raw) != _TIME_BYTES + _RANDOM_BYTES + _TAG_BYTES or not hmac.compare_digest(tag, self._tag(body)):
            return False
        age_ns = now_ns - int.from_bytes(body[:_TIME_BYTES], "big")
        self._forget(now_ns)
        if not 0 <= age_ns <= LIFE_NS or body in self._used:
            return False
        self._used[body] = now_ns
        return True

    def _tag(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)[:_TAG_BYTES]

    def _forget(self, now_ns: int) -> None:
        old = [body for body, used_ns in self._used.items() if now_ns - used_ns > LIFE_NS]
        for body in old:
            del self._used[body]
