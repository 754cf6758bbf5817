"""The camera's own small files under DATA/camera: who it is, who is paired, which mask is in force."""

from __future__ import annotations

import logging
import secrets
import threading
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from camera.atomic_file import replace_file
from camera.errors import SettingsError
from camera.loosening import Waiting
from camera.view import ViewMemory

logger = logging.getLogger(__name__)
Role = Literal["owner", "viewer"]
S = TypeVar("S", bound=msgspec.Struct)


class CameraRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """camera.json: the camera's id, and what the owner set in the app; no recipient before the claim.

    What was never set is left out, so that an older version, gone back to, can read the file.
    """

    camera_id: str
    name: str = "Front door"
    recipient: str | None = None
    is_watching: bool = True
    is_recording_on_motion: bool = True
    is_loosening_locked: bool = False
    is_bell_only: bool = False
    keep_hours: int = 72
    """Of running time; then a clip is deleted."""
    clips_share: float | None = None
    """Of the card; None: what the settings file says."""
    is_sound_recorded: bool = False
    takes_messages: bool = False


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One paired browser; `public_key` is a raw Ed25519 key (RFC 8032), 32 bytes."""

    device: str
    name: str
    role: Role
    public_key: bytes
    paired_at_ms: int


class DeviceList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """devices.json."""

    devices: tuple[Device, ...] = ()


class Home:
    """Reads the files once and replaces them; a crash leaves the old file or the new one.

    Raises SettingsError when a file cannot be read as what it is: the camera then refuses to start rather than
    forget its owner. The mask is the exception: its bytes are handed out as they are; `camera/mask.py` fails closed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._camera_lock = threading.Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._camera = self._read("camera.json", CameraRecord) or self._new_camera()
        found = self._read("devices.json", DeviceList)
        self._devices = found.devices if found else ()

    @property
    def folder(self) -> Path:
        return self._folder

    def camera(self) -> CameraRecord:
        return self._camera

    def save_camera(self, record: CameraRecord) -> None:
        """The recipient, once there is one, stays: the record was made of one of before, maybe before a new key."""
        with self._camera_lock:
            recipient = self._camera.recipient or record.recipient
            self._write_camera(msgspec.structs.replace(record, recipient=recipient))

    def save_recipient(self, recipient: str) -> None:
        """From any thread: on a slow card a new key is saved long after it was asked for."""
        with self._camera_lock:
            self._write_camera(msgspec.structs.replace(self._camera, recipient=recipient))

    def devices(self) -> tuple[Device, ...]:
        return self._devices

    def save_devices(self, devices: tuple[Device, ...]) -> None:
        replace_file(self._folder / "devices.json", msgspec.json.encode(DeviceList(devices)))
        self._devices = devices

    def mask_text(self) -> bytes | None:
        """The exact bytes that the owner signed, or None where nothing was drawn yet."""
        path = self._folder / "mask.json"
        return path.read_bytes() if path.exists() else None

    def save_mask_text(self, text: bytes) -> None:
        replace_file(self._folder / "mask.json", text)

    def waiting(self) -> Waiting:
        """What waits under the lock. A file that cannot be read counts as nothing: then nothing more is shown."""
        try:
            return self._read("loosening.json", Waiting) or Waiting()
        except SettingsError as error:
            logger.warning("what waited to be shown is forgotten: %s", error)
            return Waiting()

    def save_waiting(self, waiting: Waiting) -> None:
        replace_file(self._folder / "loosening.json", msgspec.json.encode(waiting))

    def view_memory(self) -> ViewMemory | None:
        """What is known of the view; fails closed: what cannot be read counts as moved, until the owner draws."""
        try:
            return self._read("view.json", ViewMemory)
        except SettingsError as error:
            logger.warning("the view is taken for a moved one: %s", error)
            return ViewMemory("", is_moved=True)

    def save_view_memory(self, memory: ViewMemory) -> None:
        replace_file(self._folder / "view.json", msgspec.json.encode(memory))

    def _new_camera(self) -> CameraRecord:
        self._write_camera(CameraRecord(camera_id=secrets.token_hex(16)))
        return self._camera

    def _write_camera(self, record: CameraRecord) -> None:
        replace_file(self._folder / "camera.json", msgspec.json.encode(record))
        self._camera = record

    def _read(self, name: str, kind: type[S]) -> S | None:
        path = self._folder / name
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
            raise SettingsError(
                f"{path} cannot be read: {error}; put a good copy back, or set the camera up anew"
            ) from error
