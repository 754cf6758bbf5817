"""Reads what a container must know of H.264: parameter sets and picture size (ITU-T H.264 7.3.2.1). Decodes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPS, _PPS, _FIRST_SLICE, _LAST_SLICE = 7, 8, 1, 5
_START_CODE = re.compile(b"\x00\x00\x01")
_PROFILES_WITH_CHROMA = {100, 110, 122, 244, 44, 83, 86, 118, 128}


class H264Error(ValueError):
    """The bytes are no parameter set that we understand."""


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """SPS and PPS as they stand between start codes."""

    sps: bytes
    pps: bytes

    @property
    def codec(self) -> str:
        """The codec string of RFC 6381, as browsers ask for it: `avc1.42C01F`."""
        return f"avc1.{self.sps[1:4].hex().upper()}"


def parameter_sets(annex_b: bytes) -> ParameterSets | None:
    """The first SPS and PPS before the first slice of an access unit; None when one is missing."""
    sps = pps = None
    starts = [match.end() for match in _START_CODE.finditer(annex_b[:4096])]
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        kind = annex_b[start] & 31 if start < len(annex_b) else 0
        if _FIRST_SLICE <= kind <= _LAST_SLICE:
            break
        nal = annex_b[start : following - 3 if following else None].rstrip(b"\x00")
        if kind == _SPS and sps is None:
            sps = nal
        elif kind == _PPS and pps is None:
            pps = nal
    return ParameterSets(sps, pps) if sps and pps else None


def picture_size_px(sps: bytes) -> tuple[int, int]:
    """Width and height after cropping.

    Raises H264Error when the SPS is cut or uses scaling matrices, which no encoder of ours does.
    """
    bits = _Bits(sps[1:].replace(b"\x00\x00\x03", b"\x00\x00"))
    profile = bits.take(8)
    bits.take(16)
    bits.exp_golomb()  # seq_parameter_set_id
    chroma = _skip_chroma(bits) if profile in _PROFILES_WITH_CHROMA else 1
    bits.exp_golomb()  # log2_max_frame_num_minus4
    _skip_picture_order(bits)
    bits.exp_golomb()  # max_num_ref_frames
    bits.take(1)
    width = (bits.exp_golomb() + 1) * 16
    map_units = (bits.exp_golomb() + 1) * 16
    frame_only = bits.take(1)
    if not frame_only:
        bits.take(1)
    height = map_units * (2 - frame_only)
    bits.take(1)  # direct_8x8_inference_flag
    if bits.take(1):
        left, right, top, bottom = (bits.exp_golomb() for _ in range(4))
        unit_x = 2 if chroma in (1, 2) else 1
        unit_y = (2 if chroma == 1 else 1) * (2 - frame_only)
        width, height = width - (left + right) * unit_x, height - (top + bottom) * unit_y
    if width <= 0 or height <= 0:
        raise H264Error(f"the SPS gives a picture of {width}x{height}")
    return width, height


class _Bits:
    """Reads bits from the front, most significant first."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def take(self, count: int) -> int:
        if count > self._left:
            raise H264Error("the SPS is cut short")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def exp_golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)


def _skip_chroma(bits: _Bits) -> int:
    """chroma_format_idc and what follows it in the high profiles."""
    chroma = bits.exp_golomb()
    if chroma == 3:
        raise H264Error("pictures in 4:4:4 do not play in browsers")
    bits.exp_golomb()
    bits.exp_golomb()
    bits.take(1)
    if bits.take(1):
        raise H264Error("the SPS holds scaling matrices, which are not supported")
    return chroma


def _skip_picture_order(bits: _Bits) -> None:
    kind = bits.exp_golomb()
    if kind == 0:
        bits.exp_golomb()
    elif kind == 1:
        bits.take(1)
        bits.exp_golomb()
        bits.exp_golomb()
        for _ in range(bits.exp_golomb()):
            bits.exp_golomb()
