"""The emulated machine's LAN: that of tests/vm with a cable of QEMU's and a router that gives addresses (dnsmasq)."""

from __future__ import annotations

import re
import subprocess

from tests.vm.street import DOORBELL, OWN, OWN6, Street, ip, watch

DNSMASQ = "dnsmasq"
_CLOCK = """
table inet clock {
  chain seen {
    type filter hook prerouting priority filter; policy accept;
    iifname "lan0" udp dport 123 counter
  }
}
"""


class Lan(Street):
    """The machine gets its address as at home: by DHCP, with a default route that leads here."""

    def __init__(self) -> None:
        super().__init__()
        self._router: subprocess.Popen[bytes] | None = None

    def lay_cable(self) -> None:
        ip("tuntap", "add", "lan0", "mode", "tap")
        ip("addr", "add", f"{OWN}/24", "dev", "lan0")
        ip("-6", "addr", "add", f"{OWN6}/64", "dev", "lan0", "nodad")
        ip("link", "set", "lan0", "up")
        watch()
        subprocess.run(["nft", "-f", "-"], input=_CLOCK, text=True, check=True)
        words = [DNSMASQ, "--keep-in-foreground", "--port=0", "--interface=lan0", "--bind-interfaces", "--conf-file="]
        words += [f"--dhcp-range={DOORBELL},{DOORBELL},1h", f"--dhcp-option=3,{OWN}", "--dhcp-option=6", "--user=root"]
        words += ["--dhcp-leasefile=/dev/null", "--enable-ra", "--dhcp-range=fd00:50::,ra-only", "--log-facility=-"]
        self._router = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def asked_for_time(self) -> int:
        """Questions for the time that came from the machine, whoever they were for."""
        said = subprocess.run(["nft", "list", "table", "inet", "clock"], capture_output=True, text=True, check=True)
        return sum(int(count) for count in re.findall(r"counter packets (\d+)", said.stdout))

    def take_down(self) -> None:
        if self._router is not None:
            self._router.terminate()
            self._router.wait(10)
