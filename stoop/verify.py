"""`stoop open --verify`: what was altered, taken away, put back or slipped in; see docs/guides/tampering.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from camera.vault.ages import NAME as AGES
from camera.vault.ages import is_whole
from camera.vault.cards import ClipClosed, ClipDeleted, ClipKept
from camera.vault.clip_ids import is_clip_id, number_of, read_sequence, sequence_text
from camera.vault.deletions import deletion_of
from camera.vault.files import TEMPORARY_SUFFIX
from camera.vault.journal import RECORD_BYTES, chain, first_record
from camera.vault.reserve import is_reserve
from stoop.open_clips import ClipReport, JournalSummary, OnProgress, Opener, OpenError, summarize_journal
from stoop.reader.errors import ThumbnailError
from stoop.reader.thumbnails import open_thumbnail

FindingKind = Literal["altered", "missing", "came back", "doubled", "strange", "rolled back"]
_FITTING = {"clips": ".age", "thumbs": ".thumb", "journal": ".sjl", "kept": ""}
_STEMS = {
    "clips": re.compile("[0-9a-f]{32}"),
    "thumbs": re.compile("[0-9a-f]{32}"),
    "journal": re.compile("[0-9a-f]{8}"),
    "kept": re.compile("[0-9a-f]{32}"),
}
_BESIDE = {name + ending for name in ("sequence", "reserve", "ages") for ending in ("", TEMPORARY_SUFFIX)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as the camera left it: what, where, and a sentence."""

    kind: FindingKind
    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All of it. `roots` and `records` by epoch are what a later run compares with."""

    clips: tuple[ClipReport, ...]
    findings: tuple[Finding, ...]
    roots: dict[str, str]
    records: dict[str, int]
    is_compared: bool

    @property
    def counts(self) -> dict[str, int]:
        """How many clips are in which state."""
        return dict(Counter(report.state for report in self.clips))


class Earlier(msgspec.Struct, frozen=True):
    """What an earlier run printed as JSON, as far as it is compared."""

    roots: dict[str, str]
    records: dict[str, int]


def read_earlier(path: Path) -> Earlier:
    """Raises OpenError when the file is not what `--verify --json` prints."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Earlier)
    except OSError as error:
        raise OpenError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    except msgspec.DecodeError as error:
        raise OpenError(f"{path} is not what `stoop open --verify --json` printed: {error}") from error


def verify(
    path: Path, identities: Sequence[Path], earlier: Earlier | None = None, on_progress: OnProgress | None = None
) -> Verdict:
    """Open everything under `path` and compare all with all. Raises OpenError as `list_clips` does."""
    opener = Opener.of(path, identities, on_progress)
    reports = opener.reports()
    summary = summarize_journal(path, identities)
    findings = [*_clips(reports), *_doubled(reports)]
    roots: dict[str, str] = {}
    records: dict[str, int] = {}
    if summary:
        roots = summary.roots
        findings += _record(summary)
    if opener.journal:
        records = {str(epoch.header.epoch): epoch.stored_records for epoch in opener.journal.epochs}
    if opener.folder.is_whole:
        sealed = opener.folder.thumbnails.parent
        findings += [*_thumbnails(opener, reports), *_strangers(sealed), *_numbers(sealed, reports)]
        findings += _marks(opener, sealed / "kept")
    if earlier:
        findings += _rolled_back(opener, earlier)
    return Verdict(tuple(reports), tuple(findings), roots, records, earlier is not None)


def _record(summary: JournalSummary) -> Iterator[Finding]:
    for number in summary.missing_epochs:
        yield Finding("missing", f"journal {number}", "a part of the record is missing")
    for problem in summary.problems:
        yield Finding("altered", "journal", problem)
    for clip in summary.missing_clips:
        yield Finding("missing", f"clip {clip}", "the record names it, and it is not there")
    for clip in summary.deleted_but_present:
        yield Finding("came back", f"clip {clip}", "the record says that it was deleted")


def _clips(reports: Sequence[ClipReport]) -> Iterator[Finding]:
    for report in reports:
        if report.state in ("altered", "sealed to another key"):
            yield Finding("altered", f"clip {report.clip}", report.detail or report.state)


def _doubled(reports: Sequence[ClipReport]) -> Iterator[Finding]:
    for clip, times in Counter(report.clip for report in reports).items():
        if times > 1:
            yield Finding("doubled", f"clip {clip}", f"there are {times} files of it")


