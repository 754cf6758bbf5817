"""Parses the header of an age v1 file (c2sp.org/age, "Header"); strict, bounded, no keys."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Protocol

from stoop.reader.errors import HeaderError

_INTRO = b"age-encryption.org/v1"
_MAX_LINE_BYTES = 16 * 1024
_MAX_HEADER_BYTES = 1024 * 1024
_BODY_COLUMNS = 64
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*")
_MAC_LINE = re.compile(rb"--- [A-Za-z0-9+/]{43}")
_STANZA_LINE = re.compile(rb"->( [\x21-\x7e]+)+")


class ByteSource(Protocol):
    """What is read from: an open file, or something that looks like one."""

    def read(self, size: int, /) -> bytes: ...
    def readline(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Stanza:
    """One wrapped file key: its kind, further arguments, and the body."""

    kind: bytes
    arguments: tuple[bytes, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """`authenticated` are the bytes that `mac` covers; `size_bytes` is where the payload's nonce begins."""

    stanzas: tuple[Stanza, ...]
    authenticated: bytes
    mac: bytes
    size_bytes: int


def parse_header(file: ByteSource) -> Header:
    """Read the header and leave `file` at the nonce.

    Raises HeaderError when the bytes are no age v1 header.
    """
    reader = _Lines(file)
    if reader.line() != _INTRO:
        raise HeaderError("this is no age v1 file: it does not begin with its version line")
    stanzas: list[Stanza] = []
    while True:
        before = bytes(reader.taken)
        line = reader.line()
        if line.startswith(b"---"):
            break
        stanzas.append(_stanza(line, reader))
    if not _MAC_LINE.fullmatch(line):
        raise HeaderError("the line with the header's MAC is malformed")
    if not stanzas:
        raise HeaderError("the header names no recipient")
    return Header(tuple(stanzas), before + b"---", decode_base64(line[4:]), len(reader.taken))


def decode_base64(encoded: bytes) -> bytes:
    """Standard alphabet, no padding, canonical.

    Raises HeaderError on anything else.
    """
    if not _BASE64.fullmatch(encoded) or len(encoded) % 4 == 1:
        raise HeaderError("base64 in the header is malformed")
    decoded = base64.b64decode(encoded + b"=" * (-len(encoded) % 4))
    if base64.b64encode(decoded).rstrip(b"=") != encoded:
        raise HeaderError("base64 in the header is not canonical")
    return decoded


class _Lines:
    """Lines of the header, each bounded, all kept in `taken` as they stand."""

    def __init__(self, file: ByteSource) -> None:
        self._file = file
        self.taken = bytearray()

    def line(self) -> bytes:
        line = self._file.readline(_MAX_LINE_BYTES)
        self.taken += line
        if not line.endswith(b"\n") or len(self.taken) > _MAX_HEADER_BYTES:
            raise HeaderError("the header ends too early or has no end")
        return line[:-1]


def _stanza(first: bytes, reader: _Lines) -> Stanza:
    if not _STANZA_LINE.fullmatch(first):
        raise HeaderError("a line of the header is malformed")
    kind, *arguments = first[3:].split(b" ")
    body = bytearray()
    while True:
        line = reader.line()
        if len(line) > _BODY_COLUMNS:
            raise HeaderError("a line of the header is too long")
        decode_base64(line)
        body += line
        if len(line) < _BODY_COLUMNS:
            return Stanza(kind, tuple(arguments), decode_base64(bytes(body)))
