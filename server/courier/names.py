"""Reads which addresses the push services have: written by `stoop names`, believed for public addresses alone."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import msgspec

from camera.contract import PUSH_SERVICES
from server.plain_file import read_plain

NAMES = "names.json"
MOST_BYTES, MOST_ADDRESSES = 8192, 8
"""Of addresses for one name: what is more is left out."""


def read_names(text: bytes) -> dict[str, tuple[str, ...]]:
    """Push service to addresses, IPv4 first; what is no public address, or of another name, is left out.

    A resolver that answers with an address in the house is lying, or wants us to knock there. Raises ValueError.
    """
    if len(text) > MOST_BYTES:
        raise ValueError(f"the list of addresses has {len(text)} bytes, the limit is {MOST_BYTES}")
    try:
        found = msgspec.json.decode(text, type=dict[str, list[str]])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"the list of addresses cannot be read: {error}") from error
    return {name: public(found[name]) for name in PUSH_SERVICES if name in found}


def public(texts: list[str]) -> tuple[str, ...]:
    """Those that are addresses of single machines on the public internet, each once, IPv4 first."""
    found = {address for text in texts if (address := _public(text)) is not None}
    return tuple(str(each) for each in sorted(found, key=lambda one: (one.version, int(one))))[:MOST_ADDRESSES]


def addresses_of(name: str, names: Path | None) -> tuple[str, ...]:
    """What is known now; empty where nothing is."""
    if names is None:
        return ()
    try:
        return read_names(read_plain(names, MOST_BYTES)).get(name, ())
    except (OSError, ValueError):
        return ()


def _public(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address.sixtofour or address.teredo):
        return None
    return address if address.is_global and not address.is_multicast else None
