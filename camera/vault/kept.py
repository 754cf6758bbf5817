"""Clips that the owner wants to keep: an empty file each, so that no fault of one loses the others."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from camera.vault.clip_ids import is_clip_id
from camera.vault.errors import StorageError
from camera.vault.files import Files


class Kept:
    """The marks in one folder, in memory; each change is on the card when it returns. Not thread-safe."""

    def __init__(self, folder: Path, files: Files, names: Iterable[str]) -> None:
        """`names`: what lies in the folder."""
        self._folder, self._files = folder, files
        self._clips = {name for name in names if is_clip_id(name)}

    def __contains__(self, clip_id: str | None) -> bool:
        return clip_id in self._clips

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._clips))

    def add(self, clip_id: str) -> None:
        """Raises StorageError: then it is not kept, unless the card fails once more."""
        path = self._folder / clip_id
        self._files.remove(path)  # one that could not be removed when it should have been
        try:
            file = self._files.open(path, is_new=True)
            try:
                file.sync()
            finally:
                file.close()
            self._files.sync_folder(self._folder)
        except StorageError:
            with contextlib.suppress(StorageError):
                self._files.remove(path)
            raise
        self._clips.add(clip_id)

    def drop(self, clip_id: str) -> None:
        """Raises StorageError: then it is kept as before."""
        if clip_id not in self._clips:
            return
        self._files.remove(self._folder / clip_id)
        self._files.sync_folder(self._folder)
        self._clips.discard(clip_id)
