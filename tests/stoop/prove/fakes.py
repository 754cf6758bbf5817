"""A claimed camera's data folder with two clips, a small supply of pictures, and a /proc of our own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import msgspec

from camera.atomic_file import replace_file
from camera.home import Home
from camera.settings import CameraSettings, Settings
from camera.vault import Vault
from stoop.prove.installation import Installation
from stoop.prove.processes import Running
from stoop.reader.identities import parse_identity
from tests.camera.vault.fakes import FakeClock, access_units, record_clip
from tests.stoop.reader.fakes import new_secret

HALF = {"allow": [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]], "hide": [[[0.1, 0.1], [0.3, 0.1], [0.2, 0.4]]]}
SMALL = Settings(camera=CameraSettings(width_px=320, height_px=180))
_UNITS = access_units(2)


@dataclass(frozen=True, slots=True)
class Owned:
    """An installation, and the owner's secret, which is in none of its files."""

    installation: Installation
    secret: str

    @property
    def data(self) -> Path:
        return self.installation.data

    def clip(self) -> Path:
        return sorted((self.data / "sealed" / "clips").iterdir())[0]


def owned(folder: Path, recipient: str, secret: str, epochs: int = 2) -> Owned:
    """Claimed and drawn, one clip for each start of the camera, everything with the modes that the camera gives."""
    data = folder / "data"
    data.mkdir(mode=0o750)
    home = Home(data / "camera")
    home.save_camera(msgspec.structs.replace(home.camera(), recipient=recipient))
    home.save_mask_text(json.dumps(HALF).encode())
    for _ in range(epochs):
        vault = Vault(data / "sealed", home.camera().camera_id, (recipient,), FakeClock())
        record_clip(vault, _UNITS)
        vault.close()
    (data / "server").mkdir(mode=0o700)
    replace_file(data / "server" / "tls-key.pem", b"-----BEGIN PRIVATE KEY-----\n", 0o600)
    return Owned(Installation(data, settings=SMALL, source="demo", fills=6), secret)


@dataclass(frozen=True, slots=True)
class FakeProc:
    """A folder like /proc with one process of ours in it."""

    folder: Path
    running: Running

    def listen(self, port: int, inode: int = 100) -> None:
        self.socket("tcp", port, 0, "0A", inode)

    def socket(
        self, family: str, port: int, remote_port: int, state: str, inode: int, remote: str = "0A0000C0"
    ) -> None:
        """An open socket of a table that has addresses."""
        row = f"0: 0100007F:{port:04X} {remote}:{remote_port:04X} {state} 0:0 00:0 0 0 0 {inode} 1"
        self._add(family, row, inode)

    def unix_socket(self, inode: int) -> None:
        self._add("unix", f"0: 00000002 00000000 00010000 0001 01 {inode} /run/camera.sock", inode)

    def packet_socket(self, inode: int) -> None:
        self._add("packet", f"0 3 3 0003 2 1 0 0 {inode}", inode)

    def nameless_socket(self, inode: int) -> None:
        """Open, and in no table."""
        (self._own / "fd" / str(inode)).symlink_to(f"socket:[{inode}]")

    @property
    def _own(self) -> Path:
        return self.folder / str(self.running.pid)

    def _add(self, family: str, row: str, inode: int) -> None:
        table = self._own / "net" / family
        table.write_text((table.read_text() if table.exists() else "head\n") + row + "\n")
        self.nameless_socket(inode)


def fake_proc(folder: Path, *words: str) -> FakeProc:
    """With a process that was started with these words; its network is the one that `self` has."""
    for name in ("fd", "net", "ns"):
        (folder / "7" / name).mkdir(parents=True)
    (folder / "self" / "ns").mkdir(parents=True)
    for process in ("7", "self"):
        (folder / process / "ns" / "net").symlink_to("net:[1]")
    (folder / "7" / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))
    (folder / "7" / "cwd").symlink_to(folder)
    (folder / "7" / "maps").write_text("")
    return FakeProc(folder, Running(7, words, folder, folder))


def new_owner(kind: str) -> tuple[str, str]:
    """Recipient and secret."""
    secret = new_secret(kind)
    return parse_identity(secret).recipient, secret
