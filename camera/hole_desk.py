"""The ways out as the owner opened them: kept in one file, handed to the courier, and listed for whoever must know."""

from __future__ import annotations

import logging
import os
import pwd
import secrets
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from camera.atomic_file import replace_file
from camera.clock import Clock
from camera.contract import (
    FORWARDED,
    BadAddressError,
    CameraMessage,
    Event,
    Hole,
    HoleKind,
    HoleReport,
    HolesNow,
    State,
    TestWanted,
    check_place,
    kind_of,
    listed,
    place_of,
)
from camera.publisher import Publisher

logger = logging.getLogger(__name__)
COURIER_USER = "stoop-courier"
SILENT_AFTER_NS = 45_000_000_000
"""A courier that has said nothing about a way out for so long counts as away."""


KEPT_FOR_NS, MOST_KEPT = 60_000_000_000, 16
"""Rings for a courier that is not there yet. Full: the oldest goes."""


class OpenHoles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """holes.json, mode 0600: at most one hole of a kind, with what it takes to get in there. `tag` as in HolesNow."""

    holes: tuple[Hole, ...] = ()
    tag: str = ""
    push_key: str = ""
    """The private VAPID key, from when a page asks for its public half until Web Push is closed."""

    def __repr__(self) -> str:
        return f"OpenHoles({self.holes!r})"

    def of(self, kind: HoleKind) -> Hole | None:
        return next((hole for hole in self.holes if kind_of(hole) == kind), None)

    def with_hole(self, hole: Hole) -> OpenHoles:
        others = tuple(other for other in self.holes if kind_of(other) != kind_of(hole))
        return msgspec.structs.replace(self, holes=(*others, hole), tag=self.tag or secrets.token_hex(4))

    def without(self, kind: HoleKind) -> OpenHoles:
        left = tuple(hole for hole in self.holes if kind_of(hole) != kind)
        return msgspec.structs.replace(self, holes=left, push_key="" if kind == "push" else self.push_key)


class HolePort(Protocol):
    """What the desk asks of the camera."""

    def state(self) -> State: ...


