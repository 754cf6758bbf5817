"""Keeps one carrier for each open hole, and none for any other; what happens goes to all of them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from camera.contract import (
    BadAddressError,
    Event,
    Hole,
    HoleKind,
    HoleReport,
    HolesNow,
    TestWanted,
    ToCourier,
    check_place,
    kind_of,
)
from server.courier import COURIERS
from server.courier.carrier import Carrier, Surroundings, open_carrier

logger = logging.getLogger(__name__)


class Office:
    """Used by one thread. `is_over` once the camera has said that nothing is open any more."""

    def __init__(self, around: Surroundings, open_one: Callable[[Hole, Surroundings], Carrier] = open_carrier) -> None:
        self._around, self._open_one = around, open_one
        self._at_work: dict[HoleKind, tuple[Hole, Carrier]] = {}
        self.is_over = False

    def hear(self, message: ToCourier) -> None:
        match message:
            case HolesNow():
                self._follow(message)
            case TestWanted(kind):
                if kind in self._at_work:
                    self._at_work[kind][1].try_out()
            case Event():
                for _, carrier in self._at_work.values():
                    carrier.happened(message)

    def link_changed(self, *, is_there: bool) -> None:
        for _, carrier in self._at_work.values():
            carrier.link_changed(is_there=is_there)

    def close(self) -> None:
        for _, carrier in self._at_work.values():
            carrier.close(is_for_good=False)
        self._at_work.clear()

    def _follow(self, now: HolesNow) -> None:
        wanted = {kind_of(hole): hole for hole in now.holes}
        for kind, (hole, carrier) in list(self._at_work.items()):
            if wanted.get(kind) != hole:
                carrier.close(is_for_good=True)
                del self._at_work[kind]
        for kind, hole in wanted.items():
            if kind not in self._at_work and kind in COURIERS:
                self._begin(kind, hole)
        for _, carrier in self._at_work.values():
            carrier.now(now)
        self.is_over = not now.holes

    def _begin(self, kind: HoleKind, hole: Hole) -> None:
        try:
            check_place(hole)
            self._at_work[kind] = (hole, self._open_one(hole, self._around))
        except BadAddressError as error:
            self._around.report(HoleReport(kind, "failing", str(error)[:300]))
