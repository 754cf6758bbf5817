"""The secrets that open age files: X25519, ML-KEM-768 + X25519, and passphrases."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from camera.vault.bech32 import Bech32Error, bech32_decode, bech32_encode
from camera.vault.recipients import derive_key
from stoop.reader.age_header import Stanza, decode_base64
from stoop.reader.errors import HeaderError, IdentityError

_HYBRID_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_WRAPPED_BYTES = 16 + 16
_WORK_FACTOR = re.compile(rb"[1-9][0-9]?")
_MAX_FILE_BYTES = 1024 * 1024


class Identity(Protocol):
    """Gets a file key back out of a stanza."""

    def unwrap(self, stanza: Stanza) -> bytes | None:
        """The file key; None when the stanza is for somebody else.

        Raises HeaderError when a stanza of this identity's kind is malformed.
        """
        ...


class X25519Identity:
    """`AGE-SECRET-KEY-1…`."""

    def __init__(self, secret: bytes) -> None:
        self._key = x25519.X25519PrivateKey.from_private_bytes(secret)
        self._public = self._key.public_key().public_bytes_raw()

    @property
    def recipient(self) -> str:
        """The `age1…` that seals to this identity."""
        return bech32_encode("age", self._public)

    def unwrap(self, stanza: Stanza) -> bytes | None:
        if stanza.kind != b"X25519":
            return None
        share = _only_share(stanza, 32)
        try:
            shared = self._key.exchange(x25519.X25519PublicKey.from_public_bytes(share))
        except ValueError as error:
            raise HeaderError("the X25519 share in the header is of low order") from error
        return _open(derive_key(shared, share + self._public, b"age-encryption.org/v1/X25519"), stanza.body)


class HybridIdentity:
    """`AGE-SECRET-KEY-PQ-1…`: a seed of 32 bytes, expanded as the hybrid KEM says."""

    def __init__(self, seed: bytes) -> None:
        expanded = hashlib.shake_256(seed).digest(96)
        mlkem_key = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self._classic = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        self._key = MLKEM768X25519PrivateKey(mlkem_key, self._classic)
        self._public = mlkem_key.public_key().public_bytes_raw() + self._classic.public_key().public_bytes_raw()

    @property
    def recipient(self) -> str:
        """The `age1pq1…` that seals to this identity."""
        return bech32_encode("age1pq", self._public)

    def unwrap(self, stanza: Stanza) -> bytes | None:
        if stanza.kind != b"mlkem768x25519":
            return None
        share = _only_share(stanza, 1088 + 32)
        try:
            self._classic.exchange(x25519.X25519PublicKey.from_public_bytes(share[1088:]))
        except ValueError as error:
            raise HeaderError("the X25519 half of the share in the header is of low order") from error
        try:
            return _HYBRID_SUITE.decrypt(share + stanza.body, self._key, info=b"age-encryption.org/mlkem768x25519")
        except InvalidTag:
            return None


class ScryptIdentity:
    """A passphrase; a header that asks for more work than 2^`max_work_factor` is refused."""

    def __init__(self, passphrase: bytes, max_work_factor: int = 18) -> None:
        self._passphrase = passphrase
        self._max_work_factor = max_work_factor

    def unwrap(self, stanza: Stanza) -> bytes | None:
        if stanza.kind != b"scrypt":
            return None
        if len(stanza.arguments) != 2 or len(stanza.body) != _WRAPPED_BYTES:
            raise HeaderError("the passphrase stanza in the header is malformed")
        salt, work_factor = decode_base64(stanza.arguments[0]), stanza.arguments[1]
        if len(salt) != 16 or not _WORK_FACTOR.fullmatch(work_factor):
            raise HeaderError("the passphrase stanza in the header is malformed")
        if int(work_factor) > self._max_work_factor:
            limit = self._max_work_factor
            raise HeaderError(f"the passphrase asks for work factor {int(work_factor)}, the limit is {limit}")
        kdf = Scrypt(b"age-encryption.org/v1/scrypt" + salt, 32, 1 << int(work_factor), 8, 1)
        return _open(kdf.derive(self._passphrase), stanza.body)


_KINDS: dict[str, type[X25519Identity] | type[HybridIdentity]] = {
    "age-secret-key-": X25519Identity,
    "age-secret-key-pq-": HybridIdentity,
}


def parse_identity(text: str) -> X25519Identity | HybridIdentity:
    """The identity that one line holds.

    Raises IdentityError, without repeating the text, when it holds none.
    """
    if text.lower().startswith("age1"):
        raise IdentityError("this is a recipient (age1…), which only seals; give the AGE-SECRET-KEY- that goes with it")
    try:
        prefix, secret = bech32_decode(text)
    except Bech32Error as error:
        raise IdentityError(f"the identity cannot be read: {error}; copy it again as a whole") from error
    if prefix not in _KINDS or len(secret) != 32:
        raise IdentityError("this is no AGE-SECRET-KEY-1… and no AGE-SECRET-KEY-PQ-1…")
    return _KINDS[prefix](secret)


def read_identity_file(path: Path) -> tuple[X25519Identity | HybridIdentity, ...]:
    """Every identity of the file: one a line; empty lines and lines that begin with # are left out.

    Raises IdentityError when the file cannot be read, holds none, or a line is no identity.
    """
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise IdentityError(f"identity file {path} is too large to be one")
        text = path.read_text("utf-8")
    except OSError as error:
        raise IdentityError(f"cannot read identity file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise IdentityError(f"identity file {path} is no text; give the file with the AGE-SECRET-KEY- line") from error
    identities: list[X25519Identity | HybridIdentity] = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line and not line.startswith("#"):
            try:
                identities.append(parse_identity(line))
            except IdentityError as error:
                raise IdentityError(f"identity file {path}, line {number}: {error}") from error
    if not identities:
        raise IdentityError(f"identity file {path} holds no AGE-SECRET-KEY- line")
    return tuple(identities)


def _only_share(stanza: Stanza, size_bytes: int) -> bytes:
    if len(stanza.arguments) != 1 or len(stanza.body) != _WRAPPED_BYTES:
        raise HeaderError("a recipient stanza in the header is malformed")
    share = decode_base64(stanza.arguments[0])
    if len(share) != size_bytes:
        raise HeaderError(f"a share in the header has {len(share)} bytes instead of {size_bytes}")
    return share


def _open(key: bytes, body: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), body, None)
    except InvalidTag:
        return None
