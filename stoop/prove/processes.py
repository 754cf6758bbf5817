"""Finds our running processes in /proc and says which sockets each has open (proc(5)); reads only."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

Role = Literal["camera", "server", "courier"]
PROC = Path("/proc")
_INTERNET = ("tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6")
_INODE_COLUMN = {"unix": 6, "packet": 8, "netlink": 9}
_LISTENING = "0A"
_SOCKET = re.compile(r"socket:\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class OpenSocket:
    """`family` is its table's name in /proc/net, "unknown" for one that is in no table.

    `local_port`, `remote_port`: 0 where there is none; `remote` is the peer's address as /proc writes it (hex).
    """

    family: str
    local_port: int = 0
    remote: str = ""
    remote_port: int = 0
    is_listening: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """One of our processes: its id, its command line, and the folder it was started in (None: not ours to read)."""

    pid: int
    words: tuple[str, ...]
    folder: Path | None
    proc: Path = PROC

    def option(self, name: str) -> str | None:
        """What stands behind `--name`, or None."""
        for word, after in zip(self.words, (*self.words[1:], ""), strict=True):
            if word == f"--{name}":
                return after
            if word.startswith(f"--{name}="):
                return word.partition("=")[2]
        return None

    def path(self, name: str) -> Path | None:
        """As `option`, as this process meant it."""
        text = self.option(name)
        return None if text is None else (self.folder or Path("/")) / text

    def sockets(self) -> list[OpenSocket]:
        """Raises OSError when this user may not look, or when the process has ended."""
        first, second = self._sockets(), self._sockets()  # one that came or went between two tables is in no table
        return first if all(socket.family != "unknown" for socket in first) else second

    def _sockets(self) -> list[OpenSocket]:
        inodes = open_inodes(self.proc / str(self.pid) / "fd")
        known = socket_tables(self.proc / str(self.pid) / "net")
        if not inodes <= known.keys():
            # handed over by systemd, or made by a peer that connected: such a socket is of their network
            known = all_socket_tables(self.proc) | known
        return [known.get(inode, OpenSocket("unknown")) for inode in sorted(inodes)]


def find_running(role: Role, data: Path, proc: Path = PROC) -> Running | None:
    """The process of this role on this data folder."""
    return next((one for one in all_running(role, proc) if _is_of(one, data)), None)


def all_running(role: Role, proc: Path = PROC) -> list[Running]:
    """Every process of this role on this machine."""
    found = []
    roles = (role, f"server.{role}")
    for folder in sorted(proc.glob("[0-9]*"), key=lambda path: int(path.name)):
        words = _words(folder)
        if any(
            word in roles and (before == "-m" or Path(before).name == "stoop") for before, word in pairwise(words[:5])
        ):
            found.append(Running(int(folder.name), words, _folder(folder), proc))
    return found


def open_inodes(descriptors: Path) -> set[int]:
    """Inodes of the sockets in /proc/PID/fd. Raises OSError."""
    found = set()
    for descriptor in os.listdir(descriptors):
        try:
            target = os.readlink(descriptors / descriptor)
        except FileNotFoundError:  # closed meanwhile
            continue
        if match := _SOCKET.fullmatch(target):
            found.add(int(match[1]))
    return found


def socket_tables(net: Path) -> dict[int, OpenSocket]:
    """Every socket of a network namespace by inode; a table that the kernel does not have is left out."""
    found: dict[int, OpenSocket] = {}
    for family in (*_INTERNET, *_INODE_COLUMN):
        try:
            lines = (net / family).read_text().splitlines()[1:]
        except FileNotFoundError:
            continue
        for cells in (line.split() for line in lines):
            if family in _INODE_COLUMN:
                found[int(cells[_INODE_COLUMN[family]])] = OpenSocket(family)
            else:
                found[int(cells[9])] = _internet_socket(family, cells)
    return found


def all_socket_tables(proc: Path) -> dict[int, OpenSocket]:
    """The sockets of every network namespace that this user may look into."""
    found: dict[int, OpenSocket] = {}
    seen: set[str] = set()
    for folder in proc.glob("[0-9]*"):
        try:
            namespace = os.readlink(folder / "ns" / "net")
            if namespace not in seen:
                seen.add(namespace)
                found |= socket_tables(folder / "net")
        except OSError:  # not ours to look at, or ended
            continue
    return found


def _internet_socket(family: str, cells: list[str]) -> OpenSocket:
    (_, local_port), (remote, remote_port) = cells[1].split(":"), cells[2].split(":")
    is_listening = family.startswith("tcp") and cells[3] == _LISTENING
    return OpenSocket(family, int(local_port, 16), remote, int(remote_port, 16), is_listening)


def _is_of(running: Running, data: Path) -> bool:
    theirs = running.path("data")
    return theirs is not None and theirs.resolve() == data.resolve()


def _words(folder: Path) -> tuple[str, ...]:
    try:
        return tuple((folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")[:-1])
    except OSError:
        return ()


def _folder(folder: Path) -> Path | None:
    try:
        return (folder / "cwd").readlink()
    except OSError:
        return None
