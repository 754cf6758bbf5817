"""The reader does with each vector of C2SP/CCTV what its `expect` line says."""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from stoop.reader.age_stream import age_chunks
from stoop.reader.errors import AgeError, HeaderError, HmacError, NoMatchError, PayloadError
from stoop.reader.identities import Identity, ScryptIdentity, parse_identity

_SHARED = Path(os.environ.get("STOOP_SHARED", Path(__file__).parents[4] / "shared"))
_FOLDER = _SHARED / "data" / "age-testkit"
_FAILURES: dict[str, type[AgeError]] = {
    "header failure": HeaderError,
    "no match": NoMatchError,
    "HMAC failure": HmacError,
    "payload failure": PayloadError,
}


@dataclass(frozen=True, slots=True)
class Vector:
    expect: str
    payload_sha256: str | None
    identities: tuple[Identity, ...]
    is_armored: bool
    body: bytes


def _read(path: Path) -> Vector:
    head, _, body = path.read_bytes().partition(b"\n\n")
    pairs = [line.split(": ", 1) for line in head.decode().split("\n")]
    fields = {pair[0]: pair[1] for pair in pairs}
    identities: list[Identity] = [parse_identity(value) for name, value in pairs if name == "identity"]
    identities += [ScryptIdentity(value.encode()) for name, value in pairs if name == "passphrase"]
    if fields.get("compressed") == "zlib":
        body = zlib.decompress(body)
    return Vector(fields["expect"], fields.get("payload"), tuple(identities), fields.get("armored") == "yes", body)


_VECTORS = {path.name: _read(path) for path in sorted(_FOLDER.iterdir())} if _FOLDER.is_dir() else {}
_PLAIN = {name: vector for name, vector in _VECTORS.items() if not vector.is_armored}


@pytest.mark.skipif(not _VECTORS, reason=f"the age vectors are not at {_FOLDER} (set STOOP_SHARED)")
def test_all_the_vectors_are_there() -> None:
    assert len(_VECTORS) == 143
    assert len(_PLAIN) == 110


@pytest.mark.parametrize("name", _PLAIN)
def test_vector_does_what_its_header_expects(name: str) -> None:
    vector = _PLAIN[name]
    released = b""
    failure: type[AgeError] | None = None
    try:
        for chunk in age_chunks(io.BytesIO(vector.body), vector.identities):
            released += chunk
    except AgeError as error:
        failure = type(error)
    assert failure is (None if vector.expect == "success" else _FAILURES[vector.expect])
    if vector.payload_sha256 is not None:
        assert hashlib.sha256(released).hexdigest() == vector.payload_sha256
