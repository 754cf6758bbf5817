"""What the camera says of itself: one frozen value, replaced under a lock, published when it changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from camera import __version__
from camera.contract import MaskState, PendingMask, State
from camera.contract.messages import ViewWord


@dataclass(frozen=True, slots=True)
class Status:
    """The changing half of `State`. Faults are sentences for the owner; the first that is not None is shown."""

    is_delivering: bool = False
    source: str = ""
    width_px: int = 0
    height_px: int = 0
    fps: float = 0.0
    mask: MaskState | None = None
    has_motion: bool = False
    recording_clip: str | None = None
    viewers: int = 0
    clips_bytes: int = 0
    mask_fault: str | None = None
    storage_fault: str | None = None
    lens_fault: str | None = None
    bell_fault: str | None = None
    load_fault: str | None = None
    view: ViewWord = "unknown"
    pending_mask: PendingMask | None = None
    unlock_hours_left: int | None = None
    is_dark: bool = False
    wake_hours_left: int | None = None
    is_talking: bool = False
    talk_fault: str | None = None
    sound_fault: str | None = None
    sound_hours_left: int | None = None
    message_hours_left: int | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """The half that the owner sets."""

    camera_id: str
    name: str
    is_claimed: bool
    is_watching: bool
    is_bell_only: bool
    records_sound: bool
    takes_messages: bool


class StatusBoard:
    """Safe from any thread; `on_change` is called outside the lock with the newest State."""

    def __init__(self, identity: Identity, on_change: Callable[[State], None]) -> None:
        self._lock = threading.Lock()
        self._identity, self._status, self._on_change = identity, Status(), on_change

    def state(self) -> State:
        with self._lock:
            return _state(self._identity, self._status)

    def be(self, identity: Identity) -> None:
        with self._lock:
            self._identity = identity
        self._on_change(self.state())

    def update(self, **changes: object) -> bool:
        """Change fields of `Status` by name; publishes only what differs, and says whether anything did."""
        with self._lock:
            new = replace(self._status, **changes)  # type: ignore[arg-type]  # names and types are those of Status
            is_changed, self._status = new != self._status, new
        if is_changed:
            self._on_change(self.state())
        return is_changed


def _state(identity: Identity, status: Status) -> State:
    faults = (status.mask_fault, status.storage_fault, status.lens_fault, status.bell_fault, status.load_fault)
    return State(
        camera_id=identity.camera_id,
        version=__version__,
        name=identity.name,
        is_claimed=identity.is_claimed,
        is_watching=identity.is_watching,
        is_delivering=status.is_delivering,
        source=status.source,
        width_px=status.width_px,
        height_px=status.height_px,
        fps=status.fps,
        mask=status.mask,
        has_motion=status.has_motion,
        recording_clip=status.recording_clip,
        viewers=status.viewers,
        clips_bytes=status.clips_bytes,
        fault=next((fault for fault in faults if fault), None),
        view=status.view,
        pending_mask=status.pending_mask,
        unlock_hours_left=status.unlock_hours_left,
        is_bell_only=identity.is_bell_only,
        is_dark=status.is_dark,
        wake_hours_left=status.wake_hours_left,
        is_talking=status.is_talking,
        talk_fault=status.talk_fault,
        records_sound=identity.records_sound,
        sound_fault=status.sound_fault,
        takes_messages=identity.takes_messages,
        sound_hours_left=status.sound_hours_left,
        message_hours_left=status.message_hours_left,
    )
