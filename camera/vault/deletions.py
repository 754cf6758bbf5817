"""Deleting so that a power cut never leaves half of it: hidden first, then written down, then gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from camera.vault.cards import DeletedWhy
from camera.vault.clip_index import CLIP_SUFFIX, THUMBNAIL_SUFFIX
from camera.vault.errors import VaultError
from camera.vault.files import Files

_HIDDEN = re.compile(r"([0-9a-f]{32})\.(owner|space|age)\.([0-9A-Za-z_-]{1,64})\.gone")
_DEVICE = re.compile(r"[0-9A-Za-z_-]{1,64}")
_NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Deletion:
    """Of one clip; `device` asked for it, None when space was needed or its time was over."""

    clip_id: str
    why: DeletedWhy
    device: str | None

    @property
    def hidden_name(self) -> str:
        """What the clip's file is called between the three steps: nobody lists or serves it."""
        device = self.device if self.device and _DEVICE.fullmatch(self.device) else _NOBODY
        return f"{self.clip_id}.{self.why}.{device}.gone"


def deletion_of(name: str) -> Deletion | None:
    """What a hidden file's name says; None for any other name."""
    match = _HIDDEN.fullmatch(name)
    if match is None:
        return None
    return Deletion(match[1], cast(DeletedWhy, match[2]), None if match[3] == _NOBODY else match[3])


class Deletions:
    """Carries deletions out; those that a power cut or a fault broke off are finished by `finish`. Not thread-safe.

    The clip's file is renamed (and the folder saved), then the deleted card is written, then both files are removed.
    A cut after the first step leaves a hidden clip, which `finish` writes down and removes: a clip never vanishes
    without a word, and one that its owner deleted never comes back.
    """

    def __init__(
        self,
        clips: Path,
        thumbnails: Path,
        names: Iterable[str],
        files: Files,
        write_down: Callable[[Deletion], None],
        is_card_unsure: Callable[[], bool],
    ) -> None:
        """Finds what was broken off among the `names` in `clips`.

        `write_down` puts the card on the disk; `is_card_unsure`: it failed, and the card may be there all the same.
        """
        self._clips, self._thumbnails, self._files = clips, thumbnails, files
        self._write_down, self._is_card_unsure = write_down, is_card_unsure
        found = (deletion_of(name) for name in names)
        self._unfinished = {each.clip_id: each for each in found if each}
        self._written: set[str] = set()

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Ids of hidden clips, oldest first."""
        return tuple(sorted(self._unfinished))

    def delete(self, deletion: Deletion) -> None:
        """All three steps, or what is left of them.

        Raises StorageError: the clip is then as it was, or hidden and `unfinished`. It stays hidden where its card may
        be on the disk all the same.
        """
        path, hidden = self._clips / f"{deletion.clip_id}{CLIP_SUFFIX}", self._clips / deletion.hidden_name
        if deletion.clip_id not in self._unfinished:
            self._files.replace(path, hidden)
            self._unfinished[deletion.clip_id] = deletion
            try:
                self._files.sync_folder(self._clips)
            except VaultError:
                self._show_again(deletion, path, hidden)
                raise
        try:
            self._write_down(deletion)
        except VaultError:
            if not self._is_card_unsure():
                self._show_again(deletion, path, hidden)
            raise
        self._written.add(deletion.clip_id)
        self._remove(deletion)

    def _show_again(self, deletion: Deletion, path: Path, hidden: Path) -> None:
        self._files.replace(hidden, path)
        del self._unfinished[deletion.clip_id]
        self._files.sync_folder(self._clips)

    def finish(self) -> None:
        """Go on with what was broken off. Raises StorageError; what was finished before stays finished."""
        for deletion in tuple(self._unfinished.values()):
            if deletion.clip_id not in self._written:
                self._write_down(deletion)
                self._written.add(deletion.clip_id)
            self._remove(deletion)

    def _remove(self, deletion: Deletion) -> None:
        """The thumbnail first: without its clip it would be counted and found by nobody."""
        self._files.remove(self._thumbnails / f"{deletion.clip_id}{THUMBNAIL_SUFFIX}")
        self._files.sync_folder(self._thumbnails)
        self._files.remove(self._clips / deletion.hidden_name)
        self._files.sync_folder(self._clips)
        self._unfinished.pop(deletion.clip_id, None)
        self._written.discard(deletion.clip_id)
