"""A chime that a relay strikes: an output that the kernel shows as a LED (device tree `gpio-leds`), switched for 0.4 s.

Written to through /sys/class/leds/NAME/brightness, so that the camera process needs no GPIO library.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

_PULSE_S = 0.4
_LEDS = Path("/sys/class/leds")


class RelayChime:
    """One pulse at a time on a thread of its own; a ring during a pulse is that pulse."""

    def __init__(self, address: str, _out: object = None, leds: Path = _LEDS) -> None:
        self._output = Path(address) / "brightness" if "/" in address else leds / address / "brightness"
        self._is_striking = threading.Lock()
        self._fault: str | None = None

    def ring(self, volume: float, on_sound: Callable[[], None]) -> None:
        """A relay has no volume: any but 0 strikes."""
        if volume > 0 and self._is_striking.acquire(blocking=False):
            threading.Thread(target=self._strike, args=(on_sound,), name="chime-relay", daemon=True).start()

    def fault(self) -> str | None:
        return self._fault

    def close(self) -> None:
        """An output left switched would hum: the pulse ends by itself."""

    def _strike(self, on_sound: Callable[[], None]) -> None:
        try:
            self._output.write_text("255")
            on_sound()
            time.sleep(_PULSE_S)
            self._output.write_text("0")
            self._fault = None
        except OSError as error:
            self._fault = f"the chime's relay {self._output} cannot be switched ({error.strerror}): check camera.chime"
        finally:
            self._is_striking.release()
