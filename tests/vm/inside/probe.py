"""Inside the machine: tries to get out by TCP, UDP, ICMP and a name server; prints what came of each try as JSON.

usage: probe.py TOKEN ADDRESS…      needs nothing but Python's own library
"""

from __future__ import annotations

import errno
import json
import socket
import subprocess
import sys


def tried(family: int, kind: int, address: str, port: int, token: bytes) -> str:
    try:
        with socket.socket(family, kind) as probe:
            probe.settimeout(3)
            if kind == socket.SOCK_STREAM:
                probe.connect((address, port))
                return "reached"
            probe.sendto(token, (address, port))
            return "sent"
    except TimeoutError:
        return "timeout"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))


def main(token: str, *addresses: str) -> None:
    found = {}
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        found[f"tcp {address}"] = tried(family, socket.SOCK_STREAM, address, 80, b"")
        found[f"udp {address}"] = tried(family, socket.SOCK_DGRAM, address, 4433, token.encode())
        found[f"dns {address}"] = tried(family, socket.SOCK_DGRAM, address, 53, token.encode())
        ping = subprocess.run(["ping", "-c1", "-W2", address], capture_output=True, check=False)
        found[f"icmp {address}"] = "reached" if ping.returncode == 0 else "EPERM or none"
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
