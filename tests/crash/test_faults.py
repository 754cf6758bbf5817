"""A disk that refuses: every call in turn, once or for a while, with each of four reasons; the short form."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from camera.vault import VaultError
from camera.vault.journal import Journal
from stoop.reader.identities import X25519Identity
from tests.crash.failing import ERRNOS, Fault
from tests.crash.hard_day import calls_of_a_day, live_through

ROOT = Path(__file__).resolve().parents[2]
IDENTITY = X25519Identity(os.urandom(32))


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return calls_of_a_day(tmp_path_factory.mktemp("quiet"), IDENTITY)


def test_a_day_asks_for_every_kind_of_call(calls: list[str]) -> None:
    kinds = Counter(calls)
    assert kinds.keys() >= {"list", "look at", "read", "create", "open", "write", "save", "replace", "delete"}
    assert kinds.keys() >= {"create folder", "save folder"}


def test_a_day_without_a_fault_leaves_nothing_to_say(tmp_path: Path) -> None:
    assert live_through(tmp_path, IDENTITY, None) == []


@pytest.mark.slow
@pytest.mark.parametrize("lasts", [False, True], ids=["once", "for a while"])
def test_whatever_call_fails_nothing_escapes_nothing_is_lost_and_recording_resumes(
    calls: list[str], tmp_path: Path, lasts: bool
) -> None:
    for at, call in enumerate(calls):
        (base := tmp_path / str(at)).mkdir()
        fault = Fault(at, ERRNOS[(at + lasts) % len(ERRNOS)], lasts)
        assert live_through(base, IDENTITY, fault) == [], f"{call}, {fault}"


@pytest.mark.parametrize("number", ERRNOS, ids=[os.strerror(number) for number in ERRNOS])
def test_a_clip_whose_deleted_card_may_be_there_does_not_come_back(
    calls: list[str], tmp_path: Path, number: int
) -> None:
    steps = ["replace", "save folder", "write", "save", "delete", "save folder", "delete", "save folder"]
    (hidden_at,) = [at for at in range(len(calls)) if calls[at : at + len(steps)] == steps]

    assert live_through(tmp_path, IDENTITY, Fault(hidden_at + 3, number)) == []


def test_a_record_that_was_refused_and_told_as_kept_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: list[str]
) -> None:
    """The check can fail: a journal that swallows the fault is found out."""
    append = Journal.append

    def swallow(journal: Journal, record: object) -> None:
        try:
            append(journal, record)  # type: ignore[arg-type]  # as it came
        except VaultError:
            return

    monkeypatch.setattr(Journal, "append", swallow)
    found: list[str] = []
    for at, call in enumerate(calls):
        if call == "write" and not found:
            (base := tmp_path / str(at)).mkdir()
            found += live_through(base, IDENTITY, Fault(at, ERRNOS[0]))
    assert any("lost" in fault for fault in found)


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_what_fifty_killed_processes_leave_is_whole() -> None:
    words = [sys.executable, "-m", "tests.crash.killed", "50"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.findall(r"([\d,]+) of them in the middle", done.stdout)[0]) >= 10
