"""A bell button in the terminal of `stoop run`: the key b, as the kernel's structs in a FIFO that the camera reads."""

from __future__ import annotations

import contextlib
import os
import sys
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

from camera.doorbell.evdev import EV_KEY, EVENT

_KEY_B = 48  # include/uapi/linux/input-event-codes.h
TAP = EVENT.pack(0, 0, EV_KEY, _KEY_B, 1) + EVENT.pack(0, 0, EV_KEY, _KEY_B, 0)


class TerminalBell:
    """Keys come from `keys`, presses go into `button`; both are file descriptors that stay the caller's."""

    def __init__(self, keys: int, button: int) -> None:
        self._keys, self._button = keys, button

    def fileno(self) -> int:
        return self._keys

    def hear(self) -> None:
        """Call when there is something to read. A camera that does not read its button is not waited for."""
        typed = os.read(self._keys, 64)
        if b"b" in typed.lower():
            with contextlib.suppress(BlockingIOError):
                os.write(self._button, TAP)


def is_possible() -> bool:
    """Whether somebody sits at a terminal in whose foreground we run."""
    try:
        return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def terminal_bell(path: Path) -> Iterator[TerminalBell]:
    """A button at `path`, for as long as the block lasts; the terminal gives single keys meanwhile, Ctrl-C as ever."""
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)
    button = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    keys = sys.stdin.fileno()
    before = termios.tcgetattr(keys)
    try:
        tty.setcbreak(keys)
        yield TerminalBell(keys, button)
    finally:
        termios.tcsetattr(keys, termios.TCSADRAIN, before)
        os.close(button)
        path.unlink(missing_ok=True)
