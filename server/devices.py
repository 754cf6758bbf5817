"""Ends the sessions of devices that lost their pairing; it holds no device list, the camera does.

The rule: a `device.revoke` that went through this server ends that device's sessions. A `devices.changed` that no
command through this server explains ends *every* session: nobody here knows whom it hit, and a browser that is still
paired signs in again by itself. The camera refuses a revoked device's commands in any case.
"""

from __future__ import annotations

from collections.abc import Callable

from server.sessions import SessionStore

CHANGES_DEVICES = frozenset({"claim", "pair", "recover", "device.invite", "device.revoke", "key.change"})
EXPLAINED_FOR_S = 5.0


class DeviceWatch:
    """Compares `devices.changed` with the commands that were carried."""

    def __init__(self, sessions: SessionStore, monotonic_s: Callable[[], float]) -> None:
        self._sessions = sessions
        self._monotonic_s = monotonic_s
        self._carrying = 0
        self._last_carried_at_s = float("-inf")

    def command_starts(self, action: str) -> None:
        """A command is handed to the camera; pair with `command_ends`."""
        if action in CHANGES_DEVICES:
            self._carrying += 1

    def command_ends(self, action: str) -> None:
        """The camera has answered it, or has not."""
        if action in CHANGES_DEVICES:
            self._carrying -= 1
            self._last_carried_at_s = self._monotonic_s()

    def revoked(self, device: str) -> None:
        """The camera has revoked this device on a command that went through here."""
        self._sessions.end_of_device(device)

    def devices_changed(self) -> None:
        """The camera says that its devices changed."""
        is_explained = self._carrying > 0 or self._monotonic_s() - self._last_carried_at_s <= EXPLAINED_FOR_S
        if not is_explained:
            self._sessions.end_all()
