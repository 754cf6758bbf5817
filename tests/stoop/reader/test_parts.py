"""A clip of which a second box has only parts opens as far as they go."""

from __future__ import annotations

from pathlib import Path

from camera.vault import Vault
from stoop.open_clips import list_clips, open_clips
from stoop.reader.folder import find_sealed
from tests.camera.vault.fakes import CAMERA_ID, MASK_DIGEST, FakeClock, access_units, count_pictures
from tests.stoop.reader.fakes import new_identity_file


def split(data: bytes, root: Path, clip: str, *cuts: int) -> None:
    folder = root / "open" / clip
    folder.mkdir(parents=True)
    for start, end in zip((0, *cuts), (*cuts, len(data)), strict=True):
        (folder / f"{start:012d}").write_bytes(data[start:end])


def test_parts_make_the_file_up_to_the_first_that_is_missing(tmp_path: Path) -> None:
    split(b"abcdefgh", tmp_path, "a" * 32, 3, 5)
    split(b"abcdefgh", tmp_path, "b" * 32, 3, 5)
    (tmp_path / "open" / ("b" * 32) / f"{3:012d}").unlink()
    (tmp_path / "clips").mkdir()
    assert [path.read_bytes() for path in find_sealed(tmp_path).clips] == [b"abcdefgh", b"abc"]


def test_a_clip_that_is_there_whole_needs_no_parts(tmp_path: Path) -> None:
    split(b"part", tmp_path, "a" * 32)
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / f"{'a' * 32}.age").write_bytes(b"whole")
    assert [path.read_bytes() for path in find_sealed(tmp_path).clips] == [b"whole"]


def test_a_stolen_doorbells_last_clip_opens_from_its_parts(tmp_path: Path) -> None:
    identity, recipient = new_identity_file(tmp_path, "hybrid")
    vault = Vault(tmp_path / "data" / "sealed", CAMERA_ID, (recipient,), FakeClock())
    clip = vault.open_clip("press", MASK_DIGEST)
    for unit in access_units(6, 900_000):
        clip.append(unit)
    sealed = (tmp_path / "data" / "sealed" / "clips" / f"{clip.clip_id}.age").read_bytes()
    copy = tmp_path / "copy"
    split(sealed, copy, clip.clip_id, 70_000, 140_000)
    (report,) = list_clips(copy, identity)
    assert (report.state, report.cause) == ("ended early", "press")
    (opened,) = open_clips(copy, identity, tmp_path / "out")
    assert opened.opened_to is not None
    assert count_pictures(Path(opened.opened_to).read_bytes()) > 60
    vault.close()
