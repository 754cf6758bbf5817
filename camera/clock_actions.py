"""The signed action by which an owner's browser says what time it is, to a machine that was never told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from camera.action_shape import Action, Body, Caller, args_of, device_of
from camera.control import Control
from camera.signed import Payload
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority


class OfferArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


def clock_offer(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """Taken once a start, and only while the clock was never set; the record names both times.

    A second offer changes nothing, so that times cannot be moved about while clips are made.
    """
    args, device, was_at_ms = args_of(payload, OfferArgs), device_of(caller), authority.clock.wall_ms()
    is_taken = authority.clock.quality() == "unsynced" and control.offer_time(args.at_ms)
    if is_taken:
        control.note_later(
            cards.ClockOffered(at_ms=args.at_ms, device=device.device, name=device.name, was_at_ms=was_at_ms)
        )
    return {"taken": is_taken}


CLOCK_ACTIONS: dict[str, Action] = {"clock.offer": Action(True, clock_offer)}
