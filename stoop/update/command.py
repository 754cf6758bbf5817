"""`stoop update`: finds the file, checks it against the key of whom Stoop came from, installs it, or puts all back."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from camera.atomic_file import replace_file
from camera.update_desk import ASKED, Way
from stoop.image.errors import CardError
from stoop.image.slots import Slots, may_be_written, start_once, sweep, write_other
from stoop.update.bundle import SUFFIX, Manifest, unpack
from stoop.update.choice import choose
from stoop.update.errors import NothingBrought, UpdateError, UpdateFailed, UpdateRefused
from stoop.update.memory import Memory
from stoop.update.outcome import FAILED, Outcomes
from stoop.update.uploaded import UPLOADED, take_uploaded

PLACES = ("boot/firmware", "boot", "media/*", "media/*/*", "mnt/*")
"""Where an owner puts an update: the partition that every computer sees, or a stick that is mounted."""
_LINES = 6
Fetch: TypeAlias = Callable[[Path], Path]
"""Names the file, or copies it into the folder that it is given, which goes later. Raises UpdateRefused, OSError."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where Stoop is installed. `key` and `counter` are root's: nothing that faces a network can write them."""

    root: Path = Path("/")

    @property
    def key(self) -> Path:
        return self.root / "etc" / "stoop" / "release.pub"

    @property
    def counter(self) -> Path:
        return self.root / "opt" / "stoop" / "counter"

    @property
    def told(self) -> Path:
        """The units make it: root writes here what came of an update, the camera reads it."""
        return self.root / "run" / "stoop-update"

    @property
    def asked(self) -> Path:
        """The camera's: which file an owner's device has signed for."""
        return self.root / "run" / "stoop" / ASKED

    @property
    def uploaded(self) -> Path:
        """The server's: **anything may lie here, a link or a pipe too.**"""
        return self.root / "var" / "lib" / "stoop" / "server" / "incoming" / UPLOADED

    @property
    def folder(self) -> Path:
        return self.root / "opt" / "stoop"


def update(file: Path | None, *, only_check: bool, way: Way = "command", place: Place | None = None) -> int:
    """Exit code 0 when installed (or, with `only_check`, when it may be), 1 when it failed, 2 when refused.

    What came of it is told to the app too, where the updater's folder is there and something was to be installed.
    """
    place = place or Place()
    memory = Memory(room_of(place)) if way == "card" else None  # taken at a start, and nobody asks

    def bring(outcomes: Outcomes) -> AbstractContextManager[Fetch]:
        if way == "app":
            return take_uploaded(place, outcomes)
        return contextlib.nullcontext(lambda _: file or find_bundle(place, memory))

    return update_from(bring, place, way, only_check=only_check, memory=memory)


def update_from(
    bring: Callable[[Outcomes], AbstractContextManager[Fetch]],
    place: Place,
    way: Way,
    *,
    only_check: bool = False,
    memory: Memory | None = None,
) -> int:
    """As `update`; `bring` is entered before another update's end is waited for, what it gives is called after it.

    With a `memory`, as nobody asked: the app is told of the same refusal once.
    """
    outcomes = Outcomes(None if only_check else place.told, place.folder / "current", way)
    try:
        with (
            bring(outcomes) as fetch,
            alone(room(place)),
            tempfile.TemporaryDirectory(prefix="brought-", dir=room(place)) as spool,
        ):
            manifest = install(fetch(Path(spool)), place, only_check=only_check, outcomes=outcomes)
    except NothingBrought as error:
        print(f"stoop: {error}", file=sys.stderr)
        return 2
    except UpdateFailed as error:
        return _ended(outcomes, 1, str(error))
    except UpdateError as error:
        return _ended(outcomes, 2, str(error), memory)
    except PermissionError as error:
        sentence = f"{error.filename} may not be used: updating takes root, run it with sudo"
        return _ended(outcomes, 2, sentence, memory, str(error.errno))
    except OSError as error:
        sentence = f"{error.filename or place.folder}: {error.strerror}: nothing was changed"
        return _ended(outcomes, 2, sentence, memory, str(error.errno))
    done = "may be installed" if only_check else "is installed and runs"
    if not only_check and Slots(place.root).are_here():
        # told as under way until the power goes: only the next start knows whether it answers
        done = "is written beside the version that runs; this doorbell starts again, to try it"
    else:
        outcomes.tell("installed")
    print(f"update {manifest.version} (number {manifest.counter}) {done}")
    return 0


