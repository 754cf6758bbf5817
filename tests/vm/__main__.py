"""`python -m tests.vm`: boots, installs, tries every claim, ends with what was proved. Root in namespaces of its own.

`python3 run.py vm` prepares and calls it; `--short` leaves out what waits long, `--cuts N` cuts the power N times.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
import traceback

from tests.vm.claims import CLAIMS, LONG_ONLY
from tests.vm.house import House
from tests.vm.machine import Failure, Machine
from tests.vm.street import Street


def main(words: list[str]) -> int:
    options = _options(words)
    begun_s = time.monotonic()
    machine, street = Machine(is_small=options.small), Street()
    house = House(machine, street, cuts=options.cuts)
    results: dict[str, str | None] = {}
    try:
        street.build()
        machine.lay_out()
        print(f"the machine booted in {machine.boot():.1f} s", flush=True)
        street.plug_in(machine)
        for name, claim in CLAIMS.items():
            if (options.short and name in LONG_ONLY) or (options.only and name not in options.only):
                continue
            results[name] = _tried(name, claim, house)
    finally:
        with contextlib.suppress(Exception):
            machine.cut_power()
    failed = [name for name, sentence in results.items() if sentence is None]
    print(f"\nproved on a booted Debian system in {time.monotonic() - begun_s:.0f} s:")
    for sentence in results.values():
        if sentence:
            print(f"  - {sentence}")
    print(f"FAILED: {', '.join(failed)}" if failed else f"all {len(results)} claims hold")
    return 1 if failed or not results else 0


def _tried(name: str, claim: object, house: House) -> str | None:
    begun_s = time.monotonic()
    try:
        sentence = str(claim(house))  # type: ignore[operator]  # one of CLAIMS
    except Exception as error:  # the other claims are still to be tried
        if not isinstance(error, Failure):
            traceback.print_exc()
        print(f"FAILED {name}: {error}", flush=True)
        for unit in ("stoop-camera.service", "stoop-server.service"):
            with contextlib.suppress(Exception):
                print(f"  {unit}:\n" + house.machine.log_of(unit), flush=True)
        return None
    print(f"ok {name} ({time.monotonic() - begun_s:.1f} s): {sentence}", flush=True)
    return sentence


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 run.py vm", description=__doc__)
    parser.add_argument("--short", action="store_true", help="leave out what waits long")
    parser.add_argument("--small", action="store_true", help="512 MB and one core for the whole machine")
    parser.add_argument("--cuts", type=int, default=2, help="how often the power is cut")
    parser.add_argument("--only", nargs="*", help="only these claims")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
