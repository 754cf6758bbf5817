"""Inside the machine, in the server's place, with all that systemd gives it: turns the handed sockets round to call.

usage: turncoat.py TOKEN OUT ADDRESS…      the two sockets are descriptors 3 and 4
"""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import sys
from collections.abc import Iterator


def name_of(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, str(error))


def plain(address: str) -> str:
    return address if ":" in address else f"::ffff:{address}"


def asked() -> Iterator[tuple[str, str]]:
    """What came of turning to each other program of this machine that has a Unix socket anywhere."""
    for where, folders, names in os.walk("/"):
        if where == "/":
            folders[:] = [name for name in folders if name not in ("proc", "sys")]
        for path in (os.path.join(where, name) for name in names):
            try:
                if not stat.S_ISSOCK(os.lstat(path).st_mode):
                    continue
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
                    with socket.socket(socket.AF_UNIX, kind) as asking:
                        error = asking.connect_ex(path)
                    if error != errno.EPROTOTYPE:
                        break
            except OSError as refused:
                yield path, name_of(refused)
                continue
            yield path, errno.errorcode.get(error, str(error)) if error else "reached"


def main(token: str, out: str, *addresses: str) -> None:
    handed = [socket.socket(fileno=os.dup(number)) for number in (3, 4)]
    listener = next(one for one in handed if one.type == socket.SOCK_STREAM)
    datagrams = next(one for one in handed if one.type == socket.SOCK_DGRAM)
    found: dict[str, object] = {"uid": os.getuid()}
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.socket(family, socket.SOCK_DGRAM).close()
            found[f"own socket {family.name}"] = "made"
        except OSError as error:
            found[f"own socket {family.name}"] = name_of(error)
    for address in addresses:
        try:
            datagrams.sendto(token.encode(), (plain(address), 4433))
            found[f"handed udp {address}"] = "sent"
        except OSError as error:
            found[f"handed udp {address}"] = name_of(error)
    found |= {f"program {path}": came for path, came in asked()}
    listener.settimeout(3)
    for address in addresses:  # a listener that is shut down may connect, on Linux
        try:
            listener.shutdown(socket.SHUT_RDWR)
        except OSError as error:
            found["shutdown"] = name_of(error)
        try:
            listener.connect((plain(address), 80))
            listener.getpeername()  # after a shutdown, a connect that is under way can look like one that is through
            found[f"handed tcp {address}"] = "reached"
        except TimeoutError:
            found[f"handed tcp {address}"] = "timeout"
        except OSError as error:
            found[f"handed tcp {address}"] = name_of(error)
    with open(out, "w") as file:
        json.dump(found, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
