"""Makes a flashed card's update: both partitions of a slot as rpi-image-gen built them, signed like every update."""

from __future__ import annotations

import argparse
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
    files = {PARTS["boot"]: options.boot, PARTS["system"]: options.system}
    try:
        manifest = write(options.out, files, options.version, options.counter, read_key(options.key))
    except (UpdateError, ReleaseError) as error:
        raise CardError(str(error)) from error
    print(f"{options.out}: version {manifest.version}, number {manifest.counter}, {options.out.stat().st_size:,} bytes")
    return 0