class HoleDesk:
    """Safe from any thread.

    Invariants: while nothing is open there is no socket for a courier and no list beside it, so nothing starts one; a
    file that cannot be read means that nothing is open. A crash leaves the old file or the new one; the list beside the
    socket holds addresses only and is made anew at each start.
    """

    def __init__(self, folder: Path, socket_folder: Path, clock: Clock, port: HolePort) -> None:
        self._path, self._socket, self._list = (
            folder / "holes.json",
            socket_folder / "courier.sock",
            socket_folder / "holes.json",
        )
        self._clock, self._port = clock, port
        self._publisher: Publisher[HoleReport] | None = None
        self._reports: dict[HoleKind, tuple[int, HoleReport]] = {}
        self._snoozed_until_ns = 0
        self._untried: set[HoleKind] = set()
        self._kept: deque[tuple[int, Event]] = deque(maxlen=MOST_KEPT)
        self._told: HolesNow | None = None
        self.open = self._read()

    def start(self) -> None:
        """From now on a courier may come, if anything is open."""
        self._follow()

    def close(self) -> None:
        publisher, self._publisher = self._publisher, None
        if publisher:
            publisher.close()

    def keep(self, holes: OpenHoles) -> None:
        """On the disk, then in force. Raises OSError with nothing changed."""
        replace_file(self._path, msgspec.json.encode(holes))
        gone = {kind_of(hole) for hole in self.open.holes} - {kind_of(hole) for hole in holes.holes}
        changed = {kind_of(hole) for hole in holes.holes if hole not in self.open.holes}
        for kind in gone | changed:
            self._reports.pop(kind, None)
            self._untried.discard(kind)
        self.open = holes
        self._follow()

    def snooze(self, seconds: float) -> None:
        """No notices for so long; 0 ends it. A restart ends it too: better a notice than a missed visitor."""
        self._snoozed_until_ns = self._clock.monotonic_ns() + round(seconds * 1e9)
        self._told = None
        self.tell_now()

    @property
    def snooze_left_s(self) -> float:
        return max(0.0, (self._snoozed_until_ns - self._clock.monotonic_ns()) / 1e9)

    def try_out(self, kind: HoleKind) -> None:
        """Have the courier try this one now, or as soon as it is heard of: it may only just be starting."""
        if self.report(kind) is None:
            self._untried.add(kind)
        elif self._publisher:
            self._publisher.send(TestWanted(kind))

    def happened(self, event: Event) -> None:
        """A ring that finds no courier, as it is just starting, is kept for it."""
        publisher = self._publisher
        if publisher is None or event.kind not in FORWARDED:
            return
        if event.kind == "bell.rang" and not publisher.is_connected:
            self._kept.append((self._clock.monotonic_ns(), event))
        publisher.send(event)

    def tell_now(self) -> None:
        """What is open, and how the camera is, to the courier that is connected, if that has changed."""
        publisher = self._publisher
        if publisher is None:
            return
        now = self.state()
        if self._told is None or _but_time(now) != _but_time(self._told):
            self._told = now
            publisher.send(now)

    def report(self, kind: HoleKind) -> HoleReport | None:
        """What the courier said last of this one; None when it has not, or is away."""
        at_ns, report = self._reports.get(kind, (0, None))
        return report if self._clock.monotonic_ns() - at_ns <= SILENT_AFTER_NS else None

    # --- what the publisher asks (camera.publisher.SocketPort) -----------------------------------------------------

    def state(self) -> HolesNow:
        now = self._port.state()
        return HolesNow(
            self.open.holes,
            self.open.tag,
            now.is_watching,
            now.is_delivering or not now.is_watching or now.is_bell_only,
            now.recording_clip,
            self.snooze_left_s,
        )

    def on_message(self, message: HoleReport, reply: Callable[[CameraMessage], None]) -> None:
        """All that a courier can do here is to be quoted on the owner's page."""
        if self.open.of(message.kind):
            self._reports[message.kind] = (self._clock.monotonic_ns(), message)
            self._hand_over_kept()
            if message.kind in self._untried and self._publisher:
                self._untried.discard(message.kind)
                self._publisher.send(TestWanted(message.kind))

    def _hand_over_kept(self) -> None:
        """A courier that reports has its carriers at work, so what happened meanwhile reaches them."""
        while self._kept and self._publisher:
            at_ns, event = self._kept.popleft()
            if self._clock.monotonic_ns() - at_ns <= KEPT_FOR_NS:
                self._publisher.send(event)

    def on_server_gone(self) -> None:
        self._reports.clear()

    def _follow(self) -> None:
        """Socket and list are there exactly while something is open."""
        if self.open.holes:
            if self._publisher is None:
                self._publisher = Publisher(self._socket, self, HoleReport, is_courier)
                self._publisher.start()
            places = [place for hole in self.open.holes for place in listed(hole)]
            replace_file(self._list, msgspec.json.encode(places), 0o640)
            self.tell_now()
        else:
            self._list.unlink(missing_ok=True)
            self.tell_now()
            self.close()

    def _read(self) -> OpenHoles:
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=OpenHoles)
            for hole in found.holes:
                check_place(hole)
        except FileNotFoundError:
            return OpenHoles()
        except (OSError, msgspec.DecodeError, BadAddressError) as error:
            logger.warning("every way out is closed, as what was opened cannot be read: %s", error)
            return OpenHoles()
        return found


def _but_time(now: HolesNow) -> HolesNow:
    return msgspec.structs.replace(now, snooze_left_s=0.0)


def is_courier(user: int) -> bool:
    """Whether a process of this user may have what is open, and the secrets of it."""
    return user in (os.geteuid(), _courier_user())


def is_no_courier(user: int) -> bool:
    """Whether a process of this user may be the server: the courier may not stand in for it."""
    return user == os.geteuid() or user != _courier_user()


def place_and_kind(hole: Hole) -> str:
    """For the journal: what it is and where it leads, and nothing that lets anybody in."""
    return f"{kind_of(hole)} {place_of(hole)}"


def _courier_user() -> int | None:
    try:
        return pwd.getpwnam(COURIER_USER).pw_uid
    except KeyError:
        return None
