"""Whether anything on the disk opens a clip: looks for private keys, and tries what could be the owner's."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from camera.vault.bech32 import Bech32Error, bech32_decode
from stoop.prove.files import Entry, files, pieces, read_start
from stoop.prove.finding import Finding, judged
from stoop.prove.installation import Installation

CLAIM = "The camera holds no key that opens a clip."
TLS_KEY = "server/tls-key.pem"
_WRITTEN = re.compile(rb"AGE-SECRET-KEY-(PQ-)?1[02-9AC-HJ-NP-Z]{20}", re.IGNORECASE)
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----")
_OVERLAP_BYTES = 128
_SEALED_ENDS_BYTES = 64 * 1024
_MAX_DER_BYTES = 16 * 1024
_SECRET_BYTES = 32
_MAX_TRIED_BYTES = 32 * 1024
_ENCODED = re.compile(rb"[0-9A-Fa-f]{64}|[A-Za-z0-9+/_-]{43}(?![A-Za-z0-9+/_-])")


def no_key(installation: Installation) -> Finding:
    """Every file is searched whole, clips at both ends; each 32 bytes of the small files are tried as the key."""
    found: list[str] = []
    tried = count = 0
    public = classic_half(installation.recipient())
    for entry in files(installation.data):
        count += 1
        found += [f"{kind} in {entry.name}" for kind in sorted(written_keys(entry))]
        if public and not entry.is_sealed:
            for secret in candidates(read_start(entry.path, _MAX_TRIED_BYTES)):
                tried += 1
                if opens(secret, public):
                    found.append(f"the owner's key itself in {entry.name}")
                    break
    how = f"searched {count} files for private keys" + (
        f", and tried {tried} values that lie outside the clips as the owner's key" if public else ""
    )
    has_tls = (installation.data / TLS_KEY).exists()
    return judged(
        CLAIM, how, found, f"the key in {TLS_KEY} encrypts the connection and opens no clip" if has_tls else ""
    )


def written_keys(entry: Entry) -> set[str]:
    """Names of the kinds of private key that stand in this file; the server's TLS key in its own place is none."""
    found = set()
    for piece in _searched(entry):
        if _WRITTEN.search(piece):
            found.add("an AGE-SECRET-KEY")
        if _PEM.search(piece) and entry.name != TLS_KEY:
            found.add("a PEM private key")
    if entry.size_bytes <= _MAX_DER_BYTES and _is_der_key(read_start(entry.path, _MAX_DER_BYTES)):
        found.add("a DER private key")
    return found


def classic_half(recipient: str | None) -> bytes | None:
    """The X25519 part of the owner's public key, of either kind; None where nobody owns the camera."""
    try:
        return bech32_decode(recipient)[1][-_SECRET_BYTES:] if recipient else None
    except Bech32Error:
        return None


def candidates(data: bytes) -> Iterator[bytes]:
    """Each run of 32 bytes, and what 32 bytes written in hex or base64 stand for."""
    for at in range(len(data) - _SECRET_BYTES + 1):
        yield data[at : at + _SECRET_BYTES]
    for match in _ENCODED.finditer(data):
        try:
            if len(match[0]) == 2 * _SECRET_BYTES:
                yield bytes.fromhex(match[0].decode())
            else:
                yield base64.b64decode(match[0].replace(b"-", b"+").replace(b"_", b"/") + b"=")
        except (binascii.Error, ValueError):
            continue


def opens(secret: bytes, public: bytes) -> bool:
    """Whether this is the secret of that X25519 key: as it is, or as the seed of the post-quantum pair."""
    return any(
        X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw() == public
        for key in (secret, hashlib.shake_256(secret).digest(96)[64:])
    )


def _searched(entry: Entry) -> Iterator[bytes]:
    if not entry.is_sealed or entry.size_bytes <= 2 * _SEALED_ENDS_BYTES:
        yield from pieces(entry.path, _OVERLAP_BYTES)
        return
    yield read_start(entry.path, _SEALED_ENDS_BYTES)
    yield _read_end(entry.path)


def _read_end(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(-_SEALED_ENDS_BYTES, 2)
            return file.read()
    except OSError:
        return b""


def _is_der_key(data: bytes) -> bool:
    if not data.startswith(b"\x30"):
        return False
    try:
        load_der_private_key(data, None)
    except (ValueError, UnsupportedAlgorithm):
        return False
    except TypeError:  # it is one, behind a passphrase
        return True
    return True
