"""Runs every operation of the vault in order on one thread, so that a slow card never holds up the picture."""

from __future__ import annotations

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
"""About 30 s of pictures. Full: who posts waits; the pipeline falls behind and the lens drops frames, not the clip."""
ANSWER_WITHIN_S = 20.0


class VaultThread:
    """`post` for what nobody waits for, `ask` for what a command waits for. `on_fault` hears of each failed `post`."""

    def __init__(self, on_fault: Callable[[str], None]) -> None:
        self._on_fault = on_fault
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue(QUEUE_JOBS)
        self._thread = threading.Thread(target=self._work, name="vault", daemon=True)
        self._thread.start()

    def post(self, job: Callable[[], None]) -> None:
        self._jobs.put(lambda: self._run(job))

    def ask(self, job: Callable[[], T]) -> T:
        """What `job` gives, once it ran.

        Raises CommandRefused storage when the card failed or took longer than 20 s, and whatever else `job` raises.
        """
        answer: Future[T] = Future()

        def run() -> None:
            try:
                answer.set_result(job())
            except BaseException as error:  # handed to the asker, whatever it is
                answer.set_exception(error)

        self._jobs.put(run)
        try:
            return answer.result(ANSWER_WITHIN_S)
        except (StorageError, ClipStateError) as error:
            self._on_fault(str(error))
            raise CommandRefused("storage", str(error)) from error
        except TimeoutError as error:
            raise CommandRefused("storage", "the memory card does not answer: check it, or put in a new one") from error

    def close(self) -> None:
        """Do what was posted, then end; waits at most 5 s."""
        self._jobs.put(None)
        self._thread.join(5)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def _run(self, job: Callable[[], None]) -> None:
        try:
            job()
        except VaultError as error:
            logger.warning("storage failed: %s", error)
            self._on_fault(str(error))
        except Exception:  # outermost loop of this thread
            logger.exception("a vault operation failed")
            self._on_fault("the camera could not write to its memory card: see the device's log")
