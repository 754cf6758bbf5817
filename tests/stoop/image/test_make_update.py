"""An update for flashed cards carries the number of the release in it, or it is not made."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from stoop.image.errors import CardError
from stoop.image.make_update import main
from stoop.update.release import new_key


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """All but the number."""
    if not shutil.which("mkfs.erofs") or not shutil.which("fsck.erofs"):
        pytest.skip("no mkfs.erofs here: install the Debian package erofs-utils")
    new_key(tmp_path / "key.pem")
    (tmp_path / "boot.vfat").write_bytes(b"boot")
    pack(tmp_path, "700\n")
    words = ["--boot", str(tmp_path / "boot.vfat"), "--system", str(tmp_path / "system.erofs")]
    return [*words, "--key", str(tmp_path / "key.pem"), "--version", "9.0", "--out", str(tmp_path / "x"), "--counter"]


def pack(folder: Path, counter: str | None) -> None:
    (folder / "root/opt/stoop").mkdir(parents=True, exist_ok=True)
    if counter is None:
        (folder / "root/opt/stoop/counter").unlink()
    else:
        (folder / "root/opt/stoop/counter").write_text(counter)
    image = folder / "system.erofs"
    image.unlink(missing_ok=True)
    subprocess.run(["mkfs.erofs", "-zlz4", str(image), str(folder / "root")], check=True, capture_output=True)


def test_an_update_with_the_number_of_its_system_is_made(words: list[str], tmp_path: Path) -> None:
    assert main([*words, "700"]) == 0
    assert (tmp_path / "x").exists()


def test_another_number_than_its_systems_is_refused_with_the_right_one(words: list[str], tmp_path: Path) -> None:
    with pytest.raises(CardError, match=r"release number 700, --counter says 701.*write --counter 700"):
        main([*words, "701"])
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("counter", [None, "seven\n"], ids=["none", "no number"])
def test_a_system_without_a_number_is_refused(words: list[str], tmp_path: Path, counter: str | None) -> None:
    pack(tmp_path, counter)
    with pytest.raises(CardError, match="holds no release's number"):
        main([*words, "700"])


def test_what_is_no_system_is_refused(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "system.erofs").write_bytes(bytes(10_000))
    with pytest.raises(CardError, match=r"name system\.erofs"):
        main([*words, "700"])
