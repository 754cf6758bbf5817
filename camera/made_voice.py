"""Says the first few phrases with espeak-ng, where the machine has it; the text is ours, never anybody's input."""

from __future__ import annotations

import io
import shutil
import subprocess

from camera.doorbell.chime import read_sound
from camera.doorbell.parts import DoorbellError, Samples

DEFAULTS = (
    "I am coming to the door.",
    "Please leave it by the door. Thank you.",
    "I cannot come to the door right now.",
    "No thank you.",
)
_LIMIT_S = 5


def say(text: str) -> Samples | None:
    """A calm voice; None where there is no espeak-ng. Raises DoorbellError when it fails."""
    program = shutil.which("espeak-ng")
    if program is None:
        return None
    try:
        spoken = subprocess.run(  # noqa: S603 - a fixed program, and words of our own
            [program, "--stdout", "-v", "en", "-s", "150", text], capture_output=True, timeout=_LIMIT_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise DoorbellError(f"espeak-ng could not say a phrase ({error}): record your own in the app") from error
    return read_sound(io.BytesIO(spoken.stdout))
