"""Signed actions about updates: what came of the last, and the word that lets root's updater take this very file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from camera import __version__
from camera.action_shape import Action, Body, Caller, NoArgs, args_of, device_of
from camera.contract import MAX_UPDATE_BYTES
from camera.control import Control
from camera.signed import Payload
from camera.update_desk import AskedUpdate
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority


def update_get(_: Authority, control: Control, __: Caller, payload: Payload) -> Body:
    args_of(payload, NoArgs)
    desk = control.update_desk()
    outcome = desk.outcome()
    return {
        "possible": desk.is_possible,
        "version": __version__,
        "most_bytes": MAX_UPDATE_BYTES,
        "outcome": msgspec.to_builtins(outcome) if outcome else None,
    }


def update_install(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """**In the journal before the updater hears of it.** The signature covers the file's SHA-256, so whoever holds the
    file meanwhile can change nothing about which one is meant."""
    update, device, desk = args_of(payload, AskedUpdate), device_of(caller), control.update_desk()
    desk.must_be_free()
    control.note(
        cards.UpdateAsked(at_ms=authority.clock.wall_ms(), device=device.device, name=device.name, what=update.sha256)
    )
    desk.ask(update)
    return {}


UPDATE_ACTIONS: dict[str, Action] = {
    "update.get": Action(True, update_get),
    "update.install": Action(True, update_install),
}