def _ended(outcomes: Outcomes, code: int, sentence: str, memory: Memory | None = None, reason: str = "") -> int:
    """`reason`: of the same every time, where the sentence is not."""
    print(f"stoop: {sentence}", file=sys.stderr)
    is_news = True
    with contextlib.suppress(OSError):  # what cannot be remembered is told
        is_news = memory is None or memory.is_news(reason or sentence)
    if is_news or outcomes.is_under_way:  # or the page would say for ever that it is being installed
        outcomes.tell("failed" if code == 1 else "refused", sentence)
    return code


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One update at a time, from wherever it comes; the next waits, for as long as its unit may. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("stoop: another update is being installed: waiting for its end", file=sys.stderr, flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        sweep(folder)
        yield
    finally:
        os.close(descriptor)


def room(place: Place) -> Path:
    """A folder of root's that holds an update while it is looked at; made where it is missing. Raises OSError."""
    folder = room_of(place)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def room_of(place: Place) -> Path:
    slots = Slots(place.root)
    return slots.incoming if slots.are_here() else place.folder


def find_bundle(place: Place, memory: Memory | None = None) -> Path:
    """See `choose`. Raises NothingBrought when there is none, UpdateRefused."""
    named = [path for where in PLACES for path in place.root.glob(f"{where}/*{SUFFIX}")]
    found = [path for path in named if os.path.isfile(path)]  # is_file() raises where the card fails
    if not found:
        raise NothingBrought(f"there is no *{SUFFIX} file on the boot partition or a mounted stick: name the file")
    return pick(found, place, memory)


def pick(found: Sequence[Path], place: Place, memory: Memory | None) -> Path:
    """`choose` for what is installed here."""
    return choose(found, read_key(place.key), read_counter(place.counter), memory)


def install(bundle: Path, place: Place, *, only_check: bool, outcomes: Outcomes) -> Manifest:
    """Check it, hand it to its own install.sh, and remember its number. Raises UpdateError, OSError."""
    key, counter, slots = read_key(place.key), read_counter(place.counter), Slots(place.root)
    unpacked = Path(tempfile.mkdtemp(prefix="incoming-", dir=room(place)))
    try:
        manifest = unpack(bundle, key, counter, unpacked)
        outcomes.version = manifest.version
        check_kind(slots, unpacked, manifest)
        if only_check:
            return manifest
        outcomes.tell("installing")
        if slots.are_here():
            write_slot(slots, unpacked, manifest)
        else:
            run_installer([str(unpacked / "deploy/raspberry-pi/install.sh"), "--wheels", str(unpacked / "wheels")])
            replace_file(place.counter, f"{manifest.counter}\n".encode())
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    return manifest


def check_kind(slots: Slots, unpacked: Path, manifest: Manifest) -> None:
    """That it is for a doorbell set up as this one, and for now. Raises UpdateRefused, OSError."""
    try:
        if slots.are_here():
            may_be_written(slots, unpacked, manifest.counter)
        elif (unpacked / "slot").exists():
            raise UpdateRefused(
                "this update is for doorbells that were flashed as an image: take the one without -image"
            )
    except CardError as error:
        raise UpdateRefused(str(error)) from error


def write_slot(slots: Slots, unpacked: Path, manifest: Manifest) -> None:
    """Into the slot that does not run, which is then started for once. Raises UpdateRefused, OSError."""
    try:
        write_other(slots, unpacked, manifest.counter)
    except CardError as error:
        raise UpdateRefused(str(error)) from error
    start_once()


def run_installer(words: Sequence[str]) -> None:
    """It checks that the new version answers, and goes back by itself. Raises UpdateFailed with its last words."""
    clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": os.environ.get("LANG", "C.UTF-8")}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=clean)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-_LINES:]
        raise UpdateFailed(FAILED + (said[-1].removeprefix("stoop: ") if said else "it said nothing"))


def read_key(path: Path) -> Ed25519PublicKey:
    """The key of whom Stoop came from: one line of base64. Raises UpdateRefused."""
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(path.read_text().strip(), validate=True))
    except FileNotFoundError as error:
        raise UpdateRefused(
            f"this doorbell knows no release key ({path}), so no update can be checked: install the release anew"
        ) from error
    except ValueError as error:
        raise UpdateRefused(f"{path} is no release key ({error}): put the release's own there") from error


def read_counter(path: Path) -> int:
    """The number of the last update, 0 before the first. Raises UpdateRefused for a file that is damaged."""
    try:
        return int(path.read_text().strip())
    except FileNotFoundError:
        return 0
    except ValueError as error:
        raise UpdateRefused(f"{path} is damaged: write the number of the installed release into it") from error
