"""Signed actions about what people may ask of the owner: a request, and how it ended, sealed in the journal."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from camera.action_shape import Action, Body, Caller, args_of, device_of
from camera.control import Control
from camera.names import tidy
from camera.signed import Payload
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority


class NoteArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["access", "erasure"]
    about: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    """Who asks, and for which time: the owner's words."""


class CloseArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    right: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    how: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


def right_note(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """On the disk before the answer; nothing of it lies in the clear."""
    args, device = args_of(payload, NoteArgs), device_of(caller)
    right = secrets.token_hex(8)
    control.note(
        cards.RightNoted(
            at_ms=authority.clock.wall_ms(),
            device=device.device,
            name=device.name,
            right=right,
            kind=args.kind,
            what=tidy(args.about),
        )
    )
    return {"right": right}


def right_close(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """The camera cannot read its journal: it does not know whether there was such a request, the owner's page does."""
    args, device = args_of(payload, CloseArgs), device_of(caller)
    control.note(
        cards.RightClosed(
            at_ms=authority.clock.wall_ms(),
            device=device.device,
            name=device.name,
            right=args.right,
            what=tidy(args.how),
        )
    )
    return {}


RIGHT_ACTIONS: dict[str, Action] = {
    "right.note": Action(True, right_note),
    "right.close": Action(True, right_close),
}
