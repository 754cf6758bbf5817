"""Signed actions about the place where parcels land."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from camera.action_shape import Action, Body, Caller, NoArgs, args_of, device_of
from camera.control import Control
from camera.parcel_desk import Area, ParcelWishes
from camera.signed import Payload
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority


class ParcelArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    area: Area | None


def parcel_get(_: Authority, control: Control, __: Caller, payload: Payload) -> Body:
    args_of(payload, NoArgs)
    return _told(control.parcel_desk().wishes)


def parcel_set(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """In the journal before it is in force; null ends it."""
    new, device = ParcelWishes(args_of(payload, ParcelArgs).area), device_of(caller)
    if new != control.parcel_desk().wishes:
        control.note(
            cards.SettingsChanged(
                at_ms=authority.clock.wall_ms(), device=device.device, name=device.name, what="parcel_place"
            )
        )
        control.parcel_desk().keep(new)
        control.use_parcels()
        control.announce("settings.changed")
    return _told(new)


def _told(wishes: ParcelWishes) -> Body:
    return {"area": [list(point) for point in wishes.area] if wishes.area else None}


PARCEL_ACTIONS: dict[str, Action] = {
    "parcel.get": Action(True, parcel_get),
    "parcel.set": Action(True, parcel_set),
}
