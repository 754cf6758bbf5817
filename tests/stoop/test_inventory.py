"""What a thief would find, made by looking; and a key that should not be there is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from camera.home import Home
from camera.inventory import KINDS, take_inventory
from camera.vault import Vault
from stoop.inventory_command import TELLS
from tests.camera.vault.fakes import CAMERA_ID, FakeClock, access_units, record_clip
from tests.stoop.reader.fakes import new_identity_file


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with two clips, of which one was deleted, and a server's key."""
    folder = tmp_path / "data"
    Home(folder / "camera").save_mask_text(b"{}")
    _, recipient = new_identity_file(tmp_path, "x25519")
    vault = Vault(folder / "sealed", CAMERA_ID, (recipient,), FakeClock())
    record_clip(vault, access_units(2))
    vault.delete_clip(record_clip(vault, access_units(2)).clip, "owner", "d" * 16)
    vault.close()
    (folder / "server").mkdir()
    (folder / "server" / "tls-key.pem").write_text("-----BEGIN PRIVATE KEY-----")
    return folder


def inventory(data: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "stoop", "inventory", "--data", str(data), "--json"]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_every_kind_has_its_words() -> None:
    assert {kind for kind, _ in KINDS} == TELLS.keys()


def test_it_counts_what_lies_there(data: Path) -> None:
    found = take_inventory(data)
    assert {kind: pile.files for kind, pile in found.piles.items()} == {
        "camera": 1,
        "mask": 1,
        "clips": 1,
        "thumbnails": 1,
        "journal": 1,
        "reserve": 1,
        "ages": 1,
        "sequence": 1,
        "server": 1,
    }
    clip = next((data / "sealed" / "clips").iterdir()).stat()
    pile = found.piles["clips"]
    assert (pile.size_bytes, pile.oldest_ms, pile.newest_ms) == (
        clip.st_size,
        clip.st_mtime_ns // 1_000_000,
        clip.st_mtime_ns // 1_000_000,
    )
    assert found.clips_ever == 2
    assert (found.private_keys, found.strange, found.unread) == (["server/tls-key.pem"], [], [])


@pytest.mark.parametrize(
    "line", ["AGE-SECRET-KEY-PQ-1ABC", "age-secret-key-1abc", "-----BEGIN OPENSSH PRIVATE KEY-----"]
)
def test_an_owners_key_on_the_card_is_found_wherever_it_lies(data: Path, line: str) -> None:
    (data / "camera" / "camera.json").write_text(f'{{"oops": "{line}"}}')
    done = inventory(data)
    assert done.returncode == 1
    assert "camera/camera.json" in json.loads(done.stdout)["private_keys"]


def test_a_file_that_is_none_of_ours_is_named(data: Path) -> None:
    (data / "sealed" / "clips" / "holiday.mp4").write_bytes(b"x")
    (data / "sealed" / "clips" / "holiday.new").write_bytes(b"x")
    os.symlink("/etc/hostname", data / "camera" / "link.json")
    assert take_inventory(data).strange == ["camera/link.json", "sealed/clips/holiday.mp4", "sealed/clips/holiday.new"]


def test_what_a_power_cut_left_is_ours(data: Path) -> None:
    """Written by the two ways that there are: the vault's, and whole small files'."""
    (data / "sealed" / "thumbs" / f"{'a' * 32}.thumb.new").write_bytes(b"x")
    (data / "camera" / ".mask.json.new").write_bytes(b"x")
    found = take_inventory(data)
    assert (found.piles["unfinished"].files, found.strange) == (2, [])


def test_no_folder_is_one_sentence(tmp_path: Path) -> None:
    done = inventory(tmp_path / "none")
    assert done.returncode == 2
    assert "there is no data folder" in done.stderr


def test_a_used_folder_has_no_key_that_opens_anything(data: Path) -> None:
    assert inventory(data).returncode == 0
