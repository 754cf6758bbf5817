"""Independent programs open what the vault seals, and the reader opens what they seal."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from camera.vault import Vault, seal_bytes
from camera.vault.age_writer import CHUNK_BYTES
from stoop.reader.age_stream import open_bytes
from stoop.reader.identities import parse_identity
from tests.camera.vault.fakes import CAMERA_ID, FakeClock, access_units, picture_times, record_clip
from tests.stoop.reader.fakes import new_secret

_WEB = Path(__file__).parents[2] / "web"
_AGE, _NODE = shutil.which("age"), shutil.which("node")
_SIZES = pytest.mark.parametrize("size_bytes", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES - 1])

needs_age = pytest.mark.skipif(_AGE is None, reason="the program age is not installed")
needs_node = pytest.mark.skipif(
    _NODE is None or not (_WEB / "node_modules" / "age-encryption").is_dir(),
    reason="node or web/node_modules/age-encryption is missing (run.py setup brings both)",
)

_OPEN = """
import { Decrypter } from "age-encryption"; import { readFileSync, writeSync } from "node:fs";
const decrypter = new Decrypter(); decrypter.addIdentity(process.env.SECRET);
const plain = Buffer.from(await decrypter.decrypt(new Uint8Array(readFileSync(0))));
for (let at = 0; at < plain.length;) at += writeSync(1, plain, at);
"""
_SEAL = """
import { Encrypter } from "age-encryption"; import { readFileSync, writeSync } from "node:fs";
const encrypter = new Encrypter(); encrypter.addRecipient(process.env.RECIPIENT);
const sealed = Buffer.from(await encrypter.encrypt(new Uint8Array(readFileSync(0))));
for (let at = 0; at < sealed.length;) at += writeSync(1, sealed, at);
"""


def _in_node(script: str, data: bytes, tmp_path: Path, **environment: str) -> bytes:
    """Run a module in node, where age-encryption is found; data goes through a file, which node reads whole."""
    source = tmp_path / "input"
    source.write_bytes(data)
    with source.open("rb") as file, (tmp_path / "output").open("wb") as out:
        subprocess.run(
            [_NODE or "", "--input-type=module", "-e", script],
            cwd=_WEB,
            stdin=file,
            stdout=out,
            env={**os.environ, **environment},
            check=True,
        )
    return (tmp_path / "output").read_bytes()


def _with_age(arguments: list[str], data: bytes) -> bytes:
    return subprocess.run([_AGE or "", *arguments], input=data, stdout=subprocess.PIPE, check=True).stdout


def _clip(root: Path, recipient: str) -> bytes:
    vault = Vault(root, CAMERA_ID, (recipient,), FakeClock())
    card = record_clip(vault, access_units(3, 900_000))
    vault.close()
    return (root / "clips" / f"{card.clip}.age").read_bytes()


def _secret_file(folder: Path, secret: str) -> str:
    path = folder / "identity"
    path.write_text(secret + "\n")
    return str(path)


@needs_node
@pytest.mark.parametrize("kind", ["hybrid", "x25519"])
def test_age_encryption_opens_a_clip(tmp_path: Path, kind: str) -> None:
    secret = new_secret(kind)
    sealed = _clip(tmp_path / "sealed", parse_identity(secret).recipient)
    plain = _in_node(_OPEN, sealed, tmp_path, SECRET=secret)
    assert hashlib.sha256(plain).digest() == hashlib.sha256(open_bytes(sealed, (parse_identity(secret),))).digest()
    assert len(picture_times(plain)) == 90


@needs_node
@_SIZES
def test_age_encryption_opens_what_is_sealed_in_memory(tmp_path: Path, size_bytes: int) -> None:
    secret, plain = new_secret("hybrid"), os.urandom(size_bytes)
    sealed = seal_bytes((parse_identity(secret).recipient,), plain)
    assert _in_node(_OPEN, sealed, tmp_path, SECRET=secret) == plain


@needs_node
@pytest.mark.parametrize("kind", ["hybrid", "x25519"])
def test_reader_opens_what_age_encryption_seals(tmp_path: Path, kind: str) -> None:
    identity, plain = parse_identity(new_secret(kind)), os.urandom(3 * CHUNK_BYTES)
    sealed = _in_node(_SEAL, plain, tmp_path, RECIPIENT=identity.recipient)
    assert open_bytes(sealed, (identity,)) == plain


@needs_age
def test_age_opens_a_clip(tmp_path: Path) -> None:
    secret = new_secret("x25519")
    sealed = _clip(tmp_path / "sealed", parse_identity(secret).recipient)
    assert len(picture_times(_with_age(["-d", "-i", _secret_file(tmp_path, secret)], sealed))) == 90


@needs_age
@_SIZES
def test_age_opens_what_is_sealed_in_memory(tmp_path: Path, size_bytes: int) -> None:
    secret, plain = new_secret("x25519"), os.urandom(size_bytes)
    sealed = seal_bytes((parse_identity(secret).recipient,), plain)
    assert _with_age(["-d", "-i", _secret_file(tmp_path, secret)], sealed) == plain


@needs_age
def test_reader_opens_what_age_seals() -> None:
    identity, plain = parse_identity(new_secret("x25519")), os.urandom(2 * CHUNK_BYTES + 5)
    assert open_bytes(_with_age(["-r", identity.recipient], plain), (identity,)) == plain
