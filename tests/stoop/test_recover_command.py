"""`stoop recover` prints a code only when a running camera has taken it, and says what to do otherwise."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import msgspec
import pytest

from camera.claim_code import ALPHABET, stretch
from camera.home import Home
from camera.recovery import Recovery
from stoop import recover_command as command


@pytest.fixture
def data(tmp_path: Path) -> Path:
    home = Home(tmp_path / "camera")
    home.save_camera(msgspec.structs.replace(home.camera(), recipient="age1x", name="Front door"))
    return tmp_path


def test_the_code_that_is_printed_is_the_one_that_the_camera_takes(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recovery, is_over = Recovery(data / "camera"), threading.Event()

    def camera() -> None:
        while not recovery.look(0):
            is_over.wait(0.01)

    thread = threading.Thread(target=camera)
    thread.start()
    assert command.recover_command(data, as_json=True) == 0
    thread.join()

    digits = json.loads(capsys.readouterr().out)["code"].replace("-", "")
    assert (len(digits), set(digits) <= set(ALPHABET)) == (8, True)
    assert recovery.key(1) == stretch(digits, Home(data / "camera").camera().camera_id.encode())


def test_without_a_running_camera_there_is_no_code(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_TAKEN_WITHIN_S", 0.2)

    assert command.recover_command(data, as_json=False) == 2
    said = capsys.readouterr()
    assert (said.out, "start it, then run this again" in said.err) == ("", True)
    assert not list((data / "camera").glob("*recovery*"))


def test_a_camera_without_an_owner_is_claimed_instead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Home(tmp_path / "camera")

    assert command.recover_command(tmp_path, as_json=False) == 2
    assert "claim it" in capsys.readouterr().err


def test_a_folder_without_a_camera_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.recover_command(tmp_path, as_json=False) == 2
    assert f"no camera in {tmp_path}" in capsys.readouterr().err
