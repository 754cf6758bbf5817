"""Reads one sealed clip and says whether it is complete, ended early or altered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from camera.vault.boxes import Closed, Opened
from camera.vault.cards import ClipClosed
from stoop.reader.age_stream import age_chunks
from stoop.reader.errors import AgeError, HeaderError, HmacError, NoMatchError, PayloadError
from stoop.reader.identities import Identity
from stoop.reader.mp4_boxes import BoxWalker

ClipState = Literal["complete", "ended early", "altered", "sealed to another key"]
StreamEnd = Literal["whole", "cut", "altered", "no match"]


@dataclass(frozen=True, slots=True)
class ClipContents:
    """What one pass over a sealed clip found. `playable_bytes` of the plaintext make a valid MP4; 0 when none do."""

    end: StreamEnd
    problem: str
    opened: Opened | None
    closed: Closed | None
    playable_bytes: int
    size_bytes: int
    sha256: str


def read_clip(
    path: Path,
    identities: Sequence[Identity],
    sink: Callable[[bytes], object] | None = None,
    on_bytes: Callable[[int], None] | None = None,
) -> ClipContents:
    """Open every good chunk, give it to `sink`, and hash the file on the way.

    `on_bytes` hears how many sealed bytes were read since it was last called. Raises OSError.
    """
    walker = BoxWalker()
    with path.open("rb") as file:
        source = _HashedFile(file, on_bytes)
        end, problem = _drain(source, identities, walker, sink)
        source.read_rest()
    if end == "whole" and walker.is_malformed:
        end, problem = "altered", "what is sealed in it is no clip"
    return ClipContents(
        end, problem, walker.opened, walker.closed, walker.playable_bytes, source.size_bytes, source.sha256
    )


def started_at_ms(path: Path, identities: Sequence[Identity]) -> int | None:
    """When a clip began, from its first chunk; None where that does not open. Raises OSError."""
    walker = BoxWalker()
    try:
        with path.open("rb") as file:
            walker.feed(next(age_chunks(file, identities)))
    except (AgeError, StopIteration):
        return None
    return walker.opened.started_at_ms if walker.opened else None


def judge(clip_id: str, contents: ClipContents, card: ClipClosed | None, *, has_journal: bool) -> tuple[ClipState, str]:
    """The clip's state, and a sentence that says why; the rules of docs/design/0001 section 3."""
    if contents.end == "altered":
        return "altered", contents.problem
    if contents.opened is not None and contents.opened.clip != clip_id:
        return "altered", f"the file holds another clip, {contents.opened.clip}"
    if card is not None and (contents.size_bytes, contents.sha256) != (card.size_bytes, card.sha256):
        return "altered", "the file is not the one that the journal's card describes"
    if contents.end == "no match":
        return "sealed to another key", contents.problem
    if contents.end == "cut":
        return "ended early", f"{contents.problem}: a power cut or tampering"
    if contents.closed is None:
        return "ended early", "it was never closed: a power cut or tampering"
    if card is None and has_journal:
        return "ended early", "the journal holds no closed card for it: a power cut or tampering"
    return "complete", "" if has_journal else "no journal to compare with"


def _drain(
    source: _HashedFile,
    identities: Sequence[Identity],
    walker: BoxWalker,
    sink: Callable[[bytes], object] | None,
) -> tuple[StreamEnd, str]:
    try:
        for chunk in age_chunks(source, identities):
            walker.feed(chunk)
            if sink:
                sink(chunk)
    except NoMatchError as error:
        return "no match", str(error)
    except HmacError as error:
        return "altered", str(error)
    except HeaderError as error:
        source.read_rest()
        return ("altered" if source.has_content else "cut"), str(error)
    except PayloadError as error:
        return ("cut" if error.is_cut else "altered"), str(error)
    return "whole", ""


class _HashedFile:
    """Hashes and counts what is read from a file."""

    def __init__(self, file: BinaryIO, on_bytes: Callable[[int], None] | None) -> None:
        self._file, self._on_bytes = file, on_bytes
        self._digest = hashlib.sha256()
        self.size_bytes = 0
        self.has_content = False
        """False while nothing but zeros was read, which is what a power cut leaves of a new file."""

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def read(self, size: int, /) -> bytes:
        return self._seen(self._file.read(size))

    def readline(self, size: int, /) -> bytes:
        return self._seen(self._file.readline(size))

    def read_rest(self) -> None:
        while self.read(1024 * 1024):
            pass

    def _seen(self, data: bytes) -> bytes:
        self._digest.update(data)
        self.size_bytes += len(data)
        self.has_content = self.has_content or any(data)
        if self._on_bytes:
            self._on_bytes(len(data))
        return data
