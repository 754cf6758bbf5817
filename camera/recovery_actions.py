"""What the code of `stoop recover` allows: to be asked for a proof of the sheet, and with it to become an owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from camera.action_shape import Action, Body, Caller, NoArgs, args_of
from camera.control import Control
from camera.errors import CommandRefused
from camera.home import Device
from camera.names import tidy
from camera.signed import Payload, decode_base64url, device_id, encode_base64url, public_key_from
from camera.vault import cards

if TYPE_CHECKING:
    from camera.commands import Authority


class RecoverArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    device_key: str
    device_name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    proof: str


def recover_begin(authority: Authority, control: Control, _: Caller, payload: Payload) -> Body:
    """A question that only the identity in force can answer: it is sealed to it."""
    args_of(payload, NoArgs)
    return {"challenge": encode_base64url(control.seal(authority.recovery.ask()))}


def recover(authority: Authority, control: Control, _: Caller, payload: Payload) -> Body:
    """One more owner, whatever the number of devices. The recipient stays, so what was sealed before opens as well."""
    args = args_of(payload, RecoverArgs)
    key = public_key_from(args.device_key, "the device's key")
    try:
        proof = decode_base64url(args.proof)
    except ValueError as error:
        raise CommandRefused("bad_request", "proof is no base64url") from error
    if not authority.recovery.is_proved(key, proof):
        authority.recovery.wrong_try()
        raise CommandRefused(
            "bad_proof", "this recovery key is not the one in force: take the newest sheet, and begin again"
        )
    device = Device(device_id(key), tidy(args.device_name), "owner", key, authority.clock.wall_ms())
    control.note(cards.OwnerRecovered(at_ms=device.paired_at_ms, device=device.device, name=device.name))
    others = tuple(d for d in authority.home.devices() if d.device != device.device)
    authority.home.save_devices((*others, device))
    authority.recovery.use_up()
    control.announce("devices.changed")
    control.announce("owner.recovered")
    return {"device": device.device, "camera_name": authority.home.camera().name}


RECOVERY_ACTIONS: dict[str, Action] = {
    "recover.begin": Action(False, recover_begin),
    "recover": Action(False, recover),
}
