"""`python3 run.py crash` and `run.py faults`: the long forms, with their figures."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from random import SystemRandom

from tests.crash.campaign import Outcome, run
from tests.crash.planted import PLANTED

_A_STORY = 5000
"""States of one story; then another one, with other clips, is told."""


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="run.py crash", description=__doc__)
    parser.add_argument("--states", type=int, default=1_000_000, help="how many states of a disk to look at")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run; otherwise each run is another")
    asked = parser.parse_args(words)
    seed = SystemRandom().randrange(1 << 30) if asked.seed is None else asked.seed
    began_s = time.monotonic()
    is_seen = _planted()
    outcome = _many(seed, asked.states)
    spent_s = time.monotonic() - began_s
    print(f"{outcome.states:,} crash states of {outcome.operations:,} operations in {spent_s:.0f} s")
    print(f"{outcome.looked_at:,} of them unlike any other at their operation: started and looked at")
    print(f"{outcome.cuts_while_starting:,} of them cut again while starting")
    print(f"{outcome.faulty:,} faulty" + (f"; the first {outcome.first}" if outcome.faulty else ""))
    for fault, times in outcome.faults.most_common(10):
        print(f"  {times:,} times: {fault}")
    print(f"seed {seed}")
    return 0 if is_seen and not outcome.faulty else 1


def _planted() -> bool:
    is_seen = True
    for name, (make_files, planted) in PLANTED.items():
        with planted():
            outcome = run(7, 3000, make_files, stop_at_first=True)
        print(f"planted: {name}: " + (f"seen, {outcome.first}" if outcome.faulty else "NOT SEEN"), flush=True)
        is_seen &= outcome.faulty > 0
    return is_seen


def _many(seed: int, states: int) -> Outcome:
    shares = [min(_A_STORY, states - done) for done in range(0, states, _A_STORY)]
    total = Outcome()
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        for done, outcome in enumerate(workers.map(run, range(seed, seed + len(shares)), shares), start=1):
            total = total + outcome
            if done % 10 == 0:
                print(f"{total.states:,} states, {total.looked_at:,} looked at, {total.faulty} faulty", flush=True)
    return total


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
