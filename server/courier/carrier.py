"""What every integration is to the courier: told of what happens, asked to try, ended."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from camera.contract import Event, Hole, HoleReport, HolesNow, kind_of
from server.courier import COURIERS


class Carrier(Protocol):
    """One open hole at work, on a thread of its own. Each call returns at once and raises nothing."""

    def now(self, now: HolesNow) -> None:
        """How the camera is; first of all, and on each change."""

    def happened(self, event: Event) -> None: ...

    def link_changed(self, *, is_there: bool) -> None:
        """Whether the camera process can be heard."""

    def try_out(self) -> None:
        """The owner wants to see whether it works."""

    def close(self, *, is_for_good: bool) -> None:
        """Returns when nothing more goes out, within 5 s. `is_for_good`: the owner closed this way out."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a carrier works with. `data` is the data folder, of which it may read `sealed` and write `courier`."""

    data: Path
    report: Callable[[HoleReport], None]
    monotonic_s: Callable[[], float] = time.monotonic
    wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    names: Path | None = None
    """Where `stoop names` writes down the addresses of push services; None: nobody is called by name."""


def open_carrier(hole: Hole, around: Surroundings) -> Carrier:
    """Begin to use this hole."""
    module, _, function = COURIERS[kind_of(hole)].partition(":")
    start = cast("Callable[[Hole, Surroundings], Carrier]", getattr(importlib.import_module(module), function))
    return start(hole, around)
