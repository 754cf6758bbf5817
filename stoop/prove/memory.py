"""Whether what the camera has in memory can reach the card: swap and core dumps. Advice, never a failure."""

from __future__ import annotations

from stoop.prove.finding import Finding, not_checked, proved
from stoop.prove.installation import Installation

CLAIM = "What the camera holds in memory is never written to the card."


def memory(installation: Installation) -> Finding:
    how = "looked at this machine's swap and at the camera's limit for core dumps"
    if installation.camera is None:
        return not_checked(CLAIM, how, "no camera is running on this data folder")
    process = installation.proc / str(installation.camera.pid)
    try:
        swaps = (installation.proc / "swaps").read_text().splitlines()[1:]
        limits = (process / "limits").read_text().splitlines()
    except OSError as error:
        return not_checked(CLAIM, how, f"cannot be looked at ({error.strerror}): ask again with sudo")
    advice = [f"switch off swap on {line.split()[0]}" for line in swaps if not line.startswith("/dev/zram")]
    if not any(line.startswith("Max core file size") and line.split()[4] == "0" for line in limits):
        advice.append("start the camera with a core-dump limit of 0 (ulimit -c 0)")
    if advice:
        return not_checked(CLAIM, how, f"advice: {'; '.join(advice)}")
    return proved(CLAIM, how, "no swap on a disk, core dumps are off")
