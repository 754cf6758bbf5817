"""The only place where the vault touches the disk: each operation is one system call and its sync."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Protocol

from camera.vault.errors import StorageError

FILE_MODE = 0o640
FOLDER_MODE = 0o750
TEMPORARY_SUFFIX = ".new"
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
_NEW = os.O_CREAT | os.O_EXCL

_FIXES = {
    errno.ENOSPC: "free space on the card, or lower how much clips may use",
    errno.EDQUOT: "raise the quota of this user, or lower how much clips may use",
    errno.EROFS: "the card is read-only: check it for damage and remount it for writing",
    errno.EIO: "the card is failing: save what is on it and replace it",
    errno.EACCES: "give the camera's user the right to write there",
    errno.EPERM: "give the camera's user the right to write there",
    errno.ENOENT: "put the folder back, or choose another data folder",
}


class OpenFile(Protocol):
    """A file that only grows. Each method raises StorageError."""

    def write(self, data: memoryview) -> None:
        """Append all of `data`; it may reach the card later."""
        ...

    def sync(self) -> None:
        """Return when all that was written is on the card. May take seconds on a bad card."""
        ...

    def close(self) -> None:
        """Does nothing when closed already."""
        ...


class Looks(Protocol):
    """What the vault asks a disk. Each raises StorageError."""

    def sizes(self, folder: Path) -> dict[str, int]:
        """Bytes of each regular file in the folder, by name, in order of names; links are not followed."""
        ...

    def size(self, path: Path) -> int | None:
        """Bytes of one file; None where there is none."""
        ...

    def read(self, path: Path, at_most: int = -1) -> bytes:
        """A file from its start; all of it without `at_most`."""
        ...


class Files(Looks, Protocol):
    """What the vault does to a disk; a test's own version records, fails or cuts. Each raises StorageError."""

    def open(self, path: Path, *, is_new: bool) -> OpenFile:
        """The end of a file, mode 0640: a new one, which must not exist, or one that does."""
        ...

    def replace(self, path: Path, target: Path) -> None:
        """Rename over `target`."""
        ...

    def remove(self, path: Path) -> None:
        """A file that is gone already counts as removed."""
        ...

    def make_folder(self, path: Path) -> None:
        """The folder and what is missing above it, mode 0750; it may exist."""
        ...

    def sync_folder(self, path: Path) -> None:
        """Return when the names in the folder are on the card."""
        ...


def write_durably(files: Files, path: Path, data: bytes) -> None:
    """Put `data` at `path` so that a power cut leaves the old file or the new one, never half of one."""
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    files.remove(temporary)
    file = files.open(temporary, is_new=True)
    try:
        file.write(memoryview(data))
        file.sync()
    finally:
        file.close()
    files.replace(temporary, path)
    files.sync_folder(path.parent)


def is_temporary(name: str) -> bool:
    """True for what `write_durably` leaves behind when it is cut."""
    return name.endswith(TEMPORARY_SUFFIX)


class DiskFile:
    """`OpenFile` on a file descriptor."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def write(self, data: memoryview) -> None:
        try:
            while len(data):
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            raise storage_error("write", self._path, error) from error

    def sync(self) -> None:
        try:
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise storage_error("save", self._path, error) from error

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor < 0:
            return
        try:
            os.close(descriptor)
        except OSError as error:
            raise storage_error("close", self._path, error) from error


class DiskFiles:
    """`Files` on the machine's own disk."""

    def sizes(self, folder: Path) -> dict[str, int]:
        try:
            with os.scandir(folder) as entries:
                found = [(entry.name, entry) for entry in entries if entry.is_file(follow_symlinks=False)]
            return {name: entry.stat(follow_symlinks=False).st_size for name, entry in sorted(found)}
        except OSError as error:
            raise storage_error("list", folder, error) from error

    def size(self, path: Path) -> int | None:
        try:
            return path.lstat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise storage_error("look at", path, error) from error

    def read(self, path: Path, at_most: int = -1) -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(at_most)
        except OSError as error:
            raise storage_error("read", path, error) from error

    def open(self, path: Path, *, is_new: bool) -> DiskFile:
        try:
            descriptor = os.open(path, _APPEND | (_NEW if is_new else 0), FILE_MODE)
            os.fchmod(descriptor, FILE_MODE)  # whatever the umask
        except OSError as error:
            raise storage_error("create" if is_new else "open", path, error) from error
        return DiskFile(path, descriptor)

    def replace(self, path: Path, target: Path) -> None:
        try:
            path.replace(target)
        except OSError as error:
            raise storage_error("replace", target, error) from error

    def remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error("delete", path, error) from error

    def make_folder(self, path: Path) -> None:
        try:
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(FOLDER_MODE)
        except OSError as error:
            raise storage_error("create folder", path, error) from error

    def sync_folder(self, path: Path) -> None:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise storage_error("save folder", path, error) from error


def storage_error(doing: str, path: Path, error: OSError) -> StorageError:
    """The sentence for a failed operation: file, cause and fix."""
    cause = (error.strerror or str(error)).lower()
    fix = _FIXES.get(error.errno or 0, "check the card and the data folder")
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    for_owner = f"the memory card cannot be written: {cause}; {fix}"
    return StorageError(f"cannot {doing} {path}: {cause}; {fix}", is_full=is_full, for_owner=for_owner)
