"""A camera one of whose threads died does not go on as if nothing were: it ends, and is started again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import camera.__main__ as program
from camera.process import CameraProcess


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the program sets for its whole process is put back."""
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def run_camera(folder: Path) -> int:
    return program.main(["--data", str(folder), "--source", "demo", "--socket", str(folder / "s")])


def test_a_thread_that_dies_ends_the_process_as_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = CameraProcess.run

    def die() -> None:
        raise ZeroDivisionError

    def run(camera: CameraProcess) -> None:
        threading.Thread(target=die).start()
        real(camera)

    monkeypatch.setattr(CameraProcess, "run", run)

    assert run_camera(tmp_path) == 1


def test_a_stop_that_was_asked_for_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = CameraProcess.run

    def run(camera: CameraProcess) -> None:
        camera.stop()
        real(camera)

    monkeypatch.setattr(CameraProcess, "run", run)

    assert run_camera(tmp_path) == 0
