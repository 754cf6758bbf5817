"""The actions that a signed command may name, each with its arguments and who may ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from camera.action_shape import Action, Body, Caller, NoArgs
from camera.action_shape import args_of as _args
from camera.action_shape import device_of as _device
from camera.bell_actions import BELL_ACTIONS
from camera.clock_actions import CLOCK_ACTIONS
from camera.control import Control
from camera.errors import CommandRefused
from camera.hearing import CHOICES, is_chosen, let_wait_what_must, with_choices
from camera.hole_actions import HOLE_ACTIONS
from camera.home import CameraRecord, Device
from camera.inventory_actions import INVENTORY_ACTIONS
from camera.invites import LIFE_S as INVITE_LIFE_S
from camera.invites import Invite
from camera.keeping_actions import KEEPING_ACTIONS
from camera.key_actions import KEY_ACTIONS
from camera.mask_replacing import ask_to_unlock, cancel, keep_locked, replace_mask
from camera.motion_actions import MOTION_ACTIONS
from camera.names import tidy
from camera.parcel_actions import PARCEL_ACTIONS
from camera.push_actions import PUSH_ACTIONS
from camera.reply_actions import REPLY_ACTIONS
from camera.revoking import end_views, revoke
from camera.right_actions import RIGHT_ACTIONS
from camera.signed import Payload, decode_base64url, device_id, encode_base64url, public_key_from
from camera.talk_actions import TALK_ACTIONS
from camera.tickets import LIFE_S as TICKET_LIFE_S
from camera.update_actions import UPDATE_ACTIONS
from camera.vault import cards
from camera.waking import ask_to_wake, keep_asleep

if TYPE_CHECKING:
    from camera.commands import Authority

MAX_DEVICES = 32
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Hex16 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class ClaimArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    device_key: str
    device_name: Name
    recipient: Annotated[str, msgspec.Meta(max_length=4096)]
    camera_name: Name


class PairArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    device_key: str
    device_name: Name


class ViewerArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    viewer: Hex16


class MaskArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    mask: str
    replaces: str | None
    loosens: bool = False


class PlateArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fresh: bool = False
    seen: int | None = None
    """`taken_at_ms` of the plate that the page has: it is not handed out, nor logged, once more."""


class ClipArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    clip: Hex32


class InviteArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    invite: Hex32
    public_key: str
    role: Literal["owner", "viewer"]
    sealed_identity: Annotated[str, msgspec.Meta(max_length=4096)] | None
    """Up to 32 identities, wrapped."""


class DeviceArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    device: Hex32


class SettingsArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    camera_name: Name | None = None
    watching: bool | None = None
    record_on_motion: bool | None = None
    loosening_lock: bool | None = None
    bell_only: bool | None = None
    record_sound: bool | None = None
    visitor_message: bool | None = None


def claim(authority: Authority, control: Control, _: Caller, payload: Payload) -> Body:
    """The first device: its key, and the recipient to which everything is sealed from now on."""
    args = _args(payload, ClaimArgs)
    key = public_key_from(args.device_key, "the device's key")
    control.found(args.recipient)
    device = Device(device_id(key), tidy(args.device_name), "owner", key, authority.clock.wall_ms())
    record = msgspec.structs.replace(authority.home.camera(), recipient=args.recipient, name=tidy(args.camera_name))
    authority.home.save_devices((device,))
    authority.home.save_camera(record)
    authority.codes.use_up()
    authority.shown.forget()
    control.use_record(record)
    control.note(cards.CameraClaimed(at_ms=authority.clock.wall_ms(), device=device.device, name=device.name))
    control.announce("camera.claimed")
    return {"device": device.device}


def pair(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """A further device, on an invitation."""
    if not isinstance(caller, Invite):
        raise CommandRefused("forbidden", "pairing takes an invitation from one of the owner's devices")
    args = _args(payload, PairArgs)
    key = public_key_from(args.device_key, "the device's key")
    device = Device(device_id(key), tidy(args.device_name), caller.role, key, authority.clock.wall_ms())
    others = tuple(d for d in authority.home.devices() if d.device != device.device)
    if not any(d.role == "owner" for d in (*others, device)):
        raise CommandRefused(
            "conflict", "this is the last device that can open your clips: open the link on another one"
        )
    if len(others) >= MAX_DEVICES:
        raise CommandRefused("too_many", f"{MAX_DEVICES} devices are paired already: remove one first")
    control.note(
        cards.DevicePaired(
            at_ms=device.paired_at_ms, device=device.device, name=device.name, role=device.role, by=caller.by
        )
    )
    authority.home.save_devices((*others, device))
    authority.invites.use_up(caller.invite)
    control.announce("devices.changed")
    name = authority.home.camera().name
    sealed = caller.sealed_identity
    return {"device": device.device, "role": device.role, "sealed_identity": sealed, "camera_name": name}


def login(_: Authority, __: Control, caller: Caller, payload: Payload) -> Body:
    _args(payload, NoArgs)
    device = _device(caller)
    return {"device": device.device, "name": device.name, "role": device.role}


def live_open(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """A ticket for the live picture; **the record of the view is on the disk before the ticket is given.**"""
    _args(payload, NoArgs)
    device = _device(caller)
    if not authority.home.camera().is_watching:
        raise CommandRefused("conflict", "the camera is switched off: switch it on in the settings first")
    if control.is_dark():
        raise CommandRefused("conflict", "the camera looks only when the bell rings: wait until somebody presses it")
    ticket = authority.tickets.offer(device.device, device.name, authority.clock.monotonic_ns())
    if ticket is None:
        raise CommandRefused("too_many", "too many watch already: close the picture on another page or device")
    control.note(
        cards.ViewStarted(at_ms=authority.clock.wall_ms(), viewer=ticket.viewer, device=device.device, name=device.name)
    )
    authority.tickets.begin(ticket)
    control.tickets_changed([], "")
    return {"viewer": ticket.viewer, "lives_s": TICKET_LIFE_S}


def live_renew(authority: Authority, _: Control, caller: Caller, payload: Payload) -> Body:
    args = _args(payload, ViewerArgs)
    if not authority.tickets.renew(args.viewer, _device(caller).device, authority.clock.monotonic_ns()):
        raise CommandRefused("not_found", "this live view has ended: open it again")
    return {"lives_s": TICKET_LIFE_S}


def mask_get(_: Authority, control: Control, __: Caller, payload: Payload) -> Body:
    _args(payload, NoArgs)
    mask = control.mask()
    return {"mask": mask.text.decode() if mask else None, "digest": mask.digest if mask else None}


def mask_set(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """Replaces the mask by exactly the signed text, if it replaces what the owner's page believed to be in force."""
    args = _args(payload, MaskArgs)
    return replace_mask(authority, control, _device(caller), args.mask, args.replaces, loosens=args.loosens)


