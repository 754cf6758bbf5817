"""Opens age v1 files chunk by chunk; releases what is good before it says what is not."""

from __future__ import annotations

import hmac
import io
from collections.abc import Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from camera.vault.recipients import derive_key
from stoop.reader.age_header import ByteSource, Header, parse_header
from stoop.reader.errors import HeaderError, HmacError, NoMatchError, PayloadError
from stoop.reader.holes import has_hole
from stoop.reader.identities import Identity

_CHUNK_BYTES = 64 * 1024
_TAG_BYTES = 16
_SEALED_BYTES = _CHUNK_BYTES + _TAG_BYTES
_NONCE_BYTES = 16
_MORE, _LAST = b"\x00", b"\x01"


def age_chunks(file: ByteSource, identities: Sequence[Identity]) -> Iterator[bytes]:
    """The plaintext, in chunks of 64 KiB and a shorter last one.

    The header is read and checked before this returns; chunks come as the iterator is driven.
    Raises HeaderError, NoMatchError or HmacError at once; PayloadError from the iterator, after every good chunk.
    """
    header = parse_header(file)
    file_key = _file_key(header, identities)
    nonce = file.read(_NONCE_BYTES)
    if len(nonce) != _NONCE_BYTES:
        raise HeaderError("the file ends within its nonce")
    return _chunks(file, ChaCha20Poly1305(derive_key(file_key, nonce, b"payload")))


def open_bytes(sealed: bytes, identities: Sequence[Identity]) -> bytes:
    """The whole plaintext of an age file in memory.

    Raises AgeError, and then returns nothing of it.
    """
    return b"".join(age_chunks(io.BytesIO(sealed), identities))


def _file_key(header: Header, identities: Sequence[Identity]) -> bytes:
    if len(header.stanzas) > 1 and any(stanza.kind == b"scrypt" for stanza in header.stanzas):
        raise HeaderError("a passphrase must be the only recipient of a file")
    for identity in identities:
        for stanza in header.stanzas:
            file_key = identity.unwrap(stanza)
            if file_key is not None:
                _check_mac(header, file_key)
                return file_key
    raise NoMatchError("none of the identities opens this file")


def _check_mac(header: Header, file_key: bytes) -> None:
    mac = hmac.digest(derive_key(file_key, None, b"header"), header.authenticated, "sha256")
    if not hmac.compare_digest(mac, header.mac):
        raise HmacError("the header was altered: its MAC is wrong")


def _chunks(file: ByteSource, aead: ChaCha20Poly1305) -> Iterator[bytes]:
    number = 0
    sealed = _read_full(file)
    while True:
        following = _read_full(file)
        flag, other_flag = (_MORE, _LAST) if following else (_LAST, _MORE)
        plain = _open(aead, number, flag, sealed)
        if plain is None:
            # The right chunk in the wrong place is still what was written: a cut stream ends in one.
            is_whole = bool(following) or len(sealed) == _SEALED_BYTES
            misplaced = _open(aead, number, other_flag, sealed) if is_whole else None
            if misplaced:
                yield misplaced
                raise _failure(file, number + 1, following, b"")
            raise _failure(file, number, following, sealed)
        if not plain and number:
            raise PayloadError("the last chunk is empty", number, is_cut=False)
        yield plain
        if not following:
            return
        sealed, number = following, number + 1


def _open(aead: ChaCha20Poly1305, number: int, flag: bytes, sealed: bytes) -> bytes | None:
    if len(sealed) < _TAG_BYTES:
        return None
    try:
        return aead.decrypt(number.to_bytes(11, "big") + flag, sealed, None)
    except InvalidTag:
        return None


def _failure(file: ByteSource, number: int, following: bytes, failing: bytes) -> PayloadError:
    """A power cut leaves a chunk that fails and behind it nothing, or the zeros of blocks never written.

    Where pages came in another order than they were written, the zeros stand in the failing chunk itself.
    """
    if has_hole(failing):
        return PayloadError(f"the file is cut short in chunk {number}", number, is_cut=True)
    while following and not any(following):
        following = _read_full(file)
    if following:
        return PayloadError(f"chunk {number} was altered", number, is_cut=False)
    return PayloadError(f"the file is cut short in chunk {number}", number, is_cut=True)


def _read_full(file: ByteSource) -> bytes:
    """One sealed chunk, fewer bytes only at the end of the file, also from files that give short reads."""
    data = file.read(_SEALED_BYTES)
    while data and len(data) < _SEALED_BYTES:
        more = file.read(_SEALED_BYTES - len(data))
        if not more:
            break
        data += more
    return data
