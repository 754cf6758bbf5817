"""Signed actions about talk: open a conversation on a live view that this device holds, and end it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from camera.action_shape import Action, Body, Caller, args_of, device_of
from camera.control import Control
from camera.errors import CommandRefused
from camera.signed import Payload
from camera.talk_desk import Talk
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority


class TalkArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    viewer: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]


def talk_open(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """A ticket for talk, good while the live ticket is; **its record is on the disk before anything is heard.**"""
    args, device, desk = args_of(payload, TalkArgs), device_of(caller), control.talk_desk()
    now_ns = authority.clock.monotonic_ns()
    if not authority.tickets.holds(args.viewer, device.device, now_ns):
        raise CommandRefused("not_found", "this live view has ended: open the picture again, then talk")
    if desk.talk and desk.talk.device != device.device:
        raise CommandRefused("too_many", f"{desk.talk.name} is talking to the door already: wait until they hang up")
    control.note(
        cards.TalkStarted(at_ms=authority.clock.wall_ms(), viewer=args.viewer, device=device.device, name=device.name)
    )
    desk.open(Talk(args.viewer, device.device, device.name, now_ns))
    return {}


def talk_close(_: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """Hang up; nothing to end is no fault."""
    args, device, desk = args_of(payload, TalkArgs), device_of(caller), control.talk_desk()
    if desk.talk and desk.talk.device == device.device:
        desk.close("hung up", [args.viewer])
    return {}


TALK_ACTIONS: dict[str, Action] = {
    "talk.open": Action(True, talk_open),
    "talk.close": Action(True, talk_close),
}
