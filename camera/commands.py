"""Verifies commands signed by the owner's devices and carries them out; never believes the server that brings them."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from camera.action_shape import Answer, Handler
from camera.actions import ACTIONS, ACTIONS_OF_INVITES, Caller, claim
from camera.claim_code import ClaimCodes
from camera.clock import Clock
from camera.contract import CameraMessage, Command, CommandError, CommandResult
from camera.control import Control
from camera.errors import CommandRefused
from camera.home import Device, Home
from camera.invites import Invite, Invites
from camera.loosening import Loosening
from camera.nonces import Nonces
from camera.recovery import Recovery
from camera.recovery_actions import RECOVERY_ACTIONS
from camera.shown_key import ShownKey
from camera.signed import (
    CLAIM_KID,
    INVITE_PREFIX,
    RECOVER_KID,
    SHOWN_KID,
    Payload,
    encode_base64url,
    read_header,
    verify_ed25519,
    verify_hmac,
)
from camera.tickets import Tickets

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Authority:
    """All that decides who may do what; lives in the camera process only.

    Not safe for several threads: the publisher's port holds one lock around every command.
    """

    home: Home
    clock: Clock
    codes: ClaimCodes
    shown: ShownKey = field(default_factory=ShownKey)
    nonces: Nonces = field(default_factory=Nonces)
    tickets: Tickets = field(default_factory=Tickets)
    invites: Invites = field(default_factory=Invites)
    loosening: Loosening = field(init=False)
    recovery: Recovery = field(init=False)
    removed: list[tuple[Device, Device]] = field(default_factory=list)
    """Devices whose leftovers have still to be dropped, each with who removed it; at most as many as can be paired."""

    def __post_init__(self) -> None:
        self.loosening = Loosening(self.home.waiting(), self.clock.monotonic_ns())
        self.recovery = Recovery(self.home.folder)


class Commands:
    """One verified command after the other.

    Order: shape, key, signature, role, arguments, nonce; the nonce is used up last, so that a refused command costs
    nobody a nonce, and first before anything is changed, so that none is carried out twice.
    """

    def __init__(self, authority: Authority, control: Control) -> None:
        self._authority, self._control = authority, control

    def answer(self, command: Command, lock: AbstractContextManager[object] | None = None) -> CameraMessage:
        """The result or the refusal; never raises for what a peer sent.

        `lock` is held while the command is carried out, and not while an answer is made that takes long.
        """
        try:
            with lock or nullcontext():
                action, answer = self._carry_out(command.jws)
            body = answer() if callable(answer) else answer
        except CommandRefused as refusal:
            return CommandError(command.request_id, refusal.code, str(refusal))
        except OSError as error:
            logger.exception("a command could not be stored")
            sentence = f"the camera could not store this ({error.strerror}): check its memory card"
            return CommandError(command.request_id, "storage", sentence)
        except Exception:  # a fault of ours must cost one answer, not the thread that hears the server
            logger.exception("a command failed")
            return CommandError(command.request_id, "internal", "the camera failed at this: see the device's log")
        return CommandResult(command.request_id, action, body)

    def _carry_out(self, jws: str) -> tuple[str, Answer]:
        header = read_header(jws)
        if header.kid == CLAIM_KID:
            return "claim", self._claim(jws)
        if header.kid == SHOWN_KID:
            return "claim", self._claim_shown(jws)
        if header.kid == RECOVER_KID:
            return self._from_recovery(jws)
        if header.kid.startswith(INVITE_PREFIX):
            return self._from_invite(jws, header.kid.removeprefix(INVITE_PREFIX))
        return self._from_device(jws, header.kid)

    def _claim(self, jws: str) -> Answer:
        authority, now_ns = self._authority, self._authority.clock.monotonic_ns()
        self._must_be_unclaimed()
        key = authority.codes.key(now_ns)
        if key is None:
            raise CommandRefused(
                "no_code", "the code has ended: read the new one where the camera shows it and try again"
            )
        try:
            payload = verify_hmac(jws, key)
        except CommandRefused as refusal:
            if refusal.code != "bad_signature":
                raise
            raise CommandRefused("bad_code", _tries(authority.codes.wrong_try(now_ns))) from refusal
        if payload.action != "claim":
            raise CommandRefused("forbidden", f"a code can only claim the camera, not {payload.action[:40]!r}")
        return self._run(payload, None, claim)

    def _claim_shown(self, jws: str) -> Answer:
        """By the key that was held before the lens. No try is counted: a key cannot be guessed."""
        authority = self._authority
        self._must_be_unclaimed()
        key = authority.shown.key(authority.clock.monotonic_ns())
        if key is None:
            raise CommandRefused("not_shown", "the camera has not seen this code yet: hold it before the lens")
        try:
            payload = verify_ed25519(jws, key)
        except CommandRefused as refusal:
            if refusal.code != "bad_signature":
                raise
            raise CommandRefused(
                "not_shown", "the camera saw another code last: hold this one before the lens"
            ) from refusal
        if payload.action != "claim" or payload.args.get("device_key") != encode_base64url(key):
            raise CommandRefused("forbidden", "a code that was shown can only claim the camera, for its own key")
        return self._run(payload, None, claim)

    def _must_be_unclaimed(self) -> None:
        if self._authority.home.camera().recipient is not None:
            raise CommandRefused(
                "already_claimed", "this camera has an owner: ask for a pairing link from one of their devices"
            )

    def _from_invite(self, jws: str, invite_id: str) -> tuple[str, Answer]:
        invite = self._authority.invites.get(invite_id, self._authority.clock.monotonic_ns())
        if invite is None:
            raise CommandRefused("not_found", "this invitation has ended or was used: ask the owner for a new one")
        payload = verify_ed25519(jws, invite.public_key)
        return payload.action, self._dispatch(payload, invite)

    def _from_recovery(self, jws: str) -> tuple[str, Answer]:
        """By the code of `stoop recover`, which on its own makes nobody an owner: see camera/recovery_actions.py."""
        recovery = self._authority.recovery
        key = recovery.key(self._authority.clock.monotonic_ns())
        if key is None:
            raise CommandRefused("no_code", "there is no code, or it has ended: run stoop recover on the camera")
        try:
            payload = verify_hmac(jws, key)
        except CommandRefused as refusal:
            if refusal.code != "bad_signature":
                raise
            raise CommandRefused("bad_code", _recovery_tries(recovery.wrong_try())) from refusal
        action = RECOVERY_ACTIONS.get(payload.action)
        if action is None:
            raise CommandRefused("forbidden", f"this code can only recover, not {payload.action[:40]!r}")
        return payload.action, self._run(payload, None, action.carry_out)

    def _from_device(self, jws: str, kid: str) -> tuple[str, Answer]:
        device = next((d for d in self._authority.home.devices() if d.device == kid), None)
        if device is None:
            raise CommandRefused(
                "unknown_device", "this device is not paired with the camera, or was removed: pair it again"
            )
        payload = verify_ed25519(jws, device.public_key)
        return payload.action, self._dispatch(payload, device)

    def _dispatch(self, payload: Payload, caller: Device | Invite) -> Answer:
        table = ACTIONS_OF_INVITES if isinstance(caller, Invite) else ACTIONS
        action = table.get(payload.action)
        if action is None:
            raise CommandRefused(
                "bad_request", f"there is no action {payload.action[:40]!r}: update the page or the camera"
            )
        if action.needs_owner and caller.role != "owner":
            raise CommandRefused("forbidden", "this device may only watch: ask the owner to do this")
        return self._run(payload, caller, action.carry_out)

    def _run(
        self,
        payload: Payload,
        caller: Caller,
        carry_out: Handler,
    ) -> Answer:
        if not self._authority.nonces.redeem(payload.nonce, self._authority.clock.monotonic_ns()):
            raise CommandRefused("bad_nonce", "this command was used before or is older than a minute: try again")
        return carry_out(self._authority, self._control, caller, payload)


def _tries(left: int) -> str:
    if left <= 0:
        return "wrong code, and no tries left: wait a minute and read the new code where the camera shows it"
    return f"wrong code, {left} {'try' if left == 1 else 'tries'} left: read it again where the camera shows it"


def _recovery_tries(left: int) -> str:
    if left <= 0:
        return "wrong code, and no tries left: run stoop recover on the camera again"
    return f"wrong code, {left} {'try' if left == 1 else 'tries'} left: read it again where stoop recover printed it"
