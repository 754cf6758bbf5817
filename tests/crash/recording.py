"""The vault's seam to the disk with a list of everything that went through it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from camera.vault.files import DiskFile, DiskFiles, OpenFile
from tests.crash.disk import Op, OpKind


class RecordingFiles(DiskFiles):
    """A real disk; `ops` are relative to `base`. A folder that is there already is made again without an operation."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self.ops: list[Op] = []

    def open(self, path: Path, *, is_new: bool) -> OpenFile:  # type: ignore[override]  # a wrapper in its place
        file = super().open(path, is_new=is_new)
        if is_new:
            self.note("create", path)
        return RecordingFile(file, path, self)

    def replace(self, path: Path, target: Path) -> None:
        super().replace(path, target)
        self.note("rename", path, target)

    def remove(self, path: Path) -> None:
        is_there = self.size(path) is not None
        super().remove(path)
        if is_there:
            self.note("remove", path)

    def make_folder(self, path: Path) -> None:
        is_there = path.is_dir()
        super().make_folder(path)
        if not is_there:
            self.note("folder", path)

    def sync_folder(self, path: Path) -> None:
        super().sync_folder(path)
        self.note("sync folder", path)

    def note(self, kind: OpKind, path: Path, target: Path | None = None, data: bytes = b"") -> None:
        self.ops.append(Op(kind, self._relative(path), self._relative(target) if target else None, data))

    def _relative(self, path: Path) -> PurePosixPath:
        return PurePosixPath(path.relative_to(self._base))


class RecordingFile:
    """An open file of `RecordingFiles`."""

    def __init__(self, file: DiskFile, path: Path, files: RecordingFiles) -> None:
        self._file, self._path, self._files = file, path, files

    def write(self, data: memoryview) -> None:
        self._file.write(data)
        self._files.note("write", self._path, data=bytes(data))

    def sync(self) -> None:
        self._file.sync()
        self._files.note("sync", self._path)

    def close(self) -> None:
        self._file.close()
