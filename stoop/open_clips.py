"""The offline opener behind `stoop open`: lists and opens sealed clips with the owner's identity and nothing else."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from camera.vault.cards import ClipClosed, ClipDeleted, ClipOpened
from stoop.reader.clips import ClipContents, ClipState, judge, read_clip, started_at_ms
from stoop.reader.errors import IdentityError
from stoop.reader.folder import SealedFolder, clip_id_of, find_sealed
from stoop.reader.identities import Identity, read_identity_file
from stoop.reader.journal import JournalCheck, check_journal


class OpenError(Exception):
    """Nothing can be opened; the message is one plain sentence with the fix."""


@dataclass(frozen=True, slots=True)
class ClipReport:
    """What is known of one clip. `detail` says why it is not complete; `opened_to` is the MP4, if one was written."""

    clip: str
    path: str
    state: ClipState
    detail: str
    size_bytes: int
    started_at_ms: int | None
    duration_ms: int | None
    cause: str | None
    end: str | None
    is_in_journal: bool
    opened_to: str | None = None


@dataclass(frozen=True, slots=True)
class OpenProgress:
    """How far the work is, in sealed bytes over all clips."""

    clip: str
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class JournalSummary:
    """What the journal says about itself and about the folder. `problems` are sentences; empty when all is well.

    `missing_clips` have a card, were never deleted, and are not there; `deleted_but_present` the other way round.
    """

    epochs: int
    records: int
    roots: dict[str, str]
    links_checked: int
    missing_epochs: tuple[int, ...]
    missing_clips: tuple[str, ...]
    deleted_but_present: tuple[str, ...]
    problems: tuple[str, ...]


OnProgress = Callable[[OpenProgress], None]
IdentityFiles = Path | Sequence[Path]
"""One file or several; a file may hold several identities, as after a change of keys."""


@dataclass(frozen=True, slots=True)
class Window:
    """Clips that began in it, both ends included, in ms since 1970; None is open."""

    from_ms: int | None = None
    to_ms: int | None = None

    def holds(self, started_at_ms: int | None) -> bool:
        """A clip whose time is not known is in every window: leaving it out would hide it."""
        if started_at_ms is None:
            return True
        return (self.from_ms or 0) <= started_at_ms <= (1 << 62 if self.to_ms is None else self.to_ms)


_ALWAYS = Window()


def list_clips(
    path: Path, identity_files: IdentityFiles, on_progress: OnProgress | None = None, window: Window = _ALWAYS
) -> list[ClipReport]:
    """Verify every clip under `path` that began in `window`, oldest first, and write nothing.

    Raises OpenError when the path or the identity cannot be used, or when the identity opens none of the clips.
    """
    with _plain_sentences(path):
        return Opener(path, identity_files, on_progress, window).reports()


def open_clips(
    path: Path,
    identity_files: IdentityFiles,
    out: Path,
    on_progress: OnProgress | None = None,
    window: Window = _ALWAYS,
) -> list[ClipReport]:
    """Write every clip that `list_clips` would list into the folder `out` as MP4, and report on each as it does.

    What ended early or was altered is opened up to its last good fragment. Never overwrites a file; a file under its
    final name is whole. Raises OpenError as `list_clips` does, and when `out` cannot be written.
    """
    with _plain_sentences(path):
        opener = Opener(path, identity_files, on_progress, window)
        out.mkdir(parents=True, exist_ok=True)
        return opener.reports(out)


def summarize_journal(path: Path, identity_files: IdentityFiles) -> JournalSummary | None:
    """Verify the journal beside the clips; None when there is none.

    Raises OpenError when the path or the identity cannot be used.
    """
    with _plain_sentences(path):
        opener = Opener(path, identity_files, None)
        check, folder = opener.journal, opener.folder
        if check is None:
            return None
        there = {clip_id_of(clip) for clip in folder.clips} if folder.is_whole else None
        known = {card.clip for card in check.records() if isinstance(card, ClipOpened | ClipClosed)}
        deleted = {card.clip for card in check.records() if isinstance(card, ClipDeleted)}
        return JournalSummary(
            epochs=len(folder.journal),
            records=sum(epoch.stored_records for epoch in check.epochs),
            roots={str(epoch.header.epoch): epoch.root for epoch in check.epochs},
            links_checked=check.links_checked,
            missing_epochs=check.missing_epochs,
            missing_clips=tuple(sorted(known - deleted - there)) if there is not None else (),
            deleted_but_present=tuple(sorted(deleted & there)) if there is not None else (),
            problems=check.problems,
        )


class Opener:
    """One run over a folder: what is there, what opens it, what the journal says, how far we are."""

    def __init__(
        self, path: Path, identity_files: IdentityFiles, on_progress: OnProgress | None, window: Window = _ALWAYS
    ) -> None:
        """Raises OpenError, IdentityError and OSError; `of` makes one sentence of each."""
        self.folder: SealedFolder = find_sealed(path)
        if not self.folder.clips and not self.folder.journal:
            raise OpenError(f"there are no clips in {path}; give the data folder, its folder sealed, or one .age file")
        self._files = (identity_files,) if isinstance(identity_files, Path) else tuple(identity_files)
        self._identities: tuple[Identity, ...] = tuple(
            each for file in self._files for each in read_identity_file(file)
        )
        self.journal: JournalCheck | None = None
        if self.folder.journal:
            self.journal = check_journal(self.folder.journal, self._identities)
        records = self.journal.records() if self.journal else []
        self._cards = {card.clip: card for card in records if isinstance(card, ClipClosed)}
        self._has_journal = bool(self.journal and self.journal.epochs)
        self._on_progress = on_progress
        self._clips = [clip for clip in self.folder.clips if window.holds(self._started_at_ms(clip, window))]
        self._total_bytes = sum(clip.stat().st_size for clip in self._clips)
        self._done_bytes = 0

    @classmethod
    def of(cls, path: Path, identity_files: IdentityFiles, on_progress: OnProgress | None) -> Opener:
        """As the constructor. Raises OpenError only."""
        with _plain_sentences(path):
            return cls(path, identity_files, on_progress)

    def reports(self, out: Path | None = None) -> list[ClipReport]:
        """Every clip in turn. Raises OpenError when none is sealed to these identities, and OSError."""
        reports = [self._report(clip, out) for clip in self._clips]
        if reports and all(report.state == "sealed to another key" for report in reports):
            names = " or ".join(map(str, self._files))
            raise OpenError(f"no identity in {names} opens these clips; give the identity of this camera's owner")
        return reports

    def _started_at_ms(self, clip: Path, window: Window) -> int | None:
        """From the clip's own head: the journal may be missing. Not looked up where every time will do."""
        return None if window == _ALWAYS else started_at_ms(clip, self._identities)

    def _report(self, clip: Path, out: Path | None) -> ClipReport:
        """Verify one clip and, with `out`, write it there."""

        def on_bytes(count: int) -> None:
            self._done_bytes += count
            if self._on_progress:
                self._on_progress(OpenProgress(clip.stem, self._done_bytes, self._total_bytes))

        if out is None:
            return self._judged(clip, read_clip(clip, self._identities, None, on_bytes))
        with _part_file(out) as part:
            contents = read_clip(clip, self._identities, part.write, on_bytes)
            report = self._judged(clip, contents)
            if not contents.playable_bytes:
                return report
            part.truncate(contents.playable_bytes)
            part.flush()
            os.fsync(part.fileno())
            return replace(report, opened_to=str(_give_name(Path(part.name), out, _file_name(report))))

    def _judged(self, clip: Path, contents: ClipContents) -> ClipReport:
        opened, closed = contents.opened, contents.closed
        clip_id = clip_id_of(clip) or (opened.clip if opened else clip.stem)
        card = self._cards.get(clip_id)
        state, detail = judge(clip_id, contents, card, has_journal=self._has_journal)
        return ClipReport(
            clip=clip_id,
            path=str(clip),
            state=state,
            detail=detail if contents.playable_bytes or state == "sealed to another key" else f"{detail}; no picture",
            size_bytes=contents.size_bytes,
            started_at_ms=opened.started_at_ms if opened else None,
            duration_ms=closed.duration_ms if closed else None,
            cause=opened.cause if opened else None,
            end=closed.end if closed else None,
            is_in_journal=card is not None,
        )


