"""Two systems on one card: an update goes into the one that does not run, and is left again unless it answers."""

from __future__ import annotations

import errno
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from stoop.image import autoboot
from stoop.image.errors import CardError
from stoop.image.grow import Partition, look, steps
from stoop.image.slots import PARTS, Slots, failures, may_be_written, write_other
from stoop.image.trial import LIMIT_S, judge
from stoop.update.command import alone
from tests.markdown import ROOT

AUTOBOOT = "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n"
"""As rpi-image-gen's image-rota writes it."""


Spoil: TypeAlias = Callable[["Device", pytest.MonkeyPatch], object]


class Device:
    """A card as the kernel and udev show it, started from partition 2 or 3."""

    def __init__(self, root: Path, running: int = 2) -> None:
        self.slots, self.root = Slots(root), root
        for name in ("bootfs", "persistent", "var/lib/stoop-image", "dev", "unpacked/slot", "opt/stoop"):
            (root / name).mkdir(parents=True)
        self.slots.counter.write_text("7\n")
        for number in (2, 3, 4, 5):
            (root / "dev" / f"mmcblk0p{number}").write_bytes(b"old" * 2000)
            (root / "sys/class/block" / f"mmcblk0p{number}").mkdir(parents=True)
            (root / "sys/class/block" / f"mmcblk0p{number}" / "partition").write_text(f"{number}\n")
        self.slots.autoboot.write_text(AUTOBOOT)
        self.unpacked = root / "unpacked"
        (self.unpacked / PARTS["boot"]).write_bytes(b"new boot")
        (self.unpacked / PARTS["system"]).write_bytes(b"new system" * 300)
        self.start(running)

    def start(self, running: int) -> None:
        for slot, number in (("active", running), ("other", 5 - running)):
            for part, offset in (("boot", 0), ("system", 2)):
                link = self.slots.device(slot, part)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.unlink(missing_ok=True)
                link.symlink_to(self.root / "dev" / f"mmcblk0p{number + offset}")

    def normal(self) -> int:
        """What the firmware starts from after a power cut."""
        return autoboot.read(self.slots.autoboot).normal

    def holds(self, number: int) -> bytes:
        return (self.root / "dev" / f"mmcblk0p{number}").read_bytes()


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(tmp_path)


class Clock:
    def __init__(self) -> None:
        self.at_s = 0.0

    def now(self) -> float:
        return self.at_s

    def sleep(self, seconds: float) -> None:
        self.at_s += seconds


def judged(device: Device, *, healthy: bool) -> str:
    clock = Clock()
    return judge(device.slots, lambda: healthy, clock.now, clock.sleep)


def test_an_update_goes_into_the_slot_that_does_not_run(device: Device) -> None:
    write_other(device.slots, device.unpacked, 7)
    assert device.holds(3).startswith(b"new boot")
    assert device.holds(5).startswith(b"new system")
    assert device.holds(2) == device.holds(4) == b"old" * 2000
    assert device.normal() == 2, "a power cut now starts what ran before"


def test_a_slot_that_answers_is_the_one_in_force(device: Device) -> None:
    write_other(device.slots, device.unpacked, 7)
    device.start(3)
    assert judged(device, healthy=True) == "update number 7 answers and is in force"
    assert autoboot.read(device.slots.autoboot) == autoboot.Autoboot(normal=3, trial=2)
    assert not device.slots.trial.exists()


def test_a_slot_that_does_not_answer_is_left(device: Device) -> None:
    write_other(device.slots, device.unpacked, 7)
    device.start(3)
    with pytest.raises(CardError, match="did not answer within"):
        judged(device, healthy=False)
    assert device.normal() == 2
    device.start(2)
    assert "the version before is in force" in judged(device, healthy=True)
    assert not device.slots.trial.exists()


def test_what_failed_twice_is_not_tried_again(device: Device) -> None:
    for _ in range(2):
        write_other(device.slots, device.unpacked, 7)
        judged(device, healthy=True)
    assert failures(device.slots, 7) == 2
    with pytest.raises(CardError, match="did not come up: take a later one"):
        write_other(device.slots, device.unpacked, 7)
    write_other(device.slots, device.unpacked, 8)


def test_a_damaged_count_stops_no_later_update(device: Device) -> None:
    """Nobody can log in there to delete it."""
    device.slots.failed.write_text("\0\0\0")
    write_other(device.slots, device.unpacked, 7)
    judged(device, healthy=True)
    assert failures(device.slots, 7) == 1


LIMIT = ROOT / "deploy/image/units/stoop-trial-limit.service"


