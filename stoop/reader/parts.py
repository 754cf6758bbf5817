"""Puts the parts of clips together that a second box got while they were recorded (docs/design/0007-courier.md)."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from pathlib import Path

_CLIP_ID = re.compile(r"[0-9a-f]{32}")
_OFFSET = re.compile(r"\d{12}")
_BLOCK_BYTES = 1 << 20


def clips_in_parts(root: Path) -> tuple[Path, ...]:
    """One file for each clip of which only parts are there, sealed as they are; they go with this process.

    What comes after a missing part is left out. Raises OSError.
    """
    whole = {path.stem for path in (root / "clips").glob("*.age")}
    folders = [path for path in sorted((root / "open").glob("*")) if _CLIP_ID.fullmatch(path.name)]
    wanted = [path for path in folders if path.name not in whole]
    if not wanted:
        return ()
    aside = Path(tempfile.mkdtemp(prefix="stoop-parts-"))
    atexit.register(shutil.rmtree, aside, ignore_errors=True)
    return tuple(_join(folder, aside / f"{folder.name}.age") for folder in wanted)


def _join(folder: Path, target: Path) -> Path:
    parts = sorted(path for path in folder.iterdir() if _OFFSET.fullmatch(path.name))
    with target.open("wb") as out:
        for part in parts:
            if int(part.name) != out.tell():
                break
            with part.open("rb") as file:
                shutil.copyfileobj(file, out, _BLOCK_BYTES)
    return target
