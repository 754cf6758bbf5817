"""Sends the clip that is being recorded in parts as it grows, so that who takes the doorbell leaves all but seconds."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from server.courier.errors import CourierError
from server.courier.rclone import Rclone

logger = logging.getLogger(__name__)
EVERY_S = 3.0
MAX_PART_BYTES = 16 * 1024 * 1024
"""What an outage has held up goes in pieces of so much."""
FOLDER = "open"


class OpenClipSender:
    """A thread of its own, so that no backlog of whole clips holds it up.

    `FOLDER/<clip id>/<offset, 12 digits>` on the box; put together by name they are the clip's file so far.
    """

    def __init__(self, sealed: Path, rclone: Rclone) -> None:
        self._sealed, self._rclone = sealed, rclone
        self._changed = threading.Condition()
        self._clip: str | None = None
        self._is_closed = False
        self.fault: str | None = None
        self._thread = threading.Thread(target=self._run, name="open-clip", daemon=True)
        self._thread.start()

    def follow(self, clip: str | None) -> None:
        """The clip that is open now."""
        with self._changed:
            self._clip = clip
            self._changed.notify_all()

    def close(self, wait_s: float) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join(wait_s)

    def _run(self) -> None:
        try:
            while (clip := self._next()) is not None:
                self._send(clip)
        except Exception:  # outermost loop of this thread
            logger.exception("the open clip goes no more")
            self.fault = "an unexpected fault; close this and open it again"

    def _next(self) -> str | None:
        with self._changed:
            self._changed.wait_for(lambda: self._clip is not None or self._is_closed)
            return None if self._is_closed else self._clip

    def _send(self, clip: str) -> None:
        """Until it is open no more."""
        folder, sent = f"{FOLDER}/{clip}", 0
        self._rclone.purge(folder)  # of a courier that ended: its parts would overlap with ours
        while self._clip == clip and not self._is_closed:
            try:
                sent += self._send_part(clip, folder, sent)
                self.fault = None
            except (CourierError, OSError) as error:
                self.fault = str(error)
            with self._changed:
                self._changed.wait_for(lambda: self._clip != clip or self._is_closed, EVERY_S)

    def _send_part(self, clip: str, folder: str, at: int) -> int:
        with (self._sealed / "clips" / f"{clip}.age").open("rb") as file:
            file.seek(at)
            data = file.read(MAX_PART_BYTES)
        if data:
            self._rclone.put(f"{folder}/{at:012d}", data)
        return len(data)