@pytest.mark.parametrize(
    ("running", "text", "is_left"),
    [(3, AUTOBOOT, True), (2, AUTOBOOT, False), (3, "", False), (3, AUTOBOOT.replace("=2", "=3"), False)],
    ids=["on trial", "in force", "unreadable", "in force since"],
)
def test_the_limit_leaves_only_a_slot_on_trial(device: Device, running: int, text: str, is_left: bool) -> None:
    """Else a slow start of the slot in force would be ended by it, and the next one too."""
    device.start(running)
    device.slots.autoboot.write_text(text)
    (line,) = re.findall(r"^ExecCondition=/bin/sh -c '(normal=.*)'$", LIMIT.read_text(), re.MULTILINE)
    script = line.replace("$$", "$")
    for folder in ("/bootfs/", "/dev/disk/", "/sys/class/"):
        assert folder in script
        script = script.replace(folder, f"{device.slots.root}{folder}")
    assert (subprocess.run(["sh", "-c", script], check=False).returncode == 0) == is_left


def test_a_power_cut_right_after_the_decision_does_not_turn_it_round(device: Device) -> None:
    write_other(device.slots, device.unpacked, 7)
    device.start(3)
    autoboot.make_normal(device.slots.autoboot, 3)  # and here the power goes, before the note is removed
    assert judged(device, healthy=True) == "update number 7 answers and is in force"
    assert device.normal() == 3
    assert failures(device.slots, 7) == 0


def test_the_slot_in_force_that_does_not_answer_keeps_running(device: Device) -> None:
    """It had answered, and the power went before the note: a start again would be from the same slot, for ever."""
    write_other(device.slots, device.unpacked, 7)
    device.start(3)
    autoboot.make_normal(device.slots.autoboot, 3)
    judged(device, healthy=False)
    assert not device.slots.trial.exists()
    assert device.normal() == 3


def fails(call: str, number: int, path: str) -> Spoil:
    """`call` of the module os fails so for that path, as on a full or read-only file system; root may do anything."""
    real = getattr(os, call)

    def spoil(_: Device, monkeypatch: pytest.MonkeyPatch) -> None:
        def failing(name: str | bytes | Path, *words: int, **named: int) -> object:
            if path in os.fsdecode(name):
                raise OSError(number, os.strerror(number), os.fsdecode(name))
            return real(name, *words, **named)

        monkeypatch.setattr(os, call, failing)

    return spoil


def damaged(text: str) -> Spoil:
    return lambda device, _: device.slots.trial.write_text(text)


@pytest.mark.parametrize(
    ("spoil", "is_left"),
    [
        (damaged(""), False),
        (damaged("7"), False),
        (damaged("7 3 3"), False),
        (damaged("\0\0\0\0"), False),
        (fails("open", errno.ENOSPC, "failed-update"), False),
        (fails("open", errno.EROFS, "failed-update"), False),
        (lambda device, _: device.slots.failed.parent.rmdir(), False),
        (lambda device, _: device.slots.failed.write_text("x"), False),
        (fails("unlink", errno.EROFS, "stoop-trial"), True),
    ],
    ids=["empty", "half", "too much", "zeros", "full", "read-only", "not mounted", "count damaged", "bootfs read-only"],
)
def test_nothing_makes_the_slot_in_force_start_again(
    device: Device,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Spoil,
    is_left: bool,
) -> None:
    write_other(device.slots, device.unpacked, 7)  # and the trial was left again
    spoil(device, monkeypatch)
    judged(device, healthy=False)
    assert device.slots.trial.exists() == is_left
    assert device.normal() == 2


