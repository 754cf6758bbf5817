"""Signed actions about quick replies: list, add, delete, and play one at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from camera.action_shape import Action, Body, Caller, NoArgs, args_of, device_of
from camera.control import Control
from camera.errors import CommandRefused
from camera.names import tidy
from camera.signed import Payload, decode_base64url
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority


class ReplyArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reply: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]


class NewReplyArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    sound: str
    """B64URL of what a browser recorded: WebM, MP4, Ogg or WAV."""


def reply_list(_: Authority, control: Control, __: Caller, payload: Payload) -> Body:
    args_of(payload, NoArgs)
    return _told(control)


def reply_add(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    args, device = args_of(payload, NewReplyArgs), device_of(caller)
    try:
        sound = decode_base64url(args.sound)
    except ValueError as error:
        raise CommandRefused("bad_request", "sound is no base64url") from error
    control.replies().add(tidy(args.name), sound)
    _note(authority, control, device.device, device.name, "replies")
    return _told(control)


def reply_delete(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    args, device = args_of(payload, ReplyArgs), device_of(caller)
    control.replies().delete(args.reply)
    _note(authority, control, device.device, device.name, "replies")
    return _told(control)


def reply_play(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """Heard at the door; it takes no live view, and the record says who said what."""
    args, device = args_of(payload, ReplyArgs), device_of(caller)
    control.message_desk().answered()
    played = control.replies().play(args.reply)
    control.note_later(
        cards.ReplyPlayed(at_ms=authority.clock.wall_ms(), device=device.device, name=device.name, what=played.name)
    )
    return {"seconds": played.seconds}


def _note(authority: Authority, control: Control, device: str, name: str, what: str) -> None:
    control.note_later(cards.SettingsChanged(at_ms=authority.clock.wall_ms(), device=device, name=name, what=what))
    control.announce("settings.changed")


def _told(control: Control) -> Body:
    replies = control.replies()
    return {"replies": [msgspec.to_builtins(each) for each in replies.all], "fault": replies.fault()}


REPLY_ACTIONS: dict[str, Action] = {
    "reply.list": Action(True, reply_list),
    "reply.add": Action(True, reply_add),
    "reply.delete": Action(True, reply_delete),
    "reply.play": Action(True, reply_play),
}
