"""Started by a test: records a clip and kills itself, uncaught and unflushed, after so many pictures."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from camera.vault import Vault
from tests.camera.vault.fakes import CAMERA_ID, MASK_DIGEST, FakeClock, access_units


def main(root: str, recipient: str, bit_rate: str, pictures: str) -> None:
    """Never returns."""
    clip = Vault(Path(root), CAMERA_ID, (recipient,), FakeClock()).open_clip("motion", MASK_DIGEST)
    for unit in access_units(8, int(bit_rate))[: int(pictures)]:
        clip.append(unit)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
