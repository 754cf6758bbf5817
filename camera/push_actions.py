"""Signed actions about Web Push: the key that a phone subscribes with, and one phone more or less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from camera.action_shape import Action, Body, Caller, NoArgs, args_of, device_of
from camera.contract import MOST_PHONES, BadAddressError, NoticeKind, Phone, Push, push_host
from camera.control import Control
from camera.errors import CommandRefused
from camera.hole_actions import note_closed, opened, told
from camera.hole_desk import HoleDesk
from camera.home import Device
from camera.signed import Payload, decode_base64url, encode_base64url

if TYPE_CHECKING:
    from camera.commands import Authority

_KEY_BYTES = 32


class JoinArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    endpoint: str
    key: str
    auth: str
    notices: Annotated[tuple[NoticeKind, ...], msgspec.Meta(min_length=1, max_length=3)]
    cooldown_s: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 60


class LeaveArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    device: str


def push_key(_: Authority, control: Control, __: Caller, payload: Payload) -> Body:
    """Made when it is first asked for. It signs what goes to a push service, and opens nothing."""
    args_of(payload, NoArgs)
    desk = control.hole_desk()
    if not desk.open.push_key:
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        desk.keep(msgspec.structs.replace(desk.open, push_key=encode_base64url(number.to_bytes(_KEY_BYTES, "big"))))
    return {"public_key": public_half(desk.open.push_key)}


def push_join(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """**In the journal before it is open.** The device that signed takes notices from now on."""
    args, desk, device = args_of(payload, JoinArgs), control.hole_desk(), device_of(caller)
    if not desk.open.push_key:
        raise CommandRefused("conflict", "notices were closed meanwhile: open them again on this device")
    old = desk.open.of("push")
    others = tuple(p for p in old.phones if p.device != device.device) if isinstance(old, Push) else ()
    if len(others) >= MOST_PHONES:
        raise CommandRefused("conflict", f"{MOST_PHONES} devices take notices already: switch one of them off first")
    phones = (*others, _phone(device, args))
    hole = Push(phones=phones, secret=desk.open.push_key, notices=args.notices, cooldown_s=args.cooldown_s)
    if hole != old:
        control.note(opened(authority, device, hole))
        desk.keep(desk.open.with_hole(hole))
        control.announce("settings.changed")
    return told(desk)


def push_leave(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """Closed first, then noted; with the last device the way out is gone."""
    device, desk = device_of(caller), control.hole_desk()
    drop_phone(authority, control, args_of(payload, LeaveArgs).device, device)
    return told(desk)


def drop_phone(authority: Authority, control: Control, gone: str, by: Device) -> None:
    """A device takes no notices any more: it was switched off, or removed."""
    desk = control.hole_desk()
    old = desk.open.of("push")
    if not isinstance(old, Push) or gone not in {phone.device for phone in old.phones}:
        return
    left = tuple(phone for phone in old.phones if phone.device != gone)
    _keep_left(desk, old, left)
    note_closed(authority, control, by, _only(old, gone))
    control.announce("settings.changed")


def _keep_left(desk: HoleDesk, old: Push, left: tuple[Phone, ...]) -> None:
    desk.keep(desk.open.with_hole(msgspec.structs.replace(old, phones=left)) if left else desk.open.without("push"))


def _only(hole: Push, device: str) -> Push:
    return msgspec.structs.replace(hole, phones=tuple(p for p in hole.phones if p.device == device))


def _phone(device: Device, args: JoinArgs) -> Phone:
    try:
        made = {"device": device.device, "endpoint": args.endpoint, "key": args.key, "auth": args.auth}
        phone = msgspec.convert(made, Phone)
        push_host(phone.endpoint)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode_base64url(phone.key))
    except BadAddressError as error:
        raise CommandRefused("bad_request", str(error)) from error
    except ValueError as error:  # msgspec's too
        raise CommandRefused(
            "bad_request", f"this browser's subscription cannot be read ({error}): try again"
        ) from error
    return phone


def public_half(private: str) -> str:
    """The uncompressed point of a private key, as `applicationServerKey` wants it; both base64url without padding."""
    key = ec.derive_private_key(int.from_bytes(decode_base64url(private), "big"), ec.SECP256R1())
    return encode_base64url(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


PUSH_ACTIONS: dict[str, Action] = {
    "push.key": Action(True, push_key),
    "push.join": Action(True, push_join),
    "push.leave": Action(True, push_leave),
}
