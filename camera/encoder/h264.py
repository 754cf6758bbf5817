"""Encodes masked pictures as H.264 once, ready for WebRTC and for clips; never sees an unmasked picture."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import av
import av.error
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from camera.contract import AccessUnit
from camera.frame import MaskedFrame, PictureSize

KEY_EVERY_S = 2.0
SOFTWARE, HARDWARE = "libx264", "h264_v4l2m2m"
MAX_KEY_BYTES = 120 * 1200
"""A key picture fits into 120 RTP packets of 1200 bytes: aiortc resends no more than 128."""
_TICKS_PER_S = 90_000
_TIME_BASE = Fraction(1, _TICKS_PER_S)
_BUFFER_S = 0.4
_MAX_BUFFER_BITS = 1_000_000  # the rate control's buffer bounds the largest picture: 125,000 bytes


class EncoderError(RuntimeError):
    """This machine can't encode; the message says what to do."""


class Encoder:
    """Constrained baseline, no B-frames, no delay, SPS and PPS in each key picture, colours tagged BT.601 limited.

    Deterministic: the same pictures and wishes give the same bytes (one thread, no clock). A key picture comes first,
    whenever one is wanted, and every 2 s by capture time. One thread at a time. Nothing survives a crash.
    """

    def __init__(self, size: PictureSize, fps: float, bitrate_bps: int = 2_000_000, codec: str = SOFTWARE) -> None:
        """`codec` is one of CODECS. Raises EncoderError when it is missing or refuses the size."""
        self.name = codec
        """Of the codec that encodes."""
        self._size = size
        self._interval_90k = round(_TICKS_PER_S / fps)
        self._context = CODECS[codec](size, fps, bitrate_bps)
        self._last_pts_90k: int | None = None
        self._key_pts_90k = 0
        self._captured_at_ns: dict[int, int] = {}

    def encode(self, frame: MaskedFrame, want_key: bool = False) -> list[AccessUnit]:
        """The access units that are now ready: exactly this picture's.

        The picture's array is read here and not kept. `pts_90k` follows `captured_at_ns` and strictly grows, even
        where capture times repeat or go back. Raises ValueError when the picture is of another size.
        """
        if frame.size != self._size:
            raise ValueError(f"picture is {frame.size}, the encoder was made for {self._size}: make a new encoder")
        pts_90k = self._next_pts(frame.captured_at_ns)
        picture = av.VideoFrame.from_numpy_buffer(frame.i420, format="yuv420p")  # wraps the planes, copies nothing
        picture.pts, picture.time_base = pts_90k, _TIME_BASE
        is_due = pts_90k - self._key_pts_90k + self._interval_90k // 2 >= KEY_EVERY_S * _TICKS_PER_S
        if want_key or is_due or self._last_pts_90k is None:
            picture.pict_type = PictureType.I
            self._key_pts_90k = pts_90k
        self._last_pts_90k = pts_90k
        self._captured_at_ns[pts_90k] = frame.captured_at_ns
        return self._units(picture)

    def flush(self) -> list[AccessUnit]:
        """What is still inside (with zero latency: nothing); the encoder takes no picture afterwards."""
        return self._units(None)

    def _units(self, picture: av.VideoFrame | None) -> list[AccessUnit]:
        return [
            AccessUnit(self._whole(packet), packet.pts, packet.is_keyframe, self._captured_at_ns.pop(packet.pts))
            for packet in self._context.encode(picture)
            if packet.pts is not None
        ]

    def _whole(self, packet: av.Packet[av.VideoStream]) -> bytes:
        """With SPS and PPS in front of a key picture, where the codec keeps them apart."""
        data = bytes(packet)
        extra = self._context.extradata if packet.is_keyframe and self.name != SOFTWARE else None
        return extra + data if extra and not data.startswith(extra) else data

    def _next_pts(self, captured_at_ns: int) -> int:
        pts_90k = captured_at_ns * 9 // 100_000
        return pts_90k if self._last_pts_90k is None else max(pts_90k, self._last_pts_90k + 1)


def _open_x264(size: PictureSize, fps: float, bitrate_bps: int) -> VideoCodecContext:
    try:
        context = av.CodecContext.create("libx264", "w")
    except (av.error.FFmpegError, ValueError) as error:
        raise EncoderError("libx264 is missing from this machine's av: install av from its wheel") from error
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = size.width_px, size.height_px, "yuv420p"
    context.time_base, context.framerate = _TIME_BASE, Fraction(fps).limit_denominator(1001)
    context.bit_rate = bitrate_bps
    context.thread_count = 1
    context.options = {
        "preset": "superfast",  # measured at 1280x720: 8 ms a picture; veryfast 18, ultrafast 7 but without deblocking
        "tune": "zerolatency",
        "profile": "baseline",
        "forced-idr": "1",
        "x264-params": ":".join(f"{name}={value}" for name, value in _x264_settings(bitrate_bps).items()),
    }
    try:
        context.open()
    except (av.error.FFmpegError, ValueError) as error:
        raise EncoderError(
            f"libx264 refuses {size.width_px}x{size.height_px} at {fps:g} per second: {error}"
        ) from error
    return context


def _open_v4l2(size: PictureSize, fps: float, bitrate_bps: int) -> VideoCodecContext:
    """The encoder of a Pi up to the 4, behind the kernel's V4L2 (FFmpeg's h264_v4l2m2m)."""
    try:
        context = av.CodecContext.create(HARDWARE, "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height, context.pix_fmt = size.width_px, size.height_px, "yuv420p"
        context.time_base, context.framerate = _TIME_BASE, Fraction(fps).limit_denominator(1001)
        context.bit_rate, context.max_b_frames, context.gop_size = bitrate_bps, 0, 60 * 60
        context.options = {"profile": "66", "num_capture_buffers": "4"}  # 66: baseline (ITU-T H.264 A.2.1)
        context.open()
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise EncoderError(
            f"this machine has no hardware encoder that takes {size.width_px}x{size.height_px}"
        ) from error
    return context


CODECS: dict[str, Callable[[PictureSize, float, int], VideoCodecContext]] = {
    SOFTWARE: _open_x264,
    HARDWARE: _open_v4l2,
}
"""Name to what opens it. Which one is taken: `camera/encoder_choice.py`, by a probe that encodes."""


def _x264_settings(bitrate_bps: int) -> dict[str, str | int]:
    buffer_bits = min(int(bitrate_bps * _BUFFER_S), _MAX_BUFFER_BITS)
    return {
        "keyint": "infinite",  # key pictures come when `encode` says so
        "scenecut": 0,
        "vbv-maxrate": max(1, bitrate_bps // 1000),
        "vbv-bufsize": max(1, buffer_bits // 1000),
        "repeat-headers": 1,
        "colormatrix": "smpte170m",
        "colorprim": "smpte170m",
        "transfer": "smpte170m",
        "fullrange": "off",
    }
