"""Builds the card: the release's own `install.sh --image` in the base, stand-ins for image-rota, two slots, one disk.

Partitions, their names and their order are image-rota's; how it differs from a card for a Pi is in docs/design/0010.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from stoop.update.lock import lock_for
from tests.image.prepare import ARCH, BASE, FOLDER, IS_FOREIGN, MACHINE, NATIVE, RELEASE, quietly

PYTHON = "3.13"
CONSOLE = "ttyAMA0" if ARCH == "arm64" else "ttyS0"
STANDIN = Path(__file__).parent / "standin"
ROOTFS = FOLDER / "rootfs"
BOOT, SYSTEM, DISK = FOLDER / "boot.img", FOLDER / "system.img", FOLDER / "card.img"
MEGA = 1024 * 1024
SIZES_MB = {"bootconfig": 32, "boot_a": 128, "boot_b": 128, "system_a": 1024, "system_b": 1024, "persistent": 512}
FIRST_MB = 8
CARD_MB = 6144
"""The card is larger than the image, as every card is."""
AUTOBOOT = "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n"
FOR_EMULATION = "\n[camera]\nwidth_px = 320\nheight_px = 180\nfps = 4.0\n"
"""For a processor that is emulated."""


def build() -> None:
    """Raises SystemExit."""
    print("  the card …", flush=True)
    lay_out()
    make_boot(BOOT)
    make_persistent()
    make_system(SYSTEM)
    make_disk()


def lay_out() -> None:
    """The base with Stoop installed by its own installer, and nothing else of Stoop's."""
    shutil.rmtree(ROOTFS, ignore_errors=True)
    quietly(["cp", "-a", "--reflink=auto", str(BASE), str(ROOTFS)])
    put("/etc/initramfs-tools/modules", "erofs\nnls_ascii\nnls_cp437\nvfat\n")
    put("/boot/firmware/cmdline.txt", f"console={CONSOLE} rootfstype=erofs ro quiet\n")
    there = ROOTFS / "srv" / "stoop-release"
    there.mkdir(parents=True)
    (update,) = RELEASE.glob("*.stoopupdate")
    quietly(["tar", "-xf", str(update), "-C", str(there)])
    if IS_FOREIGN:
        install_wheels(there)
    installer = "/srv/stoop-release/deploy/raspberry-pi/install.sh"
    inside("bash", installer, "--image", "--source", "demo", "--wheels", "/srv/stoop-release/wheels")
    shutil.rmtree(there)
    with (ROOTFS / "etc/stoop/stoop.toml").open("a") as file:
        file.write(FOR_EMULATION)
    for name, target in (
        ("by-slot.rules", "etc/udev/rules.d/99-rpi-01-abslot.rules"),
        ("fstab", "etc/fstab"),
        ("slots-generator", "usr/lib/systemd/system-generators/slots-generator"),
        ("shared-init.service", "etc/systemd/system/shared-init.service"),
        ("network-manager.conf", "etc/rpi-image-gen/slot-shared.d/network-manager.conf"),
    ):
        put(f"/{target}", (STANDIN / name).read_text())
    (ROOTFS / "usr/lib/systemd/system-generators/slots-generator").chmod(0o755)
    wants = ROOTFS / "etc/systemd/system/local-fs.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "shared-init.service").symlink_to("../shared-init.service")
    put("/etc/machine-id", "")
    resolv = ROOTFS / "etc/resolv.conf"
    resolv.unlink(missing_ok=True)
    resolv.symlink_to("/run/NetworkManager/resolv.conf")
    inside("update-initramfs", "-u")


def install_wheels(release: Path) -> None:
    """What install.sh would do here in an hour of emulation: the same venv, wheels and bytecode, by a native Python.

    The native Debian is that of run.py vm, of the same suite, so its Python is the same version. install.sh finds the
    program complete and does the rest.
    """
    (wheel,) = (release / "wheels").glob("stoop-*.whl")
    asked = [str(release / "deploy/raspberry-pi/install.sh"), "--wheels", str(release / "wheels"), "--release-name"]
    name = "/opt/stoop/releases/" + subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    packages = f"{name}/lib/python{PYTHON}/site-packages"
    (ROOTFS / "opt/stoop/releases").mkdir(parents=True)
    lock = lock_for((release / "requirements.lock").read_text(), MACHINE, PYTHON)
    (release / "theirs.lock").write_text(lock)
    glibcs = ("_2_36", "_2_34", "_2_31", "_2_28", "_2_17", "2014")
    foreign = " ".join(f"--platform manylinux{glibc}_{MACHINE}" for glibc in glibcs)
    pip = f"{name}/bin/python -m pip install -q --no-index --no-compile --no-deps --only-binary=:all: {foreign}"
    pip += f" --implementation cp --python-version {PYTHON} --target {packages}"
    script = f"""
        mount --bind {ROOTFS}/opt {NATIVE}/opt; mount --bind {release} {NATIVE}/mnt
        exec chroot {NATIVE} sh -ec '
            python3 -m venv --system-site-packages {name}
            for what in "--find-links /mnt/wheels --require-hashes -r /mnt/theirs.lock" /mnt/wheels/{wheel.name}; do
                {pip} $what
                # pip adds nothing to a bin that is there already
                mv {packages}/bin/* {name}/bin/; rmdir {packages}/bin
            done
            {name}/bin/python -m compileall -q {name}/lib > /dev/null || true
            mkdir -p {name}/deploy; cp -r /mnt/deploy/raspberry-pi {name}/deploy/; touch {name}/complete'
    """
    quietly(["unshare", "--mount", "sh", "-ec", script])


