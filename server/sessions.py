"""Who is signed in, in memory only: a restart signs everybody out, and browsers sign in again by their device key."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Role = Literal["owner", "viewer"]

LIFE_S = 12 * 3600
MAX_SESSIONS = 128
MAX_PER_DEVICE = 8


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser. `id` may be shown; the token in the cookie is kept nowhere, only its SHA-256."""

    id: str
    device: str
    name: str
    role: Role
    opened_at_s: float
    """Monotonic clock."""


class SessionStore:
    """At most MAX_PER_DEVICE sessions a device and MAX_SESSIONS in all: the oldest gives way.

    `on_end` listeners hear of each session that ends, however it ends.
    """

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._by_hash: dict[bytes, Session] = {}
        self._on_end: list[Callable[[Session], None]] = []

    def on_end(self, listener: Callable[[Session], None]) -> None:
        """Call `listener` with every session that ends from now on."""
        self._on_end.append(listener)

    def open(self, device: str, name: str, role: Role) -> tuple[str, Session]:
        """A new session and its token: 256 random bits, base64url."""
        self.expire()
        own = [session for session in self._by_hash.values() if session.device == device]
        if len(own) >= MAX_PER_DEVICE:
            self.end(own[0].id)
        if len(self._by_hash) >= MAX_SESSIONS:
            self.end(next(iter(self._by_hash.values())).id)
        token = secrets.token_urlsafe(32)
        session = Session(secrets.token_hex(8), device, name, role, self._monotonic_s())
        self._by_hash[_digest(token)] = session
        return token, session

    def find(self, token: str) -> Session | None:
        """The live session of this token, or None."""
        session = self._by_hash.get(_digest(token))
        if session is not None and self._is_over(session):
            self.end(session.id)
            return None
        return session

    def is_live(self, session: Session) -> bool:
        """Whether it has neither ended nor run out."""
        return session in self._by_hash.values() and not self._is_over(session)

    def all(self) -> list[Session]:
        """The live sessions, oldest first."""
        self.expire()
        return list(self._by_hash.values())

    def age_s(self, session: Session) -> int:
        """Whole seconds since the login."""
        return int(self._monotonic_s() - session.opened_at_s)

    def end(self, session_id: str) -> bool:
        """End one session; False when there is none of that id."""
        return self._end_where(lambda session: session.id == session_id) > 0

    def end_of_device(self, device: str) -> int:
        """End every session of a device; how many there were."""
        return self._end_where(lambda session: session.device == device)

    def end_all(self) -> int:
        """End every session; how many there were."""
        return self._end_where(lambda _: True)

    def expire(self) -> None:
        """End the sessions that have run out."""
        self._end_where(self._is_over)

    def _is_over(self, session: Session) -> bool:
        return self._monotonic_s() - session.opened_at_s >= LIFE_S

    def _end_where(self, matches: Callable[[Session], bool]) -> int:
        ended = {digest: session for digest, session in self._by_hash.items() if matches(session)}
        for digest in ended:
            del self._by_hash[digest]
        for session in ended.values():
            for listener in self._on_end:
                listener(session)
        return len(ended)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
