"""The chime through the loudspeaker: a two-tone bell made here, or a sound file of the owner's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from camera.doorbell.parts import RATE_HZ, DoorbellError, Samples
from camera.doorbell.sound_out import Sound, SoundOut

logger = logging.getLogger(__name__)
LONGEST_S = 10
_KINDS = ((0, b"\x1a\x45\xdf\xa3", "matroska"), (4, b"ftyp", "mp4"), (0, b"OggS", "ogg"), (0, b"RIFF", "wav"))
_HIGH_HZ, _LOW_HZ = 659.26, 523.25  # E5 and C5: "ding", "dong"
_PARTIALS = ((1.0, 1.0, 0.55), (2.0, 0.45, 0.35), (3.01, 0.2, 0.2), (4.1, 0.1, 0.12))
"""Multiple of the tone, how loud, and seconds until it is down to 1/e: a struck bar's, by ear."""


def made_chime() -> Samples:
    """1.8 s of "ding-dong", half of full scale at its loudest."""
    sound = np.zeros(int(1.8 * RATE_HZ))
    for begins_s, tone_hz in ((0.0, _HIGH_HZ), (0.55, _LOW_HZ)):
        at = int(begins_s * RATE_HZ)
        t = np.arange(len(sound) - at) / RATE_HZ
        struck = sum(loud * np.sin(2 * np.pi * tone_hz * n * t) * np.exp(-t / fades) for n, loud, fades in _PARTIALS)
        sound[at:] += struck * np.minimum(1.0, t / 0.003)  # 3 ms of attack: no click
    made: Samples = np.round(sound / np.abs(sound).max() * 16_384).astype(np.int16)
    return made


def read_sound(source: Path | BytesIO, longest_s: float = LONGEST_S) -> Samples:
    """The first `longest_s` of a sound file of this machine's, or of bytes that came from elsewhere.

    Raises DoorbellError when it cannot be read or holds no sound.
    """
    path = source if isinstance(source, Path) else "given"
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    blocks: list[Samples] = []
    size = 0
    try:
        with _opened(source) as file:
            for frame in file.decode(audio=0):
                for block in resampler.resample(frame):
                    blocks.append(block.to_ndarray()[0].astype(np.int16))
                    size += len(blocks[-1])
                if size >= longest_s * RATE_HZ:
                    break
    except (OSError, ValueError, IndexError, av.FFmpegError) as error:  # IndexError: no audio stream
        raise DoorbellError(f"the sound {path} cannot be played ({error}): use a WAV, FLAC or MP3 file") from error
    if size == 0:
        raise DoorbellError(f"the sound {path} holds no sound: use another file")
    return np.concatenate(blocks)[: int(longest_s * RATE_HZ)]


def _opened(source: Path | BytesIO) -> InputContainer:
    """Of bytes only four kinds: others may be lists that name files, which the library would go and read."""
    if isinstance(source, Path):
        return av.open(str(source), "r")
    head = source.getbuffer()[:12].tobytes()
    kind = next((kind for at, mark, kind in _KINDS if head[at:].startswith(mark)), None)
    if kind is None:
        raise ValueError("neither WebM, MP4, Ogg nor WAV")
    return av.open(source, "r", format=kind)


class SoundChime:
    """A file that cannot be played costs the owner's sound, not the bell: the made one rings, and `fault` says why."""

    def __init__(self, address: str, out: SoundOut) -> None:
        self._out = out
        self._file_fault: str | None = None
        self._samples = made_chime()
        if address:
            try:
                self._samples = read_sound(Path(address))
            except DoorbellError as error:
                logger.warning("%s", error)
                self._file_fault = str(error)

    def ring(self, volume: float, on_sound: Callable[[], None]) -> None:
        if volume > 0:
            self._out.play(Sound(self._samples, volume, on_sound))

    def fault(self) -> str | None:
        return self._file_fault or self._out.fault()

    def close(self) -> None: ...
