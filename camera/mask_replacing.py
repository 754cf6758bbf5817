"""Carries out changes of the drawing and of its lock: less is shown at once, more only after a second yes, or a day."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from camera.control import Control
from camera.errors import CommandRefused
from camera.hearing import CHOICES, hear_if_due, keep_deaf
from camera.home import CameraRecord, Device
from camera.loosening import WAIT_NS, Waiting, WaitingDrawing, WaitingUnlock
from camera.mask import Mask, MaskError, parse_mask
from camera.mask_change import MaskChange, percent
from camera.vault import cards
from camera.waiting_words import let_wait, note_setting, save_waiting, tell_dropped
from camera.waking import keep_asleep, wake_if_due

if TYPE_CHECKING:
    from camera.commands import Authority

logger = logging.getLogger(__name__)
Body: TypeAlias = dict[str, Any]  # Any: JSON of the action's own shape, as docs/design/0001 section 6 gives it

_RETRY_NS = 60 * 1_000_000_000


def replace_mask(
    authority: Authority, control: Control, device: Device, text: str, replaces: str | None, *, loosens: bool
) -> Body:
    """Put exactly `text` in force, or let it wait; whatever waited before is dropped.

    Raises CommandRefused bad_request, conflict (another mask is in force than the page believed), loosens (pixels
    come into view, and the command does not say that this is meant) or storage.
    """
    try:
        mask = parse_mask(text.encode())
    except MaskError as error:
        raise CommandRefused("bad_request", str(error)) from error
    old = control.mask()
    if replaces != (old.digest if old else None):
        raise CommandRefused(
            "conflict", "the drawing was changed on another device meanwhile: look at it again, then save"
        )
    change = control.compare(old, mask)
    is_first = old is None and authority.home.mask_text() is None
    if change.loosened and not is_first:
        if not loosens:
            raise CommandRefused("loosens", _second_question(change))
        if authority.home.camera().is_loosening_locked:
            return _let_wait(authority, control, device, old, mask, change)
    _drop(authority, control, device, "replaced", drawing=True)
    _put_in_force(authority, control, device.device, device.name, old, mask, change)
    return {"digest": mask.digest, "visible": change.visible, "waits_s": 0}


def ask_to_unlock(authority: Authority, control: Control, device: Device) -> None:
    """The lock goes off in 24 h of running time; asking again changes nothing."""
    if authority.loosening.waiting.unlock:
        return
    control.note(
        cards.MaskPending(
            at_ms=authority.clock.wall_ms(), device=device.device, name=device.name, new=None, loosened=0, outline=None
        )
    )
    let_wait(authority, control, WaitingUnlock(device.device, device.name), authority.loosening.drop_unlock)


def cancel(authority: Authority, control: Control, device: Device) -> None:
    """All that waits is dropped. Raises CommandRefused not_found when nothing waits, OSError as `tell_dropped`."""
    if authority.loosening.waiting == Waiting():
        raise CommandRefused("not_found", "nothing waits any more: look at the drawing again")
    with contextlib.ExitStack() as all_of_it:  # whatever the card says to one of them
        all_of_it.callback(_drop, authority, control, device, "owner", drawing=True, unlock=True)
        for choice in CHOICES:
            all_of_it.callback(keep_deaf, authority, control, device, choice)
        all_of_it.callback(keep_asleep, authority, control, device)


def keep_locked(authority: Authority, control: Control, device: Device) -> None:
    """The lock was switched on while its unlocking waited."""
    _drop(authority, control, device, "owner", unlock=True)


def drop_of_device(authority: Authority, control: Control, gone: Device, by: Device) -> None:
    """What a removed device asked for never happens."""
    waiting = authority.loosening.waiting
    if waiting.wake and waiting.wake.device == gone.device:
        keep_asleep(authority, control, by)
    for each in (waiting.sound, waiting.message):
        if each and each.device == gone.device:
            keep_deaf(authority, control, by, each.what)
    _drop(
        authority,
        control,
        by,
        "revoked",
        drawing=waiting.drawing is not None and waiting.drawing.device == gone.device,
        unlock=waiting.unlock is not None and waiting.unlock.device == gone.device,
    )


def carry_out_due(authority: Authority, control: Control) -> None:
    """Let time pass, and do what has waited long enough. Call it every second or so, under the authority's lock.

    What cannot be written into the journal is not done, and is tried again a minute later.
    """
    authority.loosening.advance(authority.clock.monotonic_ns())
    try:
        _open_drawing(authority, control)
        _unlock(authority, control)
        wake_if_due(authority, control)
        hear_if_due(authority, control)
    except (CommandRefused, OSError) as error:
        logger.warning("what has waited could not be carried out, it waits another minute: %s", error)
        _postpone(authority)
    if authority.loosening.is_save_due:
        try:
            save_waiting(authority, control)
        except OSError as error:
            logger.warning("how long is left to wait could not be stored, it is tried again: %s", error)
    control.waiting_changed()


def _let_wait(
    authority: Authority, control: Control, device: Device, old: Mask | None, mask: Mask, change: MaskChange
) -> Body:
    control.note(
        cards.MaskPending(
            at_ms=authority.clock.wall_ms(),
            device=device.device,
            name=device.name,
            new=mask.digest,
            loosened=change.loosened,
            outline=change.outline,
        )
    )
    waiting = WaitingDrawing(
        mask=mask.text.decode(),
        digest=mask.digest,
        replaces=old.digest if old else None,
        device=device.device,
        name=device.name,
        newly_visible=change.loosened,
        is_for_moved_view=control.view() == "moved",
    )
    _drop(authority, control, device, "replaced", drawing=True)
    let_wait(authority, control, waiting, authority.loosening.drop_drawing)
    return {"digest": mask.digest, "visible": change.visible, "waits_s": WAIT_NS // 1_000_000_000}


def _put_in_force(
    authority: Authority, control: Control, device: str, name: str, old: Mask | None, mask: Mask, change: MaskChange
) -> None:
    control.note(
        cards.MaskChanged(
            at_ms=authority.clock.wall_ms(),
            device=device,
            name=name,
            old=old.digest if old else None,
            new=mask.digest,
            visible=change.visible,
            loosened=change.loosened,
            outline=change.outline,
        )
    )
    control.use_mask(mask)
    control.announce("mask.changed")


def _open_drawing(authority: Authority, control: Control) -> None:
    waiting, due, old = authority.loosening.waiting.drawing, authority.loosening.due_drawing, control.mask()
    view = control.view()
    if waiting and view == "moved" and not waiting.is_for_moved_view:
        # drawn for what the camera no longer sees, and only the owner leads out of that
        _drop(authority, control, waiting, "moved", drawing=True)
        return
    if due is None or view == "checking":
        return
    mask = _text_of(due)
    if mask and due.replaces == (old.digest if old else None):
        _put_in_force(authority, control, due.device, due.name, old, mask, control.compare(old, mask))
    authority.loosening.drop_drawing()
    save_waiting(authority, control)


def _text_of(due: WaitingDrawing) -> Mask | None:
    """What the owner signed, unless the card has changed it since."""
    try:
        mask = parse_mask(due.mask.encode())
    except MaskError as error:
        logger.warning("the drawing that waited was damaged and is forgotten: %s", error)
        return None
    return mask if mask.digest == due.digest else None


def _unlock(authority: Authority, control: Control) -> None:
    due = authority.loosening.due_unlock
    if due is None:
        return
    if authority.home.camera().is_loosening_locked:
        note_setting(authority, control, due.device, due.name, "loosening_lock")
        record: CameraRecord = msgspec.structs.replace(authority.home.camera(), is_loosening_locked=False)
        authority.home.save_camera(record)
        control.announce("settings.changed")
    authority.loosening.drop_unlock()
    save_waiting(authority, control)


def _postpone(authority: Authority) -> None:
    loosening, now_ns = authority.loosening, authority.clock.monotonic_ns()
    for due in (loosening.due_drawing, loosening.due_unlock, loosening.due_wake, *loosening.due_sounds):
        if due:
            loosening.hold(msgspec.structs.replace(due, left_ns=_RETRY_NS), now_ns)


def _drop(
    authority: Authority,
    control: Control,
    by: Device | WaitingDrawing,
    why: cards.CancelledWhy,
    *,
    drawing: bool = False,
    unlock: bool = False,
) -> None:
    """To see less needs no journal: the record follows when it can."""
    loosening = authority.loosening
    dropped = [loosening.drop_drawing() if drawing else None, loosening.drop_unlock() if unlock else None]
    if not any(dropped):
        return
    at_ms = authority.clock.wall_ms()
    news = [each.digest if isinstance(each, WaitingDrawing) else None for each in dropped if each]
    told = [cards.MaskCancelled(at_ms=at_ms, device=by.device, name=by.name, new=new, why=why) for new in news]
    tell_dropped(authority, control, *told)


def _second_question(change: MaskChange) -> str:
    return (
        f"this drawing shows {percent(change.loosened)} of the picture that was hidden until now: "
        "say yes to that, or draw it smaller"
    )
