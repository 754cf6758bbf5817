"""Second boxes on loopback: a real OpenSSH with SFTP, and rclone's own WebDAV server."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from camera.contract import Mirror

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
RCLONE = shutil.which("rclone")
PASSWORD = "a password of the box"


@dataclass(frozen=True, slots=True)
class Box:
    """`root` is where the copy lies, `hole` leads there, `start` and `stop` are an outage's ends."""

    hole: Mirror
    root: Path
    start: Callable[[], None]
    stop: Callable[[], None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def soon(is_so: Callable[[], object], limit_s: float = 60, what: object = "") -> None:
    deadline_s = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < deadline_s, what
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class _Service:
    """A program that serves a port, started and killed at will."""

    def __init__(self, words: list[str], port: int) -> None:
        self._words, self._port = words, port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        soon(lambda: answers(self._port))

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def sftp_box(folder: Path) -> Iterator[Box]:
    """OpenSSH with a key of its own and one account: ours, by key."""
    if SSHD is None or RCLONE is None or not shutil.which("ssh-keyscan"):
        pytest.skip("no sshd, ssh-keyscan or rclone here: install openssh-server, openssh-client and rclone")
    folder.mkdir()
    port = free_port()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\n"
        "PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        "Subsystem sftp internal-sftp\n"
    )
    service = _Service([SSHD, "-D", "-e", "-f", str(folder / "config")], port)
    root = folder / "copies"
    hole = Mirror(
        protocol="sftp",
        address="127.0.0.1",
        port=port,
        user=getpass.getuser(),
        secret=(folder / "user").read_text(),
        folder=str(root),
    )
    service.start()
    try:
        yield Box(hole, root, service.start, service.stop)
    finally:
        service.stop()


@contextmanager
def webdav_box(folder: Path) -> Iterator[Box]:
    """`rclone serve webdav` with one user."""
    if RCLONE is None:
        pytest.skip("no rclone here: install the Debian package rclone")
    folder.mkdir()
    port = free_port()
    words = [RCLONE, "serve", "webdav", str(folder), "--config", os.devnull, "--addr", f"127.0.0.1:{port}"]
    service = _Service([*words, "--user", "stoop", "--pass", PASSWORD], port)
    hole = Mirror(protocol="webdav", address="127.0.0.1", port=port, user="stoop", secret=PASSWORD, folder="a/copies")
    service.start()
    try:
        yield Box(hole, folder / "a" / "copies", service.start, service.stop)
    finally:
        service.stop()


BOXES = {"sftp": sftp_box, "webdav": webdav_box}


def with_other_secret(box: Box, secret: str) -> Mirror:
    return Mirror(
        protocol=box.hole.protocol, address=box.hole.address, port=box.hole.port, user=box.hole.user, secret=secret,
        folder=box.hole.folder,
    )  # fmt: skip
