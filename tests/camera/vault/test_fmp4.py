"""What the muxer makes is a fragmented MP4 that starts at zero, knows its codec, and plays."""

from __future__ import annotations

import shutil
import struct
import subprocess
from itertools import pairwise

import pytest

from camera.contract import AccessUnit
from camera.vault.errors import ClipStateError
from camera.vault.fmp4 import Fragment, FragmentedMp4
from camera.vault.h264 import H264Error, parameter_sets, picture_size_px
from tests.camera.vault.fakes import HEIGHT_PX, START_PTS_90K, WIDTH_PX, access_units, picture_times, top_boxes

_UNITS = access_units(5)


def _mux(units: tuple[AccessUnit, ...]) -> tuple[FragmentedMp4, list[Fragment]]:
    muxer = FragmentedMp4(units[0])
    fragments = [fragment for unit in units[1:] if (fragment := muxer.add(unit))]
    return muxer, [*fragments, muxer.finish()]


def _file(units: tuple[AccessUnit, ...]) -> bytes:
    muxer, fragments = _mux(units)
    return muxer.init + b"".join(fragment.data for fragment in fragments)


def test_init_is_whole_before_the_second_picture() -> None:
    assert [kind for kind, _, _ in top_boxes(FragmentedMp4(_UNITS[0]).init)] == ["ftyp", "moov"]


def test_moov_holds_the_parameter_sets_of_the_first_picture() -> None:
    init = FragmentedMp4(_UNITS[0]).init
    sets = parameter_sets(_UNITS[0].data)
    assert sets is not None
    avcc = init[init.index(b"avcC") + 4 :]
    assert avcc[1:4] == sets.sps[1:4]
    assert avcc[6 : 8 + len(sets.sps)] == struct.pack(">H", len(sets.sps)) + sets.sps
    assert avcc[8 + len(sets.sps) :].startswith(b"\x01" + struct.pack(">H", len(sets.pps)) + sets.pps)


def test_codec_string_is_constrained_baseline() -> None:
    assert FragmentedMp4(_UNITS[0]).codec.startswith(("avc1.42E0", "avc1.42C0"))


def test_every_picture_comes_out_at_its_time_counted_from_zero() -> None:
    assert picture_times(_file(_UNITS)) == [unit.pts_90k - START_PTS_90K for unit in _UNITS]


def test_uneven_times_are_kept() -> None:
    pts = [START_PTS_90K + number * 3000 + (number * 7919) % 1700 for number in range(len(_UNITS))]
    units = tuple(
        AccessUnit(unit.data, at, unit.is_key, unit.captured_at_ns) for unit, at in zip(_UNITS, pts, strict=True)
    )
    assert picture_times(_file(units)) == [at - pts[0] for at in pts]


def test_fragments_are_short_and_start_anew_at_every_key_picture() -> None:
    _, fragments = _mux(_UNITS)
    starts = [fragment.first_pts_90k for fragment in fragments]
    assert all(after - before <= 45_000 for before, after in pairwise(starts))
    keys = [unit.pts_90k - START_PTS_90K for unit in _UNITS if unit.is_key]
    assert [fragment.first_pts_90k for fragment in fragments if fragment.starts_with_key] == keys
    assert all([kind for kind, _, _ in top_boxes(fragment.data)] == ["moof", "mdat"] for fragment in fragments)


def test_fragments_can_be_moved_as_browsers_demand() -> None:
    _, fragments = _mux(_UNITS)
    for fragment in fragments:
        at = fragment.data.index(b"tfhd") + 4
        assert int.from_bytes(fragment.data[at : at + 4], "big") & 0x020001 == 0x020000  # default-base-is-moof


def test_a_clip_of_one_picture_plays() -> None:
    assert picture_times(_file(_UNITS[:1])) == [0]


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        pytest.param(_UNITS[1], "must start with a key picture", id="no key picture"),
        pytest.param(AccessUnit(b"\x00\x00\x01\x65\x88\x80", 0, True, 0), "no SPS and PPS", id="no parameter sets"),
        pytest.param(
            AccessUnit(b"\x00\x00\x01\x67\x42\x00\x00\x01\x68\xce\x00\x00\x01\x65\x88", 0, True, 0),
            "cut short",
            id="cut SPS",
        ),
    ],
)
def test_a_clip_cannot_start_with(unit: AccessUnit, message: str) -> None:
    with pytest.raises(ClipStateError, match=message):
        FragmentedMp4(unit)


def test_time_must_grow() -> None:
    muxer = FragmentedMp4(_UNITS[0])
    with pytest.raises(ClipStateError, match="does not come after"):
        muxer.add(_UNITS[0])


def test_another_format_needs_another_clip() -> None:
    muxer = FragmentedMp4(_UNITS[0])
    other = next(unit for unit in access_units(2, fps=10) if unit.is_key)
    changed = AccessUnit(other.data, _UNITS[1].pts_90k, True, 0)
    with pytest.raises(ClipStateError, match="changed within a clip"):
        muxer.add(changed)


def test_picture_size_is_read_from_the_sps() -> None:
    sets = parameter_sets(_UNITS[0].data)
    assert sets is not None
    assert picture_size_px(sets.sps) == (WIDTH_PX, HEIGHT_PX)


@pytest.mark.parametrize(
    ("sps", "size"),
    [
        pytest.param("6742c01fda014016e840000003004000000f23c60ca8", (1280, 720), id="baseline 720p"),
        pytest.param("67640028acd940780227e5c044000003000400000300f03c60c658", (1920, 1080), id="high 1080p, cropped"),
    ],
)
def test_picture_size_of_known_parameter_sets(sps: str, size: tuple[int, int]) -> None:
    assert picture_size_px(bytes.fromhex(sps)) == size


def test_a_cut_sps_is_refused() -> None:
    sps = bytes.fromhex("6742c01fda014016e840000003004000000f23c60ca8")
    with pytest.raises(H264Error, match="cut short"):
        picture_size_px(sps[:6])


@pytest.mark.skipif(not shutil.which("ffprobe"), reason="ffprobe is not installed")
def test_ffprobe_finds_nothing_wrong() -> None:
    probe = subprocess.run(
        [
            *("ffprobe", "-v", "warning", "-of", "default=nk=1:nw=1", "-count_packets"),
            *("-show_entries", "stream=codec_name,profile,width,height,start_time,nb_read_packets", "-"),
        ],
        input=_file(_UNITS),
        capture_output=True,
        check=True,
    )
    assert probe.stderr == b""
    assert probe.stdout.decode().split("\n")[:6] == [
        *("h264", "Constrained Baseline", str(WIDTH_PX), str(HEIGHT_PX), "0.000000", str(len(_UNITS))),
    ]
