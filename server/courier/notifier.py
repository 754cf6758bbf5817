"""Sends notices one after another on a thread of its own; what does not arrive is tried again, and told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection

from camera.contract import Event, HoleKind, HoleReport, HolesNow, NoticeKind
from server.courier.carrier import Surroundings
from server.courier.errors import CourierError
from server.courier.notices import Notice, NoticeQueue, NoticeRules, Word

logger = logging.getLogger(__name__)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 15.0
SILENCE_S = 10.0
"""A camera process that is not heard for so long counts as offline."""
REPORT_S = 15.0
SEND_WITHIN_S = 15.0
_END_S = 5.0

WORDS: dict[str, Word] = {"bell.rang": "ring", "motion.started": "motion"}


class Notifier:
    """A Carrier. `send` is called on this thread alone; it must return or raise CourierError within SEND_WITHIN_S.

    Offline is a state and not an event: what cooldown or snooze kept back is told afterwards if it is still so.
    A new ring is tried at once, whatever pause an earlier failure made.
    """

    def __init__(
        self,
        kind: HoleKind,
        notices: Collection[NoticeKind],
        cooldown_s: float,
        send: Callable[[Notice], None],
        around: Surroundings,
    ) -> None:
        self._kind, self._send, self._around = kind, send, around
        self._rules, self._queue = NoticeRules(notices, cooldown_s), NoticeQueue()
        self._changed = threading.Condition()
        self._is_closed = False
        self._pause_s, self._try_at_s = 0.0, float("-inf")
        self._gone_at_s: float | None = None
        self._lost_at_s: float | None = None
        """Since when the camera process is not heard, and since when its lens delivers nothing."""
        self._report = HoleReport(kind, "trying")
        self._report_at_s = float("-inf")
        self._thread = threading.Thread(target=self._run, name=kind, daemon=True)
        self._thread.start()

    def now(self, now: HolesNow) -> None:
        with self._changed:
            now_s = self._around.monotonic_s()
            self._rules.snoozed_until_s = now_s + now.snooze_left_s
            self._lost_at_s = None if now.is_delivering else self._lost_at_s or now_s
            self._changed.notify_all()

    def happened(self, event: Event) -> None:
        if word := WORDS.get(event.kind):
            self._put(word, event.at_ms)
        if event.kind in ("source.lost", "source.back"):
            with self._changed:
                is_lost = event.kind == "source.lost"  # as the camera is sure of it, nothing is waited for
                self._lost_at_s = self._around.monotonic_s() - SILENCE_S if is_lost else None
                self._changed.notify_all()

    def link_changed(self, *, is_there: bool) -> None:
        with self._changed:
            self._gone_at_s = None if is_there else self._around.monotonic_s()
            self._changed.notify_all()

    def try_out(self) -> None:
        self._put("test", self._around.wall_ms())

    def close(self, *, is_for_good: bool = True) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join(_END_S)

    def _put(self, word: Word, at_ms: int) -> None:
        with self._changed:
            now_s = self._around.monotonic_s()
            if not self._rules.wants(word, now_s):
                return
            self._queue.put(Notice(word, now_s, at_ms))
            if word in ("ring", "test"):
                self._try_at_s = now_s
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            while (notice := self._await()) is not None:
                self._try(notice)
        except Exception:  # outermost loop of this thread
            logger.exception("notices of the kind %s have ended", self._kind)
            self._say(HoleReport(self._kind, "failing", "an unexpected fault; close this and open it again"))

    def _await(self) -> Notice | None:
        """The notice whose turn it is; None when closed."""
        with self._changed:
            while not self._is_closed:
                now_s = self._around.monotonic_s()
                self._look_whether_offline(now_s)
                if now_s - self._report_at_s >= REPORT_S:
                    self._say(self._report)
                if now_s >= self._try_at_s and (notice := self._queue.next(now_s)) is not None:
                    return notice
                self._changed.wait(0.5)
        return None

    def _look_whether_offline(self, now_s: float) -> None:
        since = [at_s for at_s in (self._gone_at_s, self._lost_at_s) if at_s is not None]
        word: Word = "offline" if since else "back"
        is_sure = not since or now_s - min(since) >= SILENCE_S
        if is_sure and self._rules.wants(word, now_s):
            self._queue.put(Notice(word, now_s, self._around.wall_ms()))

    def _try(self, notice: Notice) -> None:
        try:
            self._send(notice)
        except CourierError as error:
            self._pause_s = min(max(FIRST_PAUSE_S, 2 * self._pause_s), LONGEST_PAUSE_S)
            with self._changed:
                self._try_at_s = self._around.monotonic_s() + self._pause_s
            self._say(HoleReport(self._kind, "failing", str(error)[:300], self._report.at_ms))
            return
        self._pause_s = 0.0
        with self._changed:
            self._queue.sent(notice)
        self._say(HoleReport(self._kind, "working", "", self._around.wall_ms()))

    def _say(self, report: HoleReport) -> None:
        self._report = HoleReport(
            self._kind, report.word, report.why, report.at_ms, len(self._queue),
            dropped=self._queue.dropped, missed=self._queue.missed,
        )  # fmt: skip
        self._report_at_s = self._around.monotonic_s()
        self._around.report(self._report)