def make_boot(image: Path) -> None:
    """A slot's FAT partition: kernel, initramfs, command line."""
    boot = ROOTFS / "boot"
    kernel, initrd = sorted(boot.glob("vmlinuz-*"))[-1], sorted(boot.glob("initrd.img-*"))[-1]
    image.unlink(missing_ok=True)
    fat(image, SIZES_MB["boot_a"], "BOOT")
    for path, name in (
        (kernel, "kernel8.img"),
        (initrd, "initramfs8"),
        (boot / "firmware" / "cmdline.txt", "cmdline.txt"),
    ):
        quietly(["mcopy", "-i", str(image), str(path), f"::{name}"])


def make_persistent() -> None:
    """As image-rota's pre-image: /var of each slot, home, and what both share."""
    there = FOLDER / "persistent"
    shutil.rmtree(there, ignore_errors=True)
    for slot in ("system_a", "system_b"):
        (there / "slots" / slot).mkdir(parents=True)
        quietly(["cp", "-a", str(ROOTFS / "var"), str(there / "slots" / slot / "var")])
    (there / "home").mkdir()
    quietly(
        ["mke2fs", "-q", "-t", "ext4", "-d", str(there), "-F", str(fresh("persistent")), f"{SIZES_MB['persistent']}M"]
    )


def make_system(image: Path) -> None:
    """Read-only and packed; /var stays as the empty folders that a namespace needs, and what is shared as a copy."""
    var = ROOTFS / "var"
    shared = [var / "lib/stoop", var / "lib/stoop-image"]
    keep = FOLDER / "shared"
    shutil.rmtree(keep, ignore_errors=True)
    for path in shared:
        quietly(["sh", "-c", f"mkdir -p {keep} && cp -a {path} {keep}/"])
    if not (FOLDER / "var-emptied").exists() or any((var / "lib").iterdir()):
        quietly(["sh", "-c", f"rm -rf {var}/* && mkdir -p -m 755 {var}/lib {var}/log {var}/cache {var}/spool"])
        quietly(["install", "-d", "-m", "1777", str(var / "tmp")])
    for path in shared:
        quietly(["cp", "-a", str(keep / path.name), str(path)])
    image.unlink(missing_ok=True)
    quietly(["mkfs.erofs", "-zlz4", "--quiet", str(image), str(ROOTFS)])
    if image.stat().st_size > SIZES_MB["system_a"] * MEGA:
        raise SystemExit(f"the system has {image.stat().st_size // MEGA} MB, its partition {SIZES_MB['system_a']}")


def make_disk() -> None:
    fat(fresh("bootconfig"), SIZES_MB["bootconfig"], "BOOTCONFIG")
    (FOLDER / "autoboot.txt").write_text(AUTOBOOT)
    quietly(["mcopy", "-i", str(FOLDER / "bootconfig.part"), str(FOLDER / "autoboot.txt"), "::autoboot.txt"])
    DISK.unlink(missing_ok=True)
    with DISK.open("wb") as file:
        file.truncate((FIRST_MB + sum(SIZES_MB.values()) + 8) * MEGA)
    lines, at_mb = ["label: gp" + "t"], FIRST_MB
    for name, size_mb in SIZES_MB.items():
        lines.append(f"start={at_mb}MiB, size={size_mb}MiB, name={name}")
        at_mb += size_mb
    quietly(["sfdisk", "--quiet", str(DISK)], "\n".join(lines) + "\n")
    for name, part in parts().items():
        copy_in(part, offset_mb(name))


def parts() -> dict[str, Path]:
    slots = {f"{kind}_{slot}": image for kind, image in (("boot", BOOT), ("system", SYSTEM)) for slot in "ab"}
    return slots | {name: FOLDER / f"{name}.part" for name in ("bootconfig", "persistent")}


def offset_mb(name: str) -> int:
    before = list(SIZES_MB)[: list(SIZES_MB).index(name)]
    return FIRST_MB + sum(SIZES_MB[one] for one in before)


def copy_in(part: Path, at_mb: int) -> None:
    words = ["dd", f"if={part}", f"of={DISK}", "bs=1M", f"seek={at_mb}", "conv=notrunc,sparse", "status=none"]
    quietly(words)


def fat(image: Path, size_mb: int, label: str) -> None:
    with image.open("wb") as file:
        file.truncate(size_mb * MEGA)
    quietly(["mkfs.vfat", "-n", label, str(image)])


def fresh(name: str) -> Path:
    path = FOLDER / f"{name}.part"
    path.unlink(missing_ok=True)
    return path


def put(path: str, text: str) -> None:
    target = ROOTFS / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def inside(*words: str) -> None:
    """In the system that is being built, with its own /proc, /dev and /sys for that long."""
    script = (
        'mount -t proc proc "$1/proc"; mount --bind /dev "$1/dev"; shift_root=$1; shift; exec chroot "$shift_root" "$@"'
    )
    env = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    done = subprocess.run(
        [*apart, *env, "sh", "-ec", script, "sh", str(ROOTFS), *words], capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:2])} in the card's system failed:\n{(done.stdout + done.stderr)[-3000:]}")
    print("    " + "\n    ".join((done.stdout + done.stderr).strip().splitlines()[-4:]), flush=True)


if __name__ == "__main__":
    build()
