"""Opens journal files, verifies every record, and checks that epochs follow each other without a gap."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from camera.vault.cards import Record, decode_record
from camera.vault.journal import MAGIC, RECORD_BYTES, JournalHeader, record_aad
from stoop.reader.age_stream import open_bytes
from stoop.reader.errors import AgeError, JournalError
from stoop.reader.holes import has_hole
from stoop.reader.identities import Identity

_HEAD_BYTES = len(MAGIC) + 4


@dataclass(frozen=True, slots=True)
class Epoch:
    """One opened journal file.

    `records` in order; None where a record is of a kind that this version does not know.
    `altered` are the indexes of records that fail to open. `torn_bytes` is what a power cut left of a last record:
    less than a whole one, or a whole one with a hole in it, which `is_hollow`.
    """

    header: JournalHeader
    records: tuple[Record | None, ...]
    altered: tuple[int, ...]
    torn_bytes: int
    root: str
    is_hollow: bool = False

    @property
    def stored_records(self) -> int:
        return len(self.records) + len(self.altered) + self.is_hollow


@dataclass(frozen=True, slots=True)
class JournalCheck:
    """All epochs of a folder together. `problems` are sentences; empty when all is well."""

    epochs: tuple[Epoch, ...]
    missing_epochs: tuple[int, ...]
    links_checked: int
    problems: tuple[str, ...]

    def records(self) -> list[Record]:
        """Every record that opened, oldest first."""
        return [record for epoch in self.epochs for record in epoch.records if record is not None]


def read_epoch(data: bytes, identities: Sequence[Identity]) -> Epoch:
    """Open one journal file. The ratchet goes on past an altered record, so later ones still open.

    Raises JournalError when the head is malformed, NoMatchError or another AgeError when it does not open.
    """
    length = int.from_bytes(data[len(MAGIC) : _HEAD_BYTES], "big")
    first = _HEAD_BYTES + length
    if not data.startswith(MAGIC) or len(data) < first:
        raise JournalError("this is no journal file, or its head is cut")
    header, key = _read_header(open_bytes(data[_HEAD_BYTES:first], identities))
    root = hashlib.sha256(data[:first]).digest()
    records: list[Record | None] = []
    altered: list[int] = []
    whole, torn_bytes = divmod(len(data) - first, RECORD_BYTES)
    is_hollow = False
    for index in range(whole):
        at = first + index * RECORD_BYTES
        stored = data[at : at + RECORD_BYTES]
        root = hashlib.sha256(root + stored).digest()
        message_key, key = hmac.digest(key, b"\x01", "sha256"), hmac.digest(key, b"\x02", "sha256")
        try:
            plain = ChaCha20Poly1305(message_key).decrypt(bytes(12), stored, record_aad(header.epoch, index))
        except InvalidTag:
            is_hollow = index == whole - 1 and has_hole(stored)
            if not is_hollow:
                altered.append(index)
            continue
        records.append(_decode(plain))
    torn_bytes += RECORD_BYTES if is_hollow else 0
    return Epoch(header, tuple(records), tuple(altered), torn_bytes, root.hex(), is_hollow)


def check_journal(
    files: dict[int, Path],
    identities: Sequence[Identity],
    read: Callable[[bytes, Sequence[Identity]], Epoch] = read_epoch,
) -> JournalCheck:
    """Open every epoch, compare each with what its successor says of it, and name what is missing.

    `files` by epoch number; `read` opens as `read_epoch` does, perhaps from memory. Raises OSError.
    """
    epochs: dict[int, Epoch] = {}
    problems: list[str] = []
    for number, path in sorted(files.items()):
        try:
            epoch = read(path.read_bytes(), identities)
        except (AgeError, JournalError) as error:
            problems.append(f"epoch {number} does not open: {error}")
            continue
        epochs[number] = epoch
        if epoch.header.epoch != number:
            problems.append(f"epoch {number} was replaced: its file says {epoch.header.epoch}")
        problems += [f"epoch {number}: record {index} was altered" for index in epoch.altered]
    missing = tuple(number for number in range(max(files, default=-1)) if number not in files)
    links, broken = _check_links(epochs)
    return JournalCheck(tuple(epochs.values()), missing, links, tuple(problems + broken))


def _check_links(epochs: dict[int, Epoch]) -> tuple[int, list[str]]:
    """How many links hold, and what is wrong with the others."""
    good, broken = 0, []
    for number, epoch in epochs.items():
        previous = epoch.header.previous
        before = epochs.get(previous.epoch) if previous else None
        if previous is None:
            if any(earlier < number for earlier in epochs):
                broken.append(f"epoch {number} does not say what was before it")
            continue
        if before is None:
            continue
        if (before.stored_records, before.root) == (previous.records, previous.root):
            good += 1
        else:
            told, found = previous.records, before.stored_records
            broken.append(
                f"epoch {previous.epoch} changed after epoch {number} began: {told} records then, {found} now"
            )
    return good, broken


def _read_header(plain: bytes) -> tuple[JournalHeader, bytes]:
    try:
        header = msgspec.json.decode(plain, type=JournalHeader)
        key = base64.urlsafe_b64decode(header.key + "=" * (-len(header.key) % 4))
    except (msgspec.DecodeError, binascii.Error) as error:
        raise JournalError("the head of the journal file is malformed") from error
    if header.v != 1 or len(key) != 32:
        raise JournalError(f"the journal file is of version {header.v}, which this program does not know")
    return header, key


def _decode(plain: bytes) -> Record | None:
    length = int.from_bytes(plain[:2], "big")
    try:
        return decode_record(plain[2 : 2 + length])
    except msgspec.DecodeError:
        return None
