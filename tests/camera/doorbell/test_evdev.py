"""The button as a Linux input device: through uinput where the kernel lets us, else a FIFO with the same structs."""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from camera.doorbell.evdev import EV_KEY, EV_SYN, EVENT, SYN_DROPPED, EvdevButton, edges, find_button
from tests.camera.doorbell.fakes import KEY, TAP, key_event, until

UINPUT = Path("/dev/uinput")
_UI_SET_EVBIT, _UI_SET_KEYBIT, _UI_DEV_CREATE, _UI_DEV_DESTROY = 0x40045564, 0x40045565, 0x5501, 0x5502


class Listener:
    """A button's thread, and what it told."""

    def __init__(self, button: EvdevButton) -> None:
        self.edges: list[bool] = []
        self.faults: list[str | None] = []
        self._button = button
        self._thread = threading.Thread(target=button.run, args=(self.edges.append, self.faults.append), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._button.close()
        self._thread.join(10)
        assert not self._thread.is_alive()


@pytest.fixture
def fifo(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    path = tmp_path / "button"
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    yield path, descriptor
    os.close(descriptor)


def test_the_struct_is_the_kernels() -> None:
    assert EVENT.size == 24


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        pytest.param(TAP, [True, False], id="down and up"),
        pytest.param(key_event(2) * 9, [], id="the keyboard's repetition"),
        pytest.param(key_event(0, EV_SYN, 0), [], id="end of a report"),
        pytest.param(key_event(1) + key_event(0, EV_SYN, SYN_DROPPED), [True, False], id="events lost by the kernel"),
        pytest.param(key_event(1, kind=3) + key_event(7, EV_KEY), [], id="other kinds and values"),
    ],
)
def test_only_changes_of_keys_are_told(events: bytes, wanted: list[bool]) -> None:
    assert list(edges(events)) == wanted


def test_any_bytes_give_changes_or_nothing() -> None:
    for _ in range(200):
        assert set(edges(os.urandom(EVENT.size * 20))) <= {True, False}


def test_a_press_is_told_as_it_comes_even_in_pieces(fifo: tuple[Path, int]) -> None:
    path, writer = fifo
    listener = Listener(EvdevButton(str(path)))
    until(lambda: None in listener.faults)
    for piece in (TAP[:10], TAP[10:30], TAP[30:]):
        os.write(writer, piece)
        time.sleep(0.02)
    until(lambda: listener.edges == [True, False])
    listener.close()


def test_a_button_that_is_not_there_is_told_in_one_sentence_with_the_fix(tmp_path: Path) -> None:
    listener = Listener(EvdevButton(str(tmp_path / "event9")))
    until(lambda: listener.faults)
    assert "camera.button" in str(listener.faults[0])
    listener.close()


def test_a_plain_file_is_no_button(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_bytes(TAP)
    listener = Listener(EvdevButton(str(path)))
    until(lambda: listener.faults)
    assert "no input device" in str(listener.faults[0])
    assert True not in listener.edges
    listener.close()


def test_a_gpio_button_is_found_by_the_name_that_the_device_tree_gives(tmp_path: Path) -> None:
    for number, name in enumerate(("Logitech USB Keyboard", "vc4-hdmi", "button@11")):
        (tmp_path / f"event{number}" / "device").mkdir(parents=True)
        (tmp_path / f"event{number}" / "device" / "name").write_text(f"{name}\n")
    assert find_button(tmp_path) == Path("/dev/input/event2")
    assert find_button(tmp_path / "nothing") is None


def test_a_real_input_device_made_by_uinput_rings() -> None:
    if not os.access(UINPUT, os.W_OK):
        pytest.skip("no /dev/uinput here that may be written: load the uinput module and run as root")
    device = os.open(UINPUT, os.O_WRONLY | os.O_NONBLOCK)
    try:
        fcntl.ioctl(device, _UI_SET_EVBIT, EV_KEY)
        fcntl.ioctl(device, _UI_SET_KEYBIT, KEY)
        os.write(device, struct.pack("80sHHHHi", b"stoop test doorbell", 3, 1, 1, 1, 0) + bytes(4 * 64 * 4))
        fcntl.ioctl(device, _UI_DEV_CREATE)
        until(find_button)
        listener = Listener(EvdevButton())
        until(lambda: None in listener.faults)
        for value in (1, 0):
            os.write(device, key_event(value) + key_event(0, EV_SYN, 0))
        until(lambda: listener.edges[-2:] == [True, False])
        listener.close()
        fcntl.ioctl(device, _UI_DEV_DESTROY)
    finally:
        os.close(device)
