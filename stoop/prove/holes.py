"""Lists every way out that the owner opened, with its address, and fails where anything else is called, or could be."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import msgspec

from camera.contract import PUSH_PORT, PUSH_SERVICES, Hole, Push, is_on_lan, kind_of, place_of
from camera.hole_desk import OpenHoles
from server.courier.names import NAMES, addresses_of
from stoop.holes_firewall import NAMES as INSTALLED_NAMES
from stoop.prove.finding import Finding, failed, judged
from stoop.prove.installation import Installation
from stoop.prove.processes import OpenSocket, Running, find_running
from stoop.prove.source_code import CLIENTS_OF_COURIER, COURIER, clients_in, modules
from stoop.supervise import socket_path

CLAIM = "Nothing leaves your house but by the ways out that you opened."
_KNOWN_TABLES = ("source", "camera", "server")
DIALLERS = frozenset({"http_post.py", "mqtt.py", "rclone.py"})
"""The only modules of the courier that may call; each takes its address from an open hole."""


def holes(installation: Installation) -> Finding:
    """What is open, who is called at this moment, and which of our code could call."""
    how = "read what you opened, looked at whom the courier calls at this moment, and read its code"
    try:
        listed = open_holes(installation.data)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return failed(CLAIM, how, "the list of open ways out cannot be read: close and open them again in the app")
    faults = [
        f"the settings have a table that may open one: {name}"
        for name in installation.settings.__struct_fields__
        if name not in _KNOWN_TABLES
    ]
    faults += code_faults(installation.code)
    faults += calls_elsewhere(installation, listed)
    told = "; ".join(map(_in_words, listed))
    return judged(CLAIM, how, faults, f"open: {told}" if listed else "you have opened none, so no courier is needed")


def places_of(listed: tuple[Hole, ...], names: Path) -> set[tuple[str, int]]:
    """Address and port of each; a push service has those that were found for its name."""
    places = {(str(ip_address(hole.address)), hole.port) for hole in listed if not isinstance(hole, Push)}
    by_name = {host for hole in listed if isinstance(hole, Push) for host in hole.hosts}
    return places | {(each, PUSH_PORT) for host in by_name for each in addresses_of(host, names)}


def names_file(installation: Installation) -> Path:
    """Where `stoop names` writes: its unit's folder, or beside the camera's socket."""
    return INSTALLED_NAMES if INSTALLED_NAMES.exists() else socket_path(installation.data).with_name(NAMES)


def open_holes(data: Path) -> tuple[Hole, ...]:
    """Raises OSError, msgspec.DecodeError."""
    try:
        text = (data / "camera" / "holes.json").read_bytes()
    except FileNotFoundError:
        return ()
    return msgspec.json.decode(text, type=OpenHoles).holes


def code_faults(code: Path) -> list[str]:
    """Each module of the courier that could call somebody and is not one of the few that may."""
    found = (path for path in modules(code, COURIER) if path.name not in DIALLERS)
    return [f"{COURIER}{path.name} {fault}" for path in found for fault in clients_in(path, CLIENTS_OF_COURIER)]


def calls_elsewhere(installation: Installation, listed: tuple[Hole, ...]) -> list[str]:
    """Each connection of a running courier, or of what it started, that leads to nothing on the list."""
    courier = find_running("courier", installation.data, installation.proc)
    if courier is None:
        return []
    if not listed:
        return ["a courier runs although no way out is open"]
    places, faults = places_of(listed, names_file(installation)), []
    for process in (courier, *_children(courier)):
        try:
            faults += [fault for socket in process.sockets() if (fault := _fault(socket, places))]
        except FileNotFoundError:  # ended meanwhile
            continue
    return faults


def _fault(socket: OpenSocket, listed: set[tuple[str, int]]) -> str | None:
    if socket.family in ("unix", "netlink"):
        return None
    if socket.family in ("tcp", "tcp6") and not socket.is_listening and socket.remote_port == 0:
        return None  # made, and connected to nobody yet
    if socket.family not in ("tcp", "tcp6") or socket.is_listening:
        return (
            f"the courier has a {socket.family} socket on port {socket.local_port}, and none of its ways out needs one"
        )
    peer = remote_address(socket)
    return None if (peer, socket.remote_port) in listed else f"the courier calls {peer} port {socket.remote_port}"


def remote_address(socket: OpenSocket) -> str:
    """The peer's address in the usual writing; /proc has it in hex, each 32 bits in the machine's order."""
    words = bytes.fromhex(socket.remote)
    address = ip_address(b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4)))
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _children(parent: Running) -> list[Running]:
    """What the courier started: rclone, and what that started."""
    found, known = [], {parent.pid}
    for folder in sorted(parent.proc.glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) in known:
            known.add(int(folder.name))
            found.append(Running(int(folder.name), (), None, parent.proc))
    return found


def _in_words(hole: Hole) -> str:
    if isinstance(hole, Push):
        whose = ", ".join(f"{PUSH_SERVICES[host]} ({host})" for host in hole.hosts)
        return f"push to {whose}, looked up by name (OUTSIDE OF YOUR HOUSE)"
    where = "in your house" if is_on_lan(ip_address(hole.address)) else "OUTSIDE OF YOUR HOUSE"
    return f"{kind_of(hole)} to {place_of(hole)} ({where})"
