"""Cuts the power of a story at every operation, many times over, and looks at what each cut leaves."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from camera.vault.journal import journal_files
from stoop.reader.identities import X25519Identity
from stoop.reader.journal import check_journal
from tests.crash.checks import Expected, Inspector
from tests.crash.disk import Disk, State
from tests.crash.recording import RecordingFiles
from tests.crash.workload import Story, tell

_AGAIN = 0.06
"""Of so many states the start is cut too, and started again."""


@dataclass(slots=True)
class Outcome:
    """How many states were made, how many of them were looked at as no two are alike, and what was wrong."""

    states: int = 0
    looked_at: int = 0
    cuts_while_starting: int = 0
    operations: int = 0
    faulty: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    first: str = ""

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.states + other.states,
            self.looked_at + other.looked_at,
            self.cuts_while_starting + other.cuts_while_starting,
            self.operations + other.operations,
            self.faulty + other.faulty,
            self.faults + other.faults,
            self.first or other.first,
        )


def run(
    seed: int,
    states: int,
    make_files: Callable[[Path], RecordingFiles] = RecordingFiles,
    stop_at_first: bool = False,
) -> Outcome:
    """About `states` states of one story. `make_files` may plant a fault."""
    random, identity = Random(seed), X25519Identity(os.urandom(32))
    with tempfile.TemporaryDirectory(dir=fast_folder(), prefix="stoop-crash-") as folder:
        (told := Path(folder) / "told").mkdir()
        story = tell(told, identity.recipient, seed, make_files)
        inspector = Inspector(identity, _keys(told, identity))
        return _cut_everywhere(story, inspector, Path(folder) / "state", states, random, stop_at_first)


def _cut_everywhere(
    story: Story, inspector: Inspector, base: Path, states: int, random: Random, stop_at_first: bool
) -> Outcome:
    disk, expected, outcome = Disk(), Expected(), Outcome(operations=len(story.files.ops))
    promises = iter([*story.promises, None])
    next_promise = next(promises)
    for number in range(len(story.files.ops) + 1):
        while next_promise is not None and next_promise.at_op <= number:
            expected.hear(next_promise)
            next_promise = next(promises)
        share = states * (number + 1) // (len(story.files.ops) + 1) - states * number // (len(story.files.ops) + 1)
        seen: set[int] = set()  # only here: one operation later the same state may be one too few
        expected.saved = {path.stem: data for path, data in disk.safe_files(".age").items()}
        for _ in range(share):
            state = disk.cut(random)
            outcome.states += 1
            if state.fingerprint in seen:
                continue
            seen.add(state.fingerprint)
            faults = _look_at(state, inspector, base, expected, outcome, random)
            _count(outcome, faults, number, story)
            if faults and stop_at_first:
                return outcome
        if number < len(story.files.ops):
            disk.apply(story.files.ops[number])
    return outcome


def _look_at(
    state: State, inspector: Inspector, base: Path, expected: Expected, outcome: Outcome, random: Random
) -> list[str]:
    outcome.looked_at += 1
    lay(state, base)
    if random.random() >= _AGAIN:
        return inspector.faults(base, expected)
    files = RecordingFiles(base)
    faults = inspector.faults(base, expected, files)
    disk = Disk(state)
    for op in files.ops[: random.randint(0, len(files.ops))]:
        disk.apply(op)
    outcome.cuts_while_starting += 1
    lay(disk.cut(random), base)
    return faults + [f"after a cut while starting: {fault}" for fault in inspector.faults(base, expected)]


def _count(outcome: Outcome, faults: list[str], number: int, story: Story) -> None:
    outcome.faulty += bool(faults)
    outcome.faults.update(faults)
    if faults and not outcome.first:
        last = story.files.ops[number - 1] if number else None
        what = f"{last.kind} {last.path}" if last else "nothing"
        outcome.first = f"after operation {number} ({what}): {faults[0]}"


def lay(state: State, base: Path) -> None:
    """Put the state on a real disk, in place of what lies there."""
    shutil.rmtree(base, ignore_errors=True)
    base.mkdir()
    for folder in state.folders:
        os.mkdir(f"{base}/{folder}")
    for path, data in state.files.items():
        with open(f"{base}/{path}", "wb", buffering=0) as file:
            file.write(data)


def _keys(base: Path, identity: X25519Identity) -> frozenset[str]:
    files = {file.epoch: file.path for file in journal_files(base / "sealed" / "journal")}
    return frozenset(epoch.header.key for epoch in check_journal(files, (identity,)).epochs)


def fast_folder() -> Path | None:
    """Memory where there is some: a disk would wear, and is what is simulated."""
    shm = Path("/dev/shm")
    return shm if os.access(shm, os.W_OK) else None
