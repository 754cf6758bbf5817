"""Names and sizes of what lies in a folder of sealed files; knows of each listing what cannot have changed since."""

from __future__ import annotations

import itertools
import os
import re
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

_GROWING = 2
"""Only the file that was begun last grows; another may just have ended."""
_LOOK_AGAIN_S = 60.0
_AT_ONCE = 500
"""About two milliseconds."""


class Listed(msgspec.Struct, frozen=True, gc=False):
    """A sealed file: the stem of its name, and its size when it was looked at; as JSON what the list of clips gives."""

    stem: str = msgspec.field(name="id")
    size_bytes: int = msgspec.field(name="bytes")


class Listing:
    """One folder's files `<stem><ending>`, sorted by stem. Safe from any thread.

    Names are read each time. A size is asked for when a name is new or among the newest, and of all files by
    `look_again`: whoever changes a file in place is seen within a minute. Links and folders are left out.
    """

    def __init__(self, folder: Path, ending: str, stems: re.Pattern[str], monotonic_s: Callable[[], float]) -> None:
        self._folder, self._ending, self._stems, self._monotonic_s = folder, ending, stems, monotonic_s
        self._lock = threading.Lock()
        self._known: dict[str, Listed] = {}
        self._looked_at_s = -_LOOK_AGAIN_S

    def files(self) -> list[Listed]:
        """Oldest first; none where there is no such folder."""
        try:
            names = set(os.listdir(self._folder))
        except FileNotFoundError:  # nothing was sealed yet
            names = set()
        with self._lock:
            return self._files(names)

    def look_again(self) -> None:
        """Ask for the size of each file, a few at a time, so that nobody who lists meanwhile waits for all of them.

        Call it more often than once a minute; else `files` does it all at once, when somebody waits for the list.
        """
        began_s = self._monotonic_s()
        self.files()
        with self._lock:
            names = list(self._known)
        for start in range(0, len(names), _AT_ONCE):
            with self._lock:
                for name in names[start : start + _AT_ONCE]:
                    self._refresh(name)
        with self._lock:
            self._looked_at_s = began_s

    def _refresh(self, name: str) -> None:
        """A name keeps its place in the order."""
        if name not in self._known:  # deleted meanwhile
            return
        listed = self._look(name)
        if listed is None:
            del self._known[name]
        else:
            self._known[name] = listed

    def _files(self, names: set[str]) -> list[Listed]:
        now_s = self._monotonic_s()
        if now_s - self._looked_at_s >= _LOOK_AGAIN_S:
            self._looked_at_s, self._known = now_s, {}
        for name in [name for name in self._known if name not in names]:
            del self._known[name]
        newest = list(itertools.islice(reversed(self._known), _GROWING))
        for name in newest:
            del self._known[name]
        wanted = sorted(names.difference(self._known))
        is_in_order = not self._known or not wanted or wanted[0] > next(reversed(self._known))
        for name in wanted:
            if (listed := self._look(name)) is not None:
                self._known[name] = listed
        if not is_in_order:  # an older file came back
            self._known = dict(sorted(self._known.items()))
        return list(self._known.values())

    def _look(self, name: str) -> Listed | None:
        stem = name.removesuffix(self._ending)
        if stem == name or not self._stems.fullmatch(stem):
            return None
        try:
            status = os.stat(f"{self._folder}/{name}", follow_symlinks=False)
        except FileNotFoundError:  # deleted meanwhile
            return None
        return Listed(stem, status.st_size) if stat.S_ISREG(status.st_mode) else None
