"""Kills a process that records, at any moment and without a word (SIGKILL), and looks at what it leaves.

Run as a program, so that it may fork: `python -m tests.crash.killed TIMES`.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import BinaryIO

from stoop.reader.identities import X25519Identity
from tests.crash.campaign import fast_folder
from tests.crash.checks import Expected, Inspector
from tests.crash.workload import Promise, encode_all, tell

_STORIES = 6
_LONGEST_S = 0.5


def kill_often(times: int, seed: int) -> tuple[int, list[str]]:
    """How many of the killed were in the middle of their story, and what was wrong."""
    random, identity = Random(seed), X25519Identity(os.urandom(32))
    inspector = Inspector(identity, frozenset())
    encode_all()  # here and not in each of the processes, which would be killed while they encode
    interrupted, faults = 0, list[str]()
    usual_s = _LONGEST_S
    for number in range(times):
        with tempfile.TemporaryDirectory(dir=fast_folder(), prefix="stoop-killed-") as folder:
            began_s = time.monotonic()
            expected, is_whole = _killed(Path(folder), identity, number % _STORIES, random.uniform(0, usual_s))
            if is_whole:  # it was over before: kill a little sooner from now on
                usual_s = max(0.05, min(usual_s, time.monotonic() - began_s))
            interrupted += not is_whole
            faults += [f"kill {number}: {fault}" for fault in inspector.faults(Path(folder), expected)]
    return interrupted, faults


def _killed(base: Path, identity: X25519Identity, story: int, after_s: float) -> tuple[Expected, bool]:
    """What the killed one had been promised, and whether it came to its end."""
    told, telling = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        with open(telling, "wb", buffering=0) as pipe:
            tell(base, identity.recipient, story, on_promise=lambda promise: _send(pipe, promise))
        os._exit(0)
    os.close(telling)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    expected = Expected()
    with open(told, "rb") as pipe:
        while True:
            try:
                expected.hear(pickle.load(pipe))
            except (EOFError, pickle.UnpicklingError):
                break
    return expected, not os.WIFSIGNALED(status)


def _send(pipe: BinaryIO, promise: Promise) -> None:
    pipe.write(pickle.dumps(promise))


def main(times: int) -> int:
    interrupted, faults = kill_often(times, seed=int.from_bytes(os.urandom(4)))
    print(f"killed {times:,} times, {interrupted:,} of them in the middle; {len(faults)} faults")
    for fault in faults[:20]:
        print(f"  {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
