"""The whole camera killed (SIGKILL) at random while it records and deletes; STOOP_CAMERA_KILLS times, in CI a few."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import httpx
import pytest

from stoop.open_clips import list_clips, summarize_journal
from tests.e2e.conftest import SHORT_CLIPS, Starter, StoopRun, until
from tests.e2e.scripted_owner import ScriptedOwner

KILLS = int(os.environ.get("STOOP_CAMERA_KILLS", "2"))
LONGEST_S = 3.0
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300 + 60 * KILLS)]


def record(owner: ScriptedOwner) -> str:
    """The id of a clip that is being recorded: one that motion began will do."""
    clip = ""

    def has_begun() -> bool:
        nonlocal clip
        try:
            if not owner.login().is_success:
                return False
            clip = owner.state()["recording_clip"] or ""
            if not clip:
                owner.command("clip.record")
        except httpx.HTTPError:  # the camera is not back yet
            return False
        return bool(clip)

    until(has_begun, "a clip to begin")
    return clip


def kill_while_deleting(stoop: StoopRun, owner: ScriptedOwner, clip: str, after_s: float) -> bool:
    """Whether the camera could still say that the clip is deleted."""
    request = owner.sign("clip.delete", clip=clip)
    with ThreadPoolExecutor(1) as other:
        asked = other.submit(lambda: owner.http.post("/api/commands", json={"jws": request}))
        time.sleep(after_s)
        os.kill(stoop.pids()["camera"], signal.SIGKILL)
        return asked.result().is_success


def test_a_camera_killed_at_random_keeps_all_that_it_said(start_stoop: Starter, tmp_path: Path) -> None:
    stoop, random = start_stoop("demo", SHORT_CLIPS), Random()
    owner = ScriptedOwner(stoop.url)
    owner.claim(stoop.code).raise_for_status()
    owner.draw()
    recorded: list[str] = []
    deleting: set[str] = set()
    deleted: set[str] = set()
    for number in range(KILLS):
        recorded.append(record(owner))
        time.sleep(random.uniform(0, LONGEST_S))
        before = stoop.pids()["camera"]
        if number % 2:
            deleting.add(clip := recorded[number - 1])
            if kill_while_deleting(stoop, owner, clip, random.uniform(0, 0.05)):
                deleted.add(clip)
        else:
            os.kill(before, signal.SIGKILL)
        until(lambda before=before: stoop.pids()["camera"] != before, "the camera to be started again")  # type: ignore[misc]
    recorded.append(record(owner))
    time.sleep(1)
    assert stoop.stop() == 0
    owner.http.close()

    (identity := tmp_path / "identity.txt").write_text(owner.identity + "\n")
    states = {report.clip: report.state for report in list_clips(stoop.data, identity)}
    summary = summarize_journal(stoop.data, identity)
    assert set(states.values()) <= {"complete", "ended early"}
    assert summary is not None
    assert (summary.problems, summary.missing_epochs) == ((), ())
    assert (summary.missing_clips, summary.deleted_but_present) == ((), ())
    assert deleted.isdisjoint(states)
    assert set(recorded) - deleting <= states.keys()
    print(f"\nthe camera was killed {KILLS} times: {len(states)} clips, {summary.records} records, none damaged")