def _file_name(report: ClipReport) -> str:
    """`2026-11-22_18-03-59_motion_0000002a`, in this machine's time zone; sorts by time."""
    if report.started_at_ms is None:
        return f"unknown-time_unknown_{report.clip[:8]}"
    started = datetime.fromtimestamp(report.started_at_ms / 1000, UTC).astimezone()
    return f"{started:%Y-%m-%d_%H-%M-%S}_{report.cause}_{report.clip[:8]}"


@contextlib.contextmanager
def _part_file(out: Path) -> Iterator[IO[bytes]]:
    """A hidden file in `out` that is gone afterwards, unless it was given a name."""
    with tempfile.NamedTemporaryFile(dir=out, prefix=".opening-", suffix=".part", delete=False) as part:
        try:
            yield part.file
        finally:
            Path(part.name).unlink(missing_ok=True)


def _give_name(part: Path, out: Path, stem: str) -> Path:
    """Link the finished file under the first free name: never over a file that is there."""
    number = 1
    while True:
        target = out / (f"{stem}.mp4" if number == 1 else f"{stem}_{number}.mp4")
        try:
            os.link(part, target)
        except FileExistsError:
            number += 1
            continue
        except OSError:  # a file system without hard links, as on many memory sticks
            if target.exists():
                number += 1
                continue
            part.rename(target)
        return target


@contextlib.contextmanager
def _plain_sentences(path: Path) -> Iterator[None]:
    """What can go wrong outside our files, as one sentence."""
    try:
        yield
    except IdentityError as error:
        raise OpenError(str(error)) from error
    except FileNotFoundError as error:
        missing = error.filename or path
        raise OpenError(
            f"there is nothing at {missing}; give the data folder, its folder sealed, or one clip"
        ) from error
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise OpenError(f"cannot use {error.filename or path}: {cause}") from error
