"""Signed actions about the ways out: open one, close one, try it, and be left in peace for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from camera.action_shape import Action, Body, Caller, NoArgs, args_of, device_of
from camera.contract import (
    AddressedHole,
    BadAddressError,
    Hole,
    HoleKind,
    Mqtt,
    Webhook,
    kind_of,
    place_of,
    read_address,
)
from camera.control import Control
from camera.errors import CommandRefused
from camera.hole_desk import HoleDesk, place_and_kind
from camera.home import Device
from camera.signed import Payload
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority

MAX_SNOOZE_MINUTES = 24 * 60
MIN_SIGNING_SECRET = 16


class SetArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hole: AddressedHole
    keeps_secret: bool = False
    """The secret stays the one that is there; only for the same kind, address, port and user."""


class KindArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: HoleKind


class SnoozeArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    minutes: Annotated[int, msgspec.Meta(ge=0, le=MAX_SNOOZE_MINUTES)]


def holes_get(_: Authority, control: Control, __: Caller, payload: Payload) -> Body:
    args_of(payload, NoArgs)
    return told(control.hole_desk())


def holes_set(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """**In the journal before it is open.** The record names kind and address, and no secret."""
    args, desk, device = args_of(payload, SetArgs), control.hole_desk(), device_of(caller)
    hole = args.hole
    if args.keeps_secret:
        hole = msgspec.structs.replace(hole, secret=_kept_secret(desk, hole))
    hole = _checked(hole)
    if hole != desk.open.of(kind_of(hole)):
        control.note(opened(authority, device, hole))
        desk.keep(desk.open.with_hole(hole))
        control.announce("settings.changed")
    return told(desk)


def holes_close(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """Closed first, then noted: a full card must not keep a way out open."""
    kind, desk, device = args_of(payload, KindArgs).kind, control.hole_desk(), device_of(caller)
    hole = desk.open.of(kind)
    if hole is not None:
        desk.keep(desk.open.without(kind))
        note_closed(authority, control, device, hole)
        control.announce("settings.changed")
    return told(desk)


def holes_test(_: Authority, control: Control, __: Caller, payload: Payload) -> Body:
    kind, desk = args_of(payload, KindArgs).kind, control.hole_desk()
    if desk.open.of(kind) is None:
        raise CommandRefused("not_found", f"there is no open way out of the kind {kind!r}: open it first")
    desk.try_out(kind)
    return told(desk)


def holes_snooze(_: Authority, control: Control, __: Caller, payload: Payload) -> Body:
    control.hole_desk().snooze(args_of(payload, SnoozeArgs).minutes * 60)
    return told(control.hole_desk())


def _checked(hole: AddressedHole) -> AddressedHole:
    try:
        address = read_address(hole.address, is_off_lan=hole.is_off_lan)
    except BadAddressError as error:
        raise CommandRefused("bad_request", str(error)) from error
    if hole.is_off_lan and isinstance(hole, Mqtt):
        raise CommandRefused("bad_request", "Home Assistant is reached inside of the house only: give its LAN address")
    if isinstance(hole, Webhook) and len(hole.secret) < MIN_SIGNING_SECRET:
        raise CommandRefused(
            "bad_request", f"a webhook needs a secret of {MIN_SIGNING_SECRET} characters or more, to sign what is sent"
        )
    if hole.is_off_lan and not getattr(hole, "is_tls", True) and getattr(hole, "protocol", "") != "sftp":
        raise CommandRefused("bad_request", "outside of the house it must be encrypted on the way: choose https")
    return msgspec.structs.replace(hole, address=str(address))


def _kept_secret(desk: HoleDesk, hole: AddressedHole) -> str:
    """Raises CommandRefused where it would go to somebody else than it was given for."""
    old = desk.open.of(kind_of(hole))
    if old is None or _recipient_of(old) != _recipient_of(hole):
        raise CommandRefused("conflict", "this leads somewhere else than before: give the password or key again")
    return old.secret


def _recipient_of(hole: Hole) -> tuple[Any, ...]:  # Any: whatever decides to whom the secret goes
    whom = ("address", "port", "name", "user", "protocol", "is_tls", "path")
    return tuple(getattr(hole, member, None) for member in whom)


def opened(authority: Authority, device: Device, hole: Hole) -> cards.HoleOpened:
    """The record of it; no secret."""
    return cards.HoleOpened(
        at_ms=authority.clock.wall_ms(), device=device.device, name=device.name, what=place_and_kind(hole)
    )


def note_closed(authority: Authority, control: Control, device: Device, hole: Hole) -> None:
    """After it was closed, on a full card too."""
    control.note_later(
        cards.HoleClosed(
            at_ms=authority.clock.wall_ms(), device=device.device, name=device.name, what=place_and_kind(hole)
        )
    )


def told(desk: HoleDesk) -> Body:
    """Everything but the secrets."""
    holes = []
    for hole in desk.open.holes:
        shown: dict[str, Any] = msgspec.to_builtins(hole)  # Any: JSON of the hole's own shape
        has_secret = bool(shown.pop("secret", ""))
        if "phones" in shown:  # which device, and nothing that reaches it
            shown["phones"] = [phone["device"] for phone in shown["phones"]]
        report = desk.report(kind_of(hole))
        said = msgspec.to_builtins(report) if report else None
        if said:
            del said["type"], said["kind"]
        holes.append({**shown, "has_secret": has_secret, "place": place_of(hole), "report": said})
    return {"holes": holes, "snooze_left_s": round(desk.snooze_left_s)}


HOLE_ACTIONS: dict[str, Action] = {
    "holes.get": Action(True, holes_get),
    "holes.set": Action(True, holes_set),
    "holes.close": Action(True, holes_close),
    "holes.test": Action(True, holes_test),
    "holes.snooze": Action(True, holes_snooze),
}
