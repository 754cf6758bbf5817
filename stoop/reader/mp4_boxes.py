"""Walks the top-level boxes of a clip's plaintext as it comes, chunk by chunk (ISO/IEC 14496-12 4.2)."""

from __future__ import annotations

import msgspec

from camera.vault.boxes import CLOSED_UUID, OPENED_UUID, Closed, Opened

_HEAD_BYTES = 8
_MAX_KEPT_BYTES = 4 * 1024 * 1024


class BoxWalker:
    """Says what the plaintext fed so far holds. Keeps only box heads and `uuid` boxes.

    `playable_bytes` is where the last whole picture data, or what follows it, ends: cut there, it is a valid MP4.
    """

    def __init__(self) -> None:
        self.opened: Opened | None = None
        self.closed: Closed | None = None
        self.playable_bytes = 0
        self.fragments = 0
        self.is_malformed = False
        self._offset = 0  # of the next byte to be fed
        self._box_end = 0
        self._kind = b""
        self._kept = bytearray()
        self._has_moov = False

    def feed(self, data: bytes) -> None:
        """Take the next plaintext."""
        view = memoryview(data)
        while view and not self.is_malformed:
            taken = self._head(view) if not self._kind else self._body(view)
            self._offset += taken
            view = view[taken:]
            if self._kind and self._offset == self._box_end:
                self._end_box()

    def _head(self, view: memoryview) -> int:
        """Collect the 8 bytes before a box's body."""
        taken = min(_HEAD_BYTES - len(self._kept), len(view))
        self._kept += view[:taken]
        if len(self._kept) == _HEAD_BYTES:
            size_bytes, self._kind = int.from_bytes(self._kept[:4], "big"), bytes(self._kept[4:])
            self._kept.clear()
            self._box_end = self._offset + taken - _HEAD_BYTES + size_bytes
            self.is_malformed = size_bytes < _HEAD_BYTES
        return taken

    def _body(self, view: memoryview) -> int:
        taken = min(self._box_end - self._offset, len(view))
        if self._kind == b"uuid" and len(self._kept) + taken <= _MAX_KEPT_BYTES:
            self._kept += view[:taken]
        return taken

    def _end_box(self) -> None:
        match self._kind:
            case b"moov":
                self._has_moov = True
            case b"mdat":
                self.fragments += 1
            case b"uuid":
                self._read_uuid(bytes(self._kept))
        if self.fragments and self._has_moov and self._kind != b"moof":
            self.playable_bytes = self._box_end
        self._kept.clear()
        self._kind = b""

    def _read_uuid(self, body: bytes) -> None:
        try:
            if body[:16] == OPENED_UUID.bytes:
                self.opened = msgspec.json.decode(body[16:], type=Opened)
            elif body[:16] == CLOSED_UUID.bytes:
                self.closed = msgspec.json.decode(body[16:], type=Closed)
        except msgspec.DecodeError:
            self.is_malformed = True
