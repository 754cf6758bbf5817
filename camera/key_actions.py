"""Changing the key that everything is sealed to, alone or together with the removal of a lost device."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated

import msgspec

from camera.action_shape import Action, Body, Caller, NoArgs, args_of, device_of
from camera.control import Control
from camera.errors import CommandRefused
from camera.revoking import revoke
from camera.signed import Payload
from camera.vault import RecipientError, cards
from camera.vault.recipients import parse_recipient

if TYPE_CHECKING:
    from camera.commands import Authority

_STRONG = "age1pq1"
"""With bech32's separator: without it, one in a thousand of the weaker kind begins so."""


class KeyChangeArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recipient: Annotated[str, msgspec.Meta(max_length=4096)]
    replaces: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    device: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")] | None
    """A lost one, which goes in the same step; one that is gone already is no fault."""


def digest_of(recipient: str) -> str:
    """How commands and records name a recipient: SHA-256 of its text, 64 hex digits."""
    return hashlib.sha256(recipient.encode()).hexdigest()


def key_get(authority: Authority, _: Control, __: Caller, payload: Payload) -> Body:
    args_of(payload, NoArgs)
    return {"recipient": digest_of(_in_force(authority))}


def key_change(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """**The old key gets nothing that opens the new one:** whoever it was changed against may hold the old."""
    args, device = args_of(payload, KeyChangeArgs), device_of(caller)
    old = _in_force(authority)
    if args.replaces != digest_of(old):
        raise CommandRefused("conflict", "the key was changed in the meantime: get the new one onto this device first")
    if args.device == device.device:
        raise CommandRefused("bad_request", "this is the device in your hand: say that it was lost on another one")
    _must_replace(args.recipient, old)
    gone = next((d for d in authority.home.devices() if d.device == args.device), None)
    if gone:
        revoke(authority, control, gone, device)
    changed = cards.KeyChanged(
        at_ms=authority.clock.wall_ms(), device=device.device, name=device.name, recipient=digest_of(args.recipient)
    )
    authority.invites.drop_all()
    authority.recovery.use_up()

    def save() -> None:  # where the card is slow, later than the answer, which then was that it failed
        authority.home.save_recipient(args.recipient)
        control.announce("key.changed")

    control.change_recipient(args.recipient, changed, save)
    return {"recipient": digest_of(args.recipient)}


def _must_replace(recipient: str, old: str) -> None:
    """Raises CommandRefused bad_request for what is no recipient, the old one, or a weaker kind."""
    try:
        parse_recipient(recipient)
    except RecipientError as error:
        raise CommandRefused("bad_request", str(error)) from error
    if recipient == old:
        raise CommandRefused("bad_request", "this is the key that is in force: make a new one")
    if old.startswith(_STRONG) and not recipient.startswith(_STRONG):
        raise CommandRefused("bad_request", f"the new key is of a weaker kind than the old: make one of {_STRONG}")


def _in_force(authority: Authority) -> str:
    recipient = authority.home.camera().recipient
    if recipient is None:
        raise CommandRefused("not_claimed", "this camera has no owner yet: claim it first")
    return recipient


KEY_ACTIONS: dict[str, Action] = {"key.get": Action(True, key_get), "key.change": Action(True, key_change)}
