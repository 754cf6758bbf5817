"""What every signed action is made of: its row in the table, who calls, and how its arguments are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import msgspec

from camera.control import Control
from camera.errors import CommandRefused
from camera.home import Device
from camera.invites import Invite
from camera.signed import Payload

if TYPE_CHECKING:
    from camera.commands import Authority

Caller: TypeAlias = Device | Invite | None
Body: TypeAlias = dict[str, Any]  # Any: JSON of the action's own shape, as docs/design/0001 section 6 gives it
Answer: TypeAlias = Body | Callable[[], Body]
"""Or what makes it, called once nobody has to wait for it any more: it may touch nothing that a command changes."""
Handler: TypeAlias = "Callable[[Authority, Control, Caller, Payload], Answer]"
A = TypeVar("A", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Action:
    """One row of the table."""

    needs_owner: bool
    carry_out: Handler


class NoArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


def args_of(payload: Payload, kind: type[A]) -> A:
    """Raises CommandRefused bad_request on anything that is not exactly of this shape."""
    try:
        return msgspec.convert(payload.args, kind)
    except msgspec.ValidationError as error:
        raise CommandRefused("bad_request", f"the command {payload.action!r} cannot be read: {error}") from error


def device_of(caller: Caller) -> Device:
    """Raises CommandRefused forbidden when it is no paired device that signed."""
    if not isinstance(caller, Device):
        raise CommandRefused("forbidden", "this takes a paired device: pair this one first")
    return caller
