"""Live tickets: who may see the picture right now. Without one, no access unit leaves the camera process."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

LIFE_S = 120
MAX_VIEWERS = 16
MAX_PER_DEVICE = 8


@dataclass(frozen=True, slots=True)
class Ticket:
    """One accepted `live.open`."""

    viewer: str
    device: str
    name: str
    opened_at_ns: int
    expires_at_ns: int


class Tickets:
    """Invariant: at most 16, and 8 for one device; each for 120 s from its last signed renewal; none for a revoked one.

    `has_viewer` may be called from any thread: what it reads is replaced, never changed.
    """

    def __init__(self) -> None:
        self._live: dict[str, Ticket] = {}

    def __len__(self) -> int:
        return len(self._live)

    def has_viewer(self, now_ns: int) -> bool:
        """Whether anybody may see the picture right now; asks the clock, whether or not `expired` was called."""
        return any(ticket.expires_at_ns > now_ns for ticket in self._live.values())

    def holds(self, viewer: str, device: str, now_ns: int) -> bool:
        """Whether this device holds this ticket, and it is in force."""
        ticket = self._live.get(viewer)
        return ticket is not None and ticket.device == device and ticket.expires_at_ns > now_ns

    def offer(self, device: str, name: str, now_ns: int) -> Ticket | None:
        """A ticket that is not in force until `begin`; None when 16 watch already, or this device 8 times."""
        own = sum(ticket.device == device for ticket in self._live.values())
        if len(self._live) >= MAX_VIEWERS or own >= MAX_PER_DEVICE:
            return None
        return Ticket(secrets.token_hex(8), device, name, now_ns, now_ns + LIFE_S * 1_000_000_000)

    def begin(self, ticket: Ticket) -> None:
        """From now on it counts."""
        self._live = {**self._live, ticket.viewer: ticket}

    def open(self, device: str, name: str, now_ns: int) -> Ticket | None:
        """`offer` and `begin` in one."""
        ticket = self.offer(device, name, now_ns)
        if ticket:
            self.begin(ticket)
        return ticket

    def renew(self, viewer: str, device: str, now_ns: int) -> bool:
        """Another 120 s; False when this device holds no such ticket."""
        if not self.holds(viewer, device, now_ns):
            return False
        self.begin(replace(self._live[viewer], expires_at_ns=now_ns + LIFE_S * 1_000_000_000))
        return True

    def end(self, viewer: str) -> Ticket | None:
        ended = self._end_where(lambda ticket: ticket.viewer == viewer)
        return ended[0] if ended else None

    def end_of_device(self, device: str) -> list[Ticket]:
        return self._end_where(lambda ticket: ticket.device == device)

    def end_all(self) -> list[Ticket]:
        return self._end_where(lambda _: True)

    def expired(self, now_ns: int) -> list[Ticket]:
        """End and give those that nobody renewed."""
        return self._end_where(lambda ticket: ticket.expires_at_ns <= now_ns)

    def _end_where(self, is_over: Callable[[Ticket], bool]) -> list[Ticket]:
        ended = [ticket for ticket in self._live.values() if is_over(ticket)]
        if ended:
            self._live = {viewer: ticket for viewer, ticket in self._live.items() if ticket not in ended}
        return ended
