"""`stoop open` on a terminal: progress, a table of what was found, and an exit code that scripts can trust."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from stoop.open_clips import (
    ClipReport,
    JournalSummary,
    OnProgress,
    OpenError,
    OpenProgress,
    Window,
    list_clips,
    open_clips,
    summarize_journal,
)
from stoop.terminal import new_console, plain
from stoop.verify import Verdict, read_earlier, verify
from stoop.verify import as_json as verdict_as_json


def open_command(
    path: Path, identity: Sequence[Path], out: Path | None, *, as_json: bool, window: Window | None = None
) -> int:
    """List (`out` is None) or open.

    Exit code 0 when every clip is complete or ended early, 1 when one was altered, 2 when none could be looked at.
    """
    window = window or Window()
    try:
        with _progress(as_json) as on_progress:
            if out is None:
                reports = list_clips(path, identity, on_progress, window)
            else:
                reports = open_clips(path, identity, out, on_progress, window)
        journal = summarize_journal(path, identity)
    except OpenError as error:
        print(f"stoop: {error}", file=sys.stderr)
        return 2
    if as_json:
        print(json.dumps({"clips": [asdict(r) for r in reports], "journal": asdict(journal) if journal else None}))
    else:
        _show(reports, journal)
    return 1 if any(report.state == "altered" for report in reports) else 0


def verify_command(path: Path, identity: Sequence[Path], earlier: Path | None, *, as_json: bool) -> int:
    """Exit code 0 when nothing was found, 1 when something was, 2 when nothing could be looked at."""
    try:
        before = read_earlier(earlier) if earlier else None
        with _progress(as_json) as on_progress:
            verdict = verify(path, identity, before, on_progress)
    except OpenError as error:
        print(f"stoop: {error}", file=sys.stderr)
        return 2
    if as_json:
        print(json.dumps(verdict_as_json(verdict)))
    else:
        _show_verdict(verdict)
    return 1 if verdict.findings else 0


def _show_verdict(verdict: Verdict) -> None:
    console = new_console()
    for state, clips in sorted(verdict.counts.items()):
        console.print(f"{_count(clips, 'clip')} {state}")
    for finding in verdict.findings:
        console.print(f"[bold]{finding.kind}[/bold]: {plain(finding.where)}: {plain(finding.sentence)}", soft_wrap=True)
    if not verdict.findings:
        console.print("nothing was altered, taken away, put back or slipped in")
    if not verdict.is_compared:
        console.print(
            "Whether all of it was put back to an earlier day is seen only beside an earlier result: keep what "
            "`--verify --json` prints, and give it with --earlier next time."
        )


def when(text: str) -> int:
    """Ms since 1970 of a date or a time in this machine's zone, such as 2026-11-26 or "2026-11-26 18:30".

    Raises OpenError on anything else.
    """
    try:
        return round(datetime.fromisoformat(text).astimezone().timestamp() * 1000)
    except ValueError as error:
        raise OpenError(f"{text!r} is no time: write 2026-11-26, or '2026-11-26 18:30'") from error


@contextmanager
def _progress(as_json: bool) -> Iterator[OnProgress | None]:
    if as_json or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=new_console(is_error=True)) as bar:
        task = bar.add_task("opening", total=None)

        def show(news: OpenProgress) -> None:
            bar.update(task, total=news.total_bytes, completed=news.done_bytes, description=news.clip[:8])

        yield show


def _show(reports: list[ClipReport], journal: JournalSummary | None) -> None:
    table = Table("clip", "when", "length", "cause", "state", "file")
    for report in reports:
        table.add_row(
            report.clip[:8],
            _when(report.started_at_ms),
            f"{report.duration_ms / 1000:.0f} s" if report.duration_ms is not None else "?",
            report.cause or "?",
            report.state if not report.detail else f"{report.state}: {report.detail}",
            report.opened_to or "",
        )
    console = new_console()
    console.print(table)
    if journal:
        records, parts = _count(journal.records, "record"), _count(journal.epochs, "part")
        console.print(f"journal: {records} in {parts}")
        for problem in journal.problems:
            console.print(f"[bold]journal: {plain(problem)}[/bold]")
        for clip in journal.missing_clips:
            console.print(f"[bold]clip {clip} has a card but is not there[/bold]")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _when(at_ms: int | None) -> str:
    return datetime.fromtimestamp(at_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S") if at_ms else "?"
