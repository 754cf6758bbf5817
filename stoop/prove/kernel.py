"""Whether the kernel itself keeps the camera off the network: tries from inside the camera's own network namespace."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

from stoop.prove.finding import Finding, judged, not_checked
from stoop.prove.installation import Installation

CLAIM = "The kernel would refuse if the part that sees tried to get out."
_HOW = "tried from inside the camera's own network"
_CLONE_NEWNET = 0x40000000
_TARGETS = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses for documentation (RFC 5737, RFC 3849). A UDP connect looks up the way and sends no packet."""
_REFUSED = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPERM, errno.EACCES}


def kernel_refuses(installation: Installation) -> Finding:
    """Only where the camera has a network namespace of its own; otherwise there is nothing to be refused by."""
    if installation.camera is None:
        return not_checked(CLAIM, _HOW, "no camera is running on this data folder")
    theirs = installation.camera.proc / str(installation.camera.pid) / "ns" / "net"
    try:
        is_own = os.readlink(theirs) != os.readlink(installation.proc / "self" / "ns" / "net")
    except OSError:
        return not_checked(CLAIM, _HOW, "this user may not look into the camera process: ask again with sudo")
    if not is_own:
        return not_checked(
            CLAIM,
            _HOW,
            "on this machine the camera runs without the kernel's restrictions: only its own code keeps it in, as the "
            "claims about its connections and its code show",
        )
    try:
        ways = ways_out(theirs)
    except PermissionError:
        return not_checked(CLAIM, _HOW, "entering the camera's network takes root: ask again with sudo")
    return judged(CLAIM, f"{_HOW} to reach {len(_TARGETS)} addresses outside", ways, "every try was refused")


def ways_out(namespace: Path) -> list[str]:
    """A process of its own enters the namespace and tries; what was not refused, as sentences.

    Raises PermissionError when the namespace may not be entered.
    """
    words = [sys.executable, "-m", "stoop.prove.kernel", str(namespace)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PermissionError(errno.EPERM, "the network namespace may not be entered")
    return done.stdout.splitlines()


def main(namespace: str) -> int:
    """In the process of its own: one line on standard output for each way that is open."""
    descriptor = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    if ctypes.CDLL(None).setns(descriptor, _CLONE_NEWNET) != 0:
        return 1
    for family, address in _TARGETS:
        if has_way(family, address):
            print(f"there is a way to {address}")
    return 0


def has_way(family: int, address: str) -> bool:
    """Whether the kernel knows a way there from this namespace; nothing is sent."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
    except OSError as error:
        return error.errno not in _REFUSED
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
