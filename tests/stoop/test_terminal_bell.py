"""The key b in the terminal of `stoop run` is a press of the bell; no other key is anything."""

from __future__ import annotations

import os
import pty
import select
import sys
import termios
from pathlib import Path

import pytest

from camera.doorbell.evdev import edges
from stoop.terminal_bell import TerminalBell, is_possible, terminal_bell


def test_the_key_b_presses_and_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyboard, terminal = pty.openpty()
    button = tmp_path / "run" / "button"
    with os.fdopen(terminal, "r") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        before = termios.tcgetattr(stdin)
        with terminal_bell(button) as bell:
            camera = os.open(button, os.O_RDONLY | os.O_NONBLOCK)
            assert press(keyboard, bell, camera, b"x") == []
            assert press(keyboard, bell, camera, b"B") == [True, False]
            os.close(camera)
        assert termios.tcgetattr(stdin) == before
    os.close(keyboard)
    assert not button.exists()


def press(keyboard: int, bell: TerminalBell, camera: int, key: bytes) -> list[bool]:
    os.write(keyboard, key)
    assert select.select([bell], [], [], 10)[0], "a single key comes without Enter"
    bell.hear()
    try:
        return list(edges(os.read(camera, 4096)))
    except BlockingIOError:
        return []


def test_without_a_terminal_there_is_no_key() -> None:
    assert not is_possible()  # pytest's standard input is none
