"""Power cuts, replayed: the short form of `run.py crash`, and what its own model of a disk does."""

from __future__ import annotations

from pathlib import PurePosixPath as Path
from random import Random

import pytest

from tests.crash.campaign import run
from tests.crash.disk import Disk, Op, State
from tests.crash.planted import PLANTED

STATES, SHARES = 10_000, 4
FOLDER, FILE, OTHER = Path("d"), Path("d/f"), Path("d/g")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("share", range(SHARES))
def test_every_state_after_a_cut_is_recovered(share: int) -> None:
    outcome = run(seed=1000 + share, states=STATES // SHARES)

    assert outcome.first == ""
    assert outcome.states == STATES // SHARES
    assert outcome.operations > 200
    assert outcome.looked_at > STATES // SHARES // 4
    assert outcome.cuts_while_starting > 20


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen(name: str) -> None:
    make_files, planted = PLANTED[name]
    with planted():
        outcome = run(seed=7, states=3000, make_files=make_files, stop_at_first=True)

    assert outcome.faulty == 1, f"nothing was seen in {outcome.states} states"


# --- the model of a disk ---------------------------------------------------------------------------------------------


def cuts(disk: Disk, times: int = 200) -> list[State]:
    random = Random(1)
    return [disk.cut(random) for _ in range(times)]


def disk_of(*ops: Op) -> Disk:
    disk = Disk(State((FOLDER,), {}))
    for op in ops:
        disk.apply(op)
    return disk


CREATE, WRITE = Op("create", FILE), Op("write", FILE, data=b"\xaa" * 10_000)
SYNC, NAMES = Op("sync", FILE), Op("sync folder", FOLDER)


def test_what_was_saved_with_its_name_is_always_there() -> None:
    assert all(state.files == {FILE: b"\xaa" * 10_000} for state in cuts(disk_of(CREATE, WRITE, SYNC, NAMES)))


def test_a_name_that_was_not_saved_may_be_gone_with_all_that_is_in_it() -> None:
    states = cuts(disk_of(CREATE, WRITE, SYNC))
    assert {FILE in state.files for state in states} == {True, False}
    assert all(data == b"\xaa" * 10_000 for state in states for data in state.files.values())


def test_data_that_was_not_saved_may_be_whole_cut_full_of_holes_or_missing() -> None:
    found = [state.files[FILE] for state in cuts(disk_of(CREATE, NAMES, WRITE))]
    assert b"" in found
    assert b"\xaa" * 10_000 in found
    assert any(0 < len(data) < 10_000 and data.count(0) == 0 for data in found)
    assert any(bytes(4096) in data and 0xAA in data for data in found)


def test_what_was_synced_under_a_synced_name_is_known_as_safe() -> None:
    assert disk_of(CREATE, WRITE, SYNC).safe_files("") == {}
    assert disk_of(CREATE, WRITE, NAMES).safe_files("") == {FILE: b""}
    assert disk_of(CREATE, WRITE, SYNC, NAMES).safe_files("") == {FILE: b"\xaa" * 10_000}


def test_two_states_have_one_fingerprint_only_when_they_are_alike() -> None:
    states = cuts(disk_of(CREATE, NAMES, WRITE))
    contents = {state.fingerprint: state.files[FILE] for state in states}
    assert all(contents[state.fingerprint] == state.files[FILE] for state in states)
    assert len(contents) == len(set(contents.values()))


def test_a_rename_is_there_or_not_and_never_half() -> None:
    ops = (CREATE, WRITE, SYNC, NAMES, Op("rename", FILE, OTHER))
    assert {tuple(state.files) for state in cuts(disk_of(*ops))} == {(FILE,), (OTHER,)}


def test_a_removal_that_was_not_saved_may_be_undone() -> None:
    states = cuts(disk_of(CREATE, WRITE, SYNC, NAMES, Op("remove", FILE)))
    assert {FILE in state.files for state in states} == {True, False}


def test_nothing_lies_in_a_folder_that_is_not_there() -> None:
    inner = Path("d/e")
    disk = disk_of(Op("folder", inner), Op("create", inner / "f"), Op("sync folder", inner))
    states = cuts(disk)
    assert all(inner in state.folders or not state.files for state in states)
    assert any(not state.files for state in states)


def test_a_killed_process_leaves_everything() -> None:
    assert disk_of(CREATE, WRITE).kept() == State((FOLDER,), {FILE: b"\xaa" * 10_000})
