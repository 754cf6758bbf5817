"""Carries the recorder's decisions out on the vault; a failing disk ends the clip, never the camera."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, assert_never

from camera.contract import AccessUnit
from camera.frame import MaskedFrame
from camera.motion import Box
from camera.recorder import AppendUnit, ClipCause, EndClip, RecorderAction, StartClip
from camera.sound_unit import SoundUnit
from camera.thumbnail import jpeg_thumbnail
from camera.vault import ClipWriter, Vault

_TAIL_NS = 500_000_000
"""Sound comes a little later than its picture: so much is looked for when the clip ends, of which it keeps its part."""


class SoundSource(Protocol):
    """What was heard at the door in the last seconds, and which clips are to hold it."""

    def wants(self, cause: str) -> bool: ...
    def between(self, from_ns: int, until_ns: int) -> list[SoundUnit]: ...


class NoSound:
    """A camera without a microphone."""

    def wants(self, cause: str) -> bool:
        return False

    def between(self, from_ns: int, until_ns: int) -> list[SoundUnit]:
        return []


class ClipKeeper:
    """At most one open clip.

    Raises VaultError as the vault does: then `give_up`, and the next start opens a new clip.
    """

    def __init__(self, vault: Vault, on_change: Callable[[str, str], None], sound: SoundSource | None = None) -> None:
        """`on_change(kind, clip_id)` hears of `clip.opened` and `clip.closed`."""
        self._vault, self._on_change, self._sound = vault, on_change, sound or NoSound()
        self._sound_from_ns = 0
        self._clip: ClipWriter | None = None
        self._cause: ClipCause | None = None

    @property
    def open_clip(self) -> str | None:
        return self._clip.clip_id if self._clip else None

    @property
    def open_cause(self) -> ClipCause | None:
        return self._cause if self._clip else None

    def apply(self, action: RecorderAction, mask_digest: str) -> None:
        match action:
            case StartClip(cause, units):
                self._cause = cause
                self._clip = self._vault.open_clip(cause, mask_digest, has_sound=self._sound.wants(cause))
                self._sound_from_ns = units[0].captured_at_ns
                self._on_change("clip.opened", self._clip.clip_id)
                for unit in units:
                    self._append(unit)
            case AppendUnit(unit):
                self._append(unit)
            case EndClip(end):
                clip, self._clip = self._clip, None
                if clip:
                    try:
                        self._append_sound(clip, self._sound_from_ns + _TAIL_NS)
                        clip.close(end)
                    finally:
                        self._on_change("clip.closed", clip.clip_id)
            case _:
                assert_never(action)

    def thumbnail(self, frame: MaskedFrame) -> None:
        """This is the best picture of the open clip so far."""
        if self._clip:
            self._clip.set_thumbnail(jpeg_thumbnail(frame))

    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None:
        """Something counts in the picture of this time, and where; the largest first."""
        if self._clip:
            self._clip.note_moving(captured_at_ns, [(box.left, box.top, box.width, box.height) for box in boxes])

    def give_up(self) -> None:
        """The disk failed: what was written stays as an ended-early clip."""
        clip, self._clip = self._clip, None
        if clip:
            clip.abandon()
            self._on_change("clip.closed", clip.clip_id)

    def _append(self, unit: AccessUnit) -> None:
        if self._clip:
            self._append_sound(self._clip, unit.captured_at_ns)
            self._clip.append(unit)

    def _append_sound(self, clip: ClipWriter, until_ns: int) -> None:
        """What was heard since it was last asked and before this picture."""
        for heard in self._sound.between(self._sound_from_ns, until_ns):
            clip.append_sound(heard)
            self._sound_from_ns = heard.captured_at_ns + 1
