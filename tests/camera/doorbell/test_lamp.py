"""The lamp is lit exactly while a ticket lives; the camera process decides that, whatever the server says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from camera.actions import live_open
from camera.contract import ViewerLeft
from camera.doorbell import DoorbellError
from camera.doorbell.lamp import LedLamp, open_lamp
from camera.home import Device
from camera.process import CameraProcess
from camera.settings import CameraSettings, Settings
from camera.signed import Payload
from camera.sources import Source
from tests.camera.authority_fakes import RECIPIENT, FakeClock

PHONE = Device("d" * 32, "Phone", "owner", b"k" * 32, 0)


@pytest.fixture
def led(tmp_path: Path) -> Path:
    folder = tmp_path / "led"
    folder.mkdir()
    (folder / "max_brightness").write_text("1\n")
    return folder


def no_source() -> Source:
    raise AssertionError("this test opens no lens")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def camera(tmp_path: Path, led: Path, clock: FakeClock) -> Iterator[CameraProcess]:
    settings = Settings(camera=CameraSettings(button="none", chime="none", speaker="none", lamp=f"led:{led}"))
    camera = CameraProcess(tmp_path / "data", settings, no_source, tmp_path / "s", lambda _: None, clock)
    camera.found(RECIPIENT)
    with closing(camera._publisher), closing(camera._storage):
        yield camera


def is_lit(led: Path) -> bool:
    return (led / "brightness").read_text() == "1"


def watch(camera: CameraProcess) -> str:
    answer = live_open(camera._authority, camera, PHONE, Payload("live.open", {}, "nonce"))
    return str(answer["viewer"])


def test_it_is_dark_from_the_start(led: Path) -> None:
    (led / "brightness").write_text("1")
    LedLamp(str(led))
    assert not is_lit(led)


def test_it_is_lit_while_anybody_watches(camera: CameraProcess, led: Path) -> None:
    assert not is_lit(led)
    first, second = watch(camera), watch(camera)
    assert is_lit(led)
    camera.on_message(ViewerLeft(first), lambda _: None)
    assert is_lit(led)
    camera.on_message(
        ViewerLeft("f" * 16), lambda _: None
    )  # the server cannot put it out with a viewer of its own making
    assert is_lit(led)
    camera.on_message(ViewerLeft(second), lambda _: None)
    assert not is_lit(led)


def test_it_goes_out_when_the_tickets_run_out_or_the_server_goes(
    camera: CameraProcess, led: Path, clock: FakeClock
) -> None:
    watch(camera)
    clock.pass_s(121)
    camera.tick()
    assert not is_lit(led)

    watch(camera)
    assert is_lit(led)
    camera.on_server_gone()
    assert not is_lit(led)


def test_a_lamp_that_cannot_be_switched_is_told(tmp_path: Path) -> None:
    fault = LedLamp(str(tmp_path / "nowhere")).fault()
    assert "camera.lamp" in str(fault)


@pytest.mark.parametrize("spec", ["led", "led:", "torch:1", ""])
def test_a_lamp_of_no_known_kind_is_refused(spec: str) -> None:
    with pytest.raises(DoorbellError, match="led:NAME"):
        open_lamp(spec)
