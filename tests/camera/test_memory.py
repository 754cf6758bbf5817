"""Freed pictures go back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_HOLD_AND_LET_GO = """
import threading, sys
import numpy as np
from camera.memory import keep_memory_low

def resident_kb():
    return int(next(l for l in open("/proc/self/status") if l.startswith("VmRSS")).split()[1])

assert keep_memory_low()
before = resident_kb()
def work():
    held = [np.ones(1_400_000, np.uint8) for _ in range(100)]
    del held
workers = [threading.Thread(target=work) for _ in range(3)]
for worker in workers: worker.start()
for worker in workers: worker.join()
print(resident_kb() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="this C library has no mallopt")
def test_what_threads_let_go_is_no_longer_resident() -> None:
    done = subprocess.run([sys.executable, "-c", _HOLD_AND_LET_GO], capture_output=True, text=True, check=True)

    assert int(done.stdout) < 20_000
