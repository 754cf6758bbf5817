"""Opens what somebody else wrote, as a plain file and nothing else: neither through a link, nor waiting for a pipe."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_plain(name: Path | str, folder: int | None = None) -> BinaryIO:
    """`folder`: descriptor of the one that a relative name is looked for in.

    Raises OSError: FileNotFoundError, ELOOP for a link, EINVAL for a folder, pipe or device.
    """
    descriptor = os.open(name, _FLAGS, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no plain file", str(name))
    return os.fdopen(descriptor, "rb")


def read_plain(path: Path, most_bytes: int) -> bytes:
    """One byte more than `most_bytes` where the file has more. Raises OSError as `open_plain`."""
    with open_plain(path) as file:
        return file.read(most_bytes + 1)


def open_folder(path: Path, *below: str) -> int:
    """Descriptor of a folder below `path`, the caller's to close; **only `path` itself may lead through links.**

    Raises OSError: FileNotFoundError, ENOTDIR for a link or a file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for name in below:
        above = descriptor
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
        finally:
            os.close(above)
    return descriptor
