"""What Imager is told is true of the file, and in the form that Imager reads."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from stoop.image.__main__ import main
from stoop.image.errors import CardError
from stoop.image.manifest import BOARDS, describe
from tests.markdown import ROOT

IMAGE = bytes(range(256)) * 64
DATE = datetime.date(2026, 12, 1)
REQUIRED = {
    "name": str, "description": str, "icon": str, "url": str, "extract_size": int, "extract_sha256": str,
    "image_download_size": int, "release_date": str, "devices": list,
}  # fmt: skip
"""Of an entry, by Imager's own schema (doc/json-schema/os-list-schema.json)."""


@pytest.mark.parametrize("suffix", [".img", ".img.xz", ".img.gz"])
def test_sizes_and_hashes_are_those_of_the_image(tmp_path: Path, suffix: str) -> None:
    packed = {".img": IMAGE, ".img.xz": lzma.compress(IMAGE), ".img.gz": gzip.compress(IMAGE)}[suffix]
    path = tmp_path / f"stoop-pi5{suffix}"
    path.write_bytes(packed)
    entry = describe(path, "pi5", "https://example.org/x", "https://example.org/i", DATE).os_list[0]
    assert (entry.extract_size, entry.extract_sha256) == (len(IMAGE), hashlib.sha256(IMAGE).hexdigest())
    assert (entry.image_download_size, entry.image_download_sha256) == (len(packed), hashlib.sha256(packed).hexdigest())


def written(tmp_path: Path, *words: str) -> dict[str, Any]:  # Any: what json gives
    image = tmp_path / "stoop-pi5.img"
    image.write_bytes(IMAGE)
    assert main(["manifest", str(image), "--board", "pi5", *words]) == 0
    found: dict[str, Any] = json.loads((tmp_path / "stoop-pi5.rpi-imager-manifest").read_text())
    return found


def test_it_has_the_form_that_imager_reads(tmp_path: Path) -> None:
    listed = written(tmp_path, "--url", "https://example.org/d/stoop-pi5.img", "--date", "2026-12-01")
    (entry,), (device,) = listed["os_list"], listed["imager"]["devices"]
    assert {name: type(entry[name]) for name in REQUIRED} == REQUIRED
    assert entry["release_date"] == "2026-12-01"
    assert entry["icon"] == "https://example.org/d/icon.svg"
    assert entry["devices"] == device["tags"], "an entry that names no device of the list is shown for none"
    assert {"name", "description", "tags"} <= device.keys()


def test_imager_asks_for_wifi_and_for_nothing_that_this_image_would_not_take(tmp_path: Path) -> None:
    (entry,) = written(tmp_path)["os_list"]
    assert entry["init_format"] == "rpi-preseed"
    assert entry["capabilities"] == []
    assert entry["url"].startswith("file://")


def test_each_board_has_a_config_that_its_layout_can_start() -> None:
    for board in BOARDS:
        assert (ROOT / "deploy" / "image" / "config" / f"stoop-{board}.yaml").exists()


@pytest.mark.parametrize(
    ("name", "data", "board", "url", "sentence"),
    [
        ("a.img", IMAGE, "zero2w", "https://example.org/a", "there is no image for 'zero2w'"),
        ("a.img", IMAGE, "pi5", "ftp://example.org/a", "no address that Imager may fetch"),
        ("a.img.zst", IMAGE, "pi5", "https://example.org/a", "pack it as one of these"),
        ("a.img.xz", lzma.compress(IMAGE)[:-20], "pi5", "https://example.org/a", "is damaged"),
        ("a.img.gz", IMAGE, "pi5", "https://example.org/a", "is damaged"),
        ("a.img", b"", "pi5", "https://example.org/a", "no image of a card"),
        ("a.img", IMAGE[:-1], "pi5", "https://example.org/a", "no image of a card"),
    ],
)
def test_what_is_no_image_gets_no_manifest(
    tmp_path: Path, name: str, data: bytes, board: str, url: str, sentence: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CardError, match=sentence):
        describe(tmp_path / name, board, url, url, DATE)
