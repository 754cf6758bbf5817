"""Chooses the encoder by trying it out: the hardware's when it does all that Stoop needs of one, else libx264."""

from __future__ import annotations

import logging
import time

import av
import av.error
import numpy as np
from av.video.codeccontext import VideoCodecContext

from camera.contract import AccessUnit
from camera.encoder import HARDWARE, SOFTWARE, Encoder, EncoderError
from camera.frame import Frame, PictureSize, Plane, plane_views
from camera.mask import Masker, parse_mask

logger = logging.getLogger(__name__)

PICTURES, WISHED = 40, 17
MOST_DIFFERENCE, MOST_HIDDEN = 12.0, 30
"""Of luma: on average where something is to be seen, and at most well inside what is hidden (black is 16)."""
MOST_SHARE = 0.5
"""Of the time between two pictures."""
_LEFT = b'{"allow":[[[0,0],[0.5,0],[0.5,1],[0,1]]]}'
_EDGE = 32
_IDR, _SPS, _PPS, _BASELINE = 5, 7, 8, 66


class EncoderChoice:
    """Tries each size once in the life of the process. Not for several threads."""

    def __init__(self, wanted: str, bitrate_bps: int) -> None:
        """`wanted`: auto, or the name of a codec, which is then taken untried."""
        self._wanted, self._bitrate_bps = wanted, bitrate_bps
        self._found: dict[tuple[PictureSize, float], str] = {}
        self._has_given_up = False

    def choose(self, size: PictureSize, fps: float) -> str:
        """The name of the codec for such pictures."""
        if self._wanted != "auto":
            return self._wanted
        if self._has_given_up:
            return SOFTWARE
        if (size, fps) not in self._found:
            fault = fault_of(HARDWARE, size, fps, self._bitrate_bps)
            logger.info("encoder: %s", HARDWARE if fault is None else f"{SOFTWARE} ({fault})")
            self._found[(size, fps)] = HARDWARE if fault is None else SOFTWARE
        return self._found[(size, fps)]

    def give_up_hardware(self) -> None:
        """Something failed at a picture: what comes next is encoded by what is known to work."""
        self._has_given_up = True


def fault_of(codec: str, size: PictureSize, fps: float, bitrate_bps: int) -> str | None:
    """Why this codec will not do, as a clause; None when it does.

    It has to give each picture at once (a later one could show what an older drawing let through), key pictures when
    wished for, with their parameter sets, in constrained baseline, to be right where it is seen and black where it is
    hidden, and to be quick enough.
    """
    masker = Masker(parse_mask(_LEFT), size)
    units: list[AccessUnit] = []
    try:
        encoder = Encoder(size, fps, bitrate_bps, codec)
        begun_s = time.perf_counter()
        for number in range(PICTURES):
            picture = Frame(_picture(number, size), size, round(number * 1e9 / fps))
            given = encoder.encode(masker.apply(picture), want_key=number == WISHED)
            if len(given) != 1:
                return f"it gives {len(given)} pictures at once instead of one"
            units += given
        each_s = (time.perf_counter() - begun_s) / PICTURES
        return _fault_of_units(units) or _fault_of_pictures(units, size) or _fault_of_pace(each_s, fps)
    except (EncoderError, av.error.FFmpegError, OSError, ValueError, KeyError) as error:
        return str(error) or type(error).__name__


def _fault_of_units(units: list[AccessUnit]) -> str | None:
    if not (units[0].is_key and units[WISHED].is_key):
        return "it gives no key picture when one is wished for"
    for unit in units:
        nals = {nal[0] & 0x1F: nal for nal in unit.data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if nal}
        if unit.is_key and _IDR not in nals:
            return "its key pictures are none that one can begin with"
        if unit.is_key and not {_SPS, _PPS} <= nals.keys():
            return "its key pictures lack their parameter sets"
        if _SPS in nals and nals[_SPS][1] != _BASELINE:
            return f"it encodes profile {nals[_SPS][1]} instead of {_BASELINE}"
    return None


def _fault_of_pictures(units: list[AccessUnit], size: PictureSize) -> str | None:
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    packets = [*(av.Packet(unit.data) for unit in units), None]
    shown = [
        frame.to_ndarray(format="yuv420p")[: size.height_px] for packet in packets for frame in decoder.decode(packet)
    ]
    if len(shown) != PICTURES or shown[0].shape != (size.height_px, size.width_px):
        return f"{len(shown)} of {PICTURES} pictures decode"
    half = size.width_px // 2
    for number, luma in enumerate(shown):
        wanted = plane_views(_picture(number, size), size)[0]
        seen = slice(0, max(half - _EDGE, half // 2))
        difference = float(np.mean(np.abs(luma[:, seen].astype(np.int16) - wanted[:, seen])))
        if difference > MOST_DIFFERENCE:
            return f"its pictures are {difference:.0f} off"
        if int(luma[:, half + min(_EDGE, half // 2) :].max()) > MOST_HIDDEN:
            return "what is hidden is not black in its pictures"
    return None


def _fault_of_pace(each_s: float, fps: float) -> str | None:
    return f"it takes {each_s * 1000:.0f} ms a picture" if each_s * fps > MOST_SHARE else None


def _picture(number: int, size: PictureSize) -> Plane:
    """A soft slope with a square that walks over it, hidden part included."""
    i420 = np.full((size.height_px * 3 // 2, size.width_px), 128, np.uint8)
    luma = plane_views(i420, size)[0]
    luma[:] = np.linspace(50, 180, size.width_px, dtype=np.uint8)
    side = size.height_px // 4
    left = number * 6 % max(size.width_px - side, 1)
    luma[side : 2 * side, left : left + side] = 220
    return i420
