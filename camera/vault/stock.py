"""The clips that may go, as the rules of retention look at them: how large, how old, and not kept."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from camera.vault.ages import Ages
from camera.vault.clip_ids import number_of
from camera.vault.clip_index import ClipIndex
from camera.vault.kept import Kept
from camera.vault.retention import Stored, expired, first_to_go


@dataclass(frozen=True, slots=True)
class Stock:
    """A view of what others hold. `choose` picks among the clips of one hour; nobody at the door can foresee which."""

    index: ClipIndex
    ages: Ages
    kept: Kept
    choose: Callable[[Sequence[Stored]], Stored] = secrets.choice

    @property
    def kept_bytes(self) -> int:
        return sum(self.index.size_bytes(clip_id) for clip_id in self.kept if clip_id in self.index)

    def expired(self, keep_s: int) -> list[str]:
        """Ids, oldest first."""
        return list(expired(self._oldest_first(), keep_s))

    def first_to_go(self, excess_bytes: int) -> list[str]:
        return list(first_to_go(tuple(self._oldest_first()), excess_bytes, self.choose)) if excess_bytes > 0 else []

    def _oldest_first(self) -> Iterator[Stored]:
        for clip_id in self.index:
            if clip_id not in self.kept:
                yield Stored(clip_id, self.index.size_bytes(clip_id), self.ages.age_s(number_of(clip_id)))
