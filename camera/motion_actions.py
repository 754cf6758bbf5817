"""Signed actions about motion: how sensitive, where it counts, what was a false alarm, and what moves right now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from camera.action_shape import Action, Body, Caller, NoArgs, args_of, device_of
from camera.control import Control
from camera.errors import CommandRefused
from camera.motion import TuningError
from camera.motion_wishes import MAX_AREAS, MAX_CALMER, Adult, Area, Calmer, Hex32, Minute, MotionWishes, Share
from camera.signed import Payload, encode_base64url
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority


class MotionArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    sensitivity: Share | msgspec.UnsetType = msgspec.UNSET
    areas: Annotated[tuple[Area, ...], msgspec.Meta(max_length=MAX_AREAS)] | msgspec.UnsetType = msgspec.UNSET
    adult: Adult | msgspec.UnsetType | None = msgspec.UNSET


class WatchArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    viewer: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]


class FalseAlarmArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    clip: Hex32
    box: tuple[Share, Share, Share, Share]
    from_minute: Minute
    to_minute: Minute


class UndoArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    clip: Hex32


def motion_get(_: Authority, control: Control, __: Caller, payload: Payload) -> Body:
    args_of(payload, NoArgs)
    return _told(control)


def motion_set(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    args, old = args_of(payload, MotionArgs), control.motion_desk().wishes
    given = {name: value for name in args.__struct_fields__ if (value := getattr(args, name)) is not msgspec.UNSET}
    new = msgspec.structs.replace(old, **given)
    changed = ", ".join(f"motion_{name}" for name in given if getattr(new, name) != getattr(old, name))
    is_damaged = control.motion_desk().fault is not None
    if changed or is_damaged:
        _keep(authority, control, caller, new, changed or "motion_sensitivity")
    return _told(control)


def motion_watch(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """What moves now, sealed to the owner; **only for who holds a live ticket, and logged before the first answer.**"""
    viewer, device, desk = args_of(payload, WatchArgs).viewer, device_of(caller), control.motion_desk()
    now_ns = authority.clock.monotonic_ns()
    if not authority.tickets.holds(viewer, device.device, now_ns):
        raise CommandRefused("not_found", "this live view has ended: open it again")
    if not desk.overlay.has(viewer):
        control.note(cards.MotionWatched(at_ms=authority.clock.wall_ms(), device=device.device, name=device.name))
    sealed = desk.sealed_view(viewer)
    if sealed is None:
        raise CommandRefused("too_many", "asked too often: once in a third of a second is enough")
    return {"age": encode_base64url(sealed), "nonce": authority.nonces.issue(now_ns)}


def clip_false_alarm(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """Raises the bar for this place at this time of day; once for each clip, the newest word counts."""
    args, wishes = args_of(payload, FalseAlarmArgs), control.motion_desk().wishes
    calmer = Calmer(args.clip, args.box, args.from_minute, args.to_minute, authority.clock.wall_ms())
    others = tuple(each for each in wishes.calmer if each.clip != args.clip)
    if len(others) >= MAX_CALMER:
        raise CommandRefused(
            "too_many", f"it is calmer in {MAX_CALMER} places already: undo one under Motion in the settings first"
        )
    _keep(authority, control, caller, msgspec.structs.replace(wishes, calmer=(*others, calmer)), "false_alarm")
    return _told(control)


def clip_false_alarm_undo(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    clip, wishes = args_of(payload, UndoArgs).clip, control.motion_desk().wishes
    left = tuple(each for each in wishes.calmer if each.clip != clip)
    if len(left) == len(wishes.calmer):
        raise CommandRefused("not_found", "this was undone already: look at the list again")
    _keep(authority, control, caller, msgspec.structs.replace(wishes, calmer=left), "false_alarm_undone")
    return _told(control)


def _keep(authority: Authority, control: Control, caller: Caller, wishes: MotionWishes, what: str) -> None:
    """In the journal before it is in force."""
    try:
        wishes.tuning()
    except TuningError as error:
        raise CommandRefused("bad_request", f"the camera can't go by this: {error}") from error
    device = device_of(caller)
    control.note(
        cards.SettingsChanged(at_ms=authority.clock.wall_ms(), device=device.device, name=device.name, what=what)
    )
    control.motion_desk().keep(wishes)
    control.announce("settings.changed")


def _told(control: Control) -> Body:
    desk = control.motion_desk()
    body: Body = msgspec.json.decode(msgspec.json.encode(desk.wishes))
    return {**body, "fault": desk.fault, "knows_time": desk.minute_of_day() is not None}


MOTION_ACTIONS: dict[str, Action] = {
    "motion.get": Action(True, motion_get),
    "motion.set": Action(True, motion_set),
    "motion.watch": Action(True, motion_watch),
    "clip.false_alarm": Action(True, clip_false_alarm),
    "clip.false_alarm_undo": Action(True, clip_false_alarm_undo),
}
