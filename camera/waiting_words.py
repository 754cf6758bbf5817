"""What everything that waits a day has in common: its word in the journal, and its place on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera.control import Control
from camera.vault.cards import SettingsChanged

if TYPE_CHECKING:
    from camera.commands import Authority


def note_setting(authority: Authority, control: Control, device: str, name: str, what: str) -> None:
    """On the disk when this returns. Raises CommandRefused storage."""
    control.note(SettingsChanged(at_ms=authority.clock.wall_ms(), device=device, name=name, what=what))


def save_waiting(authority: Authority, control: Control) -> None:
    """Raises OSError."""
    authority.home.save_waiting(authority.loosening.waiting)
    authority.loosening.saved()
    control.waiting_changed()
