"""Tells systemd that the camera still sees (sd_notify(3)), by pictures and not by a timer; decides when to fall silent.

A camera whose driver hangs looks alive to every timer. Only the end of the process frees the device then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from camera.publisher import tell_manager


class Watchdog:
    """Signs of life, at most one each quarter of the silence that systemd bears.

    They stop when a lens that has delivered since the start of this process delivers no more. A lens that has delivered
    nothing yet gets them: another start would not help it, and the bell must ring without a lens. Called from the
    video thread only, so one that hangs falls silent as well.
    """

    def __init__(self, say: Callable[[bytes], None] | None = None, silence_ns: int = 0) -> None:
        """`silence_ns`: the longest silence that systemd bears; 0 for one that waits for no sign of life."""
        self._say, self._silence_ns = say, silence_ns
        self._picture_at_ns: int | None = None
        self._said_at_ns: int | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str], pid: int) -> Watchdog:
        """As systemd's variables say; nobody hears anything where there are none."""
        address = environment.get("NOTIFY_SOCKET")
        if not address:
            return cls()
        text = environment.get("WATCHDOG_USEC", "")
        is_for_us = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        silence_ns = int(text) * 1000 if text.isdecimal() and is_for_us else 0
        return cls(lambda word: tell_manager(address, word), silence_ns)

    def ready(self) -> None:
        """The socket for the server is there."""
        if self._say is not None:
            self._say(b"READY=1")

    def status(self, sentence: str) -> None:
        """How it goes, for `systemctl status` and `stoop doctor`."""
        if self._say is not None:
            self._say(b"STATUS=" + sentence.replace("\n", " ").encode())

    def picture(self, now_ns: int) -> None:
        """A picture has gone through mask and encoder."""
        self._picture_at_ns = now_ns

    def tick(self, now_ns: int, *, is_on: bool) -> None:
        """Some times a second, whatever the lens does; `is_on` is false while the owner has switched it off."""
        if self._say is None or self._silence_ns == 0:
            return
        if not is_on:
            self._picture_at_ns = None
        is_seeing = self._picture_at_ns is None or now_ns - self._picture_at_ns < self._silence_ns // 2
        is_due = self._said_at_ns is None or now_ns - self._said_at_ns >= self._silence_ns // 4
        if is_seeing and is_due:
            self._said_at_ns = now_ns
            self._say(b"WATCHDOG=1")
