"""Carries signed commands to the camera and acts on what their results mean for this server."""

from __future__ import annotations

from typing import Any

from server.errors import CameraUnavailable, Refused, bad_request
from server.services import Services
from server.unverified import UnverifiedCommand

LIVE_OPEN = "live.open"
COMMANDS = frozenset(
    {
        "live.renew",
        "key.get",
        "key.change",
        "mask.get",
        "mask.set",
        "mask.cancel",
        "plate.get",
        "traffic.get",
        "clock.offer",
        "motion.get",
        "motion.set",
        "motion.watch",
        "clip.false_alarm",
        "clip.false_alarm_undo",
        "clip.record",
        "clip.delete",
        "clip.keep",
        "inventory.get",
        "keeping.get",
        "keeping.set",
        "device.invite",
        "device.list",
        "device.revoke",
        "settings.get",
        "settings.set",
        "talk.open",
        "talk.close",
        "right.note",
        "right.close",
        "parcel.get",
        "parcel.set",
        "reply.list",
        "reply.add",
        "reply.delete",
        "reply.play",
        "bell.test",
        "bell.get",
        "bell.set",
        "holes.get",
        "holes.set",
        "holes.close",
        "holes.test",
        "holes.snooze",
        "push.key",
        "push.join",
        "push.leave",
        "update.get",
        "update.install",
    }
)
"""What may go through `/api/commands`; the others have routes of their own."""


async def carry(
    services: Services, command: UnverifiedCommand, actions: frozenset[str], device: str | None = None
) -> dict[str, Any]:  # Any: JSON of the action's own shape
    """The camera's result of `command`.

    Raises Refused before asking the camera unless the command claims to be one of `actions` and, where `device` is
    given, to be signed by it; CommandRefused and CameraUnavailable as the link does.
    """
    if command.action not in actions:
        raise bad_request(f"the action {command.action[:40]!r} does not go through this address")
    if device is not None and command.kid != device:
        raise Refused(403, "forbidden", "the command is signed by another device than the one that is signed in")
    services.devices.command_starts(command.action)
    try:
        result = await services.link.command(command.jws)
    finally:
        services.devices.command_ends(command.action)
    if result.action != command.action:
        raise CameraUnavailable("the camera carried out something else than was asked")
    if command.action in {"device.revoke", "key.change"} and command.device is not None:
        services.devices.revoked(command.device)
    return result.body
