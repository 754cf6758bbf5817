"""What a push service is sent: an encrypted word and its time, always of one size (RFC 8291), signed for (RFC 8292)."""

from __future__ import annotations

import base64
import json
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from camera.contract import Phone

PLAIN_BYTES = 32
BODY_BYTES = 16 + 4 + 1 + 65 + PLAIN_BYTES + 16
"""Of every notice: salt, record size, our one-time key, the padded word, the tag."""
NEW_FOR_S = 60
"""TTL: a phone that is off for longer is told nothing, rather than of a visitor who has left."""
LIFE_S = 12 * 3600
CONTACT = "mailto:webpush@example.com"
"""RFC 8292 asks for a contact, Apple demands one; ours is nobody's, and the same for every camera."""
_RECORD_BYTES = 4096
_CURVE = ec.SECP256R1()


def message(word: str, at_ms: int) -> bytes:
    """The word and its time in seconds, padded (RFC 8188) to PLAIN_BYTES, so that its length says nothing."""
    text = f"{word} {at_ms // 1000}".encode() + b"\x02"
    if len(text) > PLAIN_BYTES:
        raise ValueError(f"{word!r} at {at_ms} does not fit into {PLAIN_BYTES} bytes")
    return text.ljust(PLAIN_BYTES, b"\0")


def encrypt(
    phone: Phone, padded: bytes, salt: bytes | None = None, once: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """An aes128gcm body of one record. `salt` and `once` are for RFC 8291's own example: **never give them twice.**"""
    salt, once = salt or os.urandom(16), once or ec.generate_private_key(_CURVE)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, unb64(phone.key))
    ours = _point(once)
    info = b"WebPush: info\0" + _point(theirs) + ours
    shared = _hkdf(unb64(phone.auth), once.exchange(ec.ECDH(), theirs), info, 32)
    key = _hkdf(salt, shared, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, shared, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + AESGCM(key).encrypt(nonce, padded, None)


def headers(host: str, secret: str, now_ms: int) -> dict[str, str]:
    """The same for each kind of notice, so that nothing but the time is told; `secret` is the private VAPID key."""
    key = ec.derive_private_key(int.from_bytes(unb64(secret), "big"), _CURVE)
    claims = {"aud": f"https://{host}", "exp": now_ms // 1000 + LIFE_S, "sub": CONTACT}
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return {
        "Authorization": f"vapid t={token}, k={b64(_point(key))}",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(NEW_FOR_S),
        "Urgency": "high",
        "User-Agent": "push",
    }


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(value: dict[str, object] | dict[str, str]) -> str:
    return b64(json.dumps(value, separators=(",", ":")).encode())


def _point(key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) -> bytes:
    public = key.public_key() if isinstance(key, ec.EllipticCurvePrivateKey) else key
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _hkdf(salt: bytes, secret: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, salt, info).derive(secret)
