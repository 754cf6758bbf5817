"""Finds clips, journal and thumbnails in what the owner points at: a data folder, its `sealed`, or one clip."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from stoop.reader.parts import clips_in_parts

_EPOCH_NAME = re.compile(r"([0-9a-f]{8})\.sjl")
_CLIP_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class SealedFolder:
    """Paths of clips, oldest first; journal files by epoch; the folder of thumbnails, which may be absent.

    `is_whole` is False when only one clip was asked for.
    """

    clips: tuple[Path, ...]
    journal: dict[int, Path]
    thumbnails: Path
    is_whole: bool


def find_sealed(path: Path) -> SealedFolder:
    """Look at `path`: DATA, DATA/sealed, a mirror, DATA/sealed/clips, any folder of .age files, or one .age file.

    Raises FileNotFoundError when nothing is there, OSError when it cannot be read.
    """
    if path.is_file():
        return SealedFolder((path,), _journal_of(path.absolute().parent), path.absolute().parent / "../thumbs", False)
    if not path.is_dir():
        raise FileNotFoundError(path)
    for root in (path / "sealed", path):
        if (root / "clips").is_dir() or (root / "open").is_dir():
            clips = root / "clips"
            found = sorted((*_clips_in(clips), *clips_in_parts(root)), key=lambda clip: clip.name)
            return SealedFolder(tuple(found), _journal_of(clips), root / "thumbs", True)
    return SealedFolder(_clips_in(path), _journal_of(path.absolute()), path / "../thumbs", True)


def clip_id_of(path: Path) -> str | None:
    """The id that a file's name gives; None for a file that was renamed."""
    return path.stem if _CLIP_ID.fullmatch(path.stem) else None


def _clips_in(folder: Path) -> tuple[Path, ...]:
    """None of a mirror on which no clip is whole yet."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if path.suffix == ".age" and path.is_file()))


def _journal_of(clips: Path) -> dict[int, Path]:
    """The journal beside the folder of clips; nothing when there is none."""
    folder = clips.parent / "journal"
    if not folder.is_dir():
        return {}
    return {int(match[1], 16): path for path in folder.iterdir() if (match := _EPOCH_NAME.fullmatch(path.name))}
