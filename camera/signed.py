"""Compact JWS as the owner's devices sign them (RFC 7515): parsing and verifying, no state."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from camera.errors import CommandRefused

MAX_JWS_CHARS = 48 * 1024
CLAIM_KID = "claim"
SHOWN_KID = "shown"
"""A claim signed with the key that the lens was shown."""
RECOVER_KID = "recover"
"""With the code of `stoop recover`."""
INVITE_PREFIX = "invite:"


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The protected header: exactly these members."""

    alg: str
    kid: str
    typ: str


class Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed: exactly these members."""

    action: str
    args: dict[str, Any]  # Any: each action decodes its own args into a struct
    nonce: str


def read_header(jws: str) -> Header:
    """The header, not yet believed.

    Raises CommandRefused bad_request when the text is no JWS of our kind.
    """
    if len(jws) > MAX_JWS_CHARS:
        raise CommandRefused("bad_request", f"the command is {len(jws)} characters long, the limit is {MAX_JWS_CHARS}")
    try:
        header = msgspec.json.decode(decode_base64url(jws.split(".", 1)[0]), type=Header)
    except (ValueError, msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise CommandRefused(
            "bad_request", f"the command is no signed message of this camera's kind: {error}"
        ) from error
    if header.typ != "stoop+jws":
        raise CommandRefused("bad_request", f"the command's type is {header.typ[:40]!r}, expected 'stoop+jws'")
    return header


def verify_ed25519(jws: str, public_key: bytes) -> Payload:
    """The payload of a message signed with this raw Ed25519 key (RFC 8037).

    Raises CommandRefused bad_signature or bad_request.
    """
    return _verify(jws, Ed25519PublicKey.from_public_bytes(public_key), "EdDSA")


def verify_hmac(jws: str, key: bytes) -> Payload:
    """The payload of a message authenticated with this key (HS256, RFC 7518 section 3.2).

    Raises CommandRefused bad_signature or bad_request.
    """
    return _verify(jws, key, "HS256")


def _verify(jws: str, key: Ed25519PublicKey | bytes, algorithm: str) -> Payload:
    try:
        body = jwt.PyJWS(algorithms=[algorithm]).decode(jws, key, algorithms=[algorithm])
    except jwt.InvalidSignatureError as error:
        raise CommandRefused("bad_signature", "the command's signature does not fit the key it names") from error
    except (jwt.InvalidTokenError, ValueError) as error:
        raise CommandRefused("bad_request", f"the command is no valid signed message: {error}") from error
    try:
        return msgspec.json.decode(body, type=Payload)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise CommandRefused("bad_request", f"the signed command cannot be read: {error}") from error


def device_id(public_key: bytes) -> str:
    """32 hex digits: the first half of the SHA-256 of the raw public key."""
    return hashlib.sha256(public_key).hexdigest()[:32]


def decode_base64url(text: str) -> bytes:
    """Bytes of unpadded base64url.

    Raises ValueError on anything else.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def encode_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def public_key_from(text: str, what: str) -> bytes:
    """A raw Ed25519 public key in base64url.

    Raises CommandRefused bad_request naming `what`.
    """
    try:
        raw = decode_base64url(text)
        Ed25519PublicKey.from_public_bytes(raw)
    except ValueError as error:
        raise CommandRefused("bad_request", f"{what} is no Ed25519 public key (32 bytes in base64url)") from error
    return raw
