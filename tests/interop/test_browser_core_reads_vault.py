"""The browser's own code reads what the camera's vault wrote: clips, thumbnails, journal, post-quantum and classic."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import av
import pytest

from camera.vault import Vault
from camera.vault.cards import CameraStarted, ViewEnded, ViewStarted
from tests.camera.vault.fakes import FakeClock, access_units

WEB = Path(__file__).parents[2] / "web"
SCRIPT = Path(__file__).with_name("read_vault.mjs")
CAMERA_ID = "c0ffee00c0ffee00c0ffee00c0ffee00"
JPEG = b"\xff\xd8 not really a picture \xff\xd9"


@pytest.fixture(scope="session")
def built_core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The core as one module for node."""
    if shutil.which("node") is None or not (WEB / "node_modules/vite/bin/vite.js").exists():
        pytest.skip("node or web/node_modules is missing: run `npm ci` in web")
    out = tmp_path_factory.mktemp("core")
    vite = ["node", "node_modules/vite/bin/vite.js", "build", "--ssr", "tests/interop_read.ts", "--outDir", str(out)]
    command = [*vite, "--emptyOutDir", "--logLevel", "error"]
    subprocess.run(command, cwd=WEB, check=True, capture_output=True, timeout=100)
    (found,) = out.glob("interop_read.*js")
    (out / "package.json").write_text('{"type":"module"}')
    modules = out / "node_modules"
    modules.symlink_to(WEB / "node_modules", target_is_directory=True)
    return found


def run_node(built_core: Path, *arguments: str | Path) -> Any:  # Any: JSON of the script's own shape
    command = ["node", str(SCRIPT), str(built_core), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def new_identity(built_core: Path, folder: Path) -> tuple[Path, str]:
    made = run_node(built_core, "identity")
    file = folder / "identity.txt"
    file.write_text(made["identity"])
    return file, made["recipient"]


def record_clip(vault: Vault, seconds: float, *, is_closed: bool = True) -> str:
    clip = vault.open_clip("motion", "ab" * 32)
    for unit in access_units(seconds):
        clip.append(unit)
    clip.set_thumbnail(JPEG)
    if is_closed:
        clip.close("quiet")
    return clip.clip_id


def pictures_in(video: Path) -> int:
    with av.open(str(video)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_browser_opens_complete_and_cut_clips(built_core: Path, tmp_path: Path) -> None:
    identity, recipient = new_identity(built_core, tmp_path)
    root, out = tmp_path / "sealed", tmp_path / "out"
    out.mkdir()
    vault = Vault(root, CAMERA_ID, (recipient,), FakeClock())
    whole = record_clip(vault, 9.0)
    cut = record_clip(vault, 9.0, is_closed=False)
    vault.close()

    found = run_node(built_core, "vault", root, identity, CAMERA_ID, out)

    assert found["verdict"] == "complete"
    assert [(card["id"], card["state"]) for card in found["cards"]] == [(cut, "open"), (whole, "closed")]
    clips = {clip["id"]: clip for clip in found["clips"]}
    assert [clips[whole]["ended_early"], clips[cut]["ended_early"]] == [False, True]
    assert [clip["altered"] for clip in found["clips"]] == [None, None]
    assert clips[whole]["codec"].startswith("avc1.42")
    assert [key["atMs"] for key in clips[whole]["keys"]] == [0, 2000, 4000, 6000, 8000]
    assert set(clips[whole]["key_types"]) == {"moof"}
    assert pictures_in(out / f"{whole}.mp4") == 270
    assert 210 <= pictures_in(out / f"{cut}.mp4") < 270
    assert (out / f"{whole}.jpg").read_bytes() == JPEG


def test_browser_reads_every_epoch_of_the_journal(built_core: Path, tmp_path: Path) -> None:
    identity, recipient = new_identity(built_core, tmp_path)
    root = tmp_path / "sealed"
    for version in ("1", "2", "3"):
        vault = Vault(root, CAMERA_ID, (recipient,), FakeClock())
        vault.note(CameraStarted(at_ms=1, version=version))
        viewer = hashlib.sha256(version.encode()).hexdigest()[:16]
        vault.note(ViewStarted(at_ms=2, viewer=viewer, device="d" * 32, name="Phöne"))
        if version != "3":
            vault.note(ViewEnded(at_ms=3, viewer=viewer, device="d" * 32, name="Phöne", seconds=4, why="left"))
        vault.close()

    found = run_node(built_core, "vault", root, identity, CAMERA_ID, tmp_path)

    assert found["verdict"] == "complete"
    assert found["kinds"] == ["camera.started", "view.started", "view.ended"] * 2 + ["camera.started", "view.started"]
    assert found["access"] == ["watched", "started"] * 3


def test_browser_notices_a_record_that_was_cut_off_between_epochs(built_core: Path, tmp_path: Path) -> None:
    identity, recipient = new_identity(built_core, tmp_path)
    root = tmp_path / "sealed"
    for _ in range(2):
        vault = Vault(root, CAMERA_ID, (recipient,), FakeClock())
        vault.note(CameraStarted(at_ms=1, version="1"))
        vault.note(CameraStarted(at_ms=2, version="1"))
        vault.close()
    first = min((root / "journal").iterdir())
    first.write_bytes(first.read_bytes()[:-512])

    assert run_node(built_core, "vault", root, identity, CAMERA_ID, tmp_path)["verdict"] == "gap"
