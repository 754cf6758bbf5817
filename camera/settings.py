"""What a maker may set in a TOML file; every key is optional and an unknown one is refused with a hint."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from camera.errors import SettingsError


class CameraSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[camera]` table. Sizes in pixels, times in seconds, rates in bits per second."""

    width_px: Annotated[int, msgspec.Meta(ge=160, le=3840, multiple_of=2)] = 1280
    height_px: Annotated[int, msgspec.Meta(ge=120, le=2160, multiple_of=2)] = 720
    fps: Annotated[float, msgspec.Meta(ge=1, le=60)] = 15.0
    bitrate_bps: Annotated[int, msgspec.Meta(ge=100_000, le=20_000_000)] = 2_000_000
    encoder: Literal["auto", "libx264"] = "auto"
    """auto: the machine's own encoder where a probe finds that it does all we need, else libx264."""
    detector: str = "tracks"
    pre_roll_s: Annotated[float, msgspec.Meta(ge=0, le=30)] = 5.0
    post_roll_s: Annotated[float, msgspec.Meta(ge=1, le=120)] = 8.0
    clip_cap_s: Annotated[float, msgspec.Meta(ge=10, le=600)] = 120.0
    plate_s: Annotated[float, msgspec.Meta(ge=2, le=300)] = 60.0
    clips_max_share: Annotated[float, msgspec.Meta(gt=0, le=0.95)] = 0.5
    """Share of the disk that clips may fill before the oldest make room."""
    stall_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 4.0
    """A source that delivers nothing for so long is closed and opened again."""
    button: str = "evdev"
    chime: str = "sound"
    speaker: str = "alsa"
    microphone: str = "alsa"
    lamp: str = "none"
    """Parts of the doorbell: tables in camera/doorbell/."""
    message_wait_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 20.0
    """So long nobody answers before a visitor is asked for a message, where the owner wants that."""


class ServerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[server]` table."""

    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8443
    names: tuple[str, ...] = ()
    """Further host names under which the owner's browser reaches this camera."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    source: str = "demo"
    camera: CameraSettings = CameraSettings()
    server: ServerSettings = ServerSettings()


def read_settings(path: Path | None) -> Settings:
    """The settings in `path`, or the defaults for None.

    Raises SettingsError when the file is missing, is no TOML, or holds an unknown key or a value out of range.
    """
    if path is None:
        return Settings()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Settings)
    except OSError as error:
        raise SettingsError(
            f"settings file {path} cannot be read ({error.strerror}): check the path of --config"
        ) from error
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"settings file {path}: {error}{_hint(str(error))}") from error


def _hint(message: str) -> str:
    known = [name for table in (Settings, CameraSettings, ServerSettings) for name in table.__struct_fields__]
    words = message.split("`")
    near = difflib.get_close_matches(words[1], known, n=1) if "unknown field" in message and len(words) > 1 else []
    return f"; did you mean {near[0]!r}?" if near else ""
