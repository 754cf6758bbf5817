"""Signed actions about how long clips stay: hours, share of the card, and the clips that are kept for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from camera.action_shape import Action, Body, Caller, NoArgs, args_of, device_of
from camera.control import Control
from camera.errors import CommandRefused
from camera.signed import Payload
from camera.storage import KEPT_SHARE
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority

MAX_KEEP_HOURS = 90 * 24


class KeepingArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    keep_hours: Annotated[int, msgspec.Meta(ge=1, le=MAX_KEEP_HOURS)] | None = None
    share: Annotated[float, msgspec.Meta(ge=0.05, le=0.95)] | None = None
    """Of the card, for clips."""


class KeepArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    clip: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    kept: bool


def keeping_get(authority: Authority, control: Control, _: Caller, payload: Payload) -> Body:
    args_of(payload, NoArgs)
    return _told(authority, control)


def keeping_set(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """In the journal before it is in force; what is older than that goes within seconds."""
    args, device, old = args_of(payload, KeepingArgs), device_of(caller), authority.home.camera()
    new = msgspec.structs.replace(
        old,
        keep_hours=old.keep_hours if args.keep_hours is None else args.keep_hours,
        clips_share=old.clips_share if args.share is None else args.share,
    )
    if args.share is not None and args.share < control.room().share:
        room = control.room(args.share)
        if room.kept_bytes > room.room_bytes * KEPT_SHARE:
            raise CommandRefused("too_many", "the clips that you keep need more room than that: let go of some first")
    changed = ", ".join(name for name in ("keep_hours", "clips_share") if getattr(new, name) != getattr(old, name))
    if changed:
        control.note(
            cards.SettingsChanged(at_ms=authority.clock.wall_ms(), device=device.device, name=device.name, what=changed)
        )
        authority.home.save_camera(new)
        control.use_record(new)
        control.announce("settings.changed")
    return _told(authority, control)


def clip_keep(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """On the card and in the journal before the answer."""
    args, device = args_of(payload, KeepArgs), device_of(caller)
    control.keep_clip(
        cards.ClipKept(
            at_ms=authority.clock.wall_ms(), clip=args.clip, kept=args.kept, device=device.device, name=device.name
        )
    )
    return {}


def _told(authority: Authority, control: Control) -> Body:
    room = control.room()
    return {
        "keep_hours": authority.home.camera().keep_hours,
        "share": room.share,
        "room_bytes": room.room_bytes,
        "clips_bytes": room.clips_bytes,
        "kept_bytes": room.kept_bytes,
    }


KEEPING_ACTIONS: dict[str, Action] = {
    "keeping.get": Action(True, keeping_get),
    "keeping.set": Action(True, keeping_set),
    "clip.keep": Action(True, clip_keep),
}
