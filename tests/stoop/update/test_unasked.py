"""An update that lies on a card, or on a stick that was left in: taken by its number, tried twice, told once."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from camera.update_desk import UpdateOutcome, read_outcome
from stoop.update import command, stick
from stoop.update.bundle import write
from stoop.update.choice import has_just_started, was_there_at_start
from stoop.update.command import Place, find_bundle
from stoop.update.errors import NothingBrought, UpdateFailed, UpdateRefused
from stoop.update.memory import MOST_TRIES, NAME, Memory
from stoop.update.stick import FOLDER, update_from_stick
from tests.stoop.update.test_bundle import OURS, THEIRS, made


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    ran: list[list[str]] = []

    def fail(words: list[str]) -> None:
        ran.append(words)
        raise UpdateFailed("the new version does not answer, so the one before is back")

    monkeypatch.setattr(command, "run_installer", fail)
    return ran


def put(place: Place, tmp_path: Path, name: str, counter: int, changed_at: int = 1000, key: object = OURS) -> Path:
    """An update on the boot partition."""
    target = place.root / "boot/firmware" / f"{name}.stoopupdate"
    made(tmp_path, counter, key).rename(target)  # type: ignore[arg-type]  # one of the two keys
    os.utime(target, (changed_at, changed_at))
    return target


def start(place: Place) -> int:
    """What the unit does at each start; what was told before went with the power."""
    (place.told / "outcome.json").unlink(missing_ok=True)
    return command.update(None, only_check=False, way="card", place=place)


def told(place: Place) -> UpdateOutcome | None:
    return read_outcome(place.told / "outcome.json")


def test_the_highest_signed_number_is_taken_whatever_the_files_times_say(place: Place, tmp_path: Path) -> None:
    put(place, tmp_path, "old", 7, changed_at=3000)
    newest = put(place, tmp_path, "new", 9, changed_at=1000)
    put(place, tmp_path, "foreign", 99, changed_at=4000, key=THEIRS)
    (place.root / "boot/firmware/empty.stoopupdate").touch()
    assert find_bundle(place) == newest


def test_what_cannot_be_read_stands_in_no_updates_way(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = put(place, tmp_path, "good", 7)
    boot = place.root / "boot/firmware"
    (boot / "folder.stoopupdate").mkdir()
    (boot / "nowhere.stoopupdate").symlink_to("gone")
    os.mkfifo(boot / "pipe.stoopupdate")
    assert find_bundle(place) == good
    put(place, tmp_path, "bad", 9, changed_at=4000)
    real = Path.open

    def fail(path: Path, *words: Any, **options: Any) -> Any:  # Any: as Path.open has it
        if path.name == "bad.stoopupdate":
            raise OSError(errno.EIO, "Input/output error", str(path))
        return real(path, *words, **options)

    monkeypatch.setattr(Path, "open", fail)
    assert find_bundle(place) == good
    good.unlink()
    with pytest.raises(OSError, match="Input/output error"):
        find_bundle(place)


def test_where_none_is_signed_the_one_changed_last_is_told(place: Place, tmp_path: Path) -> None:
    put(place, tmp_path, "foreign", 9, changed_at=3000, key=THEIRS)
    (place.root / "boot/firmware/b.stoopupdate").write_text("x")
    os.utime(place.root / "boot/firmware/b.stoopupdate", (1000, 1000))
    with pytest.raises(UpdateRefused, match="signed by somebody"):
        find_bundle(place)


def test_a_file_that_was_installed_and_stays_on_the_card_is_no_news(
    place: Place, tmp_path: Path, installs: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    put(place, tmp_path, "good", 7)
    assert start(place) == 0
    capsys.readouterr()
    assert start(place) == 2
    assert told(place) is None
    assert "its file has done its work, and may be removed" in capsys.readouterr().err
    assert len(installs) == 1


def test_one_that_does_not_work_is_tried_twice_and_each_time_told(
    place: Place, tmp_path: Path, fails: list[list[str]]
) -> None:
    put(place, tmp_path, "bad", 7)
    words = []
    for _ in range(MOST_TRIES + 2):
        start(place)
        outcome = told(place)
        words.append(outcome and outcome.word)
    assert words == ["failed", "failed", None, None]
    assert len(fails) == MOST_TRIES


def test_a_power_cut_while_it_is_installed_counts_as_a_try(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(BaseException):
        pass

    def cut(_: list[str]) -> None:
        raise Cut

    monkeypatch.setattr(command, "run_installer", cut)
    put(place, tmp_path, "bad", 7)
    for _ in range(MOST_TRIES):
        with pytest.raises(Cut):
            start(place)
    assert start(place) == 2


def test_a_later_one_is_tried_all_the_same_and_by_hand_any(
    place: Place, tmp_path: Path, fails: list[list[str]]
) -> None:
    bad = put(place, tmp_path, "bad", 7)
    for _ in range(MOST_TRIES + 1):
        start(place)
    assert command.update(bad, only_check=False, place=place) == 1
    put(place, tmp_path, "later", 8)
    assert start(place) == 1
    assert len(fails) == MOST_TRIES + 2


def test_one_that_was_put_there_anew_is_tried_anew(place: Place, tmp_path: Path, fails: list[list[str]]) -> None:
    for _ in range(MOST_TRIES + 1):
        put(place, tmp_path, "bad", 7)
        start(place)
    put(place, tmp_path, "bad", 7, changed_at=1000 + 3600 * 5)
    start(place)
    assert len(fails) == MOST_TRIES, "only the zone of its time is another"
    put(place, tmp_path, "bad", 7, changed_at=1234)
    assert start(place) == 1


def test_a_damaged_copy_is_in_no_whole_ones_way(place: Place, tmp_path: Path, installs: list[list[str]]) -> None:
    damaged = put(place, tmp_path, "new", 7)
    os.truncate(damaged, damaged.stat().st_size // 2)
    os.utime(damaged, (1000, 1000))
    for _ in range(MOST_TRIES + 1):
        assert start(place) == 2
    put(place, tmp_path, "new", 7)
    assert start(place) == 0
    assert len(installs) == 1


def test_a_refusal_of_another_file_is_news(place: Place, tmp_path: Path) -> None:
    put(place, tmp_path, "foreign", 9, key=THEIRS)
    assert (start(place), told(place) is not None) == (2, True)
    assert (start(place), told(place) is not None) == (2, False)
    put(place, tmp_path, "foreign", 9, key=THEIRS, changed_at=2345)
    assert (start(place), told(place) is not None) == (2, True)


def test_what_was_told_as_under_way_is_told_to_have_ended(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: list[str]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(command, "run_installer", full)
    put(place, tmp_path, "new", 7)
    for _ in range(MOST_TRIES):
        start(place)
        outcome = told(place)
        assert outcome is not None
        assert (outcome.word, outcome.version) == ("refused", "9.0")


def test_one_of_another_kind_is_told_once(place: Place, tmp_path: Path, installs: list[list[str]]) -> None:
    (tmp_path / "boot.img").write_text("x")
    target = place.root / "boot/firmware/image.stoopupdate"
    write(target, {"slot/boot.img": tmp_path / "boot.img"}, "9.0", 7, OURS)
    seen = []
    for _ in range(MOST_TRIES + 1):
        assert start(place) == 2
        outcome = told(place)
        seen.append(outcome and outcome.word)
    assert seen == ["refused", None, None]
    assert installs == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_fault_of_the_machine_is_told_once_wherever_it_was_unpacked(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fault(*words: object) -> None:
        raise OSError(number, os.strerror(number), str(words[-1]))

    monkeypatch.setattr(command, "unpack", fault)
    put(place, tmp_path, "new", 7)
    seen = []
    for _ in range(MOST_TRIES):
        assert start(place) == 2
        seen.append(told(place) is not None)
    assert seen == [True, False]


def test_a_refusal_is_told_once_and_another_one_again(place: Place, tmp_path: Path) -> None:
    path = put(place, tmp_path, "foreign", 9, key=THEIRS)
    seen = []
    for _ in range(2):
        assert start(place) == 2
        seen.append(told(place) is not None)
    path.write_text("garbage")
    assert start(place) == 2
    seen.append(told(place) is not None)
    assert seen == [True, False, True]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"tries":{"a":"b"}}', b"\xff\xfe", b"{" * 100_000])
def test_a_memory_that_cannot_be_read_is_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    memory = Memory(tmp_path)
    assert memory.is_news("x")
    assert not memory.is_news("x")


def test_a_memory_stays_small(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    for number in range(200):
        assert memory.is_news(str(number))
    assert not memory.is_news("199")
    assert (tmp_path / NAME).stat().st_size < 4096


def test_what_cannot_be_remembered_is_not_tried(
    place: Place, tmp_path: Path, fails: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a card that cannot be written would be restarted by it for ever."""
    put(place, tmp_path, "bad", 7)
    monkeypatch.setattr("stoop.update.memory.replace_file", refuse)
    assert start(place) == 2
    assert fails == []
    outcome = told(place)
    assert outcome is not None
    assert "No space left" in outcome.sentence


