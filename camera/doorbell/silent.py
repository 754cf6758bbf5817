"""The parts of a bell that has none: a button that nobody presses, a chime and a loudspeaker that are not there."""

from __future__ import annotations

import threading
from collections.abc import Callable

from camera.doorbell.parts import DoorbellError, Samples


class NoButton:
    def __init__(self, _address: str = "") -> None:
        self._closed = threading.Event()

    def run(self, on_edge: Callable[[bool], None], on_fault: Callable[[str | None], None]) -> None:
        self._closed.wait()

    def close(self) -> None:
        self._closed.set()


class NoChime:
    def __init__(self, _address: str = "", _out: object = None) -> None: ...

    def ring(self, volume: float, on_sound: Callable[[], None]) -> None: ...

    def fault(self) -> str | None:
        return None

    def close(self) -> None: ...


class NoSpeaker:
    """Opening it says that there is none: what was to be heard is dropped, and nobody needs to mend anything."""

    def __init__(self, _address: str = "") -> None:
        raise NoDevice("this camera has no loudspeaker")

    def write(self, block: Samples) -> None: ...

    def close(self) -> None: ...


class NoDevice(DoorbellError):
    """There is none, which is no fault."""
