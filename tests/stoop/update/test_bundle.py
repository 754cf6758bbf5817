"""An update is believed only as a whole, only from whom Stoop came, and only when it is newer."""

from __future__ import annotations

import base64
import io
import os
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stoop.update import bundle, command
from stoop.update.bundle import MANIFEST, SIGNATURE, SIGNED_PREFIX, FileEntry, Manifest, unpack, write
from stoop.update.command import Place
from stoop.update.errors import UpdateFailed, UpdateRefused
from tests.markdown import ROOT

OURS, THEIRS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
FILES = {
    "deploy/raspberry-pi/install.sh": b"#!/bin/sh\necho installed\n",
    "deploy/raspberry-pi/units/stoop.target": b"[Unit]\n",
    "requirements.lock": b"av==18\n",
    "wheels/stoop-9.0-py3-none-any.whl": bytes(range(256)) * 40,
}


def files_in(folder: Path) -> dict[str, Path]:
    found = {}
    for name, data in FILES.items():
        path = folder / "made" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o755 if name.endswith(".sh") else 0o644)
        found[name] = path
    return found


def made(folder: Path, counter: int = 7, key: Ed25519PrivateKey | None = OURS) -> Path:
    path = folder / "new.stoopupdate"
    write(path, files_in(folder), "9.0", counter, key)
    return path


def unpacked(path: Path, folder: Path, counter: int = 6) -> Manifest:
    target = folder / "out"
    target.mkdir()
    return unpack(path, OURS.public_key(), counter, target)


