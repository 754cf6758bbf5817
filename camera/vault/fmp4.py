"""Access units in, fragmented MP4 out (ISO/IEC 14496-12, 14496-15), piece by piece and without seeking."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
from av.container import OutputContainer

from camera.contract import AccessUnit
from camera.vault.errors import ClipStateError
from camera.vault.h264 import H264Error, ParameterSets, parameter_sets, picture_size_px

TIMESCALE = 90_000
_TIME_BASE = Fraction(1, TIMESCALE)
# A fragment ends at the first picture that is this much later than its first one; half a picture's time under
# 0.5 s, so that at usual rates it lasts no longer than that.
_FRAGMENT_US = 450_000
_MOVFLAGS = "frag_keyframe+empty_moov+default_base_moof+skip_trailer"
_BUFFER_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Fragment:
    """One `moof` and its `mdat`; the time is counted from the clip's first picture."""

    data: bytes
    first_pts_90k: int
    starts_with_key: bool


class FragmentedMp4:
    """Muxes the pictures of one clip.

    Holds at most one fragment, half a second of pictures. `init` is `ftyp` and `moov`, complete from the start,
    with SPS and PPS of the first picture. Not to be used after an error.
    """

    def __init__(self, first: AccessUnit) -> None:
        """Raises ClipStateError unless `first` is a key picture with SPS and PPS."""
        self._sets = _sets_of_first(first)
        try:
            width, height = picture_size_px(self._sets.sps)
        except H264Error as error:
            raise ClipStateError(f"a clip cannot start with this picture: {error}") from error
        self._out = _Collector()
        self._container = _open_container(self._out)
        self._stream = self._container.add_mux_stream("h264", rate=30, width=width, height=height, time_base=_TIME_BASE)
        self._start_pts = self._last_pts = first.pts_90k
        self._last_duration = TIMESCALE // 30
        self._fragment_pts, self._fragment_is_key = 0, True
        self._mux(first)
        self.init = self._out.take()

    @property
    def codec(self) -> str:
        """`avc1.…` for a browser."""
        return self._sets.codec

    @property
    def duration_90k(self) -> int:
        """From the first picture to the end of the last, which is taken to last as long as the one before."""
        return self._last_pts - self._start_pts + self._last_duration

    @property
    def last_duration_90k(self) -> int:
        """How long the last picture but one was shown."""
        return self._last_duration

    def add(self, unit: AccessUnit) -> Fragment | None:
        """Take the next picture; the fragment that it ended, if it ended one.

        Raises ClipStateError when time does not grow or the picture has other parameter sets than the first.
        """
        if unit.pts_90k <= self._last_pts:
            raise ClipStateError(f"picture at {unit.pts_90k} does not come after {self._last_pts} (1/90000 s)")
        sets = parameter_sets(unit.data) if unit.is_key else None
        if sets is not None and sets != self._sets:
            raise ClipStateError("size or format of the pictures changed within a clip; close it and open a new one")
        self._last_duration = unit.pts_90k - self._last_pts
        self._last_pts = unit.pts_90k
        self._mux(unit)
        data = self._out.take()
        if not data:
            return None
        ended = Fragment(data, self._fragment_pts, self._fragment_is_key)
        self._fragment_pts, self._fragment_is_key = unit.pts_90k - self._start_pts, unit.is_key
        return ended

    def finish(self) -> Fragment:
        """The last fragment; there always is one."""
        self._container.close()
        return Fragment(self._out.take(), self._fragment_pts, self._fragment_is_key)

    def _mux(self, unit: AccessUnit) -> None:
        packet = av.Packet(unit.data)
        packet.stream = self._stream
        packet.time_base = _TIME_BASE
        packet.pts = packet.dts = unit.pts_90k - self._start_pts
        packet.duration = self._last_duration
        packet.is_keyframe = unit.is_key
        try:
            self._container.mux(packet)
        except av.FFmpegError as error:
            raise ClipStateError(f"the picture at {unit.pts_90k} cannot go into a clip: {error.strerror}") from error


class _Collector:
    """A file that only takes; deliberately without `seek`."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


def _sets_of_first(first: AccessUnit) -> ParameterSets:
    if not first.is_key:
        raise ClipStateError("a clip must start with a key picture")
    sets = parameter_sets(first.data)
    if sets is None:
        raise ClipStateError("the first picture of a clip carries no SPS and PPS; the encoder must repeat them")
    return sets


def _open_container(out: _Collector) -> OutputContainer:
    options = {"movflags": _MOVFLAGS, "frag_duration": str(_FRAGMENT_US)}
    return av.open(out, "w", format="mp4", options=options, buffer_size=_BUFFER_BYTES)
