"""What lies in the data folder, by looking at it: what a thief would find, could read, and could not open."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from camera.vault.clip_ids import read_sequence

_LOOKED_INTO_BYTES = 16 * 1024 * 1024
"""Keys are looked for in files up to this size that are not sealed ones: all of ours that are not."""
_PRIVATE = re.compile(rb"AGE-SECRET-KEY-|PRIVATE KEY-----|OPENSSH PRIVATE KEY", re.IGNORECASE)

KINDS: tuple[tuple[str, str], ...] = (
    ("clips", r"sealed/clips/[0-9a-f]{32}\.age"),
    ("deletions", r"sealed/clips/[0-9a-f]{32}\..*\.gone"),
    ("thumbnails", r"sealed/thumbs/[0-9a-f]{32}\.thumb"),
    ("journal", r"sealed/journal/[0-9a-f]{8}\.sjl"),
    ("sequence", r"sealed/sequence"),
    ("reserve", r"sealed/reserve"),
    ("kept", r"sealed/kept/[0-9a-f]{32}"),
    ("ages", r"sealed/ages"),
    ("camera", r"camera/camera\.json"),
    ("devices", r"camera/devices\.json"),
    ("mask", r"camera/(mask|mask_shape|loosening)\.json"),
    ("view", r"camera/view\.json"),
    ("motion", r"camera/motion\.json"),
    ("parcels", r"camera/parcels\.json"),
    ("bell", r"camera/bell\.json"),
    ("replies", r"camera/replies/.*"),
    ("ways_out", r"camera/holes\.json|courier/.*"),
    ("server", r"server/.*"),
    ("recovery", r"camera/recovery\.json"),
    ("proof", r"proof\.json"),
    ("running", r"run/.*"),
    (
        "unfinished",
        r"camera/(replies/)?\.[a-z_]+\.json\.new|sealed/(sequence|reserve|ages|thumbs/.{32}\.thumb|journal/.{8}\.sjl)\.new",
    ),
)
"""Ids that the page and the command have words for; the first that fits. What fits none is told by name."""
SEALED_KINDS = frozenset({"clips", "deletions", "thumbnails", "journal"})
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in KINDS)


@dataclass(slots=True)
class Pile:
    """All files of a kind. Times are those of the file system, ms since 1970; they can be read by anybody."""

    kind: str
    files: int = 0
    size_bytes: int = 0
    oldest_ms: int | None = None
    newest_ms: int | None = None

    def add(self, status: os.stat_result) -> None:
        at_ms = status.st_mtime_ns // 1_000_000
        self.files += 1
        self.size_bytes += status.st_size
        self.oldest_ms = at_ms if self.oldest_ms is None else min(self.oldest_ms, at_ms)
        self.newest_ms = at_ms if self.newest_ms is None else max(self.newest_ms, at_ms)


@dataclass(slots=True)
class Inventory:
    """`clips_ever` is what `sequence` gives away. `private_keys` are names of files that hold one.

    `strange` are files that the software never made, `unread` what this user may not look into.
    """

    piles: dict[str, Pile] = field(default_factory=dict)
    clips_ever: int | None = None
    private_keys: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def take_inventory(data: Path) -> Inventory:
    """Walk the data folder; follows no link. What cannot be read is told in `unread`, never guessed."""
    found = Inventory()
    _walk(data, data, found)
    return found


def unexpected_keys(found: Inventory) -> list[str]:
    """Private keys other than the web server's own and the courier's."""
    return [name for name in found.private_keys if not name.startswith(("server/", "courier/", "camera/holes.json"))]


def _walk(data: Path, folder: Path, found: Inventory) -> None:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        found.unread.append(str(folder.relative_to(data)) + "/")
        return
    for entry in listed:
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            _walk(data, path, found)
        else:
            with contextlib.suppress(FileNotFoundError):  # deleted meanwhile: there is nothing to tell of it
                _note(str(path.relative_to(data)), path, entry.stat(follow_symlinks=False), found)


def _note(name: str, path: Path, status: os.stat_result, found: Inventory) -> None:
    kind = next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(name)), None)
    if kind is None:
        found.strange.append(name)
    else:
        found.piles.setdefault(kind, Pile(kind)).add(status)
    if kind in SEALED_KINDS or not stat.S_ISREG(status.st_mode) or status.st_size > _LOOKED_INTO_BYTES:
        return
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError:
        found.unread.append(name)
        return
    if _PRIVATE.search(content):
        found.private_keys.append(name)
    if kind == "sequence" and (number := read_sequence(content)) is not None:
        found.clips_ever = number + 1
