"""A button as a Linux input device: 24-byte structs read from /dev/input/event*, with no library; never writes to it.

On a Pi the device tree makes one of a GPIO line (`dtoverlay=gpio-key`): the kernel debounces it, wakes us, and needs no
GPIO library in the camera process. A FIFO with the same structs in it serves as well, for the demo and for tests.
"""

from __future__ import annotations

import os
import re
import select
import stat
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

EVENT = struct.Struct("@qqHHi")
"""struct input_event of 64-bit Linux (include/uapi/linux/input.h): seconds, microseconds, type, code, value."""
EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
_DOWN, _UP = 1, 0
_GPIO_BUTTON = re.compile(r"gpio[-_]keys?|button@|doorbell", re.IGNORECASE)
_NAMES = Path("/sys/class/input")
_LOOK_S = 0.5
_RETRY_S = 2.0


def edges(events: bytes) -> Iterator[bool]:
    """`is_down` for each change of a key in whole structs; the keyboard's own repetition (value 2) is none.

    After SYN_DROPPED the kernel lost some: the button counts as released, so that at worst a release is invented.
    """
    for _, _, kind, code, value in EVENT.iter_unpack(events):
        if kind == EV_KEY and value in (_DOWN, _UP):
            yield value == _DOWN
        elif kind == EV_SYN and code == SYN_DROPPED:
            yield False


def find_button(names: Path = _NAMES) -> Path | None:
    """The first input device that the device tree made of a GPIO line, or None."""
    for name in sorted(names.glob("event*/device/name")):
        if _GPIO_BUTTON.search(name.read_text(errors="replace")):
            return Path("/dev/input") / name.parents[1].name
    return None


def _tells_changes(mode: int) -> bool:
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


class EvdevButton:
    """Reads one device for ever: one that vanishes is opened again every two seconds.

    With no address, a GPIO button is looked for; a machine that has none has no fault.
    """

    def __init__(self, address: str = "") -> None:
        self._path = Path(address) if address else None
        self._closed = threading.Event()

    def run(self, on_edge: Callable[[bool], None], on_fault: Callable[[str | None], None]) -> None:
        while not self._closed.is_set():
            path = self._path or find_button()
            if path:
                try:
                    self._read(path, on_edge, on_fault)
                except OSError as error:
                    on_fault(
                        f"the bell's button {path} cannot be read ({error.strerror}): check its cable and camera.button"
                    )
                on_edge(False)  # a button that is gone is not pressed
            self._closed.wait(_RETRY_S)

    def close(self) -> None:
        self._closed.set()

    def _read(self, path: Path, on_edge: Callable[[bool], None], on_fault: Callable[[str | None], None]) -> None:
        """Until the device or the button is closed; raises OSError when it is gone."""
        device = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if _tells_changes(os.fstat(device).st_mode):
                on_fault(None)
                self._follow(device, on_edge)
            else:
                on_fault(
                    f"the bell's button {path} is no input device: name one like /dev/input/event0 in camera.button"
                )
        finally:
            os.close(device)

    def _follow(self, device: int, on_edge: Callable[[bool], None]) -> None:
        waiting, rest = select.poll(), b""
        waiting.register(device, select.POLLIN)
        while not self._closed.is_set():
            if not waiting.poll(_LOOK_S * 1000):
                continue
            try:
                data = os.read(device, EVENT.size * 64)
            except BlockingIOError:
                continue
            if not data:
                return  # a FIFO that nobody writes to any more
            rest += data
            whole = len(rest) - len(rest) % EVENT.size
            for is_down in edges(rest[:whole]):
                on_edge(is_down)
            rest = rest[whole:]
