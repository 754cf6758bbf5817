"""Loudspeakers of ALSA through PyAV: no sound server, no further library; the device is always closed explicitly."""

from __future__ import annotations

import os
from pathlib import Path

import av

from camera.doorbell.parts import RATE_HZ, DoorbellError, Samples
from camera.doorbell.silent import NoDevice

CONFIG = Path("/usr/share/alsa/alsa.conf")
_CARDS = Path("/sys/class/sound")
"""Not /proc/asound: the camera's unit (ProcSubset=pid) hides all of /proc but processes."""


def prepare() -> None:
    """Point the ALSA library inside PyAV's wheel at the system's settings: its own path leads nowhere here."""
    if CONFIG.exists():
        os.environ.setdefault("ALSA_CONFIG_PATH", str(CONFIG))


def must_have_card(address: str) -> None:
    """Raises NoDevice where no device was named and the machine has no sound card at all."""
    if not address and "ALSA_CONFIG_PATH" not in os.environ and not _has_card():
        raise NoDevice("this machine has no sound card")


def _has_card() -> bool:
    return any(_CARDS.glob("card[0-9]*"))


class AlsaSpeaker:
    """`address` is an ALSA device such as `plughw:1`; empty: the default one, and no fault where there is no card."""

    def __init__(self, address: str) -> None:
        must_have_card(address)
        prepare()
        name = address or "default"
        try:
            self._device = av.open(name, "w", format="alsa")
            self._stream = self._device.add_stream("pcm_s16le", rate=RATE_HZ, layout="mono")
            self._device.start_encoding()
        except OSError as error:
            raise DoorbellError(
                f"the loudspeaker {name!r} cannot be opened ({error.strerror}): check its cable and camera.speaker"
            ) from error
        self._pts = 0

    def write(self, block: Samples) -> None:
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE_HZ, self._pts
        self._pts += len(block)
        try:
            self._device.mux(self._stream.encode(frame))
        except OSError as error:
            raise DoorbellError(f"the loudspeaker is gone ({error.strerror}): check its cable") from error

    def close(self) -> None:
        try:
            self._device.close()
        except OSError as error:
            raise DoorbellError(f"the loudspeaker is gone ({error.strerror}): check its cable") from error
