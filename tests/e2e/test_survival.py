"""Either process may die at any moment: nothing recorded is lost, and both come back by themselves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import httpx
import pytest

from stoop.open_clips import ClipReport, list_clips, open_clips
from tests.e2e.conftest import ROOT, SMALL, Starter, StoopRun, until
from tests.e2e.scripted_owner import ScriptedOwner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

QUICK = f"{SMALL}post_roll_s = 2\nclip_cap_s = 300\nplate_s = 3\n"


@pytest.fixture
def stoop(start_stoop: Starter) -> StoopRun:
    return start_stoop("demo", QUICK)


@pytest.fixture
def owner(stoop: StoopRun) -> Iterator[ScriptedOwner]:
    owner = ScriptedOwner(stoop.url)
    owner.claim(stoop.code).raise_for_status()
    owner.draw()
    until(lambda: owner.state()["is_delivering"], "the camera to deliver")
    yield owner
    owner.http.close()


def start_clip(owner: ScriptedOwner) -> str:
    owner.command("clip.record").raise_for_status()
    until(lambda: owner.state()["recording_clip"], "a clip to begin")
    return str(owner.state()["recording_clip"])


def reports(stoop: StoopRun, owner: ScriptedOwner, tmp_path: Path) -> dict[str, ClipReport]:
    identity = tmp_path / "identity.txt"
    identity.write_text(owner.identity + "\n")
    return {report.clip: report for report in list_clips(stoop.data, identity)}


def test_a_killed_server_costs_the_clip_nothing(stoop: StoopRun, owner: ScriptedOwner, tmp_path: Path) -> None:
    clip = start_clip(owner)
    time.sleep(2)
    before = stoop.pids()
    os.kill(before["server"], signal.SIGKILL)

    until(lambda: answers(owner), "the server to answer again")
    assert stoop.pids()["camera"] == before["camera"]
    assert owner.login().is_success
    until(lambda: owner.state()["recording_clip"] != clip, "the clip to end", 90)
    report = reports(stoop, owner, tmp_path)[clip]
    assert (report.state, report.detail) == ("complete", "")


def test_a_killed_camera_loses_two_seconds_at_most(stoop: StoopRun, owner: ScriptedOwner, tmp_path: Path) -> None:
    clip = start_clip(owner)
    begun_s = time.monotonic()
    time.sleep(6)
    pids = stoop.pids()
    at_least_s = time.monotonic() - begun_s - 2
    os.kill(pids["camera"], signal.SIGKILL)

    until(lambda: stoop.pids()["camera"] != pids["camera"], "the camera to be started again")
    until(lambda: online(owner) and owner.state()["is_delivering"], "the camera to deliver again")
    assert reports(stoop, owner, tmp_path)[clip].state == "ended early"
    opened = next(r for r in open_clips(stoop.data, tmp_path / "identity.txt", tmp_path / "out") if r.clip == clip)
    assert opened.opened_to is not None
    assert seconds_of(Path(opened.opened_to)) >= at_least_s
    assert start_clip(owner) != clip


def test_the_mask_is_in_force_again_after_a_crash(stoop: StoopRun, owner: ScriptedOwner) -> None:
    digest = owner.state()["mask"]["digest"]
    before = stoop.pids()["camera"]
    os.kill(before, signal.SIGKILL)

    until(lambda: stoop.pids()["camera"] != before and online(owner), "the camera to be back")
    assert owner.state()["mask"]["digest"] == digest


def test_ctrl_c_closes_the_clip_and_says_nothing_of_tracebacks(
    stoop: StoopRun, owner: ScriptedOwner, tmp_path: Path
) -> None:
    clip = start_clip(owner)
    time.sleep(1)

    assert stoop.stop(signal.SIGINT) == 0
    assert "Traceback" not in stoop.log.read_text()
    assert reports(stoop, owner, tmp_path)[clip].state == "complete"


def test_what_the_parts_are_pids_of_end_with_their_supervisor(stoop: StoopRun) -> None:
    pids = stoop.pids()
    stoop.process.kill()
    stoop.process.wait()

    until(lambda: not any(is_alive(pid) for pid in pids.values()), "camera and server to end")


@pytest.mark.parametrize(
    ("source", "names", "fix"),
    [
        ("file:/nowhere/door.mp4", "/nowhere/door.mp4", "check"),
        ("v4l2:/dev/video97", "/dev/video97", "plug"),
        ("telescope", "telescope", "use one of"),
    ],
)
def test_a_source_that_cannot_be_opened_is_one_plain_sentence(
    tmp_path: Path, source: str, names: str, fix: str
) -> None:
    done = run_words("--source", source, "--data", str(tmp_path / "data"))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert names in done.stderr
    assert fix in done.stderr


def test_an_unreadable_video_is_one_plain_sentence(tmp_path: Path) -> None:
    video = tmp_path / "door.mp4"
    video.write_bytes(b"not a video")

    done = run_words("--source", f"file:{video}", "--data", str(tmp_path / "data"))

    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert str(video) in done.stderr


def test_a_port_in_use_is_one_plain_sentence(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET6) as taken:
        taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        taken.bind(("::", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_words("--source", "demo", "--data", str(tmp_path / "data"), "--port", str(port))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if str(port) in line]
    assert len(said) == 1
    assert "--port" in said[0]


def test_an_unknown_setting_is_named_with_a_hint(tmp_path: Path) -> None:
    config = tmp_path / "stoop.toml"
    config.write_text("[camera]\npre_rol_s = 3\n")

    done = run_words("--source", "demo", "--data", str(tmp_path / "data"), "--config", str(config))

    assert done.returncode == 2
    assert "pre_rol_s" in done.stderr
    assert "did you mean 'pre_roll_s'" in done.stderr


def test_a_data_folder_that_cannot_be_made_is_one_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = run_words("--source", "demo", "--data", str(tmp_path / "file" / "data"))

    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert "--data" in done.stderr


def run_words(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stoop", "run", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answers(owner: ScriptedOwner) -> bool:
    try:
        return bool(owner.http.get("/api/hello").json()["online"])
    except httpx.HTTPError:
        return False


def online(owner: ScriptedOwner) -> bool:
    return answers(owner) and owner.login().is_success


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def seconds_of(video: Path) -> float:
    with av.open(str(video)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    return float(times[-1] - times[0])
