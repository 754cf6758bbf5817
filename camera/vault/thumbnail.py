"""Seals one small picture for each clip; its key stands only in the clip's closed card."""

from __future__ import annotations

import base64
import os

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305


def thumbnail_aad(clip_id: str) -> bytes:
    """What ties a thumbnail to its clip."""
    return b"stoop-thumb-v1" + clip_id.encode("ascii")


def seal_thumbnail(clip_id: str, jpeg: bytes) -> tuple[bytes, str]:
    """The sealed JPEG, and its key as unpadded base64url.

    The nonce is all zeros: the key is made here and seals this one message.
    """
    key = os.urandom(32)
    sealed = ChaCha20Poly1305(key).encrypt(bytes(12), jpeg, thumbnail_aad(clip_id))
    return sealed, base64.urlsafe_b64encode(key).rstrip(b"=").decode()
