"""Whether camera and server have a way out: the sockets that are open right now, and what the installed code names."""

from __future__ import annotations

from stoop.prove.finding import Finding, failed, judged, not_checked
from stoop.prove.installation import Installation
from stoop.prove.processes import OpenSocket, Running
from stoop.prove.source_code import clients_in_server, modules, networks_in_camera

CAMERA = "The part that sees has no network connection."
CAMERA_CODE = "The part that sees has no code that could open one."
SERVER = "The part that answers your browser has called nobody."
SERVER_CODE = "Nothing of ours in that part can call anybody."


def camera_offline(installation: Installation) -> Finding:
    how = "looked at every open socket of the running camera process"
    sockets = _sockets(CAMERA, how, installation.camera, "camera")
    if isinstance(sockets, Finding):
        return sockets
    faults = [_words(socket) for socket in sockets if socket.family != "unix"]
    return judged(CAMERA, how, faults, f"at this moment {len(sockets)}, all of them inside this machine (Unix sockets)")


def camera_code_offline(installation: Installation) -> Finding:
    count = len(modules(installation.code, "camera"))
    how = f"read the {count} installed modules of the camera for networks"
    if not count:
        return not_checked(CAMERA_CODE, how, "the installed source is not readable here")
    faults = networks_in_camera(installation.code)
    return judged(
        CAMERA_CODE, how, faults, "our own code; the libraries for video and arithmetic that it uses are not read"
    )


def server_dials_nobody(installation: Installation) -> Finding:
    """Connections to its own listening ports are answers; any other is a call."""
    how = "looked at every open socket of the running server process"
    sockets = _sockets(SERVER, how, installation.server, "server")
    if isinstance(sockets, Finding):
        return sockets
    ports = sorted({socket.local_port for socket in sockets if socket.is_listening})
    if not ports:
        return failed(SERVER, how, "the server listens nowhere, so none of its connections can be an answer")
    faults = [_words(socket) for socket in sockets if is_call(socket, ports)]
    answers = sum(socket.family.startswith("tcp") and not socket.is_listening for socket in sockets)
    ports_text = ", ".join(map(str, ports))
    return judged(
        SERVER, how, faults, f"at this moment it listens on port {ports_text}; connections that came to it: {answers}"
    )


def is_call(socket: OpenSocket, ports: list[int]) -> bool:
    """Anything but Unix sockets, listeners, answers on our ports, and UDP that is bound to no one peer."""
    if socket.family.startswith("tcp"):
        return not socket.is_listening and socket.local_port not in ports
    if socket.family.startswith("udp"):
        return socket.remote_port != 0
    return socket.family != "unix"


def server_code_dials_nobody(installation: Installation) -> Finding:
    count = len(modules(installation.code, "server"))
    how = f"read the {count} installed modules of the server for clients"
    if not count:
        return not_checked(SERVER_CODE, how, "the installed source is not readable here")
    detail = "our own code; the live-picture library can ask outside servers, and is given an empty list of them"
    return judged(SERVER_CODE, how, clients_in_server(installation.code), detail)


def _sockets(claim: str, how: str, running: Running | None, name: str) -> list[OpenSocket] | Finding:
    if running is None:
        return not_checked(claim, how, f"no {name} is running on this data folder")
    try:
        return running.sockets()
    except PermissionError:
        return not_checked(claim, how, f"this user may not look into the {name} process: ask again with sudo")
    except OSError as error:
        return not_checked(claim, how, f"the {name} process cannot be looked into ({error.strerror})")


def _words(socket: OpenSocket) -> str:
    if socket.family == "unknown":
        return "a socket of a kind that the kernel does not list"
    peer = f", peer port {socket.remote_port}" if socket.remote_port else ""
    return f"a {socket.family} socket, own port {socket.local_port}{peer}"
