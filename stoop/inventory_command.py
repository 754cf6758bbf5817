"""`stoop inventory`: what a thief would find in the data folder, in words or as JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from camera.inventory import SEALED_KINDS, Inventory, Pile, take_inventory, unexpected_keys
from stoop.terminal import new_console, plain

TELLS: dict[str, str] = {
    "clips": "recordings: how many, how long about (by their sizes) and when; not what is in them",
    "deletions": "recordings that are being deleted",
    "thumbnails": "small pictures of recordings: how many and when; not what is on them",
    "journal": "the record of what happened: how much and when; not what",
    "sequence": "how many recordings there ever were",
    "reserve": "noise that keeps room free",
    "kept": "which recordings you keep; not what is in them",
    "ages": "how long the camera has run, and how many recordings there were by then",
    "camera": "the camera's id, its name, its settings, and the public key that it seals to",
    "devices": "the names of paired devices, what each may do, their public keys",
    "mask": "the drawing of what the camera may see",
    "view": "outlines of what stands on the stoop; no picture, nobody",
    "motion": "how motion was set up: areas, sensitivity, false alarms by place and time of day",
    "parcels": "the place where parcels land",
    "bell": "the bell's volume, quiet hours and chime",
    "replies": "phrases that are played to anybody at the door",
    "ways_out": "the addresses that notices and copies go to, and what lets one in there",
    "server": "the web page's own certificate and its key: they open no recording",
    "recovery": "a recovery code, stretched, for the second until the camera takes it away",
    "proof": "the last result of stoop prove",
    "running": "signs of a running camera",
    "unfinished": "half of a file that was being written",
}
NOT_THERE = (
    "the key that opens recordings, thumbnails and the record: it is in your browsers and on your sheet",
    "the devices' own keys, and any password: there are none",
)


def inventory_command(data: Path, *, as_json: bool) -> int:
    """Exit code 0, 1 when a private key that should not be there was found, 2 when there is no such folder."""
    if not data.is_dir():
        print(f"stoop: there is no data folder {data}: give it with --data", file=sys.stderr)
        return 2
    found = take_inventory(data)
    if as_json:
        print(json.dumps(as_body(found)))
    else:
        _show(found, data)
    return 1 if unexpected_keys(found) else 0


def as_body(found: Inventory) -> dict[str, Any]:  # Any: JSON
    """As `--json` prints it."""
    return {**asdict(found), "piles": [asdict(pile) for pile in found.piles.values()]}


def _show(found: Inventory, data: Path) -> None:
    console = new_console()
    console.print(f"In {plain(str(data))} a thief would find", soft_wrap=True)
    for title, is_sealed in (("sealed, and no more than this can be told of it", True), ("readable", False)):
        console.print(f"\n[bold]{title}[/bold]")
        for pile in found.piles.values():
            if (pile.kind in SEALED_KINDS) is is_sealed:
                console.print(f"  {_counted(pile)}: {TELLS[pile.kind]}", soft_wrap=True)
    if found.clips_ever is not None:
        console.print(f"  there were {found.clips_ever} recordings in all, as ids and the file sequence say")
    console.print(
        "\n[bold]keys that are here[/bold], looked for in all files but the sealed ones and those over 16 MiB"
    )
    for name in found.private_keys or ["none"]:
        console.print(f"  {plain(name)}")
    console.print("\n[bold]not here[/bold]")
    for sentence in NOT_THERE:
        console.print(f"  {sentence}", soft_wrap=True)
    for name in found.strange:
        console.print(f"[bold]not made by Stoop[/bold]: {plain(name)}", soft_wrap=True)
    for name in found.unread:
        console.print(f"not looked into, this user may not read it: {plain(name)} (run it as root)", soft_wrap=True)


def _counted(pile: Pile) -> str:
    files = "1 file" if pile.files == 1 else f"{pile.files} files"
    times = f"{_when(pile.oldest_ms)} to {_when(pile.newest_ms)}"
    return f"{pile.kind.replace('_', ' ')}: {files}, {pile.size_bytes:,} bytes, {times}"


def _when(at_ms: int | None) -> str:
    return "?" if at_ms is None else datetime.fromtimestamp(at_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")
