"""One byte range of RFC 9110 section 14, sans I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SINGLE = re.compile(r"bytes=[ \t]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t]*", re.IGNORECASE | re.ASCII)
_MANY_DIGITS = 18


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `start` to `end` (exclusive) of a file."""

    start: int
    end: int

    @property
    def size_bytes(self) -> int:
        return self.end - self.start


class UnsatisfiableRangeError(ValueError):
    """The range names no byte of the file: 416."""


def parse_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """The range to send, or None to send the whole file.

    None too for what RFC 9110 section 14.2 lets a server ignore: other units, several ranges, bad syntax.
    Raises UnsatisfiableRangeError for a range that starts at or beyond the end, or an empty suffix.
    """
    match = _SINGLE.fullmatch(header) if header is not None else None
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        return _suffix(_number(suffix), size_bytes)
    start = _number(first)
    if last and _number(last) < start:
        return None
    if start >= size_bytes:
        raise UnsatisfiableRangeError(f"range starts at {start}, the file has {size_bytes} bytes")
    return ByteRange(start, min(size_bytes, _number(last) + 1) if last else size_bytes)


def _suffix(wanted_bytes: int, size_bytes: int) -> ByteRange | None:
    if wanted_bytes == 0:
        raise UnsatisfiableRangeError("the last 0 bytes were asked for")
    return ByteRange(max(0, size_bytes - wanted_bytes), size_bytes) if size_bytes else None


def _number(digits: str) -> int:
    """Numbers beyond any file's size are all the same; Python refuses to read the longest."""
    significant = digits.lstrip("0")
    return int(significant or "0") if len(significant) <= _MANY_DIGITS else 10**_MANY_DIGITS
