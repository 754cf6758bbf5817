"""A camera and a server in their own processes, as `stoop run` starts them, for as long as a benchmark takes."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stoop.supervise import socket_path

_READY_WITHIN_S = 30.0
_STOP_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class House:
    """Both run and answer."""

    url: str
    code: str
    data: Path
    camera_pid: int
    server_pid: int


@contextlib.contextmanager
def house(camera: Sequence[str], settings: str = "") -> Iterator[House]:
    """`camera` is a module and its own words: `["camera", "--source", "demo"]`; `settings` is TOML.

    Raises RuntimeError when either process does not start.
    """
    with tempfile.TemporaryDirectory(prefix="stoop-bench") as folder:
        data, config = Path(folder) / "data", Path(folder) / "stoop.toml"
        data.mkdir()
        config.write_text(settings)
        common = ["--data", str(data), "--socket", str(socket_path(data))]
        with (
            _process([*camera, *common, "--config", str(config)], "--status-fd") as (camera_pid, camera_pipe),
            _process(["server", *common, "--port", "0", "--host", "127.0.0.1"], "--ready-fd") as (server_pid, pipe),
        ):
            code, url = _first_line(camera_pipe)["claim_code"], _first_line(pipe)["url"]
            yield House(url.replace("127.0.0.1", "localhost"), code, data, camera_pid, server_pid)


@contextlib.contextmanager
def _process(words: Sequence[str], fd_option: str) -> Iterator[tuple[int, int]]:
    """A Python module as a process, and a pipe on which it says one JSON line; ended when the block is left."""
    ours, theirs = os.pipe()
    command = [sys.executable, "-m", *words, fd_option, str(theirs)]
    log = subprocess.DEVNULL
    process = subprocess.Popen(command, pass_fds=(theirs,), stdin=log, stdout=log, stderr=log)
    os.close(theirs)
    try:
        yield process.pid, ours
    finally:
        os.close(ours)
        process.terminate()
        try:
            process.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _first_line(pipe: int) -> dict[str, Any]:  # Any: JSON of our own processes
    deadline_s, said = time.monotonic() + _READY_WITHIN_S, b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while b"\n" not in said:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0 or not selector.select(left_s):
                raise RuntimeError(f"camera or server was not ready after {_READY_WITHIN_S:.0f} s")
            data = os.read(pipe, 65536)
            if not data:
                raise RuntimeError("camera or server ended before it was ready: start `stoop run` to see why")
            said += data
    line: dict[str, Any] = json.loads(said.split(b"\n")[0])
    return line
