"""A stick is looked at without being believed: read-only, its one folder, plain files, and the update's own checks."""

from __future__ import annotations

import base64
import errno
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from camera.update_desk import read_outcome
from stoop.update import command, stick
from stoop.update.command import Place, alone
from stoop.update.errors import NothingBrought, UpdateRefused
from stoop.update.stick import FOLDER, copy_update, mounted, update_from_stick
from tests.stoop.update.test_bundle import OURS, made


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool"


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The top of a stick."""
    (tmp_path / "stick" / FOLDER).mkdir(parents=True)
    return tmp_path / "stick"


def newest(found: Sequence[Path]) -> Path:
    return max(found, key=lambda path: path.stat().st_mtime)


def test_the_chosen_update_in_the_folder_is_copied(there: Path, spool: Path) -> None:
    for number, name in enumerate(("old", "new", "older")):
        path = there / FOLDER / f"{name}.stoopupdate"
        path.write_text(name)
        os.utime(path, (1000 + (number == 1), 1000 + (number == 1)))

    assert copy_update(there, spool, newest).read_text() == "new"


def test_nothing_else_on_the_stick_is_looked_at(there: Path, spool: Path) -> None:
    (there / "top.stoopupdate").write_text("x")
    (there / FOLDER / "notes.txt").write_text("x")
    (there / FOLDER / "below").mkdir()
    (there / FOLDER / "below" / "deep.stoopupdate").write_text("x")

    with pytest.raises(NothingBrought, match=r"no \*.stoopupdate file in a folder stoop-update"):
        copy_update(there, spool, newest)


def test_a_stick_leads_nowhere_else(there: Path, spool: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (there / FOLDER / "a.stoopupdate").symlink_to(tmp_path / "secret")
    os.mkfifo(there / FOLDER / "b.stoopupdate")
    with pytest.raises(NothingBrought):
        copy_update(there, spool, newest)

    shutil.rmtree(there / FOLDER)
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "c.stoopupdate").write_text("x")
    (there / FOLDER).symlink_to(tmp_path / "away")
    with pytest.raises(NothingBrought):
        copy_update(there, spool, newest)


def test_what_is_too_large_is_not_copied_whole(there: Path, spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stick, "MAX_UPDATE_BYTES", 1000)
    (there / FOLDER / "a.stoopupdate").write_bytes(b"x" * 1001)

    with pytest.raises(UpdateRefused, match="more than 1000 bytes"):
        copy_update(there, spool, newest)


@pytest.mark.parametrize("device", ["/dev/null", "/etc/passwd", "/dev/../etc/passwd", "/dev/sda1 -o rw", "-a"])
def test_what_is_no_stick_is_not_mounted(device: str) -> None:
    with pytest.raises((UpdateRefused, OSError)), mounted(Path(device)):
        pytest.fail("mounted")


def test_only_one_update_at_a_time_and_the_next_is_not_dropped(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    order: list[str] = []

    def next_one() -> None:
        with alone(tmp_path):
            order.append("second")

    said = ""
    with ThreadPoolExecutor(1) as pool:
        with alone(tmp_path):
            second = pool.submit(next_one)
            while "waiting for its end" not in said and not second.done():
                said += capfd.readouterr().err
            order.append("first")
        second.result()
    assert order == ["first", "second"]


def say(monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    """`shell` in place of each tool that looks at a stick, that says it is one."""
    monkeypatch.setattr(stat, "S_ISBLK", lambda _: True)
    monkeypatch.setattr(stick, "is_systems", lambda _: False)
    monkeypatch.setattr(stick, "_LIMIT_S", 0.5)
    real = subprocess.run

    def run(words: list[str], **options: Any) -> subprocess.CompletedProcess[str]:  # Any: as of subprocess.run
        text = "echo vfat" if words[0].endswith("blkid") else shell
        done: subprocess.CompletedProcess[str] = real(["sh", "-c", text, *words], **options)
        return done

    monkeypatch.setattr(subprocess, "run", run)


@pytest.mark.parametrize(
    ("shell", "sentence"),
    [
        ("echo 'wrong fs type' >&2; exit 32", "the stick cannot be read: wrong fs type"),
        (
            """for it; do :; done; printf '%s\\n' "mount: $it: wrong fs type." "  dmesg(1)" >&2; exit 32""",
            "the stick cannot be read: wrong fs type",
        ),
        ("exit 32", "the stick cannot be read: mount ended with 32"),
        ("exec sleep 60", "the stick does not answer (mount took 0.5 s): take another"),
    ],
    ids=["its own words", "with its folder and more", "without a word", "hangs"],
)
def test_an_owner_hears_in_a_sentence_of_a_stick_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str, sentence: str
) -> None:
    say(monkeypatch, shell)
    place = Place(tmp_path)
    place.told.mkdir(parents=True)

    assert update_from_stick(Path("/dev/null"), place) == 2
    outcome = read_outcome(place.told / "outcome.json")
    assert outcome is not None
    assert (outcome.word, outcome.sentence) == ("refused", sentence)


def test_a_stick_that_cannot_be_read_is_told_of_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time its folder is another."""
    say(monkeypatch, 'for it; do :; done; echo "mount: $it: wrong fs type." >&2; exit 32')
    monkeypatch.setattr(stick, "was_there_at_start", lambda _: True)
    seen = []
    for _ in range(3):
        assert update_from_stick(Path("/dev/null"), place) == 2
        seen.append((place.told / "outcome.json").exists())
        (place.told / "outcome.json").unlink(missing_ok=True)
    assert seen == [True, False, False]


