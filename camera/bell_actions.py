"""Signed actions about the bell: try it, and how loud it is when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from camera.action_shape import Action, Body, Caller, NoArgs, args_of, device_of
from camera.bell_wishes import Quiet, Share
from camera.control import Control
from camera.errors import CommandRefused
from camera.signed import Payload
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority


class BellArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    volume: Share | msgspec.UnsetType = msgspec.UNSET
    quiet: Quiet | msgspec.UnsetType | None = msgspec.UNSET


def bell_test(_: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """As if somebody had pressed the button: chime, pages, clip and record."""
    args_of(payload, NoArgs)
    device = device_of(caller)
    if not control.bell_desk().ring(device.device, device.name):
        raise CommandRefused("too_many", "the bell rang a moment ago: wait three seconds")
    return {}


def bell_get(_: Authority, control: Control, __: Caller, payload: Payload) -> Body:
    args_of(payload, NoArgs)
    return _told(control)


def bell_set(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """In the journal before it is in force."""
    args, old = args_of(payload, BellArgs), control.bell_desk().wishes
    given = {name: value for name in args.__struct_fields__ if (value := getattr(args, name)) is not msgspec.UNSET}
    new = msgspec.structs.replace(old, **given)
    if new.quiet and not new.quiet.is_known():
        raise CommandRefused("bad_request", f"the camera knows no time zone {new.quiet.zone!r}: choose another one")
    changed = ", ".join(f"bell_{name}" for name in given if getattr(new, name) != getattr(old, name))
    if changed:
        device = device_of(caller)
        control.note(
            cards.SettingsChanged(at_ms=authority.clock.wall_ms(), device=device.device, name=device.name, what=changed)
        )
        control.bell_desk().keep(new)
        control.announce("settings.changed")
    return _told(control)


def _told(control: Control) -> Body:
    desk = control.bell_desk()
    body: Body = msgspec.to_builtins(desk.wishes)
    return {**body, "fault": desk.fault(), "press_to_sound_ms": desk.press_to_sound_ms}


BELL_ACTIONS: dict[str, Action] = {
    "bell.test": Action(True, bell_test),
    "bell.get": Action(True, bell_get),
    "bell.set": Action(True, bell_set),
}
