"""Whether the clock was set, and what keeps it right without an internet."""

from __future__ import annotations

import time

from camera.clock import SystemClock
from stoop.doctor.sight import Patient, Sight, broken, good, watch


def clock(patient: Patient) -> Sight:
    has_chip = bool(patient.texts("/sys/class/rtc/rtc*/name"))
    said = patient.ask(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    return judged(
        is_set=SystemClock().quality() == "synced", is_synced=(said or "").strip() == "yes", has_chip=has_chip
    )


def judged(*, is_set: bool, is_synced: bool, has_chip: bool) -> Sight:
    """`is_set`: later than this program; `is_synced`: by a time server; `has_chip`: keeps time without power."""
    now = time.strftime("%Y-%m-%d %H:%M")
    if not is_set:
        return broken(
            f"the clock says {now} and was never set: clips get wrong times, in the right order",
            "let the router hand out time (NTP), or fit a clock chip (a Pi 5 has one: give it its battery)",
        )
    if is_synced:
        return good(f"{now}, synchronised")
    chip = "a clock chip keeps it" if has_chip else "no clock chip: it stands still while the power is off"
    return watch(f"{now}, not synchronised; {chip}", "let the router hand out time (NTP)")
