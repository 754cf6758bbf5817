"""The second box, real ones: everything arrives and is read back, outages are caught up with, and it needs no trust."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from camera.contract import Event, HolesNow, Mirror
from server.courier import mirror, rclone
from server.courier.carrier import Surroundings
from server.courier.mirror import MirrorCarrier
from tests.server.courier.boxes import BOXES, Box, sftp_box, soon, webdav_box
from tests.server.courier.fakes import Reports

pytestmark = [pytest.mark.timeout(180)]
IDS = [f"{number:08x}{number:024x}" for number in range(40)]


@pytest.fixture(params=BOXES)
def box(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Box]:
    with BOXES[request.param](tmp_path / "box") as found:
        yield found


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A vault's folder with three ended clips, their thumbnails and two epochs of the journal."""
    root = tmp_path / "data" / "sealed"
    for name in ("clips", "thumbs", "journal"):
        (root / name).mkdir(parents=True)
    for clip in IDS[:3]:
        write(root, f"clips/{clip}.age", 200_000)
        write(root, f"thumbs/{clip}.thumb", 3_000)
    for epoch in range(2):
        write(root, f"journal/{epoch:08x}.sjl", 5_000)
    return root


def write(root: Path, name: str, size: int) -> None:
    (root / name).write_bytes(random.Random(name).randbytes(size))


def same(root: Path, box: Box, name: str) -> bool:
    copy = box.root / name
    return copy.exists() and copy.read_bytes() == (root / name).read_bytes()


def files(root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]


def how(open_clip: str | None = None) -> HolesNow:
    return HolesNow((), "tag", True, True, open_clip)


@contextmanager
def carrying(sealed: Path, hole: Mirror, open_clip: str | None = None) -> Iterator[tuple[MirrorCarrier, Reports]]:
    reports = Reports()
    made = MirrorCarrier(hole, Surroundings(sealed.parent, reports))
    made.now(how(open_clip))
    try:
        yield made, reports
    finally:
        made.close(is_for_good=False)


def test_everything_arrives_byte_for_byte_and_is_told(box: Box, sealed: Path) -> None:
    with carrying(sealed, box.hole) as (_, reports):
        soon(lambda: all(same(sealed, box, name) for name in files(sealed)), what=reports.said)
        soon(lambda: reports.said[-1].word == "working" and reports.said[-1].waiting == 0, what=reports.said)
    assert reports.said[-1].identity.startswith("SHA256:") == (box.hole.protocol == "sftp")
    assert sum(1 for each in (sealed.parent / "courier").iterdir() if box.hole.secret in each.read_text()) == 0


def test_an_outage_is_told_with_how_many_clips_wait_and_caught_up_with(
    box: Box, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "LONGEST_PAUSE_S", 1.0)
    box.stop()
    with carrying(sealed, box.hole) as (_, reports):
        report = reports.wait_for("failing")
        assert (report.waiting_clips, "check that the box is on" in report.why) == (3, True)
        write(sealed, f"clips/{IDS[5]}.age", 70_000)
        box.start()
        soon(lambda: all(same(sealed, box, name) for name in files(sealed)), what=reports.said)
        soon(lambda: reports.said[-1].word == "working" and reports.said[-1].waiting_clips == 0)


def test_what_arrived_is_not_sent_again_after_a_restart_and_the_journal_follows(box: Box, sealed: Path) -> None:
    with carrying(sealed, box.hole) as (_, reports):
        soon(lambda: reports.said[-1:] and reports.said[-1].word == "working" and reports.said[-1].waiting == 0)
    (box.root / f"clips/{IDS[0]}.age").write_bytes(b"marked")
    with (sealed / "journal/00000001.sjl").open("ab") as file:
        file.write(os.urandom(512))
    with carrying(sealed, box.hole):
        soon(lambda: same(sealed, box, "journal/00000001.sjl"))
    assert (box.root / f"clips/{IDS[0]}.age").read_bytes() == b"marked"


def test_a_box_that_gives_back_something_else_is_told_and_served_again(
    tmp_path: Path, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "LONGEST_PAUSE_S", 0.5)
    real, lies = rclone.Rclone.hashes, [True]

    def hashes(self: rclone.Rclone, names: list[str]) -> dict[str, str]:
        """As a box whose disk rots: the first bytes are others once."""
        if lies.pop() if lies else False:
            for name in names:
                path = Path(self.hole.folder) / name
                path.write_bytes(b"rot" + path.read_bytes()[3:])
        return real(self, names)

    monkeypatch.setattr(rclone.Rclone, "hashes", hashes)
    with sftp_box(tmp_path / "box") as box, carrying(sealed, box.hole) as (_, reports):
        assert "something else than was sent" in reports.wait_for("failing").why
        soon(lambda: all(same(sealed, box, name) for name in files(sealed)), what=reports.said)


