"""Writes age v1 files (c2sp.org/age) piece by piece; never reads one."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from typing import TypeAlias

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from camera.vault.recipients import FILE_KEY_BYTES, Recipient, base64_unpadded, derive_key, parse_recipients

CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
_INTRO = b"age-encryption.org/v1\n"
_NONCE_BYTES = 16
_MAC_LINE, _MAC_CHARACTERS = b"\n--- ", 43
_MORE, _LAST = b"\x00", b"\x01"
_CLOSED = "this age file is closed already"

Bytes: TypeAlias = bytes | bytearray | memoryview
Sink: TypeAlias = Callable[[memoryview], object]


class AgeWriter:
    """One age file, sealed in chunks of 64 KiB.

    The sink gets the header at once, later whole sealed chunks and nothing else; **its memoryview is valid only
    until it returns**. At most one chunk of plaintext is held back, as the last chunk of a file must not be
    empty. When the process dies, what the sink got opens up to its last chunk and then fails as cut.
    After an error of the sink the writer is not to be used again.
    """

    def __init__(self, recipients: tuple[Recipient, ...], sink: Sink) -> None:
        file_key, nonce = os.urandom(FILE_KEY_BYTES), os.urandom(_NONCE_BYTES)
        self._aead = ChaCha20Poly1305(derive_key(file_key, nonce, b"payload"))
        self._sink = sink
        self._sealed_chunks = 0
        self._held_bytes = 0
        self._held = memoryview(bytearray(CHUNK_BYTES))
        self._sealed = memoryview(bytearray(CHUNK_BYTES + TAG_BYTES))
        self._is_closed = False
        sink(memoryview(age_header(file_key, recipients) + nonce))

    @property
    def held_bytes(self) -> int:
        """Plaintext that was written and not yet given to the sink: 0 to 65,536."""
        return self._held_bytes

    @property
    def sealed_plaintext_bytes(self) -> int:
        """Plaintext that the sink has got, sealed."""
        return self._sealed_chunks * CHUNK_BYTES

    def write(self, data: Bytes) -> None:
        """Seal `data`; it is not kept after the call."""
        if self._is_closed:
            raise ValueError(_CLOSED)
        held, end = self._held_bytes, self._held_bytes + len(data)
        if end <= CHUNK_BYTES:  # most access units: one copy and no more
            self._held[held:end] = data
            self._held_bytes = end
            return
        view = memoryview(data)
        at = 0
        if held:
            at = CHUNK_BYTES - held
            self._held[held:] = view[:at]
            self._seal(self._held, _MORE)
        while len(view) - at > CHUNK_BYTES:
            self._seal(view[at : at + CHUNK_BYTES], _MORE)
            at += CHUNK_BYTES
        self._held_bytes = len(view) - at
        self._held[: self._held_bytes] = view[at:]

    def seal_full_chunk(self) -> None:
        """Give out a held chunk that is exactly full; does nothing when it is not.

        Whoever calls this must write at least one byte more before `close`.
        """
        if self._is_closed:
            raise ValueError(_CLOSED)
        if self._held_bytes == CHUNK_BYTES:
            self._seal(self._held, _MORE)
            self._held_bytes = 0

    def close(self) -> None:
        """Seal what is held as the last chunk.

        Raises ValueError when closed already, or when nothing followed `seal_full_chunk`.
        """
        if self._is_closed:
            raise ValueError(_CLOSED)
        if not self._held_bytes and self._sealed_chunks:
            raise ValueError("the last chunk of an age file must not be empty; write before closing")
        self._seal(self._held[: self._held_bytes], _LAST)
        self._held_bytes = 0
        self._is_closed = True

    def _seal(self, chunk: memoryview, flag: bytes) -> None:
        nonce = self._sealed_chunks.to_bytes(11, "big") + flag
        self._sealed_chunks += 1  # before the sink: no nonce is ever used twice, whatever the sink does
        sealed = self._sealed[: len(chunk) + TAG_BYTES]
        self._aead.encrypt_into(nonce, chunk, None, sealed)
        self._sink(sealed)


def age_header(file_key: bytes, recipients: tuple[Recipient, ...]) -> bytes:
    """The header of an age file up to the line end after its MAC."""
    header = _INTRO + b"".join(recipient.wrap(file_key) for recipient in recipients) + b"---"
    mac = hmac.digest(derive_key(file_key, None, b"header"), header, "sha256")
    return header + b" " + base64_unpadded(mac) + b"\n"


def has_whole_header(data: bytes) -> bool:
    """Whether `data`, the start of a file, holds all that comes before the first chunk: header, MAC and nonce."""
    end = data.find(_MAC_LINE)
    header_bytes = end + len(_MAC_LINE) + _MAC_CHARACTERS + 1
    return data.startswith(_INTRO) and end > 0 and len(data) >= header_bytes + _NONCE_BYTES


def seal_bytes(recipients: tuple[str, ...], plaintext: bytes) -> bytes:
    """A whole age file in memory.

    Raises RecipientError when a recipient is bad.
    """
    sealed = bytearray()
    writer = AgeWriter(parse_recipients(recipients), sealed.extend)
    writer.write(plaintext)
    writer.close()
    return bytes(sealed)
