"""`stoop bench vault`: a card with 100,000 clips started on and listed, an hour of events, a catalogue opened."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from camera.vault import Vault
from server.routes.sealed import clips_json
from server.sealed_files import SealedFolder
from stoop.bench import BenchSkipped
from stoop.bench_catalogue import run as catalogue
from stoop.bench_seal import run as seal
from stoop.bench_video import throwaway_recipient
from stoop.bench_wear import hour
from stoop.record import VideoClock

CLIPS, DAYS = 100_000, 365
CLIP_BYTES, THUMBNAIL_BYTES, EPOCH_BYTES = 5_000_000, 20_000, 2000 + 512 * 800
START_BAR_S, LISTING_BAR_S, SEAL_BAR, WEAR_BAR = 5.0, 0.2, 0.6, 1.10
CATALOGUE_OF_BARE_BAR = 4.0


def run() -> dict[str, Any]:  # Any: JSON figures
    """Start, first and later listings, the sealing's share of the bare cipher, wear, the catalogue. About a minute.

    The files of the clips are empty stretches of the right size: nothing of this looks into them.
    """
    with tempfile.TemporaryDirectory() as folder:
        sealed = Path(folder) / "sealed"
        _lay(sealed)
        started_s, vault = _timed(lambda: Vault(sealed, "0" * 32, (throwaway_recipient(),), VideoClock(0)))
        tidied_s, _ = _timed(lambda: vault.make_room(1 << 62))
        vault.close()
        served = SealedFolder(sealed)
        looked_s, _ = _timed(served.look_again)  # as the server does when it starts, and each half minute
        first_s, _ = _timed(lambda: clips_json(served.clips()))
        later_s, body = _timed(lambda: clips_json(served.clips()))
    sealing = seal()
    wear = {f"{mbit:g} Mbit/s": hour(mbit * 1e6) for mbit in (2.0, 0.3)}
    return {
        "clips": CLIPS,
        "start_s": round(started_s, 2),
        "start_bar_s": START_BAR_S,
        "tidy_s": round(tidied_s, 4),
        "look_at_all_s": round(looked_s, 3),
        "first_listing_s": round(first_s, 3),
        "later_listing_s": round(later_s, 3),
        "listing_bar_s": LISTING_BAR_S,
        "listing_bytes": len(body),
        "seal_share_of_bare": sealing["share_of_bare_at_units"],
        "seal_bar": SEAL_BAR,
        "wear_of_an_hour": wear,
        "wear_bar": WEAR_BAR,
        **_catalogue(),
    }


def _catalogue() -> dict[str, Any]:  # Any: JSON figures
    """10,000 records opened in Chromium; where there is none, why not."""
    try:
        found = catalogue()
    except BenchSkipped as why:
        return {"catalogue_skipped": str(why)}
    return {
        "catalogue_open_s": found["open_s"],
        "catalogue_bar_s": found["bar"],
        "catalogue_of_bare": found["ratio"],
        "catalogue_of_bare_bar": CATALOGUE_OF_BARE_BAR,
    }


def _timed(what: Any) -> tuple[float, Any]:  # Any: a callable and what it gives
    began_s = time.perf_counter()
    result = what()
    return time.perf_counter() - began_s, result


def _lay(sealed: Path) -> None:
    """A year's worth: clips with thumbnails, and an epoch a day."""
    for name in ("clips", "thumbs", "journal"):
        (sealed / name).mkdir(parents=True)
    for number in range(CLIPS):
        clip_id = f"{number:08x}{os.urandom(12).hex()}"
        _hollow(sealed / "clips" / f"{clip_id}.age", CLIP_BYTES)
        _hollow(sealed / "thumbs" / f"{clip_id}.thumb", THUMBNAIL_BYTES)
    for number in range(DAYS):
        _hollow(sealed / "journal" / f"{number:08x}.sjl", EPOCH_BYTES)
    (sealed / "sequence").write_text(f"{CLIPS}\n")


def _hollow(path: Path, size_bytes: int) -> None:
    with path.open("wb") as file:
        file.truncate(size_bytes)
