"""Makes what the card is built from, once: a Debian and a release. The only part that needs a network.

For arm64 everything runs under emulation (qemu-user): the base takes 15 to 40 minutes the first time, and is kept.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.markdown import ROOT
from tests.vm.prepare import _mirror  # one look at apt's own mirror for both

ARCH = os.environ.get("STOOP_IMAGE_ARCH", "arm64")
"""arm64, or amd64, of which a PC emulates less."""
IS_FOREIGN = ARCH == "arm64"
FOLDER = ROOT / ".vm" / ("image" if IS_FOREIGN else f"image-{ARCH}")
BASE = FOLDER / "base"
RELEASE = FOLDER / "release"
NATIVE = ROOT / ".vm" / "base-trixie"
"""Of run.py vm: a Debian of the same suite that this machine's processor runs."""
KEY = FOLDER / "key.pem"
SUITE, MACHINE = "trixie", {"arm64": "aarch64", "amd64": "x86_64"}[ARCH]
TARGET = f"{MACHINE}-3.13"
FIRST_NUMBER = 100
PACKAGES = (
    "systemd", "systemd-sysv", "udev", "dbus", "kmod", "python3", "python3-venv", "nftables", "iproute2",
    "iputils-ping", "procps", "avahi-daemon", "util-linux", "fdisk", "e2fsprogs", "dosfstools", "rsync",
    "initramfs-tools", f"linux-image-cloud-{ARCH}", "network-manager", "openssl",
    "systemd-timesyncd", "libnss-myhostname",
)  # fmt: skip
"""The layer's, less what only Raspberry Pi's archive has; the kernel is Debian's for virtual machines."""
_BINFMT = Path("/proc/sys/fs/binfmt_misc")
_AARCH64 = (
    rb":qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:"
    rb"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:OCF"
)


def prepare() -> None:
    """Raises SystemExit with what failed."""
    if IS_FOREIGN:
        emulate_arm64()
    make_base()
    quietly([sys.executable, "-c", "from tests.vm.prepare import make_base; make_base()"], suite=SUITE)
    make_release()


def emulate_arm64() -> None:
    """Let the kernel start arm64 programs by qemu-user; it stays until the next start of this machine."""
    if not (_BINFMT / "register").exists():
        quietly(["mount", "-t", "binfmt_misc", "none", str(_BINFMT)])
    if not (_BINFMT / "qemu-aarch64").exists():
        (_BINFMT / "register").write_bytes(_AARCH64)


def make_base() -> None:
    stamp, wanted = FOLDER / "base.stamp", f"{SUITE} {' '.join(PACKAGES)}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"  Debian {SUITE} for {ARCH}, once …", flush=True)
    shutil.rmtree(BASE, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    without = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("man", "doc", "locale")]
    words = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--architectures={ARCH}", *without]
    words += ['--aptopt=APT::Install-Recommends "false"', f"--include={','.join(PACKAGES)}", SUITE, str(BASE)]
    quietly([*words, *_mirror()])
    stamp.write_text(wanted)


def make_release() -> None:
    """Of the tree's last commit, as run.py release makes it."""
    commit = quietly(["git", "-C", str(ROOT), "rev-parse", "HEAD"])
    stamp, wanted = FOLDER / "release.stamp", hashlib.sha256(f"{commit} {TARGET}".encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"  a release for {ARCH} …", flush=True)
    words = [sys.executable, "-m", "stoop.update.release", "--key", str(KEY), *([] if KEY.exists() else ["--new-key"])]
    words += ["--counter", str(FIRST_NUMBER), "--target", TARGET, "--out", str(RELEASE)]
    quietly(words)
    stamp.write_text(wanted)


def quietly(words: list[str], text: str | None = None, *, suite: str = "") -> str:
    """Standard output. Raises SystemExit with the last words of what failed."""
    env = {**os.environ, "STOOP_VM_SUITE": suite} if suite else None
    done = subprocess.run(words, capture_output=True, text=True, check=False, input=text, env=env, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:4])} … failed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    prepare()
