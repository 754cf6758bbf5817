"""Takes every right from a device at once, and ends live views with a record of each."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from camera.contract import Push
from camera.control import Control
from camera.errors import CommandRefused
from camera.home import Device
from camera.mask_replacing import drop_of_device
from camera.push_actions import drop_phone
from camera.tickets import Ticket
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority

logger = logging.getLogger(__name__)


def revoke(authority: Authority, control: Control, gone: Device, by: Device) -> None:
    """In the journal first. Raises CommandRefused conflict for the last owner's device, or storage."""
    left = tuple(d for d in authority.home.devices() if d.device != gone.device)
    if not any(d.role == "owner" for d in left):
        raise CommandRefused("conflict", "this is the last device that can open your clips: pair another owner first")
    control.note(
        cards.DeviceRevoked(
            at_ms=authority.clock.wall_ms(), device=gone.device, name=gone.name, role=gone.role, by=by.device
        )
    )
    authority.home.save_devices(left)
    authority.invites.drop_of(gone.device)
    end_views(authority, control, authority.tickets.end_of_device(gone.device), "revoked")
    control.announce("devices.changed")
    authority.removed.append((gone, by))
    finish_removals(authority, control)


def find_leftovers(authority: Authority, control: Control) -> None:
    """At the start: the power may have gone between the end of a device and that of what it had asked for."""
    paired, waiting = {device.device for device in authority.home.devices()}, authority.loosening.waiting
    wishes = (waiting.drawing, waiting.unlock, waiting.wake, waiting.sound, waiting.message)
    push = control.hole_desk().open.of("push")
    left = {phone.device: phone.device[:8] for phone in push.phones} if isinstance(push, Push) else {}
    left |= {wish.device: wish.name for wish in wishes if wish}
    for device, name in left.items():
        if device not in paired:
            gone = Device(device, name, "viewer", b"", 0)
            authority.removed.append((gone, gone))


def finish_removals(authority: Authority, control: Control) -> None:
    """Drop what removed devices left on the disk. It holds up nobody: what a full card refuses is tried again later."""
    while authority.removed:
        gone, by = authority.removed[0]
        try:
            drop_of_device(authority, control, gone, by)
            drop_phone(authority, control, gone.device, by)
        except (CommandRefused, OSError) as error:
            logger.warning("what %s left could not be dropped, it is tried again: %s", gone.device, error)
            return
        authority.removed.pop(0)


def end_views(authority: Authority, control: Control, ended: list[Ticket], why: str) -> None:
    """Log the end of each view and tell the server; a log that cannot be written stops nobody from leaving."""
    if not ended:
        return
    control.tickets_changed([ticket.viewer for ticket in ended], why)
    now_ns = authority.clock.monotonic_ns()
    for ticket in ended:
        control.note_later(
            cards.ViewEnded(
                at_ms=authority.clock.wall_ms(),
                viewer=ticket.viewer,
                device=ticket.device,
                name=ticket.name,
                seconds=round((now_ns - ticket.opened_at_ns) / 1e9),
                why=why,
            )
        )
