"""`python3 run.py faults`: each call failing with each reason, really full disks, killed processes and cameras."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from stoop.reader.identities import X25519Identity
from tests.crash.campaign import fast_folder
from tests.crash.failing import ERRNOS, Fault
from tests.crash.hard_day import calls_of_a_day, live_through

ROOT = Path(__file__).resolve().parents[2]


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="run.py faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="how many processes that only record to kill")
    parser.add_argument("--camera-kills", type=int, default=20, help="how often to kill the whole camera")
    asked = parser.parse_args(words)
    is_well = _every_call()
    print("\nreally full disks, and the page that says so:", flush=True)
    pytest = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:randomly"]
    tests = ["tests/camera/test_full_card.py", "tests/e2e/test_full_card_page.py"]
    is_well &= subprocess.call([*pytest, *tests], cwd=ROOT) == 0
    print(flush=True)
    is_well &= subprocess.call([sys.executable, "-m", "tests.crash.killed", str(asked.kills)], cwd=ROOT) == 0
    env = {**os.environ, "STOOP_CAMERA_KILLS": str(asked.camera_kills)}
    is_well &= subprocess.call([*pytest, "-s", "tests/e2e/test_killed_camera.py"], cwd=ROOT, env=env) == 0
    return 0 if is_well else 1


def _every_call() -> bool:
    identity, began_s = X25519Identity(os.urandom(32)), time.monotonic()
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        calls = calls_of_a_day(Path(folder), identity)
    found: list[str] = []
    for at, call in enumerate(calls):
        for number in ERRNOS:
            for lasts in (False, True):
                with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
                    faults = live_through(Path(folder), identity, Fault(at, number, lasts))
                found += [f"{call} number {at} with {os.strerror(number)}: {fault}" for fault in faults]
    kinds = ", ".join(f"{times} x {call}" for call, times in sorted(Counter(calls).items()))
    days = len(calls) * len(ERRNOS) * 2
    print(f"{days:,} days with a failing call in {time.monotonic() - began_s:.0f} s ({kinds}); {len(found)} faults")
    for fault in found[:20]:
        print(f"  {fault}")
    return not found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
