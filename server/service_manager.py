"""Tells systemd that the server serves and still lives (sd_notify(3)); says nothing where nobody asked."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """`address`: the Unix socket to tell, None where nobody listens. `watchdog_s`: the longest silence it bears."""

    address: str | None = None
    watchdog_s: float | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str], pid: int) -> ServiceManager:
        """As systemd's variables say; a value that is none counts as absent."""
        text = environment.get("WATCHDOG_USEC", "")
        is_for_us = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        watchdog_s = int(text) / 1e6 if text.isdecimal() and int(text) > 0 and is_for_us else None
        return cls(environment.get("NOTIFY_SOCKET") or None, watchdog_s)

    def ready(self) -> None:
        self._say(b"READY=1")

    def alive(self) -> None:
        self._say(b"WATCHDOG=1")

    def _say(self, word: bytes) -> None:
        if self.address is None:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.setblocking(False)
            to.sendto(word, address)
