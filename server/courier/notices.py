"""Which notices go out and when: choice, cooldown, snooze, a bounded queue, and no old notice as if it were new."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from camera.contract import NoticeKind

MAX_WAITING = 16
"""Full: the oldest that is no ring goes, else the oldest."""
NEW_FOR_S = 60.0
"""A notice that could not be sent for so long is told as missed."""

Word = Literal["ring", "motion", "offline", "back", "test"]
SENTENCES: dict[Word, str] = {
    "ring": "Somebody rang at the door.",
    "motion": "Something moves at the door.",
    "offline": "The camera sees nothing any more.",
    "back": "The camera sees again.",
    "test": "This is a test: notices from the door arrive here.",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """`at_s` by the monotonic clock, `at_ms` by the wall clock; no picture, no name, no place for either."""

    word: Word
    at_s: float
    at_ms: int
    is_missed: bool = False
    count: int = 1

    @property
    def sentence(self) -> str:
        if not self.is_missed:
            return SENTENCES[self.word]
        times = "" if self.count == 1 else f" {self.count} times"
        what = {"ring": f"Somebody rang{times}", "motion": f"Something moved{times}"}.get(
            self.word, SENTENCES[self.word].rstrip(".")
        )
        return f"Missed: {what[:1].lower()}{what[1:]} while this could not be reached."


class NoticeRules:
    """What the owner chose. A ring has no cooldown, as the camera itself rings at most once in 3 s."""

    def __init__(self, chosen: Collection[NoticeKind], cooldown_s: float) -> None:
        self._chosen, self._cooldown_s = frozenset(chosen), cooldown_s
        self._told_at_s: dict[NoticeKind, float] = {}
        self._is_offline_told = False
        self.snoozed_until_s = float("-inf")

    def wants(self, word: Word, now_s: float) -> bool:
        """Whether this one goes out; what goes out counts for the cooldown."""
        if word == "test":
            return True
        if word == "back":
            was_told, self._is_offline_told = self._is_offline_told, False
            return was_told and now_s >= self.snoozed_until_s
        if word not in self._chosen or now_s < self.snoozed_until_s:
            return False
        if word == "offline" and self._is_offline_told:
            return False
        if word != "ring" and now_s - self._told_at_s.get(word, float("-inf")) < self._cooldown_s:
            return False
        self._told_at_s[word] = now_s
        self._is_offline_told = self._is_offline_told or word == "offline"
        return True


class NoticeQueue:
    """In order, at most MAX_WAITING. Not thread-safe."""

    def __init__(self) -> None:
        self._waiting: deque[Notice] = deque()
        self._too_old: Counter[Word] = Counter()
        self._last_missed: Notice | None = None
        self.dropped = self.missed = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, notice: Notice) -> None:
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.remove(next((each for each in self._waiting if each.word != "ring"), self._waiting[0]))
            self.dropped += 1
        self._waiting.append(notice)

    def next(self, now_s: float) -> Notice | None:
        """What to send now: the oldest that is still new, else what was missed, else nothing. It stays until `sent`."""
        while self._waiting and now_s - self._waiting[0].at_s > NEW_FOR_S:
            old = self._waiting.popleft()
            self.missed += 1
            if old.word != "test":
                self._too_old[old.word] += 1
                self._last_missed = old
        if self._waiting:
            return self._waiting[0]
        if self._last_missed is None:
            return None
        word = "ring" if self._too_old["ring"] else self._last_missed.word
        return Notice(word, now_s, self._last_missed.at_ms, is_missed=True, count=self._too_old[word])

    def sent(self, notice: Notice) -> None:
        """This one, as `next` gave it, has arrived."""
        if notice.is_missed:
            self._too_old.clear()
            self._last_missed = None
        elif self._waiting and self._waiting[0] is notice:
            self._waiting.popleft()
