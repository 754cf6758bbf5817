"""Inside the house's namespace: a whole Stoop with every way out open, its owner ringing; tells what it did."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.e2e.conftest import SHORT_CLIPS, starter
from tests.e2e.scripted_owner import ScriptedOwner
from tests.push_service import Browser, subscription

RING_EVERY_S = 8.0


def main(folder: Path, seconds: float, holes: list[dict[str, Any]]) -> None:
    folder.mkdir(exist_ok=True)
    with starter(folder) as start:
        run = start("demo", SHORT_CLIPS)
        owner = ScriptedOwner(run.url)
        with closing(owner.http):
            owner.claim(run.code).raise_for_status()
            owner.draw()
            for hole in holes:
                owner.command("holes.set", hole=hole).raise_for_status()
            owner.command("push.key").raise_for_status()
            phone = subscription(Browser.new(), "https://fcm.googleapis.com/send/egress")
            owner.command("push.join", **phone, notices=["ring", "offline"]).raise_for_status()
            end_s, rings = time.monotonic() + seconds, 0
            while time.monotonic() < end_s:
                owner.login().raise_for_status()  # an hour is longer than some sessions on a slow machine
                rings += owner.command("bell.test").is_success
                owner.command("clip.record")
                time.sleep(RING_EVERY_S)
            reports = {each["kind"]: each["report"] for each in owner.command("holes.get").json()["holes"]}
    print(json.dumps({"rings": rings, "reports": reports}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), json.loads(sys.argv[3]))
