"""`stoop recover`, on the device itself: the code with which the holder of the recovery sheet becomes an owner."""

from __future__ import annotations

import json
import secrets
import sys
import time
from pathlib import Path

import msgspec
from rich.panel import Panel

from camera.claim_code import ALPHABET, LIFE_NS, stretch
from camera.home import CameraRecord
from camera.recovery import post
from stoop.terminal import new_console, plain

_TAKEN_WITHIN_S = 10.0
_MINUTES = LIFE_NS // 60_000_000_000


def recover_command(data: Path, *, as_json: bool) -> int:
    """The exit code. The code is printed here and nowhere else, once the running camera has its stretched form."""
    folder = data / "camera"
    try:
        record = msgspec.json.decode((folder / "camera.json").read_bytes(), type=CameraRecord)
        if record.recipient is None:
            return _refuse("this camera has no owner yet: claim it with the code that it shows")
        digits = "".join(secrets.choice(ALPHABET) for _ in range(8))
        posted = post(folder, stretch(digits, record.camera_id.encode("ascii")))
    except FileNotFoundError:
        return _refuse(f"there is no camera in {data}: name its data folder with --data")
    except PermissionError:
        return _refuse(f"{folder} is the camera's own: run this on the device with sudo")
    except (OSError, msgspec.MsgspecError) as error:
        return _refuse(f"{folder} cannot be used ({error}): look at it with stoop doctor")
    if not _is_taken(posted):
        posted.unlink(missing_ok=True)
        return _refuse(f"the camera of {data} did not answer: start it, then run this again")
    code = f"{digits[:4]}-{digits[4:]}"
    if as_json:
        print(json.dumps({"code": code, "minutes": _MINUTES}))
    else:
        _show(code, record.name)
    return 0


def _is_taken(posted: Path) -> bool:
    deadline_s = time.monotonic() + _TAKEN_WITHIN_S
    while posted.exists():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.1)
    return True


def _show(code: str, camera_name: str) -> None:
    lines = [
        f"Code       [bold]{code}[/bold]  (good for {_MINUTES} minutes, once)",
        "On the new device, open the camera's page, choose [bold]I have the recovery sheet[/bold], and type this code",
        "and the key on the sheet. Every other device of an owner will be told.",
    ]
    new_console().print(Panel("\n".join(lines), title=f"A new owner for {plain(camera_name)}", expand=False))


def _refuse(sentence: str) -> int:
    print(f"stoop: {sentence}", file=sys.stderr)
    return 2
