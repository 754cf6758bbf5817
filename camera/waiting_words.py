"""What everything that waits a day has in common: its word in the journal, and its place on the disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from camera.control import Control
from camera.loosening import Waits
from camera.vault.cards import MaskCancelled, SettingsChanged

if TYPE_CHECKING:
    from camera.commands import Authority


def note_setting(authority: Authority, control: Control, device: str, name: str, what: str) -> None:
    """On the disk when this returns. Raises CommandRefused storage."""
    control.note(SettingsChanged(at_ms=authority.clock.wall_ms(), device=device, name=name, what=what))


def save_waiting(authority: Authority, control: Control) -> None:
    """Raises OSError; what was changed is `Loosening.is_save_due` then, and is tried again."""
    authority.home.save_waiting(authority.loosening.waiting)
    authority.loosening.saved()
    control.waiting_changed()


def tell_dropped(authority: Authority, control: Control, *records: SettingsChanged | MaskCancelled) -> None:
    """Something waits no more. Raises OSError when that is not on the disk yet: it is dropped all the same, and
    `Loosening.is_save_due` until it is there too."""
    for record in records:
        control.note_later(record)
    control.announce("mask.cancelled")
    save_waiting(authority, control)


def let_wait(authority: Authority, control: Control, wish: Waits, drop: Callable[[], object]) -> None:
    """It waits from now on. Raises OSError, and then it does not, `drop` being what takes it away again."""
    authority.loosening.hold(wish, authority.clock.monotonic_ns())
    try:
        save_waiting(authority, control)
    except OSError:
        drop()
        raise
    control.announce("mask.pending")
