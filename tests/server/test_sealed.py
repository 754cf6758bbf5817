"""Sealed files over HTTP: listing, ranges, and nothing but what lies there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.byte_range import ByteRange, UnsatisfiableRangeError, parse_range
from tests.server.conftest import House

CLIP = "0000000a" + "1" * 24
DATA = bytes(range(256)) * 2048  # two of our read chunks


@given(size=st.integers(0, 50), first=st.integers(0, 60), last=st.integers(0, 60))
def test_a_closed_range_is_a_slice(size: int, first: int, last: int) -> None:
    data = bytes(range(size))
    header = f"bytes={first}-{last}"
    if last < first:
        assert parse_range(header, size) is None
    elif first >= size:
        with pytest.raises(UnsatisfiableRangeError):
            parse_range(header, size)
    else:
        assert _cut(data, parse_range(header, size)) == data[first : last + 1]


@given(size=st.integers(1, 50), first=st.integers(0, 49))
def test_an_open_range_is_the_rest(size: int, first: int) -> None:
    data = bytes(range(size))
    if first < size:
        assert _cut(data, parse_range(f"bytes={first}-", size)) == data[first:]


@given(size=st.integers(1, 50), count=st.integers(1, 80))
def test_a_suffix_is_the_end(size: int, count: int) -> None:
    data = bytes(range(size))
    assert _cut(data, parse_range(f"bytes=-{count}", size)) == data[-count:]


def _cut(data: bytes, wanted: ByteRange | None) -> bytes:
    assert wanted is not None
    return data[wanted.start : wanted.end]


@given(st.text() | st.from_regex(r"bytes ?= ?[0-9,\- ]*", fullmatch=True), st.integers(0, 1000))
def test_no_header_breaks_the_parser(header: str, size: int) -> None:
    try:
        wanted = parse_range(header, size)
    except UnsatisfiableRangeError:
        return
    assert wanted is None or 0 <= wanted.start < wanted.end <= size


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=0-1,3-4",
        "items=0-1",
        "bytes=1-0",
        "bytes=0x1-2",
        "bytes=٣-٤",
    ],
)
def test_what_is_no_single_byte_range_is_ignored(header: str) -> None:
    assert parse_range(header, 10) is None


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=-0", f"bytes={'9' * 5000}-"])
def test_what_names_no_byte_is_unsatisfiable(header: str) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        parse_range(header, 10)


def test_a_range_may_reach_far_beyond_the_end() -> None:
    assert parse_range(f"bytes=3-{'9' * 5000}", 10) == ByteRange(3, 10)


def _store(house: House, name: str, data: bytes = DATA) -> Path:
    path = house.sealed / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("header", "status", "start", "end"),
    [
        (None, 200, 0, len(DATA)),
        ("bytes=0-0", 206, 0, 1),
        ("bytes=5-", 206, 5, len(DATA)),
        ("bytes=100000-400000", 206, 100000, 400001),
        ("bytes=-7", 206, len(DATA) - 7, len(DATA)),
        ("bytes=0-99999999", 206, 0, len(DATA)),
        ("bytes=0-1,5-6", 200, 0, len(DATA)),
        ("lines=1-2", 200, 0, len(DATA)),
    ],
)
@pytest.mark.parametrize("path", [f"/api/clips/{CLIP}", "/api/journal/10"])
async def test_a_sealed_file_is_sent_as_it_lies(
    house: House, path: str, header: str | None, status: int, start: int, end: int
) -> None:
    _store(house, f"clips/{CLIP}.age")
    _store(house, "journal/0000000a.sjl")
    headers = house.sign_in("owner") | ({"Range": header} if header else {})
    response = await house.http.get(path, headers=headers)
    assert (response.status_code, response.content) == (status, DATA[start:end])
    assert response.headers["content-length"] == str(end - start)
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers.get("content-range") == (f"bytes {start}-{end - 1}/{len(DATA)}" if status == 206 else None)
    assert "etag" not in response.headers


async def test_an_unsatisfiable_range_says_the_size(house: House) -> None:
    _store(house, f"clips/{CLIP}.age")
    headers = house.sign_in("owner") | {"Range": f"bytes={len(DATA)}-"}
    response = await house.http.get(f"/api/clips/{CLIP}", headers=headers)
    assert (response.status_code, response.json()["error"]) == (416, "bad_range")
    assert response.headers["content-range"] == f"bytes */{len(DATA)}"


async def test_if_range_sends_the_whole_file(house: House) -> None:
    _store(house, f"clips/{CLIP}.age")
    headers = house.sign_in("owner") | {"Range": "bytes=0-1", "If-Range": '"x"'}
    assert (await house.http.get(f"/api/clips/{CLIP}", headers=headers)).status_code == 200


async def test_head_tells_the_size_and_ignores_ranges(house: House) -> None:
    _store(house, f"clips/{CLIP}.age")
    headers = house.sign_in("owner") | {"Range": "bytes=0-1"}
    response = await house.http.head(f"/api/clips/{CLIP}", headers=headers)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len(DATA))


async def test_a_growing_clip_is_sent_up_to_its_size_at_the_request(house: House) -> None:
    path = _store(house, f"clips/{CLIP}.age", b"first")
    headers = house.sign_in("owner")
    assert (await house.http.get(f"/api/clips/{CLIP}", headers=headers)).content == b"first"
    with path.open("ab") as file:
        file.write(b" more")
    response = await house.http.get(f"/api/clips/{CLIP}", headers=headers | {"Range": "bytes=5-"})
    assert response.content == b" more"


async def test_an_empty_file_is_sent_empty(house: House) -> None:
    _store(house, f"clips/{CLIP}.age", b"")
    headers = house.sign_in("owner") | {"Range": "bytes=-5"}
    response = await house.http.get(f"/api/clips/{CLIP}", headers=headers)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("kind", ["link to a file", "folder", "fifo", "missing"])
async def test_only_plain_files_are_sent(house: House, short_path: Path, kind: str) -> None:
    path = house.sealed / "clips" / f"{CLIP}.age"
    match kind:
        case "link to a file":
            (short_path / "secret").write_bytes(b"secret")
            path.symlink_to(short_path / "secret")
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
    headers = house.sign_in("owner")
    assert (await house.http.get(f"/api/clips/{CLIP}", headers=headers)).status_code == 404
    assert (await house.http.get("/api/clips", headers=headers)).json() == {"clips": []}


@pytest.mark.parametrize(
    "name", ["..%2f..%2fsecret", "A" * 32, "1" * 31, "1" * 33, "%00" * 32, "\uff11" * 32, "1" * 32 + "%0a"]
)
@pytest.mark.parametrize("folder", ["clips", "thumbnails"])
async def test_only_ids_name_files(house: House, folder: str, name: str) -> None:
    assert (await house.http.get(f"/api/{folder}/{name}", headers=house.sign_in("owner"))).status_code == 404


@pytest.mark.parametrize("epoch", ["-1", "4294967296", "x", "9" * 5000, "1.0", "01", "+1", "1_0", "\uff11"])
async def test_only_decimal_numbers_name_epochs(house: House, epoch: str) -> None:
    _store(house, "journal/00000001.sjl")
    assert (await house.http.get(f"/api/journal/{epoch}", headers=house.sign_in("owner"))).status_code == 404


async def test_lists_name_whole_files_in_order(house: House) -> None:
    newer = "0000000b" + "0" * 24
    _store(house, f"clips/{CLIP}.age", b"12")
    _store(house, f"clips/{newer}.age", b"123")
    _store(house, "clips/scratch.age.new")
    _store(house, "journal/0000000a.sjl", b"1")
    _store(house, "journal/00000002.sjl", b"12")
    headers = house.sign_in("owner")
    assert (await house.http.get("/api/clips", headers=headers)).json() == {
        "clips": [{"id": newer, "bytes": 3}, {"id": CLIP, "bytes": 2}]
    }
    assert (await house.http.get("/api/journal", headers=headers)).json() == {
        "epochs": [{"epoch": 2, "bytes": 2}, {"epoch": 10, "bytes": 1}]
    }


async def test_a_thumbnail_is_sent_sealed(house: House) -> None:
    _store(house, f"thumbs/{CLIP}.thumb", b"sealed")
    assert (await house.http.get(f"/api/thumbnails/{CLIP}", headers=house.sign_in("owner"))).content == b"sealed"


async def test_files_are_closed_after_every_answer(house: House) -> None:
    _store(house, f"clips/{CLIP}.age")
    headers = house.sign_in("owner")
    await house.http.get(f"/api/clips/{CLIP}", headers=headers)
    before = len(os.listdir("/proc/self/fd"))
    for header in ({}, {"Range": "bytes=1-2"}, {"Range": "bytes=9999999-"}):
        await house.http.get(f"/api/clips/{CLIP}", headers=headers | header)
        await house.http.head(f"/api/clips/{CLIP}", headers=headers | header)
    assert len(os.listdir("/proc/self/fd")) == before
