"""The journal: an append-only, sealed, forward-secure list of what happened; docs/design/0001 section 5."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from camera.clock import Clock
from camera.vault.age_writer import seal_bytes
from camera.vault.cards import Record, encode_record
from camera.vault.errors import VaultError
from camera.vault.files import DiskFiles, Files, Looks, OpenFile, write_durably

MAGIC = b"STOOPJ1\n"
RECORD_BYTES = 512
PLAIN_BYTES = RECORD_BYTES - 16
EPOCH_NS = 24 * 3600 * 1_000_000_000
_LENGTH_BYTES = 4
_NAME = re.compile(r"([0-9a-f]{8})\.sjl")


class Previous(msgspec.Struct, frozen=True):
    """The epoch before, as its file stood when this one was begun."""

    epoch: int
    records: int
    root: str


class JournalHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The sealed head of an epoch. `key` is K_0, unpadded base64url."""

    v: int = 1
    camera: str
    epoch: int
    key: str
    opened_at_ms: int
    previous: Previous | None

    def __repr__(self) -> str:
        return f"JournalHeader(epoch {self.epoch})"


@dataclass(frozen=True, slots=True)
class JournalFile:
    """One epoch's file and its number."""

    epoch: int
    path: Path


_DISK = DiskFiles()


def journal_files(folder: Path, files: Looks = _DISK) -> list[JournalFile]:
    """Every epoch in the folder, oldest first; other names are left alone. Raises StorageError."""
    return [
        JournalFile(int(match[1], 16), folder / name)
        for name in files.sizes(folder)
        if (match := _NAME.fullmatch(name))
    ]


def count_records(file: JournalFile, files: Looks = _DISK) -> int:
    """Whole records in a file, by its size. Raises StorageError when it cannot be read."""
    first = first_record(files.read(file.path, len(MAGIC) + _LENGTH_BYTES))
    return max(0, (files.size(file.path) or 0) - first) // RECORD_BYTES


def chain(data: bytes) -> tuple[int, bytes]:
    """How many whole records the file's bytes hold, and the root over them.

    A file without a sound head counts as all head: no records.
    """
    first = first_record(data)
    root = hashlib.sha256(data[:first]).digest()
    records = max(0, len(data) - first) // RECORD_BYTES
    for at in range(first, first + records * RECORD_BYTES, RECORD_BYTES):
        root = hashlib.sha256(root + data[at : at + RECORD_BYTES]).digest()
    return records, root


def first_record(data: bytes) -> int:
    """Where record 0 stands; past any file's end when there is no sound head."""
    head_bytes = len(MAGIC) + _LENGTH_BYTES
    if not data.startswith(MAGIC) or len(data) < head_bytes:
        return 1 << 62
    return head_bytes + int.from_bytes(data[len(MAGIC) : head_bytes], "big")


def record_aad(epoch: int, index: int) -> bytes:
    """What ties a record to its place."""
    return b"stoop-journal-v1" + epoch.to_bytes(8, "big") + index.to_bytes(8, "big")


class Journal:
    """Writes one epoch after another. Not thread-safe: the vault serialises.

    The key of each record is dropped when the record is sealed, so a seized device opens nothing that was written.
    Every record is on the card when `append` returns. A crash leaves at most a torn last record, which readers skip;
    a new epoch begins at the next start.
    """

    def __init__(self, folder: Path, camera_id: str, recipients: tuple[str, ...], clock: Clock, files: Files) -> None:
        """Begins an epoch. Raises StorageError, or RecipientError when a recipient is bad."""
        self._folder, self._camera_id, self._recipients = folder, camera_id, recipients
        self._clock, self._files = clock, files
        self._file: OpenFile | None = None
        self._epoch, self._index, self._key, self._opened_ns = 0, 0, b"", 0
        self.is_last_unsure = False
        """Whether the last `append` failed in saving: its record may be on the card all the same."""
        self._begin_epoch()

    @property
    def epoch(self) -> int:
        return self._epoch

    def append(self, record: Record) -> None:
        """Seal one record and return when it is on the card.

        After StorageError the epoch is given up, as it may end in half a record; the next call begins a new one.
        """
        plain = encode_record(record)
        self.is_last_unsure = False
        if self._file is None or self._clock.monotonic_ns() - self._opened_ns >= EPOCH_NS:
            self._begin_epoch()
        assert self._file is not None
        padded = (len(plain).to_bytes(2, "big") + plain).ljust(PLAIN_BYTES, b"\x00")
        message_key = hmac.digest(self._key, b"\x01", "sha256")
        self._key = hmac.digest(self._key, b"\x02", "sha256")
        aad = record_aad(self._epoch, self._index)
        self._index += 1
        self.is_last_unsure = False
        try:
            self._file.write(memoryview(ChaCha20Poly1305(message_key).encrypt(bytes(12), padded, aad)))
            self.is_last_unsure = True
            self._file.sync()
            self.is_last_unsure = False
        except VaultError:
            self._give_up_epoch()
            raise

    def use_recipients(self, recipients: tuple[str, ...]) -> None:
        """Begin an epoch sealed to these. After StorageError the next `append` begins it."""
        self._give_up_epoch()
        self._recipients = recipients
        self._begin_epoch()

    def close(self) -> None:
        """End the epoch; a later `append` would begin another."""
        file, self._file, self._key = self._file, None, b""
        if file is not None:
            file.close()

    def _give_up_epoch(self) -> None:
        try:
            self.close()
        except VaultError:
            self._file = None

    def _begin_epoch(self) -> None:
        self.close()
        earlier = journal_files(self._folder, self._files)
        epoch = earlier[-1].epoch + 1 if earlier else 0
        key = os.urandom(32)
        header = JournalHeader(
            camera=self._camera_id,
            epoch=epoch,
            key=base64.urlsafe_b64encode(key).rstrip(b"=").decode(),
            opened_at_ms=self._clock.wall_ms(),
            previous=self._previous(earlier[-1]) if earlier else None,
        )
        sealed = seal_bytes(self._recipients, msgspec.json.encode(header))
        path = self._folder / f"{epoch:08x}.sjl"
        write_durably(self._files, path, MAGIC + len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._file = self._files.open(path, is_new=False)
        self._epoch, self._index, self._key = epoch, 0, key
        self._opened_ns = self._clock.monotonic_ns()

    def _previous(self, file: JournalFile) -> Previous:
        """What the new epoch promises of the one before: saved first, as a killed process may have left it unsaved."""
        before = self._files.open(file.path, is_new=False)
        try:
            before.sync()
        finally:
            before.close()
        records, root = chain(self._files.read(file.path))
        return Previous(file.epoch, records, root.hex())
