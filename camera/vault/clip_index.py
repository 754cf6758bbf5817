"""What each clip uses on the card, in memory: listed once at the start, kept by whoever writes and deletes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from camera.vault.clip_ids import is_clip_id

CLIP_SUFFIX = ".age"
THUMBNAIL_SUFFIX = ".thumb"


class ClipIndex:
    """Ended clips, oldest first, each with the bytes of its file and of its thumbnail. Not thread-safe.

    A file that somebody takes away behind the vault's back stays in here until it is to be deleted.
    """

    def __init__(self, clips: Mapping[str, int], thumbnails: Mapping[str, int]) -> None:
        """Bytes of what lies in both folders, by name, in order of names."""
        self._bytes: dict[str, int] = {}
        self.stray_thumbnails: list[str] = []
        """Names of thumbnails whose clip is gone."""
        for name, size_bytes in clips.items():
            if (clip_id := _stem(name, CLIP_SUFFIX)) is not None:
                self._bytes[clip_id] = size_bytes
        for name, size_bytes in thumbnails.items():
            clip_id = _stem(name, THUMBNAIL_SUFFIX)
            if clip_id in self._bytes:
                self._bytes[clip_id] += size_bytes
            elif clip_id is not None:
                self.stray_thumbnails.append(name)
        self._total_bytes = sum(self._bytes.values())

    def __contains__(self, clip_id: str) -> bool:
        return clip_id in self._bytes

    def __iter__(self) -> Iterator[str]:
        """Ids, oldest first: numbers only grow."""
        return iter(tuple(self._bytes))

    @property
    def newest(self) -> str | None:
        return next(reversed(self._bytes), None)

    @property
    def total_bytes(self) -> int:
        return self._total_bytes

    def size_bytes(self, clip_id: str) -> int:
        return self._bytes[clip_id]

    def add(self, clip_id: str, size_bytes: int) -> None:
        """A clip has ended."""
        self.drop(clip_id)
        self._bytes[clip_id] = size_bytes
        self._total_bytes += size_bytes

    def drop(self, clip_id: str) -> None:
        """It is gone; nothing happens where it was not known."""
        self._total_bytes -= self._bytes.pop(clip_id, 0)


def _stem(name: str, suffix: str) -> str | None:
    stem = name.removesuffix(suffix)
    return stem if stem != name and is_clip_id(stem) else None
