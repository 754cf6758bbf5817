"""A loudspeaker that is a file: raw samples (mono, 16 bit little-endian, 48 kHz), for tests and for hearing a demo."""

from __future__ import annotations

from pathlib import Path

from camera.doorbell.parts import DoorbellError, Samples


class FileSpeaker:
    """Appends to `address`."""

    def __init__(self, address: str) -> None:
        try:
            self._file = Path(address).open("ab", buffering=0)  # noqa: SIM115 - open until `close`
        except OSError as error:
            raise DoorbellError(
                f"the sound file {address!r} cannot be written ({error.strerror}): name another in camera.speaker"
            ) from error

    def write(self, block: Samples) -> None:
        try:
            self._file.write(block.astype("<i2").tobytes())
        except OSError as error:
            raise DoorbellError(f"the sound file cannot be written ({error.strerror}): make room") from error

    def close(self) -> None:
        self._file.close()
