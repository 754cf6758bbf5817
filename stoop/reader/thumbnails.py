"""Opens a sealed thumbnail with the key from its clip's card."""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from camera.vault.thumbnail import thumbnail_aad
from stoop.reader.errors import ThumbnailError


def open_thumbnail(sealed: bytes, clip_id: str, key: str) -> bytes:
    """The JPEG. `key` is unpadded base64url, as the closed card has it.

    Raises ThumbnailError when the key is none, or the thumbnail was altered or belongs to another clip.
    """
    try:
        raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        return ChaCha20Poly1305(raw).decrypt(bytes(12), sealed, thumbnail_aad(clip_id))
    except (binascii.Error, ValueError, InvalidTag) as error:
        raise ThumbnailError(f"the thumbnail of clip {clip_id} was altered, or its key is wrong") from error
