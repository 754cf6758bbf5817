"""Makes a flashed card's update: both partitions of a slot as rpi-image-gen built them, signed like every update."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from stoop.image.errors import CardError
from stoop.image.slots import PARTS
from stoop.update.bundle import SUFFIX, write
from stoop.update.errors import UpdateError
from stoop.update.release import ReleaseError, read_key


def main(words: Sequence[str]) -> int:
    """0 when the file is there. Raises CardError, OSError."""
    parser = argparse.ArgumentParser(prog="python -m stoop.image update", description=__doc__)
    parser.add_argument("--boot", type=Path, required=True, help="boot.vfat of the build")
    parser.add_argument("--system", type=Path, required=True, help="system.erofs of the build")
    parser.add_argument("--version", required=True)
    parser.add_argument("--counter", type=int, required=True, help="that of the release in it")
    parser.add_argument("--key", type=Path, required=True, help="the release's private key")
    parser.add_argument("--out", "-o", type=Path, required=True, help=f"where to: NAME-image{SUFFIX}")
    options = parser.parse_args(words)
    if (inside := number_inside(options.system)) != options.counter:
        raise CardError(
            f"{options.system} is of release number {inside}, --counter says {options.counter}: a flashed card would"
            f" leave it again; write --counter {inside}"
        )
    files = {PARTS["boot"]: options.boot, PARTS["system"]: options.system}
    try:
        manifest = write(options.out, files, options.version, options.counter, read_key(options.key))
    except (UpdateError, ReleaseError) as error:
        raise CardError(str(error)) from error
    print(f"{options.out}: version {manifest.version}, number {manifest.counter}, {options.out.stat().st_size:,} bytes")
    return 0


def number_inside(system: Path) -> int:
    """Of the release in a system as rpi-image-gen packed it (erofs). Raises CardError, OSError."""
    with tempfile.TemporaryDirectory(prefix="stoop-system-") as folder:
        there = Path(folder, "system")
        words = ["fsck.erofs", "--no-preserve", f"--extract={there}", str(system)]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise CardError("reading a system takes fsck.erofs: install the Debian package erofs-utils") from error
        try:  # asked whatever it said: devices, say, are root's to make, and are not wanted here
            return int((there / "opt/stoop/counter").read_text())
        except (FileNotFoundError, ValueError) as error:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise CardError(f"{system} holds no release's number: name system.erofs; {' '.join(last)}") from error
