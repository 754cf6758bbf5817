"""The walker finds the same boxes however the plaintext is cut, and never counts half a box."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from camera.vault.boxes import Closed, Opened, box, closed_box, free_box, opened_box
from stoop.reader.mp4_boxes import BoxWalker

_OPENED = Opened(clip="0" * 32, started_at_ms=5, cause="press", mask="a" * 64, clock="synced")
_CLOSED = Closed(clip="0" * 32, duration_ms=1, pictures=2, end="quiet", keys=((0, 9),))
_INIT = box(b"ftyp", b"isom") + box(b"moov", bytes(30)) + opened_box(_OPENED)
_FRAGMENT = box(b"moof", bytes(12)) + box(b"mdat", bytes(50))
_CLIP = _INIT + _FRAGMENT + free_box(8) + _FRAGMENT + free_box(100) + closed_box(_CLOSED)


def _walk(data: bytes, cuts: list[int] | None = None) -> BoxWalker:
    walker = BoxWalker()
    edges = [0, *sorted(cuts or []), len(data)]
    for start, end in zip(edges, edges[1:], strict=False):  # noqa: RUF007  # read as edges, not as pairs
        walker.feed(data[start:end])
    return walker


@given(cuts=st.lists(st.integers(0, len(_CLIP)), max_size=12))
def test_pieces_do_not_matter(cuts: list[int]) -> None:
    walker = _walk(_CLIP, cuts)
    assert (walker.opened, walker.closed, walker.fragments) == (_OPENED, _CLOSED, 2)
    assert walker.playable_bytes == len(_CLIP)
    assert not walker.is_malformed


@given(end=st.integers(0, len(_CLIP)))
def test_a_cut_plaintext_is_playable_up_to_a_whole_fragment(end: int) -> None:
    first = len(_INIT) + len(_FRAGMENT)
    ends = [0, first, first + 8, first + 8 + len(_FRAGMENT), first + 108 + len(_FRAGMENT), len(_CLIP)]
    assert _walk(_CLIP[:end]).playable_bytes == max(edge for edge in ends if edge <= end)


def test_a_clip_without_a_fragment_has_nothing_to_play() -> None:
    walker = _walk(_INIT + closed_box(_CLOSED))
    assert (walker.playable_bytes, walker.opened) == (0, _OPENED)


@given(data=st.binary(max_size=200))
def test_garbage_is_never_playable(data: bytes) -> None:
    assert _walk(data).playable_bytes == 0


def test_a_box_shorter_than_its_head_is_malformed() -> None:
    assert _walk(_INIT + b"\x00\x00\x00\x07free").is_malformed


def test_a_closed_box_that_is_no_json_is_malformed() -> None:
    assert _walk(_INIT + closed_box(_CLOSED).replace(b'{"v"', b'["v"')).is_malformed
