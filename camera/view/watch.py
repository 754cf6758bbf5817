"""Is this still the view that the mask was drawn for? Pure: pictures and their times in, a state out.

It sees masked pictures only, so what is hidden can neither trip nor calm it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from camera.frame import MaskedFrame
from camera.view.compare import Found, KnownPlace, Place
from camera.view.descriptor import MAX_VIEWS, ViewDescriptor, ViewMemory, pack, unpack
from camera.view.field import Field, FieldMaker
from camera.visible_area import BoolPlane

LOOK_NS = 200_000_000
_LATE_NS = 1_000_000_000
"""A thorough search that has found nothing for a while is made only so often: it costs 20 ms."""
_THOROUGH_LOOKS = 25
_SETTLE_LOOKS = 8
_LEARN_LOOKS = 25
_MIN_SQUARES = 8
"""With fewer squares of structure nothing can be told."""
_AGREED_SHARE = 0.75
"""Measured: unmoved and unhidden 0.76-1.0; moved by 1 % of the width at most 0.67."""
_STRANGE_SHARE = 0.6
"""Below, other known views are tried, and after `_LEARN_AFTER_NS` this one is learned."""
_CONFIRM_SHARE = 0.25
_LOST_SHARE = 0.08
"""Chance gives another scene 0.00-0.07 of the squares."""
_LEARN_AFTER_NS = 60_000_000_000
_CONFIRM_LOOKS = 2
_MOVED_LOOKS = 4
_LOST_LOOKS = 7
_LATCH_NS = 120_000_000_000
_SAME_PLACE_PX = 4.0
_MIN_DISPLACED = 5


class ViewState(Enum):
    UNKNOWN = "unknown"
    CHECKING = "checking"
    CONFIRMED = "confirmed"
    MOVED = "moved"

    @property
    def is_shown(self) -> bool:
        """False: every picture is black."""
        return self in (ViewState.UNKNOWN, ViewState.CONFIRMED)


@dataclass(slots=True)
class _Streaks:
    """How many looks in a row spoke for what."""

    place: Place | None = None
    displaced: int = 0
    home: int = 0
    lost: int = 0
    searched: int = 0


class _Gathering:
    """The mean field over so many looks: what moves averages out."""

    def __init__(self, looks: int) -> None:
        self._wanted = looks
        self.fields: list[Field] = []

    def add(self, field: Field) -> Field | None:
        self.fields.append(field)
        if len(self.fields) < self._wanted:
            return None
        return np.asarray(np.mean(self.fields, axis=0), np.complex64)


class ViewWatch:
    """One mask and picture size at a time. Holds at most 25 small fields and `MAX_VIEWS` views. One thread.

    `memory` is what is to be kept on disk; it changes by a new value. Without views it starts `unknown`, settles for
    1.6 s and is `confirmed`; with views it starts `checking`. From `moved` nothing leads out but a new watch.
    """

    def __init__(self, visible_luma: BoolPlane, memory: ViewMemory) -> None:
        self.memory = memory
        self.state = ViewState.CHECKING if memory.views else ViewState.UNKNOWN
        self._maker = FieldMaker(visible_luma)
        self._known = [place for view in memory.views if (place := self._place_of(view))]
        if memory.is_moved or len(self._known) < len(memory.views):  # a view of another picture shape, or damaged
            self.state = ViewState.MOVED
        self._active = 0
        self._streaks = _Streaks()
        self._gathering = _Gathering(_SETTLE_LOOKS)
        self._last: Field | None = None
        self._looked_at_ns: int | None = None
        self._searched_at_ns: int | None = None
        self._strange_since_ns: int | None = None
        self._lost_since_ns: int | None = None

    def look(self, frame: MaskedFrame) -> ViewState:
        """Five looks a second at most; between them the last answer holds. A clock that jumps back is a look."""
        now_ns = frame.captured_at_ns
        if self.state is ViewState.MOVED:
            return self.state
        if self._looked_at_ns is not None and 0 <= now_ns - self._looked_at_ns < LOOK_NS:
            return self.state
        self._looked_at_ns = now_ns
        field = self._maker.make(frame.luma)
        match self.state:
            case ViewState.UNKNOWN:
                self._settle(field)
            case ViewState.CHECKING:
                self._check(field, now_ns)
            case _:
                self._guard(field, now_ns)
        self._last = field
        return self.state

    # --- the three states in which it looks ------------------------------------------------------------------------

    def _settle(self, field: Field) -> None:
        mean = self._gathering.add(field)
        if mean is None:
            return
        fields, self._gathering = self._gathering.fields, _Gathering(_SETTLE_LOOKS)
        view = pack(mean)
        place = self._place_of(view)
        if place is None or place.squares < _MIN_SQUARES:
            return
        if np.mean([place.home_share(each) for each in fields]) < 0.5:
            return  # still in somebody's hand
        self._known, self._active = [place], 0
        self._keep((view,))
        self.state = ViewState.CONFIRMED

    def _check(self, field: Field, now_ns: int) -> None:
        share = self._choose_best(field)
        found = self._search(field, now_ns, is_thorough=True)
        if found is None:
            return
        self._note_displaced(found, share)
        is_home = share >= _CONFIRM_SHARE and not _is_displaced(found) and found.home > found.displaced
        self._streaks.home = self._streaks.home + 1 if is_home else 0
        if self._streaks.home >= _CONFIRM_LOOKS:
            self._become(ViewState.CONFIRMED)
            self._lost_since_ns = None
        elif self._lost_since_ns is not None and now_ns - self._lost_since_ns > _LATCH_NS:
            self._become(ViewState.MOVED)

    def _guard(self, field: Field, now_ns: int) -> None:
        share = self._known[self._active].home_share(field)
        if share >= _AGREED_SHARE:
            self._streaks, self._strange_since_ns = _Streaks(), None
            return
        if share < _STRANGE_SHARE:
            share = self._choose_best(field)
        if found := self._search(field, now_ns, is_thorough=share < _STRANGE_SHARE):
            self._note_displaced(found, share)
        self._note_lost(field, share, now_ns)
        self._note_strange(field, share, now_ns)

    # --- evidence --------------------------------------------------------------------------------------------------

    def _choose_best(self, field: Field) -> float:
        shares = [place.home_share(field) for place in self._known]
        best = max(range(len(shares)), key=lambda index: shares[index])
        if shares[best] > shares[self._active] + 0.1:
            self._active = best
        return shares[self._active]

    def _search(self, field: Field, now_ns: int, *, is_thorough: bool) -> Found | None:
        self._streaks.searched += 1
        last_ns = self._searched_at_ns
        is_late = self._streaks.searched > _THOROUGH_LOOKS and not self._streaks.displaced
        if is_late and last_ns is not None and 0 <= now_ns - last_ns < _LATE_NS:
            return None
        self._searched_at_ns = now_ns
        return self._known[self._active].find(field, is_thorough=is_thorough)

    def _note_displaced(self, found: Found, share: float) -> None:
        streaks = self._streaks
        if not _is_displaced(found) or share >= _AGREED_SHARE:
            streaks.displaced, streaks.place = 0, None
            return
        radius_px = self._known[self._active].radius_px
        is_same = streaks.place is not None and streaks.place.distance_px(found.place, radius_px) <= _SAME_PLACE_PX
        streaks.displaced = streaks.displaced + 1 if is_same else 1
        streaks.place = found.place
        if streaks.displaced >= _MOVED_LOOKS:
            self._become(ViewState.MOVED)

    def _note_lost(self, field: Field, share: float, now_ns: int) -> None:
        """Nothing of the place is to be seen, and what is seen instead keeps still: black, until it is found again."""
        is_lost = share < _LOST_SHARE and self._last is not None and self._keeps_still(field, self._last)
        self._streaks.lost = self._streaks.lost + 1 if is_lost else 0
        if self._streaks.lost >= _LOST_LOOKS and self.state is ViewState.CONFIRMED:
            self._lost_since_ns = now_ns
            self._become(ViewState.CHECKING)

    def _keeps_still(self, field: Field, last: Field) -> bool:
        before = KnownPlace(last, self._maker.valid)
        is_structured = before.squares >= max(_MIN_SQUARES, self._known[self._active].squares // 3)
        return is_structured and before.home_share(field) >= _AGREED_SHARE

    def _note_strange(self, field: Field, share: float, now_ns: int) -> None:
        """Other light for long, though the place is certainly at home: learn how it looks now."""
        if share >= _STRANGE_SHARE or share < _CONFIRM_SHARE or self._streaks.displaced:
            self._strange_since_ns, self._gathering = None, _Gathering(_LEARN_LOOKS)
            return
        if self._strange_since_ns is None or now_ns < self._strange_since_ns:
            self._strange_since_ns, self._gathering = now_ns, _Gathering(_LEARN_LOOKS)
        if now_ns - self._strange_since_ns < _LEARN_AFTER_NS:
            return
        mean = self._gathering.add(field)
        if mean is not None:
            self._strange_since_ns = None
            self._learn(mean)

    def _learn(self, mean: Field) -> None:
        found = self._known[self._active].find(mean, is_thorough=True)
        view = pack(mean)
        place = self._place_of(view)
        if place is None or place.squares < _MIN_SQUARES or found.displaced * 2 > found.home:
            return
        views = self.memory.views
        if len(views) >= MAX_VIEWS:  # the oldest learned one goes; the owner's own stays
            views, self._known = (views[0], *views[2:]), [self._known[0], *self._known[2:]]
        self._known.append(place)
        self._active = len(self._known) - 1
        self._keep((*views, view))

    # --- small matters ---------------------------------------------------------------------------------------------

    def _become(self, state: ViewState) -> None:
        self.state, self._streaks = state, _Streaks()
        self._strange_since_ns = None
        if state is ViewState.MOVED:
            self.memory = ViewMemory(self.memory.mask, self.memory.views, is_moved=True)

    def _keep(self, views: tuple[ViewDescriptor, ...]) -> None:
        self.memory = ViewMemory(self.memory.mask, views)

    def _place_of(self, view: ViewDescriptor) -> KnownPlace | None:
        field = unpack(view, self._maker.valid)
        return None if field is None else KnownPlace(field, self._maker.valid)


def _is_displaced(found: Found) -> bool:
    """Many squares agree on one place that is not home, and hardly any on home."""
    there = found.displaced
    return there >= _MIN_DISPLACED and there >= 0.3 * found.squares and there > 4 * found.home