@pytest.mark.parametrize("text", ["", AUTOBOOT.replace("3", "2")])
def test_a_slot_that_nobody_can_judge_starts_again_once_at_most(
    device: Device, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    write_other(device.slots, device.unpacked, 7)
    device.slots.autoboot.write_text(text)
    with monkeypatch.context() as patch:
        fails("unlink", errno.EROFS, "stoop-trial")(device, patch)
        assert "cannot be removed" in judged(device, healthy=True), "with the note it would be for ever"
    with pytest.raises(CardError, match="cannot be judged"):
        judged(device, healthy=True)
    assert not device.slots.trial.exists(), "the unit runs only where there is a note"


def test_the_note_is_whole_or_not_there(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    real = Path.rename

    def renamed(path: Path, target: Path) -> Path:
        seen.append(device.slots.trial.exists())
        assert path.read_text() == "7 3\n"
        return real(path, target)

    monkeypatch.setattr(Path, "rename", renamed)
    write_other(device.slots, device.unpacked, 7)
    assert seen == [False]


@pytest.mark.parametrize("text", ["6\n", "8\n", "x\n", None])
def test_a_system_with_another_number_than_its_update_is_left(device: Device, text: str | None) -> None:
    """It would let an older update in, or refuse the next."""
    write_other(device.slots, device.unpacked, 7)
    device.start(3)
    device.slots.counter.unlink()
    if text is not None:
        device.slots.counter.write_text(text)
    with pytest.raises((CardError, OSError), match="counter"):
        judged(device, healthy=True)
    assert device.normal() == 2


def test_what_an_update_unpacks_now_is_not_swept_away(device: Device) -> None:
    write_other(device.slots, device.unpacked, 7)
    with alone(device.slots.incoming):
        (device.slots.incoming / "incoming-x").mkdir()
        judged(device, healthy=True)
        assert (device.slots.incoming / "incoming-x").exists()


def test_what_was_unpacked_takes_no_room_after_the_start(device: Device) -> None:
    """The doorbell starts again while the update is still being cleared away."""
    (device.slots.incoming / "incoming-x" / "slot").mkdir(parents=True)
    (device.slots.incoming / "shared").mkdir()
    write_other(device.slots, device.unpacked, 7)
    device.start(3)
    judged(device, healthy=True)
    assert [path.name for path in device.slots.incoming.iterdir()] == ["shared"]


def test_nothing_is_written_while_an_update_is_tried(device: Device) -> None:
    write_other(device.slots, device.unpacked, 7)
    device.start(3)
    with pytest.raises(CardError, match="being tried"):
        may_be_written(device.slots, device.unpacked, 8)


def test_a_slot_that_was_started_for_once_writes_nothing_over_the_one_in_force(device: Device) -> None:
    device.start(3)
    with pytest.raises(CardError, match="not the one in force"):
        write_other(device.slots, device.unpacked, 8)
    assert device.holds(2) == device.holds(4) == b"old" * 2000


def test_an_update_of_wheels_is_not_for_this_card(device: Device) -> None:
    (device.unpacked / PARTS["system"]).unlink()
    with pytest.raises(CardError, match="ends in -image"):
        write_other(device.slots, device.unpacked, 7)
    assert not device.slots.trial.exists()


def test_what_comes_back_altered_from_the_card_is_not_tried(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stoop.image.slots.os.fsync", lambda _: spoil(device.root / "dev" / "mmcblk0p5"))
    with pytest.raises(CardError, match="the card is failing"):
        write_other(device.slots, device.unpacked, 7)
    assert not device.slots.trial.exists()
    assert device.normal() == 2


def spoil(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\0")


@pytest.mark.parametrize("text", ["", "[all]\nboot_partition=2\n", AUTOBOOT.replace("3", "2"), AUTOBOOT + "[all]\n"])
def test_an_autoboot_file_of_another_form_is_left_alone(device: Device, text: str) -> None:
    device.slots.autoboot.write_text(text)
    with pytest.raises(CardError, match="is not as the image wrote it"):
        write_other(device.slots, device.unpacked, 7)
    assert device.slots.autoboot.read_text() == text


@pytest.mark.parametrize("number", range(10))
def test_the_choice_keeps_its_length_whatever_is_asked(tmp_path: Path, number: int) -> None:
    path = tmp_path / "autoboot.txt"
    path.write_text(AUTOBOOT)
    if number in (2, 3):
        autoboot.make_normal(path, number)
        assert autoboot.read(path) == autoboot.Autoboot(number, 5 - number)
    else:
        with pytest.raises(CardError, match="flash the card anew"):
            autoboot.make_normal(path, number)
        assert path.read_text() == AUTOBOOT
    assert path.stat().st_size == len(AUTOBOOT)


def test_the_wait_for_an_answer_ends_before_systemd_ends_it() -> None:
    from tests.test_image import seconds_of

    assert seconds_of("stoop-trial.service", "TimeoutStartSec") > LIMIT_S


# --- the data partition -----------------------------------------------------------------------------------------


LAST = Partition("mmcblk0", 6, 3_000_000, 1_000_000)


def test_the_last_partition_takes_what_is_left_and_then_nothing_more() -> None:
    commands = steps(LAST, (Partition("mmcblk0", 5, 1_000_000, 2_000_000),), 60_000_000)
    assert [words[0] for words, _ in commands] == ["sfdisk", "partx"]
    grown = Partition("mmcblk0", 6, 3_000_000, 57_000_000 - 34)
    assert steps(grown, (), 60_000_000) == []


def test_a_partition_that_is_not_the_last_is_left_alone() -> None:
    with pytest.raises(CardError, match="not the last"):
        steps(LAST, (Partition("mmcblk0", 7, 5_000_000, 10),), 60_000_000)


def test_the_kernels_numbers_are_read(tmp_path: Path) -> None:
    disk = tmp_path / "devices" / "mmcblk0"
    for number, start, size in ((5, 10, 20), (6, 30, 40)):
        (disk / f"mmcblk0p{number}").mkdir(parents=True)
        for name, value in (("partition", number), ("start", start), ("size", size)):
            (disk / f"mmcblk0p{number}" / name).write_text(f"{value}\n")
    (disk / "size").write_text("100\n")
    (tmp_path / "block").mkdir()
    (tmp_path / "block" / "mmcblk0p6").symlink_to(disk / "mmcblk0p6")
    mine, others, size = look(tmp_path / "block", "mmcblk0p6")
    assert (mine, size) == (Partition("mmcblk0", 6, 30, 40), 100)
    assert others == (Partition("mmcblk0", 5, 10, 20),)
    with pytest.raises(CardError, match="no partition"):
        look(tmp_path / "block", "mmcblk0")
