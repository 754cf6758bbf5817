"""Makes what a booted machine is made of, once: a Debian system and wheels. The only part that needs a network."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys

from stoop.update.lock import lock_for
from tests.markdown import ROOT

FOLDER = ROOT / ".vm"
PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}
SUITE = os.environ.get("STOOP_VM_SUITE", "bookworm")
"""One of PYTHONS; `run.py vm --suite trixie` sets it."""
_END = "" if SUITE == "bookworm" else f"-{SUITE}"
BASE = FOLDER / f"base{_END}"
WHEELS = FOLDER / f"wheels{_END}"
PACKAGES = (
    "systemd", "systemd-sysv", "udev", "dbus", "kmod", "python3", "python3-venv", "nftables", "iproute2",
    "iputils-ping", "procps", "ca-certificates", "avahi-daemon", "util-linux", "openssl",
    "libnss-systemd",
)  # fmt: skip
"""With these nothing is left for install.sh to fetch: the machine is as one without internet."""


def prepare() -> None:
    """Bring base system, wheels of others and our own wheel up to date. Raises CalledProcessError."""
    make_base()
    fetch_wheels()
    build_our_wheel()


def make_base() -> None:
    stamp, wanted = FOLDER / f"{BASE.name}.stamp", f"{SUITE} {' '.join(PACKAGES)}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"  Debian {SUITE}, once …", flush=True)
    shutil.rmtree(BASE, ignore_errors=True)
    BASE.mkdir(parents=True)
    words = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(BASE), *_mirror()]
    _quietly(words)
    stamp.write_text(wanted)


def fetch_wheels() -> None:
    """What requirements.lock names, for the base's Python; checked against its hashes."""
    lock = ROOT / "requirements.lock"
    stamp, wanted = FOLDER / f"{WHEELS.name}.stamp", hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("  wheels, once …", flush=True)
    shutil.rmtree(WHEELS, ignore_errors=True)
    WHEELS.mkdir(parents=True)
    theirs = FOLDER / f"{WHEELS.name}.lock"
    theirs.write_text(lock_for(lock.read_text(), platform.machine(), PYTHONS[SUITE]))
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    target = [
        "--python-version",
        PYTHONS[SUITE],
        "--only-binary",
        ":all:",
        "--require-hashes",
        "-r",
        str(theirs),
        "--no-deps",
    ]
    _quietly([*pip, *target, "--dest", str(WHEELS)])
    stamp.write_text(wanted)


def build_our_wheel() -> None:
    """From the tree as it is."""
    for old in WHEELS.glob("stoop-*.whl"):
        old.unlink()
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    _quietly([*pip, "--no-build-isolation", "--wheel-dir", str(WHEELS), str(ROOT)])


def _mirror() -> list[str]:
    """The one that this machine's apt uses; debootstrap's own where there is none."""
    words = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(ORIGIN)", "Created-By: Packages"]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    found = [line.split()[0] for line in said.splitlines() if line.split()[2:] == ["Debian"] and "security" not in line]
    return found[:1]


def _quietly(words: list[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:3])} … failed:\n{(done.stdout + done.stderr)[-1500:]}")


if __name__ == "__main__":
    prepare()
