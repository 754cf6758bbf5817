"""Whether the journal is whole: in form without any key, and record by record with the owner's."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from camera.vault.journal import MAGIC, RECORD_BYTES
from stoop.open_clips import OpenError, summarize_journal
from stoop.prove.finding import Finding, failed, judged, not_checked
from stoop.prove.installation import Installation
from stoop.prove.sealed import owner_stanza
from stoop.reader.age_header import parse_header
from stoop.reader.errors import HeaderError
from stoop.reader.folder import find_sealed

WHOLE = "The record of what happened has no missing part."
VERIFIES = "Nothing in the record was changed or taken out."
_HEAD_BYTES = len(MAGIC) + 4


def journal_whole(installation: Installation) -> Finding:
    """As far as one can tell without the owner's key: parts follow each other, each head is sealed to the owner."""
    how = "counted the parts of the record and read the head of each"
    found = _files(installation)
    if not found:
        return not_checked(WHOLE, how, "nothing has been recorded yet")
    kind = owner_stanza(installation.recipient())
    missing = [number for number in range(max(found)) if number not in found]
    faults = [f"part {number} is missing" for number in missing]
    records = 0
    for number, path in sorted(found.items()):
        data = path.read_bytes()
        if fault := head_fault(data, kind):
            faults.append(f"part {number}: {fault}")
            continue
        records += (len(data) - first_record(data)) // RECORD_BYTES
    return judged(
        WHOLE, how, faults, f"{_count(records, 'record')} in {_count(len(found), 'part')}, each locked to your key"
    )


def journal_verifies(installation: Installation) -> Finding:
    """With the owner's key: every record, every link from part to part, and a clip for each card."""
    how = "opened every record with your recovery key and followed the links"
    if not _files(installation):
        return not_checked(VERIFIES, how, "nothing has been recorded yet")
    if installation.identity is None:
        return not_checked(
            VERIFIES, how, "takes your recovery key: ask with --identity FILE, or look at Activity in your browser"
        )
    try:
        summary = summarize_journal(installation.data, installation.identity)
    except OpenError as error:
        return not_checked(VERIFIES, how, str(error))
    if summary is None or not summary.epochs:
        return failed(VERIFIES, how, "no part of the record opens with this key")
    faults = [*summary.problems]
    faults += [f"part {number} is missing" for number in summary.missing_epochs]
    faults += [f"clip {clip[:8]} has an entry and is not there" for clip in summary.missing_clips]
    links = f"; {_count(summary.links_checked, 'link')} between them" if summary.links_checked else ""
    detail = f"{_count(summary.records, 'record')} in {_count(summary.epochs, 'part')}{links}"
    return judged(VERIFIES, how, faults, detail)


def head_fault(data: bytes, kind: bytes | None) -> str | None:
    """What is wrong with the head of a journal file; None when it is sealed to the owner and its records follow."""
    if not data.startswith(MAGIC) or len(data) < first_record(data):
        return "its head is damaged or cut"
    try:
        header = parse_header(BytesIO(data[_HEAD_BYTES : first_record(data)]))
    except HeaderError as error:
        return str(error)
    kinds = [stanza.kind for stanza in header.stanzas]
    return None if kinds == [kind] else "it is locked to somebody else"


def first_record(data: bytes) -> int:
    return _HEAD_BYTES + int.from_bytes(data[len(MAGIC) : _HEAD_BYTES], "big")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _files(installation: Installation) -> dict[int, Path]:
    try:
        return find_sealed(installation.data).journal
    except OSError:
        return {}
