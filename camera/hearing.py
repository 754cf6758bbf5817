"""Keeping what people say: off unless the owner chose it, and chosen a day later while showing more is locked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from camera.control import Control
from camera.home import CameraRecord, Device
from camera.loosening import SoundChoice, WaitingSound
from camera.vault.cards import SettingsChanged
from camera.waiting_words import let_wait, note_setting, save_waiting, tell_dropped

if TYPE_CHECKING:
    from camera.commands import Authority

CHOICES: tuple[SoundChoice, ...] = ("record_sound", "visitor_message")
_FIELDS = {"record_sound": "is_sound_recorded", "visitor_message": "takes_messages"}
"""What the journal says: `<choice>_waits` asked for, `<choice>_kept` dropped again, `<choice>` switched."""


def is_chosen(record: CameraRecord, choice: SoundChoice) -> bool:
    return bool(getattr(record, _FIELDS[choice]))


def with_choices(
    record: CameraRecord, wishes: Mapping[SoundChoice, bool | None], *, is_locked: bool = False
) -> CameraRecord:
    """Less is kept at once, more at once unless showing more is locked; None changes nothing."""
    is_now = {_FIELDS[choice]: is_on for choice, is_on in wishes.items() if is_on is False or (is_on and not is_locked)}
    changed: CameraRecord = msgspec.structs.replace(record, **is_now)
    return changed


def let_wait_what_must(
    authority: Authority, control: Control, device: Device, wishes: Mapping[SoundChoice, bool | None]
) -> None:
    """Once the record is saved: what is wished for and not so waits; what is wished away waits no longer."""
    for choice, wish in wishes.items():
        if wish and not is_chosen(authority.home.camera(), choice):
            _ask(authority, control, device, choice)
        elif wish is not None:
            keep_deaf(authority, control, device, choice)


def _ask(authority: Authority, control: Control, device: Device, choice: SoundChoice) -> None:
    """It is kept in 24 h of running time; asking again changes nothing."""
    waiting = authority.loosening.waiting
    if (waiting.sound if choice == "record_sound" else waiting.message) is not None:
        return
    note_setting(authority, control, device.device, device.name, f"{choice}_waits")
    wish = WaitingSound(device.device, device.name, choice)
    let_wait(authority, control, wish, lambda: authority.loosening.drop_sound(choice))


def keep_deaf(authority: Authority, control: Control, by: Device, choice: SoundChoice) -> bool:
    """Drop what waits; whether anything did. To keep less needs no journal: the record follows when it can."""
    if authority.loosening.drop_sound(choice) is None:
        return False
    tell_dropped(
        authority,
        control,
        SettingsChanged(at_ms=authority.clock.wall_ms(), device=by.device, name=by.name, what=f"{choice}_kept"),
    )
    return True


def hear_if_due(authority: Authority, control: Control) -> None:
    """In the journal before it is so. Raises CommandRefused or OSError; what is saved by then is in force and said."""
    for due in authority.loosening.due_sounds:
        if not is_chosen(authority.home.camera(), due.what):
            note_setting(authority, control, due.device, due.name, due.what)
            record = with_choices(authority.home.camera(), {due.what: True})
            authority.home.save_camera(record)
            control.use_record(record)
            control.announce("settings.changed")
        authority.loosening.drop_sound(due.what)
        save_waiting(authority, control)