def mask_cancel(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """Ends what waits under the lock: any owner's device may."""
    _args(payload, NoArgs)
    cancel(authority, control, _device(caller))
    return {}


def plate_get(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """The people-free picture, sealed to the owner, so that whoever carries it cannot look at it."""
    args = _args(payload, PlateArgs)
    device = _device(caller)
    view = control.plate(is_fresh=args.fresh, seen_at_ms=args.seen)
    if view.sealed_png is not None:
        control.note(cards.PlateViewed(at_ms=authority.clock.wall_ms(), device=device.device, name=device.name))
    return {
        "progress": view.progress,
        "final": view.is_final,
        "age": encode_base64url(view.sealed_png) if view.sealed_png else None,
        "taken_at_ms": view.taken_at_ms,
        "width": view.width_px,
        "height": view.height_px,
    }


def traffic_get(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """Begins counting where it moves, or goes on and hands out what was counted, sealed to the owner."""
    _args(payload, NoArgs)
    device = _device(caller)
    view = control.traffic()
    if view.sealed_json is not None:
        control.note(cards.TrafficViewed(at_ms=authority.clock.wall_ms(), device=device.device, name=device.name))
    return {"minutes": view.minutes, "age": encode_base64url(view.sealed_json) if view.sealed_json else None}


def clip_record(authority: Authority, control: Control, _: Caller, payload: Payload) -> Body:
    _args(payload, NoArgs)
    if authority.home.camera().is_bell_only:
        raise CommandRefused("conflict", "bell-only mode records nothing: end it in the settings first")
    if not authority.home.camera().is_watching or control.mask() is None:
        raise CommandRefused(
            "conflict", "there is no picture to record: switch the camera on and draw your stoop first"
        )
    control.record_now()
    return {}


def clip_delete(_: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    control.delete_clip(_args(payload, ClipArgs).clip, _device(caller).device)
    return {}


def device_invite(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    args = _args(payload, InviteArgs)
    device, now_ns = _device(caller), authority.clock.monotonic_ns()
    if args.sealed_identity is not None:
        if args.role == "viewer":
            raise CommandRefused("bad_request", "a device that may only watch is not handed the key to the clips")
        _must_be_base64url(args.sealed_identity, "sealed_identity")
    invite = Invite(
        args.invite,
        public_key_from(args.public_key, "the invitation's key"),
        args.role,
        args.sealed_identity,
        device.device,
        now_ns + INVITE_LIFE_S * 1_000_000_000,
    )
    if not authority.invites.add(invite, now_ns):
        raise CommandRefused("too_many", "too many invitations are open: wait until one ends, in ten minutes at most")
    try:
        control.note(
            cards.DeviceInvited(
                at_ms=authority.clock.wall_ms(), device=args.invite, name="", role=args.role, by=device.device
            )
        )
    except CommandRefused:
        authority.invites.use_up(args.invite)
        raise
    return {"expires_s": INVITE_LIFE_S}


def device_list(authority: Authority, _: Control, __: Caller, payload: Payload) -> Body:
    _args(payload, NoArgs)
    devices = authority.home.devices()
    return {
        "devices": [
            {"device": d.device, "name": d.name, "role": d.role, "paired_at_ms": d.paired_at_ms} for d in devices
        ]
    }


def device_revoke(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    """Ends a device's every right at once: its tickets, its invitations, its commands."""
    args = _args(payload, DeviceArgs)
    gone = next((d for d in authority.home.devices() if d.device == args.device), None)
    if gone is None:
        raise CommandRefused("not_found", "this device is not paired: look at the list again")
    revoke(authority, control, gone, _device(caller))
    return {}


def settings_get(authority: Authority, _: Control, __: Caller, payload: Payload) -> Body:
    _args(payload, NoArgs)
    return _settings(authority.home.camera())


def settings_set(authority: Authority, control: Control, caller: Caller, payload: Payload) -> Body:
    args, device, old = _args(payload, SettingsArgs), _device(caller), authority.home.camera()
    is_wake_to_wait = old.is_bell_only and args.bell_only is False and old.is_loosening_locked
    is_lock_to_stay = old.is_loosening_locked and args.loosening_lock is False
    new = msgspec.structs.replace(
        old,
        name=tidy(args.camera_name) if args.camera_name is not None else old.name,
        is_watching=old.is_watching if args.watching is None else args.watching,
        is_recording_on_motion=old.is_recording_on_motion if args.record_on_motion is None else args.record_on_motion,
        is_loosening_locked=old.is_loosening_locked or args.loosening_lock is True,
        is_bell_only=old.is_bell_only if args.bell_only is None or is_wake_to_wait else args.bell_only,
    )
    if args.visitor_message:
        control.message_desk().must_speak()
    to_hear = {choice: getattr(args, choice) for choice in CHOICES}
    new = with_choices(new, to_hear, is_locked=old.is_loosening_locked)
    if new != old:
        changed = ", ".join(sorted(key for key, value in _settings(new).items() if _settings(old)[key] != value))
        control.note(
            cards.SettingsChanged(at_ms=authority.clock.wall_ms(), device=device.device, name=device.name, what=changed)
        )
        authority.home.save_camera(new)
        if not new.is_watching or (new.is_bell_only and not old.is_bell_only):
            end_views(authority, control, authority.tickets.end_all(), "off")
        control.use_record(new)
        control.announce("settings.changed")
    if is_wake_to_wait:
        ask_to_wake(authority, control, device)
    elif args.bell_only:
        keep_asleep(authority, control, device)
    let_wait_what_must(authority, control, device, to_hear)
    if is_lock_to_stay:
        ask_to_unlock(authority, control, device)
    elif args.loosening_lock:
        keep_locked(authority, control, device)
    return _settings(new)


def _settings(record: CameraRecord) -> Body:
    return {
        "camera_name": record.name,
        "watching": record.is_watching,
        "record_on_motion": record.is_recording_on_motion,
        "loosening_lock": record.is_loosening_locked,
        "bell_only": record.is_bell_only,
        **{choice: is_chosen(record, choice) for choice in CHOICES},
    }


def _must_be_base64url(text: str, what: str) -> None:
    try:
        decode_base64url(text)
    except ValueError as error:
        raise CommandRefused("bad_request", f"{what} is no base64url") from error


ACTIONS: dict[str, Action] = {
    "login": Action(False, login),
    "live.open": Action(False, live_open),
    "live.renew": Action(False, live_renew),
    "mask.get": Action(True, mask_get),
    "mask.set": Action(True, mask_set),
    "mask.cancel": Action(True, mask_cancel),
    "plate.get": Action(True, plate_get),
    "traffic.get": Action(True, traffic_get),
    "clip.record": Action(True, clip_record),
    "clip.delete": Action(True, clip_delete),
    "device.invite": Action(True, device_invite),
    "device.list": Action(True, device_list),
    "device.revoke": Action(True, device_revoke),
    "settings.get": Action(True, settings_get),
    "settings.set": Action(True, settings_set),
    **MOTION_ACTIONS,
    **BELL_ACTIONS,
    **TALK_ACTIONS,
    **REPLY_ACTIONS,
    **PARCEL_ACTIONS,
    **RIGHT_ACTIONS,
    **HOLE_ACTIONS,
    **PUSH_ACTIONS,
    **CLOCK_ACTIONS,
    **KEY_ACTIONS,
    **KEEPING_ACTIONS,
    **INVENTORY_ACTIONS,
    **UPDATE_ACTIONS,
}
"""What a paired device may ask for; `claim` and `pair` stand apart because no paired device signs them."""

ACTIONS_OF_INVITES: dict[str, Action] = {"pair": Action(False, pair)}

__all__ = ["ACTIONS", "ACTIONS_OF_INVITES", "Action", "Caller", "claim", "end_views"]
