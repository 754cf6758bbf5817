"""`python -m tests.image`: builds the card, starts it on emulated arm64, tries every claim. Root, in namespaces.

`python3 run.py image` prepares and calls it. Slow: half an hour to an hour and a half. `--keep` starts the card that
was built before.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
import traceback

from tests.image import build
from tests.image.claims import CLAIMS, Claim, Porch
from tests.image.lan import Lan
from tests.image.machine import Arm
from tests.image.prepare import ARCH
from tests.vm.machine import Failure


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 run.py image", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="the system that was built before, on a fresh card")
    parser.add_argument("--only", nargs="*", help="only these claims; the first, starts, always")
    options = parser.parse_args(words)
    begun_s = time.monotonic()
    if options.keep:
        build.make_disk()
    else:
        build.build()
    print(f"the card was built in {time.monotonic() - begun_s:.0f} s", flush=True)
    porch = Porch(Arm(), Lan())
    results: dict[str, str | None] = {}
    try:
        porch.lan.build()
        porch.lan.lay_cable()
        porch.machine.lay_out()
        for name, claim in CLAIMS.items():
            if options.only and name not in (*options.only, "starts"):
                continue
            results[name] = _tried(name, claim, porch)
            if results["starts"] is None:
                break
    finally:
        porch.machine.cut_power()
        porch.lan.take_down()
    failed = [name for name, sentence in results.items() if sentence is None]
    print(f"\nproved on a card for {ARCH} in QEMU in {time.monotonic() - begun_s:.0f} s:")
    for sentence in results.values():
        if sentence:
            print(f"  - {sentence}")
    print(f"FAILED: {', '.join(failed)}" if failed else f"all {len(results)} claims hold")
    return 1 if failed or not results else 0


def _tried(name: str, claim: Claim, porch: Porch) -> str | None:
    begun_s = time.monotonic()
    try:
        sentence = claim(porch)
    except (Exception, SystemExit) as error:  # the other claims are still to be tried
        if not isinstance(error, Failure):
            traceback.print_exc()
        print(f"FAILED {name}: {error}", flush=True)
        for unit in ("stoop-camera.service", "stoop-server.service", "stoop-trial.service"):
            with contextlib.suppress(Exception):
                print(f"  {unit}:\n" + porch.machine.log_of(unit), flush=True)
        return None
    print(f"ok {name} ({time.monotonic() - begun_s:.0f} s): {sentence}", flush=True)
    return sentence


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
