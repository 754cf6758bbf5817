"""Journal and thumbnail opened by hand, with nothing but the words of docs/design/0001: formats stay as they are."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from camera.vault import Vault
from camera.vault.cards import CameraStarted
from stoop.reader.age_stream import open_bytes
from stoop.reader.identities import HybridIdentity
from tests.camera.vault.fakes import CAMERA_ID, JPEG, FakeClock, access_units, record_clip

_OWNER = HybridIdentity(os.urandom(32))


def _unpadded(text: str) -> bytes:
    assert not set("=+/") & set(text)
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _open_by_hand(data: bytes) -> tuple[dict[str, object], list[dict[str, object]], str]:
    """Header, records and root of a journal file."""
    assert data[:8] == b"STOOPJ1\n"
    first = 12 + int.from_bytes(data[8:12], "big")
    header = json.loads(open_bytes(data[12:first], (_OWNER,)))
    key, root, records = _unpadded(header["key"]), hashlib.sha256(data[:first]).digest(), []
    for index, at in enumerate(range(first, len(data), 512)):
        stored = data[at : at + 512]
        message_key = hmac.digest(key, bytes([1]), "sha256")
        key = hmac.digest(key, bytes([2]), "sha256")
        place = header["epoch"].to_bytes(8, "big") + index.to_bytes(8, "big")
        plain = ChaCha20Poly1305(message_key).decrypt(bytes(12), stored, b"stoop-journal-v1" + place)
        length = int.from_bytes(plain[:2], "big")
        assert plain[2 + length :] == bytes(494 - length)
        records.append(json.loads(plain[2 : 2 + length]))
        root = hashlib.sha256(root + stored).digest()
    return header, records, root.hex()


def test_journal_is_what_the_page_says(tmp_path: Path) -> None:
    for number in range(2):
        vault = Vault(tmp_path, CAMERA_ID, (_OWNER.recipient,), FakeClock(wall=77))
        vault.note(CameraStarted(at_ms=5, version=f"1.{number}"))
        vault.note(CameraStarted(at_ms=6, version="é"))
        vault.close()
    first, second = ((tmp_path / "journal" / f"0000000{number}.sjl").read_bytes() for number in range(2))
    header, records, root = _open_by_hand(first)
    assert {**header, "key": ""} == {
        "v": 1,
        "camera": CAMERA_ID,
        "epoch": 0,
        "key": "",
        "opened_at_ms": 77,
        "previous": None,
    }
    assert records[0] == {"t": "camera.started", "at_ms": 5, "version": "1.0"}
    header, records, _ = _open_by_hand(second)
    assert header["previous"] == {"epoch": 0, "records": 2, "root": root}
    assert [record["version"] for record in records] == ["1.1", "é"]


def test_thumbnail_is_what_the_page_says(tmp_path: Path) -> None:
    vault = Vault(tmp_path, CAMERA_ID, (_OWNER.recipient,), FakeClock())
    card = record_clip(vault, access_units(1))
    vault.close()
    _, records, _ = _open_by_hand((tmp_path / "journal" / "00000000.sjl").read_bytes())
    key = records[1]["thumb"]
    assert isinstance(key, str)
    sealed = (tmp_path / "thumbs" / f"{card.clip}.thumb").read_bytes()
    place = b"stoop-thumb-v1" + card.clip.encode()
    assert ChaCha20Poly1305(_unpadded(key)).decrypt(bytes(12), sealed, place) == JPEG
