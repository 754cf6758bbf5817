"""Growing and updating on a real disk of the kernel's: a file behind a loop device, with the card's partitions."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stoop.image import autoboot
from stoop.image.grow import grow, lengthen
from stoop.image.slots import PARTS, Slots
from stoop.image.trial import judge
from stoop.update import command
from stoop.update.bundle import write
from stoop.update.release import public_text
from tests.stoop.image.test_slots import AUTOBOOT

MEGA = 1024 * 1024
SIZES_MB = {"bootconfig": 4, "boot_a": 8, "boot_b": 8, "system_a": 16, "system_b": 16, "persistent": 32}
CARD_MB = 256
TOOLS = ("losetup", "sfdisk", "partx", "resize2fs", "mke2fs", "mount")


@dataclass(frozen=True, slots=True)
class Card:
    root: Path
    device: str

    def part(self, number: int) -> Path:
        return Path(f"{self.device}p{number}")


def must(*words: str, text: str = "") -> str:
    return subprocess.run(words, input=text, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"takes root and {', '.join(missing or TOOLS)}")
    image, root, at_mb, lines = tmp_path / "card.img", tmp_path / "root", 1, ["label: gp" + "t"]
    for name, size_mb in SIZES_MB.items():
        lines.append(f"start={at_mb}MiB, size={size_mb}MiB, name={name}")
        at_mb += size_mb
    image.write_bytes(b"")
    os.truncate(image, (at_mb + 1) * MEGA)
    must("sfdisk", "--quiet", str(image), text="\n".join(lines) + "\n")
    os.truncate(image, CARD_MB * MEGA)
    try:
        device = must("losetup", "--find", "--show", str(image))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no loop device to be had: {error.stderr.strip()}")
    with contextlib.ExitStack() as stack:
        stack.callback(subprocess.run, ["losetup", "--detach", device])
        subprocess.run(["partx", "--add", device], check=False)
        stack.callback(subprocess.run, ["partx", "--delete", device])
        if not Path(f"{device}p6").exists():
            pytest.skip("this kernel shows no partitions of a loop device")
        lay_out(root, device)
        must("mount", f"{device}p6", str(root / "persistent"))
        stack.callback(subprocess.run, ["umount", str(root / "persistent")])
        yield Card(root, device)


def lay_out(root: Path, device: str) -> None:
    """Started from slot A, as udev and the mounts show it."""
    for name in ("bootfs", "persistent", "var/lib/stoop-image", "opt/stoop", "etc/stoop", "dev/disk/by-slot"):
        (root / name).mkdir(parents=True)
    (root / "sys").symlink_to("/sys")
    links = {"persistent": 6, "active/boot": 2, "other/boot": 3, "active/system": 4, "other/system": 5}
    for name, number in links.items():
        link = root / "dev/disk/by-slot" / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(f"{device}p{number}")
    (root / "bootfs" / "autoboot.txt").write_text(AUTOBOOT)
    must("mke2fs", "-q", "-t", "ext4", "-F", f"{device}p6")


def test_the_last_partition_takes_the_rest_of_the_card_and_what_is_on_it_stays(card: Card) -> None:
    kept = card.root / "persistent" / "kept"
    data = secrets.token_bytes(MEGA)
    kept.write_bytes(data)
    assert lengthen(card.part(6), Path("/sys/class/block"))
    before_mb = sum(SIZES_MB.values()) - SIZES_MB["persistent"]
    assert size_mb(card) > CARD_MB - before_mb - 4
    assert kept.read_bytes() == data
    assert "No errors" in must("sfdisk", "--verify", card.device)
    assert not lengthen(card.part(6), Path("/sys/class/block"))


def test_the_file_system_grows_while_it_is_mounted_and_after_a_cut_too(card: Card) -> None:
    if not may_resize():
        pytest.skip("growing a mounted file system takes CAP_SYS_RESOURCE, which this machine's root has not")
    before = os.statvfs(card.root / "persistent").f_blocks
    lengthen(card.part(6), Path("/sys/class/block"))  # and here the power went
    assert grow(card.root).endswith("ends where the card does")
    assert os.statvfs(card.root / "persistent").f_blocks > 4 * before


def size_mb(card: Card) -> int:
    return int(Path("/sys/class/block", card.part(6).name, "size").read_text()) // 2048


def may_resize() -> bool:
    capabilities = re.search(r"^CapEff:\s+(\w+)$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert capabilities is not None
    return bool(int(capabilities[1], 16) >> 24 & 1)


def test_a_signed_update_goes_through_stoop_update_into_the_other_slot(
    card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, restarts = Ed25519PrivateKey.generate(), list[str]()
    monkeypatch.setattr(command, "start_once", lambda: restarts.append("tryboot"))
    (card.root / "etc/stoop/release.pub").write_text(public_text(key))
    boot, system, old = secrets.token_bytes(2 * MEGA), secrets.token_bytes(9 * MEGA), secrets.token_bytes(MEGA)
    for number in (2, 4):
        with card.part(number).open("r+b") as device:
            device.write(old)
    bring(tmp_path, boot, system, 7, Ed25519PrivateKey.generate())
    assert command.update(tmp_path / "x.stoopupdate", only_check=False, place=command.Place(card.root)) == 2
    assert not restarts
    bring(tmp_path, boot, system, 7, key)
    assert command.update(tmp_path / "x.stoopupdate", only_check=False, place=command.Place(card.root)) == 0
    assert restarts == ["tryboot"]
    assert card.part(3).read_bytes()[: len(boot)] == boot
    assert card.part(5).read_bytes()[: len(system)] == system
    assert card.part(2).read_bytes()[:MEGA] == card.part(4).read_bytes()[:MEGA] == old
    assert [path.name for path in (card.root / "persistent").iterdir()] == ["lost+found"]
    started_from_b(card.root, card.device)
    (card.root / "opt/stoop/counter").write_text("7\n")  # of the new system's
    assert "is in force" in judge(Slots(card.root), lambda: True)
    assert autoboot.read(card.root / "bootfs" / "autoboot.txt") == autoboot.Autoboot(normal=3, trial=2)


def test_an_update_that_is_larger_than_its_partition_is_refused(
    card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Ed25519PrivateKey.generate()
    monkeypatch.setattr(command, "start_once", lambda: pytest.fail("it would have been tried"))
    (card.root / "etc/stoop/release.pub").write_text(public_text(key))
    bring(tmp_path, b"x", bytes(17 * MEGA), 7, key)
    assert command.update(tmp_path / "x.stoopupdate", only_check=False, place=command.Place(card.root)) == 2
    assert not (card.root / "bootfs" / "stoop-trial").exists()


def bring(folder: Path, boot: bytes, system: bytes, number: int, key: Ed25519PrivateKey) -> None:
    (folder / "boot").write_bytes(boot)
    (folder / "system").write_bytes(system)
    files = {PARTS["boot"]: folder / "boot", PARTS["system"]: folder / "system"}
    write(folder / "x.stoopupdate", files, "9.0.0", number, key)


def started_from_b(root: Path, device: str) -> None:
    for slot, number in (("active", 3), ("other", 2)):
        for part, offset in (("boot", 0), ("system", 2)):
            link = root / "dev/disk/by-slot" / slot / part
            link.unlink()
            link.symlink_to(f"{device}p{number + offset}")
