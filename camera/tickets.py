"""Live tickets: who may see the picture right now. Without one, no access unit leaves the camera process."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

LIFE_S = 120
MAX_VIEWERS = 16


@dataclass(frozen=True, slots=True)
class Ticket:
    """One accepted `live.open`."""

    viewer: str
    device: str
    name: str
    opened_at_ns: int
    expires_at_ns: int


class Tickets:
    """Invariant: at most 16, each for 120 s from its last signed renewal, and none for a revoked device."""

    def __init__(self) -> None:
        self._live: dict[str, Ticket] = {}

    def __len__(self) -> int:
        return len(self._live)

    def open(self, device: str, name: str, now_ns: int) -> Ticket | None:
        """A new ticket, or None when 16 watch already."""
        if len(self._live) >= MAX_VIEWERS:
            return None
        ticket = Ticket(secrets.token_hex(8), device, name, now_ns, now_ns + LIFE_S * 1_000_000_000)
        self._live[ticket.viewer] = ticket
        return ticket

    def renew(self, viewer: str, device: str, now_ns: int) -> bool:
        """Another 120 s; False when this device holds no such ticket."""
        old = self._live.get(viewer)
        if old is None or old.device != device or old.expires_at_ns <= now_ns:
            return False
        self._live[viewer] = Ticket(viewer, device, old.name, old.opened_at_ns, now_ns + LIFE_S * 1_000_000_000)
        return True

    def end(self, viewer: str) -> Ticket | None:
        return self._live.pop(viewer, None)

    def end_of_device(self, device: str) -> list[Ticket]:
        return [self._live.pop(t.viewer) for t in list(self._live.values()) if t.device == device]

    def end_all(self) -> list[Ticket]:
        ended = list(self._live.values())
        self._live.clear()
        return ended

    def expired(self, now_ns: int) -> list[Ticket]:
        """End and give those that nobody renewed."""
        return [self._live.pop(t.viewer) for t in list(self._live.values()) if t.expires_at_ns <= now_ns]
