"""Bell-only mode: the lens is open for a minute from each press of the button, and dark at any other time; pure."""

from __future__ import annotations

LIVE_NS = 60 * 1_000_000_000


class BellOnly:
    """`is_dark` may be asked from any thread. Only `press` opens, and only the button at the door may call it."""

    def __init__(self) -> None:
        self.is_on = False
        self._open_until_ns: int | None = None

    def switch(self, *, is_on: bool) -> None:
        """Switched on, it is dark at once, whoever pressed a moment ago."""
        if is_on != self.is_on:
            self.is_on, self._open_until_ns = is_on, None

    def press(self, now_ns: int) -> None:
        """A visitor pressed: a minute from now on, also when it is open already."""
        self._open_until_ns = now_ns + LIVE_NS

    def is_dark(self, now_ns: int) -> bool:
        """Whether the lens has to be closed."""
        until_ns = self._open_until_ns
        return self.is_on and (until_ns is None or now_ns >= until_ns)