def test_a_good_update_is_unpacked_as_it_was_made(tmp_path: Path) -> None:
    manifest = unpacked(made(tmp_path), tmp_path)
    assert (manifest.version, manifest.counter) == ("9.0", 7)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in FILES} == FILES
    assert (tmp_path / "out/deploy/raspberry-pi/install.sh").stat().st_mode & 0o777 == 0o755


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    assert made(first).read_bytes() == made(second).read_bytes()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda folder: made(folder, key=None), "is not signed"),
        (lambda folder: made(folder, key=THEIRS), "signed by somebody whom this doorbell does not know"),
        (lambda folder: made(folder, counter=6), "is not newer"),
        (lambda folder: made(folder, counter=3), "is not newer"),
    ],
    ids=["unsigned", "wrong key", "the same again", "older"],
)
def test_what_may_not_be_installed_is_refused(tmp_path: Path, change: Callable[[Path], Path], sentence: str) -> None:
    with pytest.raises(UpdateRefused, match=sentence):
        unpacked(change(tmp_path), tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_bit_can_be_changed(tmp_path_factory: pytest.TempPathFactory, place: float, bit: int) -> None:
    """Either it is refused, or (tar's own padding and times) every file that comes out is the one that was signed."""
    folder = tmp_path_factory.mktemp("bit")
    path = made(folder)
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    path.write_bytes(data)
    try:
        unpacked(path, folder)
    except UpdateRefused:
        return
    assert {name: (folder / "out" / name).read_bytes() for name in FILES} == FILES


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(share=st.floats(0, 0.9))
def test_a_cut_update_is_refused(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    folder = tmp_path_factory.mktemp("cut")
    path = made(folder)
    whole = path.read_bytes()
    end = whole.rstrip(b"\0")
    path.write_bytes(whole[: int(share * len(end))])
    with pytest.raises(UpdateRefused):
        unpacked(path, folder)


def tar_of(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w:") as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def signed(entries: tuple[FileEntry, ...]) -> list[tuple[tarfile.TarInfo, bytes]]:
    text = msgspec.json.encode(Manifest(1, "9.0", 7, entries))
    return [
        (tarfile.TarInfo(MANIFEST), text),
        (tarfile.TarInfo(SIGNATURE), OURS.sign(SIGNED_PREFIX + text)),
    ]


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "wheels/../../x.whl", "deploy/..", "deploy/a/../b", "wheels/x.py", "opt/x", ""]
)
def test_even_a_signed_update_writes_nowhere_else(tmp_path: Path, name: str) -> None:
    path = tar_of(tmp_path / "x.stoopupdate", signed((FileEntry(name, 0, "0" * 64),)))
    with pytest.raises(UpdateRefused, match="has no place in one"):
        unpacked(path, tmp_path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_links_and_the_like_are_refused(tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("requirements.lock")
    info.type, info.linkname = kind, "/etc/passwd"
    path = tar_of(tmp_path / "x.stoopupdate", [*signed((FileEntry("requirements.lock", 0, "0" * 64),)), (info, b"")])
    with pytest.raises(UpdateRefused):
        unpacked(path, tmp_path)


def test_what_the_list_does_not_name_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path)
    with tarfile.open(path, "a:") as tar:
        tar.addfile(tarfile.TarInfo("wheels/more.whl"))
    with pytest.raises(UpdateRefused, match="its list does not name"):
        unpacked(path, tmp_path)


@given(st.binary(max_size=2000))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.stoopupdate"
        path.write_bytes(data)
        with pytest.raises(UpdateRefused):
            unpacked(path, Path(folder))


def header(kind: bytes, size_bytes: int) -> bytes:
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, size_bytes
    return info.tobuf(tarfile.GNU_FORMAT)


SPARSE = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n".ljust(512, b"\0")
TO_BREAK_TARFILE = {
    "names in names": (header(tarfile.GNUTYPE_LONGNAME, 1) + b"x".ljust(512, b"\0")) * 1500,
    "a sparse file's map": header(tarfile.XHDTYPE, 44) + SPARSE + header(tarfile.REGTYPE, 512) + b"a\nb\n".ljust(512),
    "a size past all memory": header(tarfile.XHDTYPE, 2**62),
}


@pytest.mark.parametrize("data", TO_BREAK_TARFILE.values(), ids=TO_BREAK_TARFILE)
def test_what_is_made_to_break_tarfile_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.stoopupdate"
    path.write_bytes(data)
    with pytest.raises(UpdateRefused, match="is damaged or no update"):
        unpacked(path, tmp_path)
    with pytest.raises(UpdateRefused, match="is damaged or no update"):
        bundle.glance(path, OURS.public_key())


def test_who_has_not_signed_gets_no_memory(tmp_path: Path) -> None:
    path, size_bytes = tmp_path / "x.stoopupdate", 64 * 1024 * 1024
    path.write_bytes(header(tarfile.XHDTYPE, size_bytes))
    os.truncate(path, size_bytes)
    tracemalloc.start()
    try:
        with pytest.raises(UpdateRefused):
            unpacked(path, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < size_bytes / 16
    finally:
        tracemalloc.stop()


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "machine")
    place.key.parent.mkdir(parents=True)
    place.key.write_text(base64.b64encode(OURS.public_key().public_bytes_raw()).decode() + "\n")
    return place


def test_an_update_is_installed_once(tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(command, "run_installer", lambda words: ran.append(list(words)))
    path = made(tmp_path)
    assert command.update(path, only_check=False, place=place) == 0
    assert place.counter.read_text() == "7\n"
    assert command.update(path, only_check=False, place=place) == 2
    assert len(ran) == 1
    assert ran[0][0].endswith("deploy/raspberry-pi/install.sh")
    assert [path.name for path in place.folder.iterdir()] == ["counter"]


def test_a_check_installs_nothing(tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "run_installer", lambda words: pytest.fail("installed"))
    assert command.update(made(tmp_path), only_check=True, place=place) == 0
    assert not place.counter.exists()


def test_one_that_does_not_work_may_be_tried_again(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: object) -> None:
        raise UpdateFailed("the update did not work: the one before is back")

    monkeypatch.setattr(command, "run_installer", fails)
    assert command.update(made(tmp_path), only_check=False, place=place) == 1
    assert "the one before is back" in capsys.readouterr().err
    assert not place.counter.exists()


def test_the_installers_last_words_are_told(tmp_path: Path) -> None:
    script = tmp_path / "install.sh"
    script.write_text("#!/bin/sh\necho fine\necho 'stoop: the card is full' >&2\nexit 2\n")
    script.chmod(0o755)
    with pytest.raises(UpdateFailed, match="did not work: the card is full"):
        command.run_installer([str(script)])


def test_the_newest_file_on_the_boot_partition_or_a_stick_is_taken(tmp_path: Path, place: Place) -> None:
    for number, where in enumerate(("boot/firmware", "media/stick", "media/somebody/stick")):
        folder = place.root / where
        folder.mkdir(parents=True)
        path = made(folder) if number == 1 else folder / "old.stoopupdate"
        path.touch()
        os.utime(path, (1000 + (number == 1), 1000 + (number == 1)))
    assert command.find_bundle(place).parent.name == "stick"
    assert command.find_bundle(place).name == "new.stoopupdate"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda place: place.key.unlink(), "knows no release key"),
        (lambda place: place.key.write_text("no key"), "is no release key"),
        (lambda place: (place.folder.mkdir(parents=True), place.counter.write_text("x")), "is damaged"),
    ],
    ids=["no key", "a key that is none", "a number that is none"],
)
def test_what_is_wrong_with_the_machine_is_one_sentence(
    tmp_path: Path, place: Place, capsys: pytest.CaptureFixture[str], spoil: Callable[[Place], object], sentence: str
) -> None:
    spoil(place)
    assert command.update(made(tmp_path), only_check=False, place=place) == 2
    assert sentence in capsys.readouterr().err


def test_no_file_anywhere_is_one_sentence(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.update(None, only_check=False, place=place) == 2
    assert "there is no *.stoopupdate file" in capsys.readouterr().err


def test_all_that_is_deployed_may_be_in_an_update(tmp_path: Path) -> None:
    files = {str(path.relative_to(ROOT)): path for path in sorted((ROOT / "deploy").rglob("*")) if path.is_file()}
    assert len(files) > 15
    assert len(write(tmp_path / "x.stoopupdate", files, "9.0", 7, OURS).files) == len(files)


def test_a_name_that_no_update_may_carry_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UpdateRefused):
        write(tmp_path / "x.stoopupdate", {"../x": files_in(tmp_path)["requirements.lock"]}, "9.0", 7, OURS)
    assert bundle.SUFFIX == ".stoopupdate"
