"""Puts the addresses of the open ways out into the firewall's sets, and takes out all others; adds no rule."""

from __future__ import annotations

import subprocess
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Annotated

import msgspec

from camera.contract import HoleKind

LIST = Path("/run/stoop/holes.json")
MOST_BYTES, MOST_HOLES = 4096, 8
SETS = ("courier4", "courier6")


class ListedHole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As the camera writes it (camera/hole_desk.py): an address as a number, and a port."""

    kind: HoleKind
    address: Annotated[str, msgspec.Meta(max_length=64)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]


class BadListError(ValueError):
    """The list is not what the camera writes; every way out is closed then."""


def read_list(text: bytes) -> tuple[ListedHole, ...]:
    """Raises BadListError. This text comes from another user's process and ends up in a command of root's."""
    if len(text) > MOST_BYTES:
        raise BadListError(f"the list of ways out has {len(text)} bytes, the limit is {MOST_BYTES}")
    try:
        holes = msgspec.json.decode(text, type=tuple[ListedHole, ...])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadListError(f"the list of ways out cannot be read: {error}") from error
    if len(holes) > MOST_HOLES:
        raise BadListError(f"the list has {len(holes)} ways out, the limit is {MOST_HOLES}")
    return holes


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


def fill(listed: Path = LIST, nft: str = "nft") -> tuple[ListedHole, ...]:
    """What is open now. No list: nothing is open.

    Raises BadListError, with everything closed, when the list is not to be believed.
    """
    try:
        text = listed.read_bytes()
    except FileNotFoundError:
        text = b"[]"
    try:
        holes = read_list(text)
        commands = script(holes)
    except BadListError:
        _apply(nft, script(()))
        raise
    _apply(nft, commands)
    return holes


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
