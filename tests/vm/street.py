"""The network around the machine: a LAN, and behind it stand-ins for the internet that write down who reaches them."""

from __future__ import annotations

import re
import socket
import subprocess
import threading

from tests.vm.machine import Failure, Machine

DOORBELL, DOORBELL6 = "192.168.50.1", "fd00:50::1"
OWN, OWN6 = "192.168.50.2", "fd00:50::2"
HOLE_PORT = 8088
AWAY, AWAY6 = "203.0.113.7", "2001:db8::7"
"""Addresses for documentation (RFC 5737, RFC 3849), here those of the stand-ins."""
_WATCH = """
table inet street
delete table inet street
table inet street {
  chain seen {
    type filter hook prerouting priority filter; policy accept;
    iifname "lan0" ip daddr != { 192.168.50.0/24, 224.0.0.0/4, 255.255.255.255 } counter comment "off the LAN"
    iifname "lan0" ip6 daddr != { fd00:50::/64, fe80::/10, ff00::/8 } counter comment "off the LAN"
  }
}
"""


class Street:
    """Lives in the network namespace of this process; the machine's end of the cable is put in at each boot."""

    def __init__(self) -> None:
        self._reached: list[str] = []
        self._lock = threading.Lock()

    def build(self) -> None:
        ip("link", "set", "lo", "up")
        ip("addr", "add", f"{AWAY}/32", "dev", "lo")
        ip("-6", "addr", "add", f"{AWAY6}/128", "dev", "lo", "nodad")
        for port in (80, 443, HOLE_PORT):
            listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        for port in (53, 4433):
            datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            datagrams.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            datagrams.bind(("::", port))
            threading.Thread(target=self._hear, args=(datagrams,), daemon=True).start()

    def plug_in(self, machine: Machine) -> None:
        """A cable, addresses at both ends, and a default route that leads here."""
        subprocess.run(["ip", "link", "del", "lan0"], capture_output=True, check=False)
        ip("link", "add", "lan0", "type", "veth", "peer", "name", "eth0", "netns", str(machine.leader))
        ip("addr", "add", f"{OWN}/24", "dev", "lan0")
        ip("-6", "addr", "add", f"{OWN6}/64", "dev", "lan0", "nodad")
        ip("link", "set", "lan0", "up")
        for words in (
            f"addr add {DOORBELL}/24 dev eth0",
            f"-6 addr add {DOORBELL6}/64 dev eth0 nodad",
            "link set eth0 up",
            f"route add default via {OWN}",
            f"-6 route add default via {OWN6}",
        ):
            machine.must("ip", *words.split())
        watch()

    def reached(self) -> list[str]:
        """What arrived at a stand-in since the last question: the tokens that were sent."""
        with self._lock:
            seen, self._reached = self._reached, []
        return seen

    def packets_off_lan(self) -> int:
        """Packets from the machine to anywhere but the LAN, since it was plugged in."""
        said = subprocess.run(["nft", "list", "table", "inet", "street"], capture_output=True, text=True, check=True)
        return sum(int(count) for count in re.findall(r"counter packets (\d+)", said.stdout))

    def _accept(self, listener: socket.socket) -> None:
        while True:
            accepted, peer = listener.accept()
            with accepted, self._lock:
                self._reached.append(f"tcp from {peer[0].removeprefix('::ffff:')}")

    def _hear(self, datagrams: socket.socket) -> None:
        while True:
            data, _ = datagrams.recvfrom(2000)
            with self._lock:
                self._reached.append(f"udp {data.decode('ascii', 'replace')}")


def watch() -> None:
    """Begin to count what the machine sends anywhere but to the LAN."""
    subprocess.run(["nft", "-f", "-"], input=_WATCH, text=True, check=True)


def ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"ip {' '.join(words)}: {done.stderr.strip()}")
