"""`stoop bench wear`: what the vault writes to the card, over the bytes of video that it was given."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from camera.contract import AccessUnit
from camera.encoder import Encoder
from camera.frame import Frame, PictureSize
from camera.mask import Masker, parse_mask
from camera.thumbnail import jpeg_thumbnail
from camera.vault import Vault
from camera.vault.files import DiskFile, DiskFiles
from stoop.bench_coded import CodedScene
from stoop.bench_video import throwaway_recipient
from stoop.mask_files import WHOLE_PICTURE
from stoop.record import VideoClock

BAR = 1.10
SIZE, FPS, BITRATE_BPS = PictureSize(1280, 720), 30, 2_300_000
"""The encoder is asked for a little more than it uses: 2 Mbit/s come out."""
CLIPS, CLIP_S = 3, 20
EVENTS_AN_HOUR, _KEPT_BYTES = 60, 100_000_000
_KEEP_S = 72 * 3600
"""The card holds less than the hour: the oldest clips go meanwhile, which is written down too."""
PAGE_BYTES = 4096
"""What Linux writes at least: a page that was synced half full goes to the card again when it grows."""


class _Counts:
    """Bytes that went through the seam, and the bytes of the pages that they touched between two syncs."""

    def __init__(self) -> None:
        self.written_bytes = self.page_bytes = self.syncs = 0


class _CountedFile:
    """A file on disk whose writes are counted; its size is known because it only grows."""

    def __init__(self, file: DiskFile, size_bytes: int, counts: _Counts) -> None:
        self._file, self._counts = file, counts
        self._size_bytes = self._synced_bytes = size_bytes

    def write(self, data: memoryview) -> None:
        self._counts.written_bytes += len(data)
        self._size_bytes += len(data)
        self._file.write(data)

    def sync(self) -> None:
        self._flushed()
        self._counts.syncs += 1
        self._file.sync()

    def close(self) -> None:
        self._flushed()
        self._file.close()

    def _flushed(self) -> None:
        if self._size_bytes > self._synced_bytes:
            pages = (self._size_bytes - 1) // PAGE_BYTES - self._synced_bytes // PAGE_BYTES + 1
            self._counts.page_bytes += pages * PAGE_BYTES
            self._synced_bytes = self._size_bytes


class _CountedFiles(DiskFiles):
    """The vault's own seam to the disk, with a meter in it."""

    def __init__(self) -> None:
        self.counts = _Counts()

    def open(self, path: Path, *, is_new: bool) -> _CountedFile:  # type: ignore[override]  # both are OpenFile
        size_bytes = 0 if is_new else path.stat().st_size
        return _CountedFile(super().open(path, is_new=is_new), size_bytes, self.counts)


def run() -> dict[str, Any]:  # Any: JSON figures
    """Three clips of 20 s at 2 Mbit/s with thumbnails, journal and all that belongs to them."""
    units, jpeg = _pictures()
    video_bytes = CLIPS * sum(len(unit.data) for unit in units)
    with tempfile.TemporaryDirectory() as folder:
        files, clock = _CountedFiles(), VideoClock(0)
        vault = Vault(Path(folder), "0" * 32, (throwaway_recipient(),), clock, files)
        for _ in range(CLIPS):
            _record(vault, clock, units, jpeg)
        vault.close()
        on_disk_bytes = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    counts = files.counts
    ratio = counts.page_bytes / video_bytes
    return {
        "ratio": round(ratio, 4),
        "bar": BAR,
        "is_within_bar": ratio <= BAR,
        "baseline": "bytes of the access units; written counts whole 4 KiB pages between two syncs",
        "ratio_in_bytes": round(counts.written_bytes / video_bytes, 4),
        "ratio_left_on_disk": round(on_disk_bytes / video_bytes, 4),
        "video_mbit_per_s": round(video_bytes * 8 / (CLIPS * CLIP_S) / 1e6, 2),
        "syncs_a_clip": round(counts.syncs / CLIPS, 1),
    }


def hour(bitrate_bps: float) -> float:
    """Pages written over bytes of video in an hour with an event of 20 s a minute; every write is a real one."""
    units, jpeg = _pictures(round(bitrate_bps * BITRATE_BPS / 2_000_000))
    with tempfile.TemporaryDirectory() as folder:
        files, clock = _CountedFiles(), VideoClock(0)
        vault = Vault(Path(folder), "0" * 32, (throwaway_recipient(),), clock, files)
        for _ in range(EVENTS_AN_HOUR):
            _record(vault, clock, units, jpeg)
            vault.expire(_KEEP_S)
            vault.make_room(_KEPT_BYTES)
        vault.close()
    return round(files.counts.page_bytes / (EVENTS_AN_HOUR * sum(len(unit.data) for unit in units)), 4)


def _pictures(bitrate_bps: int = BITRATE_BPS) -> tuple[list[AccessUnit], bytes]:
    encoder, masker = Encoder(SIZE, FPS, bitrate_bps), Masker(parse_mask(WHOLE_PICTURE), SIZE)
    scene = CodedScene(SIZE)
    units = []
    for number in range(CLIP_S * FPS):
        masked = masker.apply(Frame(scene.picture(number), SIZE, number * 1_000_000_000 // FPS))
        units += encoder.encode(masked)
    return units, jpeg_thumbnail(masked)


def _record(vault: Vault, clock: VideoClock, units: list[AccessUnit], jpeg: bytes) -> None:
    clip = vault.open_clip("motion", "0" * 64)
    for unit in units:
        clock.now_ns = unit.captured_at_ns
        clip.append(unit)
    clip.set_thumbnail(jpeg)
    clip.close("quiet")