def refuse(path: Path, *_: object) -> None:
    raise OSError(28, "No space left on device", str(path))


def test_a_stick_that_was_left_in_is_not_copied_again_and_one_put_in_is_told_of(
    place: Place, tmp_path: Path, installs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stick" / FOLDER).mkdir(parents=True)
    made(tmp_path, 7).rename(tmp_path / "stick" / FOLDER / "a.stoopupdate")
    copies: list[Path] = []
    copy = stick.copy_update

    class Mounted:
        def __init__(self, _: Path) -> None: ...
        def __enter__(self) -> Path:
            return tmp_path / "stick"

        def __exit__(self, *_: object) -> None: ...

    def counted(*words: object) -> Path:
        copied = copy(*words)  # type: ignore[arg-type]  # as it was called
        copies.append(copied)
        return copied

    monkeypatch.setattr(stick, "mounted", Mounted)
    monkeypatch.setattr(stick, "copy_update", counted)
    monkeypatch.setattr(stick, "was_there_at_start", lambda _: True)
    assert [update_from_stick(Path("/dev/sdb1"), place) for _ in range(3)] == [0, 2, 2]
    assert len(installs) == len(copies) == 1
    outcome = told(place)
    assert outcome is not None
    assert outcome.word == "installed"
    monkeypatch.setattr(stick, "was_there_at_start", lambda _: False)
    assert update_from_stick(Path("/dev/sdb1"), place) == 2
    outcome = told(place)
    assert outcome is not None
    assert "is not newer than what is installed" in outcome.sentence


@pytest.mark.parametrize(
    ("uptime", "is_so"), [("12.3 40.0\n", True), ("301.0 5.0\n", False), ("", True), ("x", True), (None, True)]
)
def test_a_start_is_told_by_the_time_since(tmp_path: Path, uptime: str | None, *, is_so: bool) -> None:
    if uptime is not None:
        (tmp_path / "uptime").write_text(uptime)
    assert has_just_started(tmp_path / "uptime") is is_so


@pytest.mark.parametrize(
    ("known", "is_so"),
    [
        ("S:disk/by-id/usb-x\nI:8123456\nE:ID_BUS=usb\n", True),
        ("I:301000000\nE:ID_BUS=usb\n", False),
        ("E:I:5\n", False),
        (None, False),
    ],
    ids=["at the start", "later", "not said", "not known to udev"],
)
def test_a_stick_was_there_at_the_start_however_long_its_unit_waited(
    tmp_path: Path, known: str | None, *, is_so: bool
) -> None:
    null = os.stat("/dev/null").st_rdev
    for folder in ("proc", "run/udev/data"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "proc/uptime").write_text("900.0 40.0\n")
    if known is not None:
        (tmp_path / f"run/udev/data/b{os.major(null)}:{os.minor(null)}").write_text(known)
    assert was_there_at_start(Path("/dev/null"), tmp_path) is is_so


def test_nothing_on_the_card_is_nothing(place: Place) -> None:
    shutil.rmtree(place.root / "boot")
    with pytest.raises(NothingBrought):
        find_bundle(place)
