"""Runs every operation of the vault in order on one thread, so that a slow card never holds up the picture for long."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from camera.errors import CommandRefused
from camera.vault import ClipStateError, StorageError, VaultError

logger = logging.getLogger(__name__)
T = TypeVar("T")

QUEUE_JOBS = 900
"""About 30 s of pictures. Full: who posts waits for POST_WITHIN_S, then the job is refused."""
BUSY_JOBS = 90
"""From here on, jobs that one can do without are refused: each may hold a whole picture."""
POST_WITHIN_S = 1.0
ANSWER_WITHIN_S = 8.0
"""Less than the ten seconds after which the server gives up: the owner hears why."""
CLOSE_WITHIN_S = 5.0


class VaultThread:
    """`post` for what nobody waits for, `ask` for what a command waits for. `on_fault` hears of each failed `post`.

    No caller waits without a limit, and one command that waited in vain is enough: until the card has finished
    something, further ones are refused at once, so that commands which need no card are not held up behind them.
    """

    def __init__(self, on_fault: Callable[[str], None]) -> None:
        self._on_fault = on_fault
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue(QUEUE_JOBS)
        self._is_stuck = False
        self._thread = threading.Thread(target=self._work, name="vault", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Jobs that wait, about."""
        return self._jobs.qsize()

    def post(self, job: Callable[[], None]) -> bool:
        """False when the queue stayed full for POST_WITHIN_S: the job is not done."""
        return self._put(lambda: self._run(job), 0 if self._is_stuck else POST_WITHIN_S)

    def post_if_idle(self, job: Callable[[], None]) -> bool:
        """As `post`, for what one can do without; never waits."""
        return self.backlog < BUSY_JOBS and self._put(lambda: self._run(job), 0)

    def ask(self, job: Callable[[], T]) -> T:
        """What `job` gives, once it ran.

        Raises CommandRefused storage when the card failed or took longer than ANSWER_WITHIN_S; a job that had not
        begun by then is never done. Raises whatever else `job` raises.
        """
        answer: Future[T] = Future()
        wait_s = 0 if self._is_stuck else ANSWER_WITHIN_S

        def run() -> None:
            if not answer.set_running_or_notify_cancel():
                return
            try:
                answer.set_result(job())
            except BaseException as error:  # handed to the asker, whatever it is
                answer.set_exception(error)

        is_queued = self._put(run, wait_s)
        try:
            return answer.result(wait_s if is_queued else 0)
        except (StorageError, ClipStateError) as error:
            self._on_fault(_for_owner(error))
            raise CommandRefused("storage", str(error)) from error
        except TimeoutError as error:
            answer.cancel()
            self._is_stuck = True
            raise CommandRefused("storage", "the memory card does not answer: check it, or put in a new one") from error

    def close(self) -> None:
        """Do what was posted, then end; waits at most twice CLOSE_WITHIN_S."""
        if self._put(None, CLOSE_WITHIN_S):
            self._thread.join(CLOSE_WITHIN_S)

    def _put(self, job: Callable[[], None] | None, wait_s: float) -> bool:
        try:
            self._jobs.put(job, block=wait_s > 0, timeout=wait_s or None)
        except queue.Full:
            self._is_stuck = True
            return False
        return True

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            self._is_stuck = False

    def _run(self, job: Callable[[], None]) -> None:
        try:
            job()
        except VaultError as error:
            logger.warning("storage failed: %s", error)
            self._tell(_for_owner(error))
        except Exception:  # outermost loop of this thread
            logger.exception("a vault operation failed")
            self._tell("the camera could not write to its memory card: see the device's log")

    def _tell(self, sentence: str) -> None:
        with contextlib.suppress(Exception):  # a listener's fault must not end the vault's thread
            self._on_fault(sentence)


def _for_owner(error: VaultError) -> str:
    return error.for_owner if isinstance(error, StorageError) else str(error)