def test_a_clip_goes_out_while_it_is_recorded_and_its_parts_make_it_whole(box: Box, sealed: Path) -> None:
    clip = IDS[9]
    path, parts = sealed / f"clips/{clip}.age", box.root / "open" / clip
    path.write_bytes(os.urandom(70_000))

    def sent() -> bytes:
        return b"".join(part.read_bytes() for part in sorted(parts.iterdir())) if parts.is_dir() else b""

    with carrying(sealed, box.hole, clip) as (made, reports):
        soon(lambda: sent() == path.read_bytes(), what=reports.said)
        with path.open("ab") as file:
            file.write(os.urandom(90_000))
        soon(lambda: sent() == path.read_bytes())
        assert len(list(parts.iterdir())) == 2
        assert not (box.root / f"clips/{clip}.age").exists()
        made.happened(Event("clip.closed", 1, clip))
        soon(lambda: same(sealed, box, f"clips/{clip}.age"))
        soon(lambda: not parts.exists())


def test_a_key_that_is_not_the_one_of_the_first_meeting_is_not_trusted(tmp_path: Path, sealed: Path) -> None:
    with sftp_box(tmp_path / "box") as box:
        with carrying(sealed, box.hole) as (_, reports):
            soon(lambda: reports.said[-1:] and reports.said[-1].word == "working")
        box.stop()
        for name in ("host", "host.pub"):
            (tmp_path / "box" / name).unlink()
        os.system(f"ssh-keygen -q -t ed25519 -N '' -f {tmp_path}/box/host")
        box.start()
        write(sealed, f"clips/{IDS[7]}.age", 1000)
        with carrying(sealed, box.hole) as (made, reports):
            assert "another key than before" in reports.wait_for("failing").why
            assert not (box.root / f"clips/{IDS[7]}.age").exists()
            made.close(is_for_good=True)
        with carrying(sealed, box.hole) as (_, reports):
            soon(lambda: same(sealed, box, f"clips/{IDS[7]}.age"))


def test_a_wrong_password_is_told_with_what_to_do(tmp_path: Path, sealed: Path) -> None:
    with webdav_box(tmp_path / "box") as box:
        hole = msgspec.structs.replace(box.hole, secret="wrong")
        with carrying(sealed, hole) as (_, reports):
            said = reports.wait_for("failing").why
    assert "check user" in said


def test_what_the_vault_deletes_stays_on_the_box_until_it_is_old_there(
    tmp_path: Path, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sftp_box(tmp_path / "box") as box:
        hole = msgspec.structs.replace(box.hole, keep_days=30)
        with carrying(sealed, hole) as (_, reports):
            soon(lambda: reports.said[-1:] and reports.said[-1].word == "working" and reports.said[-1].waiting == 0)
        (sealed / f"clips/{IDS[0]}.age").unlink()
        for name in (f"clips/{IDS[0]}.age", "journal/00000000.sjl"):
            os.utime(box.root / name, (1_600_000_000, 1_600_000_000))
        assert (box.root / f"clips/{IDS[0]}.age").exists()
        with carrying(sealed, hole):
            soon(lambda: not (box.root / f"clips/{IDS[0]}.age").exists())
        assert (box.root / f"clips/{IDS[1]}.age").exists()
        assert (box.root / "journal/00000000.sjl").exists()


def test_a_clock_that_jumped_deletes_no_copy(tmp_path: Path, sealed: Path) -> None:
    with sftp_box(tmp_path / "box") as box:
        in_ten_years = 1_000 * (2_000_000_000 + 10 * 365 * 86_400)
        asked: list[int] = []

        def delete_older(days: int) -> None:
            asked.append(days)

        made = MirrorCarrier(box.hole, Surroundings(sealed.parent, reports := Reports(), wall_ms=lambda: in_ten_years))
        object.__setattr__(made, "_rclone", Spied(made._rclone, delete_older))
        made.now(how())
        soon((box.root / "clock").exists, what=reports.said)
        soon(lambda: reports.said[-1].word == "working")
        made.close(is_for_good=False)
        assert asked == []


class Spied:
    """An Rclone of which one job is another."""

    def __init__(self, real: rclone.Rclone, delete_older: object) -> None:
        self._real, self.delete_older = real, delete_older

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


def test_the_camera_without_rclone_says_what_to_install(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    hole = Mirror(protocol="webdav", address="127.0.0.1", port=1)
    with carrying(sealed, hole) as (_, reports):
        assert "install the Debian package rclone" in reports.wait_for("failing").why
