"""An update comes up in small pieces, into one file of a bounded size, from an owner's session alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.contract import MAX_UPDATE_BYTES
from server.errors import Refused
from server.uploads import KEPT_FREE_BYTES, Uploads


def uploads(folder: Path) -> tuple[Uploads, Path]:
    (folder / "server").mkdir(exist_ok=True)
    return Uploads(folder), folder / "server" / "incoming" / "update"


def test_pieces_become_the_file(tmp_path: Path) -> None:
    spool, path = uploads(tmp_path)

    assert [spool.add(0, b"abc"), spool.add(3, b"de"), spool.add(5, b"f")] == [3, 5, 6]
    assert path.read_bytes() == b"abcdef"
    assert path.stat().st_mode & 0o777 == 0o600


@given(data=st.binary(min_size=1, max_size=400), cuts=st.lists(st.integers(1, 60)), repeats=st.sets(st.integers(0, 9)))
def test_a_piece_whose_answer_got_lost_may_be_sent_again(data: bytes, cuts: list[int], repeats: set[int]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        spool, path = uploads(Path(folder))
        at = 0
        for number, length in enumerate([*cuts, len(data)]):
            piece = data[at : at + length]
            for _ in range(2 if number in repeats else 1):
                if piece:
                    assert spool.add(at, piece) == at + len(piece)
            at += len(piece)
        assert path.read_bytes() == data


def test_a_new_first_piece_begins_anew(tmp_path: Path) -> None:
    spool, path = uploads(tmp_path)
    spool.add(0, b"a" * 100)

    spool.add(0, b"b")
    assert path.read_bytes() == b"b"


def test_a_piece_after_a_gap_is_refused(tmp_path: Path) -> None:
    spool, path = uploads(tmp_path)
    spool.add(0, b"abc")

    with pytest.raises(Refused, match="3 bytes are here, and this piece begins at 4"):
        spool.add(4, b"x")
    assert path.read_bytes() == b"abc"


def test_nothing_larger_than_an_update_is_kept(tmp_path: Path) -> None:
    spool, path = uploads(tmp_path)

    with pytest.raises(Refused, match="this is none"):
        spool.add(MAX_UPDATE_BYTES - 1, b"ab")
    assert not path.exists()


def test_the_recordings_keep_their_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, path = uploads(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=KEPT_FREE_BYTES + 2))

    assert spool.add(0, b"ab") == 2
    with pytest.raises(Refused, match="too full for an update"):
        spool.add(2, b"abc")
    assert path.read_bytes() == b"ab"


def test_what_was_begun_goes_with_the_servers_start(tmp_path: Path) -> None:
    spool, path = uploads(tmp_path)
    spool.add(0, b"abc")

    uploads(tmp_path)
    assert not path.exists()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    spool, path = uploads(tmp_path)
    spool.add(0, b"abc")
    path.unlink()
    (tmp_path / "elsewhere").write_bytes(b"")
    path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(Refused, match="cannot be kept"):
        spool.add(0, b"abc")
    assert (tmp_path / "elsewhere").read_bytes() == b""
