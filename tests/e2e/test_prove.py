"""`stoop prove` on a running demo with a drawn mask: nothing fails, and the page shows what the terminal said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ROOT, Starter, StoopRun, until
from tests.e2e.scripted_owner import ScriptedOwner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DRAWN = {
    "allow": [[[0, 1], [0, 0.43], [0.74, 0.43], [0.88, 1]]],
    "hide": [[[0.3, 0.5], [0.4, 0.5], [0.35, 0.7]]],
}
HERE_UNCHECKED = {"firewall-holds", "kernel-refuses", "memory"}
"""What a machine without the image's units may not be able to show."""


def prove(run: StoopRun, *words: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "stoop", "prove", "--data", str(run.data), "--json", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


def test_a_running_demo_proves_its_claims(start_stoop: Starter, tmp_path: Path) -> None:
    run = start_stoop("demo")
    owner = ScriptedOwner(run.url)
    owner.claim(run.code).raise_for_status()
    owner.draw(json.dumps(DRAWN))
    until(lambda: owner.state()["is_delivering"], "the camera to deliver")
    owner.command("clip.record").raise_for_status()
    until(lambda: owner.http.get("/api/clips").json()["clips"], "a clip")
    (tmp_path / "key.txt").write_text(owner.identity + "\n")

    code, told = prove(run, "--identity", str(tmp_path / "key.txt"), "--fills", "30")

    results = {finding["id"]: finding["result"] for finding in told["findings"]}
    assert (code, [finding for finding in told["findings"] if finding["result"] == "failed"]) == (0, [])
    assert {name for name, result in results.items() if result == "not checked"} <= HERE_UNCHECKED
    assert owner.http.get("/api/proof").json() == {"proof": told}

    (run.data / "camera" / "notes.txt").write_text(owner.identity)
    code, told = prove(run, "--fills", "1")
    assert (code, [finding["id"] for finding in told["findings"] if finding["result"] == "failed"]) == (1, ["no-key"])
    owner.http.close()
