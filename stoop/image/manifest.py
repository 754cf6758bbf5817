"""Makes the manifest (`.rpi-imager-manifest`) that tells Raspberry Pi Imager what the image is, and to ask for Wi-Fi.

The form is Imager's os_list (its doc/json-schema). Sizes and SHA-256 come from the image file itself.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import hashlib
import lzma
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from stoop.image.errors import CardError

SUFFIX = ".rpi-imager-manifest"
INIT_FORMAT = "rpi-preseed"
"""Imager 2.0.11 and newer write Wi-Fi in this form; an older one does not show the entry, and so loses no Wi-Fi."""
BOARDS = {
    "pi5": ("Raspberry Pi 5", "pi5-64bit"),
    "pi4": ("Raspberry Pi 4", "pi4-64bit"),
}
"""Board to its name and Imager's tag; those that start from autoboot.txt and have a config in deploy/image/config."""
_OPENERS: dict[str, Callable[[Path], object]] = {
    ".img": lambda path: path.open("rb"),
    ".xz": lzma.LZMAFile,
    ".gz": gzip.GzipFile,
}
_CHUNK_BYTES = 1024 * 1024


class Device(msgspec.Struct, frozen=True):
    """One line of Imager's first page."""

    name: str
    description: str
    tags: tuple[str, ...]
    matching_type: str = "exclusive"
    architecture: str = "armv8"
    capabilities: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True):
    """One line of Imager's second page; `extract_*` is what comes out of the file that is downloaded."""

    name: str
    description: str
    icon: str
    url: str
    extract_size: int
    extract_sha256: str
    image_download_size: int
    image_download_sha256: str
    release_date: str
    devices: tuple[str, ...]
    init_format: str = INIT_FORMAT
    architecture: str = "armv8"
    capabilities: tuple[str, ...] = ()


class Imager(msgspec.Struct, frozen=True):
    devices: tuple[Device, ...]


class OsList(msgspec.Struct, frozen=True):
    imager: Imager
    os_list: tuple[Entry, ...]


def describe(image: Path, board: str, url: str, icon: str, released: datetime.date) -> OsList:
    """`url` and `icon`: where Imager fetches both, https:// or file://. Raises CardError, OSError."""
    if board not in BOARDS:
        raise CardError(f"there is no image for {board!r}: use one of {', '.join(BOARDS)}")
    for address in (url, icon):
        if not re.fullmatch(r"(https|file)://\S+", address):
            raise CardError(f"{address!r} is no address that Imager may fetch: begin with https:// or file://")
    name, tag = BOARDS[board]
    size, digest = _inside(image)
    with image.open("rb") as file:
        downloaded = hashlib.file_digest(file, "sha256").hexdigest()
    entry = Entry(
        name=f"Stoop for {name}",
        description="Doorbell camera that watches your stoop, not your street. Nothing leaves your network.",
        icon=icon,
        url=url,
        extract_size=size,
        extract_sha256=digest,
        image_download_size=image.stat().st_size,
        image_download_sha256=downloaded,
        release_date=released.isoformat(),
        devices=(tag,),
    )
    return OsList(Imager((Device(name, f"{name}, any memory", (tag,)),)), (entry,))


def main(words: Sequence[str]) -> int:
    """0 when the manifest is written. Raises CardError, OSError."""
    parser = argparse.ArgumentParser(prog="python -m stoop.image manifest", description=__doc__)
    parser.add_argument("image", type=Path, help="NAME.img, NAME.img.xz or NAME.img.gz")
    parser.add_argument("--board", choices=tuple(BOARDS), required=True)
    parser.add_argument("--url", help="where the image will lie; default: this file, for trying it")
    parser.add_argument("--icon", help="a PNG or SVG; default: icon.svg beside the image")
    parser.add_argument("--date", type=datetime.date.fromisoformat, help="of the release; default: the file's")
    options = parser.parse_args(words)
    image: Path = options.image.resolve()
    date = options.date or datetime.datetime.fromtimestamp(image.stat().st_mtime, datetime.UTC).date()
    url = options.url or image.as_uri()
    listed = describe(image, options.board, url, options.icon or f"{url.rpartition('/')[0]}/icon.svg", date)
    out = image.with_name(image.name.partition(".img")[0] + SUFFIX)
    out.write_bytes(msgspec.json.format(msgspec.json.encode(listed), indent=2) + b"\n")
    print(out)
    return 0


def _inside(image: Path) -> tuple[int, str]:
    """Size and SHA-256 of what is written to the card."""
    opener = _OPENERS.get(image.suffix)
    if opener is None:
        raise CardError(f"{image.name}: Imager is given .img, .img.xz or .img.gz: pack it as one of these")
    digest, size = hashlib.sha256(), 0
    try:
        with cast("BinaryIO", opener(image)) as file:
            while data := file.read(_CHUNK_BYTES):
                digest.update(data)
                size += len(data)
    except (lzma.LZMAError, EOFError, gzip.BadGzipFile) as error:
        raise CardError(f"{image.name} is damaged ({error}): build it anew") from error
    if size == 0 or size % 512:
        raise CardError(f"{image.name} holds {size} bytes, which is no image of a card: build it anew")
    return size, digest.hexdigest()
