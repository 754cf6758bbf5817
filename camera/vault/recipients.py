"""The owner's age recipients: who a file key is wrapped to. Nothing here opens anything.

Formats: c2sp.org/age, "The X25519 recipient type" and "The ML-KEM-768 + X25519 recipient type".
"""

from __future__ import annotations

import base64
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from camera.vault.bech32 import Bech32Error, bech32_decode
from camera.vault.errors import RecipientError

FILE_KEY_BYTES = 16
_X25519_BYTES = 32
_MLKEM768_BYTES = 1184
_HYBRID_SHARE_BYTES = 1088 + 32
_HYBRID_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_HYBRID_INFO = b"age-encryption.org/mlkem768x25519"
_X25519_INFO = b"age-encryption.org/v1/X25519"
_BODY_COLUMNS = 64


class Recipient(Protocol):
    """Wraps a file key so that only the holder of the identity gets it back."""

    def wrap(self, file_key: bytes) -> bytes:
        """The whole stanza, with its last line end, for the header of an age file."""
        ...


class X25519Recipient:
    """`age1…`: classic elliptic curve, which a quantum computer would open."""

    def __init__(self, public_key: bytes) -> None:
        self._raw = public_key
        self._public_key = x25519.X25519PublicKey.from_public_bytes(public_key)

    def wrap(self, file_key: bytes) -> bytes:
        ephemeral = x25519.X25519PrivateKey.generate()  # lives for this call; it opens this one stanza
        share = ephemeral.public_key().public_bytes_raw()
        wrap_key = derive_key(ephemeral.exchange(self._public_key), share + self._raw, _X25519_INFO)
        body = ChaCha20Poly1305(wrap_key).encrypt(bytes(12), file_key, None)
        return _stanza([b"X25519", base64_unpadded(share)], body)


class HybridRecipient:
    """`age1pq…`: ML-KEM-768 and X25519 together; both must fall before the file key does."""

    def __init__(self, public_key: bytes) -> None:
        self._public_key = MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(public_key[:_MLKEM768_BYTES]),
            x25519.X25519PublicKey.from_public_bytes(public_key[_MLKEM768_BYTES:]),
        )

    def wrap(self, file_key: bytes) -> bytes:
        sealed = _HYBRID_SUITE.encrypt(file_key, self._public_key, info=_HYBRID_INFO)
        share, body = sealed[:_HYBRID_SHARE_BYTES], sealed[_HYBRID_SHARE_BYTES:]
        return _stanza([b"mlkem768x25519", base64_unpadded(share)], body)


_KINDS: dict[str, tuple[type[X25519Recipient] | type[HybridRecipient], int]] = {
    "age": (X25519Recipient, _X25519_BYTES),
    "age1pq": (HybridRecipient, _MLKEM768_BYTES + _X25519_BYTES),
}


def parse_recipient(text: str) -> X25519Recipient | HybridRecipient:
    """The recipient that `age1…` or `age1pq…` names.

    Raises RecipientError for anything else; the message repeats no secret.
    """
    text = text.strip()
    if text.lower().startswith("age-secret-key-"):
        raise RecipientError("this is a secret identity, which must never reach the camera; give its age1… recipient")
    shown = text if len(text) <= 24 else f"{text[:16]}…{text[-4:]}"
    try:
        prefix, raw = bech32_decode(text)
    except Bech32Error as error:
        raise RecipientError(f"recipient {shown!r} cannot be read: {error}; copy it again as a whole") from error
    if prefix not in _KINDS:
        raise RecipientError(f"recipient {shown!r} is of no kind that we seal to; give one that begins age1pq or age1")
    kind, size_bytes = _KINDS[prefix]
    if len(raw) != size_bytes:
        raise RecipientError(f"recipient {shown!r} holds {len(raw)} bytes instead of {size_bytes}; copy it again")
    try:
        recipient = kind(raw)
        recipient.wrap(bytes(FILE_KEY_BYTES))  # a key that cannot be wrapped to must be refused now, not at a clip
    except ValueError as error:
        raise RecipientError(f"recipient {shown!r} is not a usable public key; make a new identity") from error
    return recipient


def parse_recipients(texts: tuple[str, ...]) -> tuple[Recipient, ...]:
    """All the recipients of one file, of one kind: a classic one would undo what the post-quantum one gives.

    Raises RecipientError when there is none, one is bad, or kinds are mixed.
    """
    if not texts:
        raise RecipientError("no recipient is set, so nothing can be sealed; claim the camera first")
    recipients = tuple(parse_recipient(text) for text in texts)
    if len({type(recipient) for recipient in recipients}) > 1:
        raise RecipientError("post-quantum (age1pq…) and classic (age1…) recipients cannot share a file; use one kind")
    return recipients


def derive_key(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869), 32 bytes."""
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


def base64_unpadded(data: bytes) -> bytes:
    """Standard alphabet without `=`, as age headers have it."""
    return base64.b64encode(data).rstrip(b"=")


def _stanza(arguments: list[bytes], body: bytes) -> bytes:
    encoded = base64_unpadded(body)
    # The last line is always shorter than 64 columns, if need be empty.
    lines = [encoded[at : at + _BODY_COLUMNS] for at in range(0, len(encoded) + 1, _BODY_COLUMNS)]
    return b"-> " + b" ".join(arguments) + b"\n" + b"\n".join(lines) + b"\n"
