"""Runs camera, server and (while a way out is open) courier, and starts each again when it dies."""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

SOCKET_PATH_LIMIT_BYTES = 107
_FIRST_RETRY_S, _LAST_RETRY_S, _STEADY_S = 0.2, 5.0, 10.0
_STOP_WITHIN_S = 2.5
_COULD_NOT_START = 2
_PR_SET_PDEATHSIG = 1
_LONGEST_LINE_BYTES = 64 * 1024


@dataclass(slots=True)
class Part:
    """One of the processes: how it is started, and what it last said on its pipe."""

    name: str
    command: Callable[[int], Sequence[str]]
    may_say: frozenset[str]
    """What this part may tell; anything else is dropped, so that neither can speak for the other."""
    is_wanted: Callable[[], bool] = lambda: True
    """Asked all the time: one that is not wanted is ended, and started when it is wanted again."""
    is_needed: bool = True
    """Whether nothing runs at all where this one cannot."""
    said: dict[str, str | None] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    pipe: int = -1
    pending: bytes = b""
    started_at_s: float = 0.0
    retry_s: float = _FIRST_RETRY_S
    start_at_s: float | None = 0.0

    def start(self) -> None:
        self.pipe, theirs = os.pipe()
        os.set_blocking(self.pipe, False)
        self.pending = b""
        self.process = subprocess.Popen(
            self.command(theirs),
            pass_fds=(theirs,),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - this process has one thread
        )
        os.close(theirs)
        self.started_at_s, self.start_at_s = time.monotonic(), None

    def heed_wish(self) -> None:
        """Ask one that is wanted no more to end."""
        if self.process is not None and not self.is_wanted():
            self.process.terminate()

    def ended(self) -> int | None:
        """The exit code when it has ended since the last question, and plans its next start."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self.process = None
        self.hear()
        self._hang_up()
        if time.monotonic() - self.started_at_s > _STEADY_S:
            self.retry_s = _FIRST_RETRY_S
        self.start_at_s = time.monotonic() + self.retry_s
        self.retry_s = min(self.retry_s * 2, _LAST_RETRY_S)
        return code

    def hear(self) -> bool:
        """Read what it said; True when there was a whole line."""
        if self.pipe < 0:
            return False
        try:
            data = os.read(self.pipe, 65536)
        except BlockingIOError:
            return False
        if not data:
            self._hang_up()
        *lines, rest = (self.pending + data).split(b"\n")
        self.pending = rest if len(rest) <= _LONGEST_LINE_BYTES else b""
        for line in lines:
            self.said.update(facts_in(line, self.may_say))
        return bool(lines)

    def _hang_up(self) -> None:
        if self.pipe >= 0:
            os.close(self.pipe)
            self.pipe = -1


class Ear(Protocol):
    """Something besides the parts that is to be heard as soon as it can be read."""

    def fileno(self) -> int: ...
    def hear(self) -> None: ...


class Supervisor:
    """Runs until a signal, or until a part says at its first start that it cannot run (exit 2, sentence on stderr)."""

    def __init__(
        self, parts: Sequence[Part], on_news: Callable[[Sequence[Part]], None], ear: Ear | None = None
    ) -> None:
        self._parts, self._on_news, self._ear = parts, on_news, ear
        self._is_stopping = False
        self._has_run: set[str] = set()

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        code = 0
        try:
            while not self._is_stopping and code == 0:
                code = self._step()
        finally:
            self._end_all()
        return code

    def _stop(self, *_: object) -> None:
        self._is_stopping = True

    def _step(self) -> int:
        for part in self._parts:
            part.heed_wish()
            if part.start_at_s is not None and time.monotonic() >= part.start_at_s and part.is_wanted():
                part.start()
            if (code := part.ended()) is not None:
                if code == _COULD_NOT_START and part.is_needed and part.name not in self._has_run:
                    return code
                if not part.is_wanted():
                    continue
                print(f"stoop: {part.name} ended ({_reason(code)}), starting it again", file=sys.stderr, flush=True)
        self._listen()
        return 0

    def _listen(self) -> None:
        with selectors.DefaultSelector() as selector:
            for part in self._parts:
                if part.process and part.pipe >= 0:
                    selector.register(part.pipe, selectors.EVENT_READ, part)
            if self._ear:
                selector.register(self._ear, selectors.EVENT_READ, self._ear)
            ready = [key.data for key, _ in selector.select(0.1)] if selector.get_map() else []
        if not ready:
            time.sleep(0.02)
        if self._ear and self._ear in ready:
            self._ear.hear()
        heard = [part for part in ready if isinstance(part, Part) and part.hear()]
        self._has_run.update(part.name for part in heard)
        if heard:
            self._on_news(self._parts)

    def _end_all(self) -> None:
        running = [part.process for part in self._parts if part.process]
        for process in running:
            process.terminate()
        deadline_s = time.monotonic() + _STOP_WITHIN_S
        for process in running:
            try:
                process.wait(max(0.0, deadline_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def facts_in(line: bytes, known: frozenset[str]) -> dict[str, str | None]:
    """The known facts, strings or null, of one JSON line; nothing for a line that is none."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {key: value for key, value in said.items() if key in known and isinstance(value, str | None)}


def socket_path(data: Path) -> Path:
    """DATA/run/camera.sock, or a short private path when that is too long for a socket address."""
    path = data / "run" / "camera.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT_BYTES:
        return path
    name = f"stoop-{os.getuid()}-{sha256(os.fsencode(data)).hexdigest()[:16]}"
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise OSError(f"{folder} belongs to somebody else: choose a shorter --data folder")
    return folder / "camera.sock"


def _die_with_parent() -> None:
    """Between fork and exec: this child gets SIGTERM when the supervisor dies (prctl(2), Linux)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _reason(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
