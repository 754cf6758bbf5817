"""The bell at the door: buttons, sounds, lamp. It rings and plays; it knows nothing of pictures, files or owners.

To add a button, a chime or a loudspeaker: one module, one line in its table, one test, one line in docs/settings.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from camera.doorbell.parts import Button, Chime, DoorbellError, Microphone, Speaker

BUTTONS = {
    "none": "camera.doorbell.silent:NoButton",
    "evdev": "camera.doorbell.evdev:EvdevButton",
}
"""Kind to `module:class`, imported when opened; the class takes the address behind the colon, which may be empty."""

CHIMES = {
    "none": "camera.doorbell.silent:NoChime",
    "sound": "camera.doorbell.chime:SoundChime",
    "relay": "camera.doorbell.relay:RelayChime",
}
"""As `BUTTONS`; the class also takes the loudspeaker's `SoundOut`."""

SPEAKERS = {
    "none": "camera.doorbell.silent:NoSpeaker",
    "alsa": "camera.doorbell.alsa:AlsaSpeaker",
    "file": "camera.doorbell.sound_file:FileSpeaker",
}

MICROPHONES = {
    "none": "camera.doorbell.microphone:NoMicrophone",
    "alsa": "camera.doorbell.microphone:AlsaMicrophone",
    "tone": "camera.doorbell.microphone:ToneMicrophone",
}

__all__ = [
    "BUTTONS",
    "CHIMES",
    "MICROPHONES",
    "SPEAKERS",
    "Button",
    "Chime",
    "DoorbellError",
    "Microphone",
    "Speaker",
    "check_spec",
    "open_part",
]


def check_spec(what: str, table: dict[str, str], spec: str) -> tuple[str, str]:
    """Kind and address of `kind` or `kind:address`. Raises DoorbellError when the kind stands in no line of `table`."""
    kind, _, address = spec.partition(":")
    if kind not in table:
        raise DoorbellError(f"{what} {spec!r} is of no known kind: use one of {', '.join(sorted(table))}")
    return kind, address


def open_part(what: str, table: dict[str, str], spec: str, *given: object) -> Any:  # Any: the table's own Protocol
    """What `spec` names, made from its address and what else is `given`. Raises DoorbellError."""
    kind, address = check_spec(what, table, spec)
    module, _, name = table[kind].partition(":")
    return getattr(import_module(module), name)(address, *given)
