"""A disk on which one operation, or all for a while, fail as a real one would; and a camera that goes on."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from camera.vault.files import OpenFile, storage_error
from tests.crash.recording import RecordingFile, RecordingFiles

ERRNOS = (errno.EIO, errno.ENOSPC, errno.EROFS, errno.EDQUOT)
FOR_A_WHILE = 12


@dataclass(frozen=True, slots=True)
class Fault:
    """The operation with this number fails so, and with `lasts` the next eleven too."""

    at: int
    errno: int
    lasts: bool = False

    def hits(self, number: int) -> bool:
        return self.at <= number < self.at + (FOR_A_WHILE if self.lasts else 1)


class FailingFiles(RecordingFiles):
    """Counts every call, reading ones too; a write that fails has written half before."""

    def __init__(self, base: Path, fault: Fault | None) -> None:
        super().__init__(base)
        self._fault = fault
        self.calls: list[str] = []
        self.failed: str | None = None

    def meet(self, what: str, path: Path) -> None:
        """Raises the fault where its turn has come."""
        self.calls.append(what)
        if self._fault and self._fault.hits(len(self.calls) - 1):
            self.failed = self.failed or what
            raise storage_error(what, path, OSError(self._fault.errno, os.strerror(self._fault.errno)))

    def sizes(self, folder: Path) -> dict[str, int]:
        self.meet("list", folder)
        return super().sizes(folder)

    def size(self, path: Path) -> int | None:
        self.meet("look at", path)
        return super().size(path)

    def read(self, path: Path, at_most: int = -1) -> bytes:
        self.meet("read", path)
        return super().read(path, at_most)

    def open(self, path: Path, *, is_new: bool) -> OpenFile:  # type: ignore[override]  # a wrapper in its place
        self.meet("create" if is_new else "open", path)
        return _FailingFile(super().open(path, is_new=is_new), path, self)  # type: ignore[arg-type]  # a RecordingFile

    def replace(self, path: Path, target: Path) -> None:
        self.meet("replace", target)
        super().replace(path, target)

    def remove(self, path: Path) -> None:
        self.meet("delete", path)
        is_there = path.exists()
        path.unlink(missing_ok=True)
        if is_there:
            self.note("remove", path)

    def make_folder(self, path: Path) -> None:
        self.meet("create folder", path)
        super().make_folder(path)

    def sync_folder(self, path: Path) -> None:
        self.meet("save folder", path)
        super().sync_folder(path)


class _FailingFile:
    def __init__(self, file: RecordingFile, path: Path, files: FailingFiles) -> None:
        self._file, self._path, self._files = file, path, files

    def write(self, data: memoryview) -> None:
        try:
            self._files.meet("write", self._path)
        except Exception:
            self._file.write(data[: len(data) // 2])
            raise
        self._file.write(data)

    def sync(self) -> None:
        self._files.meet("save", self._path)
        self._file.sync()

    def close(self) -> None:
        self._file.close()  # closing reports what a sync reported: no turn of its own
