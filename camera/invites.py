"""Invites for further devices: each for ten minutes, once, made by an owner's signed command."""

from __future__ import annotations

from dataclasses import dataclass

from camera.home import Role

LIFE_S = 600
MAX_INVITES = 8


@dataclass(frozen=True, slots=True)
class Invite:
    """`sealed_identity` is wrapped under a key that only the link's fragment holds; opaque here."""

    invite: str
    public_key: bytes
    role: Role
    sealed_identity: str | None
    by: str
    expires_at_ns: int


class Invites:
    """At most 8 open ones, in memory only: a restart of the camera ends them."""

    def __init__(self) -> None:
        self._open: dict[str, Invite] = {}

    def add(self, invite: Invite, now_ns: int) -> bool:
        """False when 8 are open already, or one of this id."""
        self._forget(now_ns)
        if len(self._open) >= MAX_INVITES or invite.invite in self._open:
            return False
        self._open[invite.invite] = invite
        return True

    def get(self, invite: str, now_ns: int) -> Invite | None:
        self._forget(now_ns)
        return self._open.get(invite)

    def use_up(self, invite: str) -> None:
        self._open.pop(invite, None)

    def drop_of(self, device: str) -> None:
        """A revoked device's invites end with it."""
        self._open = {key: value for key, value in self._open.items() if value.by != device}

    def drop_all(self) -> None:
        """What they hand over is out of date."""
        self._open = {}

    def _forget(self, now_ns: int) -> None:
        self._open = {key: value for key, value in self._open.items() if value.expires_at_ns > now_ns}
