"""An update from a stick that was put in: looked at read-only, copied, let go again, and only then checked.

The kernel reads the file system of whoever put the stick in; nothing on it is started, and nothing is written to it.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from camera.contract import MAX_UPDATE_BYTES
from stoop.update.bundle import SUFFIX
from stoop.update.choice import was_there_at_start
from stoop.update.command import Place, pick, room_of, update_from
from stoop.update.errors import NothingBrought, UpdateRefused
from stoop.update.memory import Memory
from stoop.update.mounts import is_systems

FOLDER = "stoop-update"
"""Where an owner puts the file, at the top of the stick: the rest of it is not looked through."""
OPTIONS = {"vfat": "", "exfat": "", "ext4": ",noload"}
"""The file systems that are looked at; ext4 without replaying its journal, which would write."""
_READ_ONLY = "ro,nosuid,nodev,noexec"
_DEVICE = re.compile(r"/dev/[a-z0-9]{1,32}", re.ASCII)
_MOST_FILES = 100
_LIMIT_S = 60
_COPY_BYTES = 1024 * 1024


def update_from_stick(device: Path, place: Place | None = None) -> int:
    """Exit codes as of `stoop update`; 2 too where the stick holds no update, which only the journal is told."""
    place = place or Place()
    memory = Memory(room_of(place)) if was_there_at_start(device) else None

    def fetch(spool: Path) -> Path:
        with mounted(device) as folder:
            return copy_update(folder, spool, lambda found: pick(found, place, memory))

    return update_from(lambda _: nullcontext(fetch), place, "stick", memory=memory)


@contextmanager
def mounted(device: Path) -> Iterator[Path]:
    """Its files, for as long as the block lasts. Raises NothingBrought, UpdateRefused, OSError."""
    if not _DEVICE.fullmatch(str(device)) or not stat.S_ISBLK(device.stat().st_mode):
        raise UpdateRefused(f"{device} is no stick: name its partition, such as /dev/sda1")
    if is_systems(device.stat().st_rdev):
        raise NothingBrought(
            f"{device} is a disk that this machine itself uses, and no stick: to take an update from it, name the file"
        )
    kind = _said("blkid", "-p", "-o", "value", "-s", "TYPE", str(device))
    if kind not in OPTIONS:
        raise NothingBrought(f"{device} holds {kind or 'no file system'}, and {', '.join(OPTIONS)} are looked at")
    folder = Path(tempfile.mkdtemp(prefix="stoop-stick-"))
    try:
        _said("mount", "-t", kind, "-o", _READ_ONLY + OPTIONS[kind], str(device), str(folder))
        try:
            yield folder
        finally:
            _said("umount", str(folder))
    finally:
        folder.rmdir()


def copy_update(stick: Path, spool: Path, choose: Callable[[Sequence[Path]], Path]) -> Path:
    """What `choose` takes of the updates in the stick's folder, copied.

    Raises NothingBrought, UpdateRefused, OSError.
    """
    found = [path for path in _plain_files(stick / FOLDER) if path.name.endswith(SUFFIX)]
    if not found:
        raise NothingBrought(f"the stick holds no *{SUFFIX} file in a folder {FOLDER}")
    chosen = choose(found)
    target = spool / "from-stick.stoopupdate"
    left_bytes = MAX_UPDATE_BYTES
    with os.fdopen(os.open(chosen, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file, target.open("xb") as out:
        while data := file.read(_COPY_BYTES):
            left_bytes -= len(data)
            if left_bytes < 0:
                raise UpdateRefused(
                    f"{chosen.name} on the stick has more than {MAX_UPDATE_BYTES} bytes: it is no update"
                )
            out.write(data)
    return target


def _plain_files(folder: Path) -> list[Path]:
    """Neither links nor anything behind one: a stick may lead anywhere. Raises OSError where it cannot be read."""
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return []
        with os.scandir(folder) as entries:
            return [
                Path(entry.path)
                for _, entry in zip(range(_MOST_FILES), entries, strict=False)
                if entry.is_file(follow_symlinks=False)
            ]
    except FileNotFoundError:
        return []


def _said(*words: str) -> str:
    """Raises UpdateRefused in the tool's own words; what blkid does not know is no error."""
    tool = shutil.which(words[0], path="/usr/sbin:/usr/bin:/sbin:/bin")
    if tool is None:
        raise UpdateRefused(f"this system has no {words[0]}: install util-linux and mount")
    try:
        done = subprocess.run([tool, *words[1:]], capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise UpdateRefused(f"the stick does not answer ({words[0]} took {_LIMIT_S} s): take another") from error
    if done.returncode and words[0] != "blkid":
        lines = done.stderr.strip().splitlines() or [f"{words[0]} ended with {done.returncode}"]
        # what follows the first line only says where to read more; the folder is another one each time
        reason = lines[0].removeprefix(f"{words[0]}: ").removeprefix(f"{words[-1]}: ").rstrip(".")
        raise UpdateRefused(f"the stick cannot be read: {reason}")
    return done.stdout.strip()