def test_a_stick_that_fails_is_no_stick_without_an_update(
    there: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "scandir", fail)
    with pytest.raises(OSError, match="Input/output"):
        copy_update(there, spool, newest)


# --- a real device ------------------------------------------------------------------------------------------------


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Path]:
    """A block device with an ext4 on it that holds an update."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("mkfs.ext4", "losetup", "mount", "blkid"))):
        pytest.skip("mounting takes root, mkfs.ext4 (Debian package e2fsprogs), losetup and mount (util-linux, mount)")
    (tmp_path / "content" / FOLDER).mkdir(parents=True)
    made(tmp_path).rename(tmp_path / "content" / FOLDER / "new.stoopupdate")
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(8 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", "-d", str(tmp_path / "content"), str(image)], check=True)
    done = subprocess.run(["losetup", "--find", "--show", str(image)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no loop device here: {done.stderr.strip()}")
    device = Path(done.stdout.strip())
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", str(device)], check=True)


def test_a_real_stick_is_mounted_so_that_nothing_on_it_counts(loop: Path) -> None:
    try:
        with mounted(loop) as folder:
            [line] = [line for line in Path("/proc/mounts").read_text().splitlines() if f" {folder} " in line]
            options = line.split()[3].split(",")
            assert {"ro", "nosuid", "nodev", "noexec"} <= set(options)
            with pytest.raises(OSError, match="Read-only"):
                (folder / "x").touch()
    except UpdateRefused as error:
        pytest.skip(f"this machine may not mount: {error}")
    assert str(folder) not in Path("/proc/mounts").read_text()
    assert not folder.exists()


def test_a_stick_that_is_mounted_already_is_left_alone(loop: Path, tmp_path: Path) -> None:
    """A second mount, read-only, would fail; a first one would make the other read-only."""
    (tmp_path / "theirs").mkdir()
    if subprocess.run(["mount", str(loop), str(tmp_path / "theirs")], capture_output=True, check=False).returncode:
        pytest.skip("this machine may not mount")
    try:
        with pytest.raises(NothingBrought, match="a disk that this machine itself uses"), mounted(loop):
            pytest.fail("mounted")
    finally:
        subprocess.run(["umount", str(tmp_path / "theirs")], check=True)


def test_an_update_on_a_real_stick_is_installed(loop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path / "machine")
    place.key.parent.mkdir(parents=True)
    place.told.mkdir(parents=True)
    place.key.write_text(base64.b64encode(OURS.public_key().public_bytes_raw()).decode())
    ran: list[list[str]] = []

    def installer(words: list[str]) -> None:
        assert str(loop) not in Path("/proc/mounts").read_text(), "the stick may be pulled out while it is installed"
        ran.append(words)

    monkeypatch.setattr(command, "run_installer", installer)
    code = update_from_stick(loop, place)
    outcome = read_outcome(place.told / "outcome.json")
    if code == 2 and outcome and "cannot be read" in outcome.sentence:
        pytest.skip(f"this machine may not mount: {outcome.sentence}")

    assert code == 0
    assert len(ran) == 1
    assert outcome is not None
    assert (outcome.way, outcome.word, outcome.version) == ("stick", "installed", "9.0")
    assert place.counter.read_text() == "7\n"
