"""A disk of the machine's own is no stick, whatever of it the system uses or will mount."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stoop.update.errors import NothingBrought
from stoop.update.mounts import is_systems
from stoop.update.stick import mounted

STICK, ROOT_PART, PLAIN = os.makedev(8, 17), os.makedev(8, 2), os.makedev(8, 1)
MAPPED = os.makedev(254, 0)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Runs from the second partition of sda; sdb is a stick. mapper holds what is encrypted on a third disk, sdc."""
    for disk, number, parts in (("sda", 0, (1, 2)), ("sdb", 16, (1,)), ("sdc", 32, (1,))):
        folder = tmp_path / "sys/devices/usb" / disk
        for at, name in ((number, ""), *((number + part, f"{disk}{part}") for part in parts)):
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name / "dev").write_text(f"8:{at}\n")
            if name:
                (folder / name / "partition").write_text(f"{at - number}\n")
            link(tmp_path, f"8:{at}", folder / name)
    mapper = tmp_path / "sys/devices/virtual/dm-0"
    mapper.mkdir(parents=True)
    (mapper / "dev").write_text("254:0\n")
    link(tmp_path, "254:0", mapper)
    (tmp_path / "sys/devices/usb/sdc/sdc1/holders").mkdir()
    (tmp_path / "sys/devices/usb/sdc/sdc1/holders/dm-0").symlink_to(mapper)
    (tmp_path / "proc/1").mkdir(parents=True)
    (tmp_path / "proc/swaps").write_text("Filename\tType\tSize\tUsed\tPriority\n")
    mounts(tmp_path, "8:2 / / rw - ext4 /dev/sda2 rw")
    return tmp_path


def link(root: Path, number: str, folder: Path) -> None:
    (root / "sys/dev/block").mkdir(parents=True, exist_ok=True)
    (root / "sys/dev/block" / number).symlink_to(folder)


def mounts(root: Path, *lines: str) -> None:
    (root / "proc/1/mountinfo").write_text("".join(f"{at + 20} 1 {line}\n" for at, line in enumerate(lines)))


def devices(root: Path, monkeypatch: pytest.MonkeyPatch, **numbers: int) -> None:
    """Plain files in `root`'s /dev that have the numbers of devices: making real ones takes root."""
    (root / "dev").mkdir()
    for name in numbers:
        (root / "dev" / name).touch()
    real = Path.stat

    def stat(path: Path, **options: bool) -> os.stat_result:
        told = real(path, **options)
        return os.stat_result(told[:10], {"st_rdev": numbers[path.name]}) if path.name in numbers else told

    monkeypatch.setattr(Path, "stat", stat)


def test_every_partition_of_the_disk_that_it_runs_from_is_its_own(machine: Path) -> None:
    assert is_systems(ROOT_PART, machine)
    assert is_systems(PLAIN, machine)
    assert is_systems(os.makedev(8, 0), machine)
    assert not is_systems(STICK, machine)


@pytest.mark.parametrize("where", ["/media/pi/STICK", "/run/media/pi/A\\040STICK", "/mnt", "/srv/recordings"])
def test_what_is_mounted_is_left_alone_wherever_that_is(machine: Path, where: str) -> None:
    mounts(machine, "8:2 / / rw - ext4 /dev/sda2 rw", f"8:17 / {where} rw shared:1 - vfat /dev/sdb1 rw")
    assert is_systems(STICK, machine)


@pytest.mark.parametrize(
    ("line", "is_its"),
    [
        ("/dev/sdb1 /srv/recordings ext4 defaults,nofail 0 2", True),
        ("UUID=8A2B-11CC /mnt/usb vfat nofail 0 0", True),
        ('LABEL="My\\040clips" /mnt/usb vfat nofail', True),
        ("PARTUUID=0b-01 none swap sw 0 0", True),
        ("/dev/sdb1 /srv/recordings", True),
        ("/dev/sdb1 /srv/recordings ext4 noauto,x-systemd.automount 0 2", True),
        ("/dev/sdb1 /mnt/usb auto user,noauto 0 0", False),
        ("#/dev/sdb1 /mnt/usb auto defaults 0 0", False),
        ("UUID=0000-0000 /mnt/usb vfat nofail 0 0", False),
        ("tmpfs /tmp tmpfs defaults 0 0\n\nnas:/clips /mnt nfs\n", False),
    ],
)
def test_what_the_system_will_mount_is_its_own_before_it_has(
    machine: Path, monkeypatch: pytest.MonkeyPatch, line: str, *, is_its: bool
) -> None:
    devices(machine, monkeypatch, sdb1=STICK)
    for folder, name in (("by-uuid", "8A2B-11CC"), ("by-label", "My\\x20clips"), ("by-partuuid", "0b-01")):
        (machine / "dev/disk" / folder).mkdir(parents=True)
        (machine / "dev/disk" / folder / name).symlink_to("../../sdb1")
    (machine / "etc").mkdir()
    (machine / "etc/fstab").write_text(f"PARTUUID=0a-02 / ext4 defaults 0 1\n{line}\n")
    assert is_systems(STICK, machine) is is_its


def test_what_is_made_of_a_disk_counts_as_the_disk(machine: Path) -> None:
    assert not is_systems(os.makedev(8, 33), machine)
    mounts(machine, "254:0 / /home rw - ext4 /dev/mapper/home rw")
    assert is_systems(os.makedev(8, 33), machine)


def test_swap_and_file_systems_with_numbers_of_their_own_are_found_by_their_device(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices(machine, monkeypatch, sdb1=STICK, sdc1=os.makedev(8, 33))
    (machine / "proc/swaps").write_text("Filename\tType\n/dev/sdb1\tpartition\n/var/swap\tfile\n/dev/gone\tpartition\n")
    assert is_systems(STICK, machine)
    mounts(machine, "0:31 /@ / rw - btrfs /dev/sdc1 rw")
    assert is_systems(os.makedev(8, 33), machine)


def test_a_real_disk_of_this_machine_is_not_mounted_as_a_stick() -> None:
    root = os.stat("/").st_dev
    name = Path(f"/sys/dev/block/{os.major(root)}:{os.minor(root)}")
    if os.geteuid() != 0 or not name.exists() or not Path("/dev", name.resolve().name).is_block_device():
        pytest.skip("this system's root is on no block device that could be named, or it takes root to look")
    with (
        pytest.raises(NothingBrought, match="a disk that this machine itself uses"),
        mounted(Path("/dev", name.resolve().name)),
    ):
        pytest.fail("mounted")
