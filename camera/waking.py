"""Ends bell-only mode: at once, or a day after it was asked for while showing more is locked, as with drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from camera.control import Control
from camera.home import Device
from camera.loosening import WaitingWake
from camera.vault.cards import SettingsChanged
from camera.waiting_words import let_wait, note_setting, save_waiting, tell_dropped

if TYPE_CHECKING:
    from camera.commands import Authority

ASKED, KEPT, ENDED = "bell_only_waits", "bell_only_kept", "bell_only"
"""What the journal says: somebody asked to end it, somebody dropped that, it was switched."""


def ask_to_wake(authority: Authority, control: Control, device: Device) -> None:
    """Bell-only mode ends in 24 h of running time; asking again changes nothing."""
    if authority.loosening.waiting.wake:
        return
    note_setting(authority, control, device.device, device.name, ASKED)
    let_wait(authority, control, WaitingWake(device.device, device.name), authority.loosening.drop_wake)


def keep_asleep(authority: Authority, control: Control, by: Device) -> bool:
    """Drop what waits; whether anything did. To see less needs no journal: the record follows when it can."""
    if authority.loosening.drop_wake() is None:
        return False
    at_ms = authority.clock.wall_ms()
    tell_dropped(authority, control, SettingsChanged(at_ms=at_ms, device=by.device, name=by.name, what=KEPT))
    return True


def wake_if_due(authority: Authority, control: Control) -> None:
    """In the journal before it is so. Raises CommandRefused or OSError; what is saved by then is in force and said."""
    due = authority.loosening.due_wake
    if due is None:
        return
    if authority.home.camera().is_bell_only:
        note_setting(authority, control, due.device, due.name, ENDED)
        record = msgspec.structs.replace(authority.home.camera(), is_bell_only=False)
        authority.home.save_camera(record)
        control.use_record(record)
        control.announce("settings.changed")
    authority.loosening.drop_wake()
    save_waiting(authority, control)
