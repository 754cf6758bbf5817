"""The lamp at the door that is lit while somebody watches: an output that the kernel shows as a LED; never read from.

To add a lamp: one class with `show`, `fault` and `close`, one line in `LAMPS`, one test, one line in docs/settings.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from camera.doorbell.parts import DoorbellError

_LEDS = Path("/sys/class/leds")


class Lamp(Protocol):
    """Quick, and raises nothing: a lamp that fails is told and costs no picture."""

    def show(self, is_lit: bool) -> None: ...
    def fault(self) -> str | None: ...


class NoLamp:
    def __init__(self, _address: str = "") -> None: ...

    def show(self, is_lit: bool) -> None: ...

    def fault(self) -> str | None:
        return None


class LedLamp:
    """`address` is a name under /sys/class/leds, or a folder with a file `brightness`. Dark from the start."""

    def __init__(self, address: str) -> None:
        folder = Path(address) if "/" in address else _LEDS / address
        self._brightness = folder / "brightness"
        self._most = _most(folder)
        self._fault: str | None = None
        self.show(is_lit=False)

    def show(self, is_lit: bool) -> None:
        try:
            self._brightness.write_text(self._most if is_lit else "0")
            self._fault = None
        except OSError as error:
            self._fault = (
                f"the lamp that shows when somebody watches cannot be switched ({self._brightness}: {error.strerror}): "
                "check camera.lamp"
            )

    def fault(self) -> str | None:
        return self._fault


def _most(folder: Path) -> str:
    """Full brightness, as the kernel names it for this LED."""
    try:
        return (folder / "max_brightness").read_text().strip() or "255"
    except OSError:
        return "255"


LAMPS: dict[str, type[NoLamp] | type[LedLamp]] = {"none": NoLamp, "led": LedLamp}


def open_lamp(spec: str) -> Lamp:
    """Raises DoorbellError when the kind stands in no line of `LAMPS`."""
    kind, _, address = spec.partition(":")
    if kind not in LAMPS or (kind == "led" and not address):
        raise DoorbellError(f"the lamp {spec!r} is of no known kind: use none, or led:NAME as under /sys/class/leds")
    return LAMPS[kind](address)