def _thumbnails(opener: Opener, reports: Sequence[ClipReport]) -> Iterator[Finding]:
    records = opener.journal.records() if opener.journal else []
    gone = {record.clip for record in records if isinstance(record, ClipDeleted)}
    cards = {record.clip: record for record in records if isinstance(record, ClipClosed)}
    folder = opener.folder.thumbnails
    there = {file.stem for file in folder.glob("*.thumb")} if folder.is_dir() else set()
    for clip in sorted((cards.keys() - gone) & {report.clip for report in reports}):
        key = cards[clip].thumb
        if key is None:
            continue
        if clip not in there:
            yield Finding("missing", f"thumbnail {clip}", "the record names it, and it is not there")
            continue
        try:
            open_thumbnail((folder / f"{clip}.thumb").read_bytes(), clip, key)
        except ThumbnailError as error:
            yield Finding("altered", f"thumbnail {clip}", str(error))
    known = {clip for clip, card in cards.items() if card.thumb is not None} | {report.clip for report in reports}
    if opener.journal:
        for clip in sorted(there - known):
            yield Finding("strange", f"thumbnail {clip}", "no clip has it")


def _strangers(sealed: Path) -> Iterator[Finding]:
    """Files that the camera never made; what a power cut left of its own goes at its next start."""
    for file in sorted(sealed.glob("*")):
        if file.name not in _BESIDE and not file.is_dir():
            yield Finding("strange", file.name, "the camera makes no such file")
    for folder, ending in _FITTING.items():
        for file in sorted((sealed / folder).glob("*")) if (sealed / folder).is_dir() else ():
            whole = file.name.removesuffix(TEMPORARY_SUFFIX)
            fits = whole.endswith(ending) and _STEMS[folder].fullmatch(whole.removesuffix(ending))
            if not fits and deletion_of(file.name) is None:
                yield Finding("strange", str(file.relative_to(sealed)), "the camera makes no such file")


def _numbers(sealed: Path, reports: Sequence[ClipReport]) -> Iterator[Finding]:
    """A copy on a second box has neither file."""
    sequence, reserve = sealed / "sequence", sealed / "reserve"
    if sequence.is_file():
        text = sequence.read_bytes()
        number = read_sequence(text)
        least = max((number_of(report.clip) for report in reports if is_clip_id(report.clip)), default=0)
        if number is None or number < least or text not in (sequence_text(number), f"{number}\n".encode()):
            yield Finding("altered", "sequence", "it is not the number of the newest clip")
    ages = sealed / AGES
    if ages.is_file() and not is_whole(ages.read_bytes()):
        yield Finding("altered", AGES, "a mark in it cannot be read; clips stay longer than they would")
    if reserve.is_file() and not is_reserve(reserve.read_bytes()):
        yield Finding("altered", "reserve", "it is not what the camera wrote; nothing is kept in it")


def _marks(opener: Opener, folder: Path) -> Iterator[Finding]:
    """A mark that somebody makes keeps a clip for ever; one that is taken away lets it go. A copy has no marks."""
    if not opener.journal or not (folder.is_dir() or (folder.parent / "sequence").exists()):
        return
    marks = {file.name for file in folder.iterdir()} if folder.is_dir() else set[str]()
    wanted: dict[str, bool] = {}
    for record in opener.journal.records():
        if isinstance(record, ClipKept):
            wanted[record.clip] = record.kept
        elif isinstance(record, ClipDeleted):
            wanted[record.clip] = False
    for clip in sorted(clip for clip in marks if not wanted.get(clip)):
        if _STEMS["kept"].fullmatch(clip):
            yield Finding("strange", f"kept {clip}", "the record does not say that it is kept")
    for clip in sorted(clip for clip, is_kept in wanted.items() if is_kept and clip not in marks):
        yield Finding("missing", f"kept {clip}", "the record says that it is kept, and its mark is gone")


def _rolled_back(opener: Opener, earlier: Earlier) -> Iterator[Finding]:
    """The record may have grown since, and nothing else."""
    for number, root in earlier.roots.items():
        records, path = earlier.records.get(number, 0), opener.folder.journal.get(int(number))
        if path is None:
            yield Finding("rolled back", f"journal {number}", "it was there when you looked before, and is gone")
            continue
        data = path.read_bytes()
        now, _ = chain(data)
        if now < records:
            yield Finding("rolled back", f"journal {number}", f"it held {records} records before, and holds {now} now")
        elif chain(data[: first_record(data) + records * RECORD_BYTES])[1].hex() != root:
            yield Finding("rolled back", f"journal {number}", f"its first {records} records are not those of before")


def as_json(verdict: Verdict) -> Mapping[str, Any]:  # Any: JSON
    """What `--json` prints, and `--earlier` reads."""
    return {
        "counts": verdict.counts,
        "findings": [{"kind": f.kind, "where": f.where, "sentence": f.sentence} for f in verdict.findings],
        "roots": verdict.roots,
        "records": verdict.records,
        "is_compared": verdict.is_compared,
    }
