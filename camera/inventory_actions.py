"""The signed action that says what a thief would find on the card, by looking at it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from camera.action_shape import Action, Answer, Body, Caller, NoArgs, args_of
from camera.control import Control
from camera.inventory import Inventory, take_inventory, unexpected_keys
from camera.signed import Payload

if TYPE_CHECKING:
    from camera.commands import Authority

NAMES_AT_MOST = 20


def inventory_get(authority: Authority, _: Control, __: Caller, payload: Payload) -> Answer:
    """What the camera's own user may look at; the rest is named in `unread`."""
    args_of(payload, NoArgs)
    data = authority.home.folder.parent
    return lambda: as_body(take_inventory(data))  # a full card takes seconds, in which views would not end


def as_body(found: Inventory) -> Body:
    """As JSON; of names at most twenty each, and how many strange ones there are."""
    piles = [
        {("bytes" if name == "size_bytes" else name): value for name, value in asdict(pile).items()}
        for pile in found.piles.values()
    ]
    return {
        "piles": piles,
        "clips_ever": found.clips_ever,
        "unexpected_keys": unexpected_keys(found)[:NAMES_AT_MOST],
        "strange": found.strange[:NAMES_AT_MOST],
        "strange_count": len(found.strange),
        "unread": found.unread[:NAMES_AT_MOST],
    }


INVENTORY_ACTIONS: dict[str, Action] = {"inventory.get": Action(True, inventory_get)}
