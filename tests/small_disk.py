"""A small file system of a test's own, and filling it to the last byte."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_BLOCK_BYTES = 4096


@contextmanager
def small_disk(folder: Path, size_bytes: int, kind: str = "tmpfs") -> Iterator[Path]:
    """`folder` with a `tmpfs` on it, or an `ext4` in `folder`.img as a loop device; skips where that may not be.

    `ext4` is without its own journal, so that what is free is known; `journalled ext4` is what a Pi has.
    """
    image = folder.with_suffix(".img")
    loop = [
        ["truncate", f"--size={size_bytes}", str(image)],
        ["mkfs.ext4", "-q", "-m", "0", str(image)],
        ["mount", "-o", "loop", str(image), str(folder)],
    ]
    commands = {
        "tmpfs": [["mount", "-t", "tmpfs", "-o", f"size={size_bytes},mode=0755", "stoop-test", str(folder)]],
        "ext4": [loop[0], [*loop[1][:-1], "-O", "^has_journal", str(image)], loop[2]],
        "journalled ext4": loop,
    }
    folder.mkdir()
    for command in commands[kind]:
        if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
            pytest.skip(f"only root may mount a small {kind} file system, and not in every container")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Somebody else's file that takes every byte that is left."""
    other = folder / "other"
    with other.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size_bytes in (_BLOCK_BYTES, 1):
            with contextlib.suppress(OSError):
                while file.write(b"\xa5" * size_bytes):
                    pass
    return other
