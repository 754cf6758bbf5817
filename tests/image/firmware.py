"""Stand-in for a Pi's firmware: reads the card's `autoboot.txt`, takes that slot's kernel, and starts it by QEMU.

What a real one does and this one does not: check EEPROM signatures, hand over a device tree that names the partition
(the kernel's command line does that here), read config.txt. A start "for once" (tryboot) is known from the kernel's own
last words, which repeat what `reboot` was asked for.
"""

from __future__ import annotations

import configparser
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.image.build import DISK, MEGA, SIZES_MB, offset_mb
from tests.image.prepare import ARCH, FOLDER, quietly

TRYBOOT = re.compile(rb"reboot: Restarting system with command '0 tryboot'")
BOARDS = {
    "arm64": ["qemu-system-aarch64", "-M", "virt", "-accel", "tcg,thread=multi", "-cpu", "cortex-a76"],
    "amd64": ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max"],
}
"""Never hardware virtualisation: where it half works, the kernel dies of an instruction that is missing."""
_NAMES = ("kernel8.img", "initramfs8", "cmdline.txt")


@dataclass(frozen=True, slots=True)
class Start:
    """What the firmware would start: kernel, initramfs, command line, and from which slot ("a" or "b")."""

    kernel: Path
    initramfs: Path
    line: str
    slot: str


def choose(*, is_trial: bool) -> Start:
    """From the card as it is. Raises SystemExit when it starts nothing, as a Pi then would not."""
    text = quietly(["mtype", "-i", f"{DISK}@@{offset_mb('bootconfig') * MEGA}", "::autoboot.txt"])
    choice = configparser.ConfigParser()
    choice.read_string(text)
    if choice["all"].get("tryboot_a_b") != "1":
        raise SystemExit(f"autoboot.txt knows no slots: {text!r}")
    number = int(choice["tryboot" if is_trial else "all"]["boot_partition"])
    name = list(SIZES_MB)[number - 1]
    there = FOLDER / f"started-{name}"
    there.mkdir(exist_ok=True)
    for file in _NAMES:
        quietly(["mcopy", "-n", "-o", "-i", f"{DISK}@@{offset_mb(name) * MEGA}", f"::{file}", str(there / file)])
    line = (there / "cmdline.txt").read_text().strip()
    slot = name.removeprefix("boot_")
    return Start(there / "kernel8.img", there / "initramfs8", f"{line} root=PARTLABEL=system_{slot}", slot)


def qemu(start: Start, console: Path, inside: Path, extra: str) -> subprocess.Popen[bytes]:
    """`console`: file for what the kernel says; `inside`: socket for what is run inside; `extra`: more command line."""
    words = [*BOARDS[ARCH], "-smp", "2"]
    words += ["-m", "1536", "-nodefaults", "-no-reboot", "-display", "none", "-serial", f"file:{console}"]
    words += ["-kernel", str(start.kernel), "-initrd", str(start.initramfs), "-append", f"{start.line} {extra}"]
    words += ["-drive", f"file={DISK},if=none,id=card,format=raw,cache=writeback"]
    words += ["-device", "nvme,drive=card,serial=card"]
    words += [
        "-netdev",
        "tap,id=lan,ifname=lan0,script=no,downscript=no",
        "-device",
        "virtio-net-pci,netdev=lan,romfile=",
    ]
    words += ["-device", "virtio-serial-pci", "-chardev", f"socket,id=inside,path={inside},server=on,wait=off"]
    words += ["-device", "virtserialport,chardev=inside,name=i", "-device", "virtio-rng-pci"]
    return subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)


def was_asked_for_a_trial(console: Path, since: int) -> bool:
    return TRYBOOT.search(console.read_bytes()[since:]) is not None
