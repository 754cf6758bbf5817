"""A clip is whole when it ends in order, and loses at most its last two seconds when it does not."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from camera.contract import AccessUnit
from camera.vault import ClipStateError, ClipWriter, StorageError, Vault
from camera.vault.boxes import CLOSED_UUID, OPENED_UUID
from camera.vault.files import DiskFile, DiskFiles, OpenFile
from stoop.reader.age_stream import open_bytes
from stoop.reader.identities import X25519Identity
from tests.camera.vault.fakes import (
    CAMERA_ID,
    JPEG,
    MASK_DIGEST,
    FakeClock,
    access_units,
    count_pictures,
    picture_times,
    playable_part,
    record_clip,
    top_boxes,
)

_IDENTITY = X25519Identity(os.urandom(32))
_RATES = pytest.mark.parametrize("bit_rate", [60_000, 300_000, 900_000, 2_000_000, 6_000_000])


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    vault = Vault(tmp_path, CAMERA_ID, (_IDENTITY.recipient,), FakeClock())
    yield vault
    vault.close()


def _path(root: Path, clip_id: str) -> Path:
    return root / "clips" / f"{clip_id}.age"


def _plain(root: Path, clip_id: str) -> bytes:
    return open_bytes(_path(root, clip_id).read_bytes(), (_IDENTITY,))


def _json_of(plain: bytes, uuid: bytes) -> dict[str, object]:
    for kind, at, size in top_boxes(plain):
        if kind == "uuid" and plain[at + 8 : at + 24] == uuid:
            found: dict[str, object] = msgspec.json.decode(plain[at + 24 : at + size])
            return found
    raise AssertionError("no such box")


def test_the_closed_box_tells_where_something_counted(vault: Vault, tmp_path: Path) -> None:
    units = access_units(3)
    clip = vault.open_clip("motion", MASK_DIGEST)
    clip.append(units[0])
    began_ns = units[0].captured_at_ns
    for at_ms, left in ((0, 0.1), (100, 0.2), (400, 0.3)):
        clip.note_moving(began_ns + at_ms * 1_000_000, [(left, 0.2, 0.3, 0.4), (0.9, 0.9, 0.2, 0.05)])
    for unit in units[1:]:
        clip.append(unit)
    card = clip.close("quiet")

    assert _json_of(_plain(tmp_path, card.clip), CLOSED_UUID.bytes)["moving"] == [
        [0, 100, 200, 300, 400],
        [0, 900, 900, 100, 50],
        [400, 300, 200, 300, 400],
        [400, 900, 900, 100, 50],
    ]


@_RATES
def test_every_picture_of_a_closed_clip_decodes(vault: Vault, tmp_path: Path, bit_rate: int) -> None:
    units = access_units(8, bit_rate)
    plain = _plain(tmp_path, record_clip(vault, units).clip)
    assert picture_times(plain) == [unit.pts_90k - units[0].pts_90k for unit in units]


def test_card_has_size_and_digest_of_the_file(vault: Vault, tmp_path: Path) -> None:
    card = record_clip(vault, access_units(3))
    sealed = _path(tmp_path, card.clip).read_bytes()
    assert (card.size_bytes, card.sha256) == (len(sealed), hashlib.sha256(sealed).hexdigest())
    assert (card.duration_ms, card.end, card.cause) == (3000, "quiet", "motion")


def test_opened_box_follows_moov_and_names_the_start(vault: Vault, tmp_path: Path) -> None:
    clock = FakeClock()
    units = access_units(1)
    card = record_clip(vault, units)
    plain = _plain(tmp_path, card.clip)
    assert [kind for kind, _, _ in top_boxes(plain)][:3] == ["ftyp", "moov", "uuid"]
    assert _json_of(plain, OPENED_UUID.bytes) == {
        "v": 1,
        "clip": card.clip,
        "started_at_ms": clock.wall - (clock.now_ns - units[0].captured_at_ns) // 1_000_000,
        "cause": "motion",
        "mask": MASK_DIGEST,
        "clock": "synced",
    }


def test_closed_box_is_last_and_leads_to_every_key_picture(vault: Vault, tmp_path: Path) -> None:
    card = record_clip(vault, access_units(8), end="cap")
    plain = _plain(tmp_path, card.clip)
    closed = _json_of(plain, CLOSED_UUID.bytes)
    boxes = top_boxes(plain)
    assert boxes[-1][0] == "uuid"
    assert {name: closed[name] for name in ("clip", "duration_ms", "pictures", "end")} == {
        "clip": card.clip,
        "duration_ms": 8000,
        "pictures": 240,
        "end": "cap",
    }
    keys = closed["keys"]
    assert isinstance(keys, list)
    assert [t_ms for t_ms, _ in keys] == [0, 2000, 4000, 6000]
    init_end = boxes[2][1] + boxes[2][2]
    for t_ms, offset in keys:
        assert plain[offset + 4 : offset + 8] == b"moof"
        assert picture_times(plain[:init_end] + plain[offset:])[0] == t_ms * 90


@_RATES
def test_whatever_the_moment_at_most_two_seconds_are_missing_from_the_file(
    vault: Vault, tmp_path: Path, bit_rate: int
) -> None:
    clip = vault.open_clip("motion", MASK_DIGEST)
    sizes = []
    units = access_units(8, bit_rate)
    for unit in units:
        clip.append(unit)
        sizes.append(_path(tmp_path, clip.clip_id).stat().st_size)
    sealed = _path(tmp_path, clip.clip_id).read_bytes()
    found = {size: count_pictures(playable_part(sealed[:size], (_IDENTITY,))) for size in set(sizes)}
    missing = [appended - found[size] for appended, size in enumerate(sizes, 1)]
    assert max(missing) <= 60
    assert max(missing) > 10  # else this test looks at nothing


def test_a_slow_stream_is_held_no_longer_than_a_fast_one(vault: Vault, tmp_path: Path) -> None:
    clip = vault.open_clip("motion", MASK_DIGEST)
    units = access_units(8, 60_000, fps=4)
    sizes = []
    for unit in units:
        clip.append(unit)
        sizes.append(_path(tmp_path, clip.clip_id).stat().st_size)
    sealed = _path(tmp_path, clip.clip_id).read_bytes()
    found = {size: count_pictures(playable_part(sealed[:size], (_IDENTITY,))) for size in set(sizes)}
    assert max(appended - found[size] for appended, size in enumerate(sizes, 1)) <= 8


def test_a_short_fragment_waits_no_longer_than_one_and_a_half_seconds(vault: Vault, tmp_path: Path) -> None:
    clip = vault.open_clip("motion", MASK_DIGEST)
    first, others = access_units(1, 60_000)[0], access_units(4, 60_000, seed=2)
    later = [AccessUnit(unit.data, unit.pts_90k + 3000, unit.is_key, unit.captured_at_ns) for unit in others]
    clip.append(first)
    before = clip.size_bytes
    clip.append(later[0])  # a key picture on demand: the first fragment is one picture long, ready at 1/30 s
    waited = 0
    for unit in later[1:]:
        if clip.size_bytes > before:
            break
        waited += 1
        clip.append(unit)
    assert 30 < waited <= 45


def test_busy_streams_are_not_padded(vault: Vault, tmp_path: Path) -> None:
    plain = _plain(tmp_path, record_clip(vault, access_units(8, 2_000_000)).clip)
    assert "free" not in [kind for kind, _, _ in top_boxes(plain)]


@pytest.mark.parametrize(("bit_rate", "pictures"), [(300_000, 200), (2_000_000, 239), (6_000_000, 97)])
def test_a_killed_writer_leaves_all_but_two_seconds(tmp_path: Path, bit_rate: int, pictures: int) -> None:
    arguments = (str(tmp_path), _IDENTITY.recipient, str(bit_rate), str(pictures))
    writer = subprocess.run([sys.executable, "-m", "tests.camera.vault.killed_writer", *arguments], check=False)
    assert writer.returncode == -signal.SIGKILL
    (path,) = (tmp_path / "clips").iterdir()
    times = picture_times(playable_part(path.read_bytes(), (_IDENTITY,)))
    assert len(times) >= pictures - 60
    assert times == [number * 3000 for number in range(len(times))]


def test_a_clip_without_a_picture_cannot_be_closed(vault: Vault) -> None:
    clip = vault.open_clip("motion", MASK_DIGEST)
    with pytest.raises(ClipStateError, match="got no picture"):
        clip.close("quiet")
    assert vault.open_clip_id is None


def test_an_ended_clip_takes_nothing_more(vault: Vault) -> None:
    clip = vault.open_clip("motion", MASK_DIGEST)
    clip.append(access_units(1)[0])
    clip.close("quiet")
    with pytest.raises(ClipStateError, match="has ended"):
        clip.append(access_units(1)[1])
    with pytest.raises(ClipStateError, match="has ended"):
        clip.close("quiet")


class _FullDisk(DiskFiles):
    """A disk that has room for so many bytes of clips."""

    def __init__(self, room_bytes: int) -> None:
        self.room_bytes = room_bytes
        self.syncs = 0

    def open(self, path: Path, *, is_new: bool) -> OpenFile:  # type: ignore[override]  # a wrapper in its place
        file = super().open(path, is_new=is_new)
        return _FullFile(file, self) if path.suffix == ".age" else file


class _FullFile:
    def __init__(self, file: OpenFile, disk: _FullDisk) -> None:
        self._file, self._disk = file, disk

    def write(self, data: memoryview) -> None:
        self._disk.room_bytes -= len(data)
        if self._disk.room_bytes < 0:
            raise StorageError("cannot write: no space left on device; free space on the card")
        self._file.write(data)

    def sync(self) -> None:
        self._disk.syncs += 1
        self._file.sync()

    def close(self) -> None:
        self._file.close()


def _append_all(clip: ClipWriter, units: tuple[AccessUnit, ...]) -> None:
    for unit in units:
        clip.append(unit)


def test_a_full_disk_ends_the_clip_early_and_the_next_one_works(tmp_path: Path) -> None:
    disk = _FullDisk(600_000)
    vault = Vault(tmp_path, CAMERA_ID, (_IDENTITY.recipient,), FakeClock(), disk)
    clip = vault.open_clip("motion", MASK_DIGEST)
    with pytest.raises(StorageError, match="no space left"):
        _append_all(clip, access_units(8, 2_000_000))
    assert not clip.is_open
    assert len(picture_times(playable_part(_path(tmp_path, clip.clip_id).read_bytes(), (_IDENTITY,)))) > 10
    disk.room_bytes = 10_000_000
    assert record_clip(vault, access_units(1)).end == "quiet"


@_RATES
def test_the_file_is_saved_at_least_every_two_seconds(tmp_path: Path, bit_rate: int) -> None:
    disk = _FullDisk(1 << 30)
    vault = Vault(tmp_path, CAMERA_ID, (_IDENTITY.recipient,), FakeClock(), disk)
    clip = vault.open_clip("motion", MASK_DIGEST)
    since = worst = 0
    for unit in access_units(8, bit_rate):
        before = disk.syncs
        clip.append(unit)
        since = 0 if disk.syncs > before else since + 1
        worst = max(worst, since)
    assert 0 < worst <= 60


def test_thumbnail_is_written_at_the_end_and_never_in_the_clear(vault: Vault, tmp_path: Path) -> None:
    card = record_clip(vault, access_units(1))
    (path,) = (tmp_path / "thumbs").iterdir()
    assert path.name == f"{card.clip}.thumb"
    assert JPEG not in path.read_bytes()
    assert card.thumb is not None


class _NoThumbnails(DiskFiles):
    """A disk that refuses every thumbnail."""

    def open(self, path: Path, *, is_new: bool) -> DiskFile:
        if path.parent.name == "thumbs":
            raise StorageError("cannot create: no space left on device")
        return super().open(path, is_new=is_new)


def test_a_clip_whose_thumbnail_cannot_be_saved_is_still_complete(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    vault = Vault(tmp_path, CAMERA_ID, (_IDENTITY.recipient,), FakeClock(), _NoThumbnails())
    card = record_clip(vault, access_units(1))
    assert (card.thumb, len(picture_times(_plain(tmp_path, card.clip)))) == (None, 30)
    assert "has no thumbnail" in caplog.text


def test_a_clip_without_a_thumbnail_has_no_key(vault: Vault, tmp_path: Path) -> None:
    clip = vault.open_clip("manual", MASK_DIGEST)
    clip.append(access_units(1)[0])
    assert clip.close("stopped").thumb is None
    assert list((tmp_path / "thumbs").iterdir()) == []
