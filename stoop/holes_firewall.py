"""Puts the addresses of the open ways out into the firewall's sets, and takes out all others; adds no rule."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec

from camera.contract import PUSH_PORT, PUSH_SERVICES, HoleKind
from server.courier.names import MOST_BYTES as MOST_NAMES_BYTES
from server.courier.names import read_names
from server.plain_file import read_plain

LIST = Path("/run/stoop/holes.json")
NAMES = Path("/run/stoop-names/names.json")
"""What `stoop names` found, as a user of its own: believed for public addresses of known push services alone."""
MOST_BYTES, MOST_HOLES = 4096, 8
SETS = ("courier4", "courier6")


class ListedHole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As the camera writes it (camera/hole_desk.py): an address as a number, and a port."""

    kind: HoleKind
    address: Annotated[str, msgspec.Meta(max_length=64)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]


class ListedName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A push service: its addresses stand elsewhere."""

    kind: Literal["push"]
    name: Annotated[str, msgspec.Meta(max_length=64)]
    port: Literal[443]


Listed: TypeAlias = ListedHole | ListedName


class BadListError(ValueError):
    """The list is not what the camera writes; every way out is closed then."""


def read_list(text: bytes) -> tuple[Listed, ...]:
    """Raises BadListError. This text comes from another user's process and ends up in a command of root's."""
    if len(text) > MOST_BYTES:
        raise BadListError(f"the list of ways out has {len(text)} bytes, the limit is {MOST_BYTES}")
    try:
        holes = tuple(map(_listed, msgspec.json.decode(text, type=tuple[dict[str, str | int], ...])))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadListError(f"the list of ways out cannot be read: {error}") from error
    if len(holes) > MOST_HOLES:
        raise BadListError(f"the list has {len(holes)} ways out, the limit is {MOST_HOLES}")
    return holes


def _listed(one: dict[str, str | int]) -> Listed:
    return msgspec.convert(one, ListedName) if "name" in one else msgspec.convert(one, ListedHole)


def names_in(holes: tuple[Listed, ...]) -> tuple[str, ...]:
    """The push services among them. Raises BadListError for any other name."""
    names = tuple(hole.name for hole in holes if isinstance(hole, ListedName))
    for name in names:
        if name not in PUSH_SERVICES:
            raise BadListError(f"{name!r} is no push service: no other name is ever looked up")
    return names


def numbers(holes: tuple[Listed, ...], found: Mapping[str, tuple[str, ...]]) -> tuple[ListedHole, ...]:
    """The same with addresses for names, as far as those were found. Raises BadListError."""
    by_name = [ListedHole("push", each, PUSH_PORT) for name in names_in(holes) for each in found.get(name, ())]
    return (*(hole for hole in holes if isinstance(hole, ListedHole)), *by_name)


def script(holes: tuple[ListedHole, ...]) -> str:
    """Commands for `nft -f -`: one transaction that empties both sets and fills them anew.

    Raises BadListError where an address is no number of one machine.
    """
    lines = [f"flush set inet stoop {name}" for name in SETS]
    for hole in holes:
        try:
            address = ip_address(hole.address)
        except ValueError as error:
            raise BadListError(f"{hole.address!r} is no address: the firewall takes numbers only") from error
        if address.is_multicast or address.is_unspecified:
            raise BadListError(f"{hole.address} is no address of one machine")
        number = str(address).partition("%")[0]  # nft's sets know no zone
        name = SETS[1] if isinstance(address, IPv6Address) else SETS[0]
        lines.append(f"add element inet stoop {name} {{ {number} . {hole.port} }}")
    return "\n".join(lines) + "\n"


def fill(listed: Path = LIST, nft: str = "nft", names: Path = NAMES) -> tuple[ListedHole, ...]:
    """What is open now. No list: nothing is open.

    Raises BadListError, with everything closed, when the list is not to be believed.
    """
    try:
        wanted = read_list(_text(listed))
        holes = numbers(wanted, _found(names) if names_in(wanted) else {})
        commands = script(holes)
    except BadListError:
        _apply(nft, script(()))
        raise
    _apply(nft, commands)
    return holes


def _text(listed: Path) -> bytes:
    """Raises BadListError for what is no plain file: it lies in the camera's folder."""
    try:
        return read_plain(listed, MOST_BYTES)
    except FileNotFoundError:
        return b"[]"
    except OSError as error:
        raise BadListError(f"the list of ways out cannot be read: {error.strerror}") from error


def _found(names: Path) -> Mapping[str, tuple[str, ...]]:
    """Nothing where it is missing or not to be believed: then no push service is reached, and all else is."""
    try:
        return read_names(read_plain(names, MOST_NAMES_BYTES))
    except (OSError, ValueError):
        return {}


def _apply(nft: str, commands: str) -> None:
    subprocess.run([nft, "-f", "-"], input=commands, text=True, check=True, timeout=20)


def holes_command() -> int:
    """As root: 0 when the sets hold what is open, 1 when everything was closed, with the reason."""
    try:
        holes = fill()
    except BadListError as error:
        print(f"stoop: {error}: every way out is closed; open it again in the app")
        return 1
    except (OSError, subprocess.SubprocessError) as error:
        print(f"stoop: the firewall's sets cannot be filled ({error}): systemctl restart stoop-firewall.service")
        return 1
    print("open: " + (", ".join(f"{hole.address} port {hole.port}" for hole in holes) or "nothing"))
    return 0
