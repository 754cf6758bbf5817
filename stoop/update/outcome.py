"""Tells the app what came of an update, in a file that root writes and the camera reads; it goes with the power."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

import msgspec

from camera.atomic_file import replace_file
from camera.update_desk import OUTCOME, UpdateOutcome, Way, Word

FAILED = "the update did not work: "
"""How a failure begins at the command line; the page says so itself, in larger letters."""
_GROUP = "stoop"
_MOST_CHARACTERS = 1000


class Outcomes:
    """`folder`: None, or one that is not there, and nothing is told. `current` is the link to the release in force."""

    def __init__(self, folder: Path | None, current: Path, way: Way) -> None:
        self._folder, self._current, self.way = folder, current, way
        self.sha256 = ""
        self.version = ""
        self.is_under_way = False

    def tell(self, word: Word, sentence: str = "") -> None:
        """An update must not fail because nobody can be told of it: what the disk says is passed over."""
        self.is_under_way = word == "installing"
        if self._folder is None or not self._folder.is_dir():
            return
        told = UpdateOutcome(
            way=self.way,
            word=word,
            sha256=self.sha256,
            version=self.version,
            running=self._running(),
            sentence=sentence.removeprefix(FAILED)[:_MOST_CHARACTERS],
            at_ms=time.time_ns() // 1_000_000,
        )
        path = self._folder / OUTCOME
        with contextlib.suppress(OSError):
            replace_file(path, msgspec.json.encode(told), 0o640)
            with contextlib.suppress(LookupError):  # no such group: nobody but root reads it
                shutil.chown(path, group=_GROUP)

    def _running(self) -> str:
        """Of `releases/VERSION-DIGEST`, the version."""
        try:
            return Path(os.readlink(self._current)).name.rpartition("-")[0][:60]
        except OSError:
            return ""
