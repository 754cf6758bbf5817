"""Takes Wi-Fi from the card's first partition at the first start, and sets the country's radio rules at each."""

from __future__ import annotations

import contextlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from camera.atomic_file import replace_file
from stoop.image.preseed import CONNECTION, keyfile, read

_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Card:
    """Where things lie. `wanted` is on a partition that every computer shows, so nothing secret stays on it."""

    root: Path = Path("/")

    @property
    def wanted(self) -> Path:
        return self.root / "bootfs" / "rpi-preseed.toml"

    @property
    def taken(self) -> Path:
        """The same file, once it was taken: what is left of it is blank lines, and goes."""
        return self.wanted.with_suffix(".taken")

    @property
    def connection(self) -> Path:
        return self.root / "etc/NetworkManager/system-connections" / f"{CONNECTION}.nmconnection"

    @property
    def country(self) -> Path:
        return self.root / "var/lib/stoop-image" / "wifi-country"


def take(card: Card) -> str:
    """What was done, in a sentence without the password. Raises CardError, OSError; the file on the card stays then.

    Cut anywhere, the next start does it again.
    """
    if card.taken.exists():
        _wipe(card.taken)
    told = _take_wifi(card) if card.wanted.exists() else "no Wi-Fi on the card"
    if card.country.exists():
        set_radio_rules(card.country.read_text().strip())
    return told


def _take_wifi(card: Card) -> str:
    with card.wanted.open("rb") as file:
        preseed = read(file.read(_MAX_BYTES))
    if preseed.country is not None:
        replace_file(card.country, preseed.country.encode())
    if preseed.wifi is not None:
        replace_file(card.connection, keyfile(preseed.wifi).encode(), mode=0o600)
    card.wanted.rename(card.taken)
    _sync(card.taken.parent)
    _wipe(card.taken)
    told = "Wi-Fi taken from the card" if preseed.wifi is not None else "the card names no Wi-Fi"
    return told + (f"; not taken: {', '.join(preseed.not_taken)}" if preseed.not_taken else "")


def _wipe(path: Path) -> None:
    """Remove, and its bytes before it: FAT leaves those of a removed file where they were. Raises OSError."""
    with path.open("r+b", buffering=0) as file:
        left_bytes = os.fstat(file.fileno()).st_size
        while left_bytes:
            left_bytes -= file.write(b"\n" * min(left_bytes, _MAX_BYTES))
        os.fsync(file.fileno())
    path.unlink()
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def set_radio_rules(country: str) -> None:
    """Best effort: without them the radio keeps to what is allowed everywhere."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(["iw", "reg", "set", country], check=False, capture_output=True, timeout=10)
