"""Takes the file that came in through the app, exactly as an owner's device signed for it; believes neither of the two
processes that it came through more than that."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from camera.update_desk import MAX_FILE_BYTES, AskedUpdate
from server.plain_file import open_folder, open_plain
from stoop.update.errors import UpdateRefused
from stoop.update.outcome import Outcomes

UPLOADED = "update"
_COPY_BYTES = 1024 * 1024
_SERVERS = ("server", "incoming")
"""Folders on the way to the file that the server could replace."""
_AGAIN = "choose the file in the app again"


class UploadPlace(Protocol):
    """Where the two halves lie."""

    @property
    def asked(self) -> Path: ...
    @property
    def uploaded(self) -> Path: ...


@contextlib.contextmanager
def take_uploaded(place: UploadPlace, outcomes: Outcomes) -> Iterator[Callable[[Path], Path]]:
    """Both originals are taken away at once, before an update that is installed first can: it restarts whose they are.

    What it gives copies the file into the folder that it is given, each byte through the hash; raises UpdateRefused
    where the file is not the one that was asked for. Raises UpdateRefused where nobody asked.
    """
    try:
        asked = _read_asked(place.asked)
        outcomes.sha256 = asked.sha256
        file = _open_uploaded(place.uploaded)
    finally:
        _remove(place.asked)
        with contextlib.suppress(OSError):  # a folder, or one that leads elsewhere: refused above
            _remove(place.uploaded, *_SERVERS)
    with file:
        outcomes.tell("installing")
        yield partial(_copy, file, asked, outcomes)


def _open_uploaded(path: Path) -> BinaryIO:
    try:
        return _open(path, *_SERVERS)
    except FileNotFoundError as error:
        raise UpdateRefused(f"the update did not arrive: {_AGAIN}") from error


def _read_asked(path: Path) -> AskedUpdate:
    try:
        with _open(path) as file:
            text = file.read(MAX_FILE_BYTES + 1)
        if len(text) > MAX_FILE_BYTES:
            raise UpdateRefused(f"what was asked for cannot be read (more than {MAX_FILE_BYTES} bytes): {_AGAIN}")
        return msgspec.json.decode(text, type=AskedUpdate)
    except FileNotFoundError as error:
        raise UpdateRefused(f"no owner's device has asked for an update: {_AGAIN}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UpdateRefused(f"what was asked for cannot be read ({error}): {_AGAIN}") from error


def _copy(file: BinaryIO, asked: AskedUpdate, outcomes: Outcomes, spool: Path) -> Path:
    outcomes.tell("installing")  # another update may have told of itself meanwhile
    digest, left_bytes, target = hashlib.sha256(), asked.size_bytes, spool / "uploaded.stoopupdate"
    with target.open("xb") as out:
        while left_bytes >= 0 and (data := file.read(min(_COPY_BYTES, left_bytes + 1))):
            digest.update(data)
            left_bytes -= len(data)
            out.write(data)
    if left_bytes or digest.hexdigest() != asked.sha256:
        raise UpdateRefused(f"what arrived is not the file that your device signed for: {_AGAIN}")
    return target


def _open(path: Path, *folders: str) -> BinaryIO:
    """`folders`: names of the last folders above it, through which no link may lead.

    Raises UpdateRefused, FileNotFoundError.
    """
    try:
        with _folder(path, folders) as folder:
            return open_plain(path.name, folder)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UpdateRefused(f"{path.name} is no plain file ({error.strerror}): {_AGAIN}") from error


def _remove(path: Path, *folders: str) -> None:
    """Raises OSError where it is there and stays."""
    with contextlib.suppress(FileNotFoundError), _folder(path, folders) as folder:
        os.unlink(path.name, dir_fd=folder)


@contextlib.contextmanager
def _folder(path: Path, folders: Sequence[str]) -> Iterator[int]:
    descriptor = open_folder(path.parents[len(folders)], *folders)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
