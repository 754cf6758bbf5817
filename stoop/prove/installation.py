"""What is to be proved: the data folder, the running processes, and how they were started."""

from __future__ import annotations

import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

import camera
from camera.errors import SettingsError
from camera.home import CameraRecord
from camera.mask import Mask, MaskError, parse_mask
from camera.settings import Settings, read_settings
from stoop.prove.processes import PROC, Running, all_running, find_running

import msgspec  # isort: skip

CODE = Path(camera.__file__).parents[1]


def _environment() -> tuple[Path, ...]:
    paths = {Path(path) for path in (*sysconfig.get_paths().values(), *sys.path) if path.endswith("-packages")}
    return tuple(sorted(path for path in paths if path.is_dir()))


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation. `camera` and `server` are None where they do not run; tests put copies in for any part."""

    data: Path
    camera: Running | None = None
    server: Running | None = None
    settings: Settings = field(default_factory=Settings)
    source: str | None = None
    """As the running camera was started with, or as the settings file says; None where nobody said."""
    identity: Path | None = None
    fills: int = 50
    code: Path = CODE
    """The folder that holds our packages."""
    environment: tuple[Path, ...] = field(default_factory=_environment)
    """Folders of installed packages."""
    proc: Path = PROC

    def mask_text(self) -> bytes | None:
        """The drawing on the card. Raises OSError."""
        try:
            return (self.data / "camera" / "mask.json").read_bytes()
        except FileNotFoundError:
            return None

    def mask(self) -> Mask | None:
        """The drawing that is in force; None when there is none or it is damaged: then all is black. Raises OSError."""
        text = self.mask_text()
        try:
            return None if text is None else parse_mask(text)
        except MaskError:
            return None

    def recipient(self) -> str | None:
        """The public half of the owner's key, None before the claim. Raises OSError."""
        try:
            record = msgspec.json.decode((self.data / "camera" / "camera.json").read_bytes(), type=CameraRecord)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None
        return record.recipient


class NoInstallationError(Exception):
    """There is nothing to prove; the message is one sentence with the fix."""


def find_installation(data: Path | None, config: Path | None, identity: Path | None, fills: int) -> Installation:
    """The installation in `data`, or the one that runs here.

    Raises NoInstallationError when there is none, SettingsError when its settings cannot be read.
    """
    folder = data or only_running() or Path("stoop-data")
    if not (folder / "camera" / "camera.json").exists():
        raise NoInstallationError(f"there is no camera in {folder}: start it, or name its folder with --data")
    running = find_running("camera", folder)
    settings, is_said = _settings(running, config)
    source = (running.option("source") if running else None) or (settings.source if is_said else None)
    return Installation(
        folder.absolute(), running, find_running("server", folder), settings, source, identity, max(1, fills)
    )


def only_running() -> Path | None:
    """The data folder of the one camera that runs here; None where there is none, or more than one."""
    folders = {path for one in all_running("camera") if (path := one.path("data"))}
    return folders.pop() if len(folders) == 1 else None


def _settings(running: Running | None, config: Path | None) -> tuple[Settings, bool]:
    """And whether anybody said what they are: a running camera without a file has the defaults."""
    path = config or (running.path("config") if running else None)
    try:
        return read_settings(path), path is not None or running is not None
    except SettingsError as error:
        raise NoInstallationError(str(error)) from error
