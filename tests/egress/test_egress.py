"""With every way out open and the demo running, packets leave for the listed addresses and for nobody else.

A minute in CI; `python3 run.py egress` takes an hour. Needs root, for network namespaces of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.markdown import ROOT
from tests.push_service import make_certificate

SECONDS = 60 * float(os.environ.get("STOOP_EGRESS_MINUTES", "0.6"))
TOOLS = {"ip": "iproute2", "nft": "nftables", "mosquitto": "mosquitto", "rclone": "rclone"}
MISSING = sorted(
    package for tool, package in TOOLS.items() if shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin") is None
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(int(SECONDS) + 300),
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces take root"),
    pytest.mark.skipif(bool(MISSING), reason=f"not here: install the Debian packages {' '.join(MISSING)}"),
]
LAN, HOUSE = "10.77.0.1", "10.77.0.2"
OUTSIDE = "142.250.77.1"
"""Where the house's hosts file says that the push service is: a public address, so that nothing is made easy."""
NETNS = Path("/etc/netns")
"""ip netns exec puts the files of NETNS/NAME over those of /etc."""
HOLES: list[dict[str, Any]] = [
    {"kind": "mqtt", "address": LAN, "port": 1883},
    {"kind": "webhook", "address": LAN, "port": 8080, "secret": "a secret of sixteen and more"},
    {"kind": "ntfy", "address": LAN, "port": 8081, "topic": "door", "notices": ["ring", "motion", "offline"]},
    {
        "kind": "mirror",
        "protocol": "webdav",
        "address": LAN,
        "port": 8082,
        "user": "u",
        "secret": "p",
        "folder": "copy",
    },
]
RULES = """
table inet egress {{
  counter listed {{ }}
  counter elsewhere {{ }}
  chain out {{
    type filter hook output priority 0; policy accept;
    oif "lo" accept
    ip daddr {lan} tcp dport {{ {ports} }} counter name listed accept
    ip daddr {outside} tcp dport 443 counter name listed accept
    counter name elsewhere
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Street:
    """Two namespaces with a wire between them; the house's default route leads through the LAN's end."""

    house: str
    lan: str

    def run(self, where: str, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["ip", "netns", "exec", where, *words], text=True, check=True, cwd=ROOT, **more)

    def start(self, where: str, *words: str) -> subprocess.Popen[bytes]:
        command = ["ip", "netns", "exec", where, *words]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def packets(self) -> dict[str, int]:
        """Counted since the rules were loaded."""
        told = json.loads(self.run(self.house, "nft", "-j", "list", "counters", capture_output=True).stdout)["nftables"]
        return {each["counter"]["name"]: each["counter"]["packets"] for each in told if "counter" in each}


def call(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


@pytest.fixture
def street() -> Iterator[Street]:
    tag = f"{os.getpid() % 100_000}"
    made = Street(f"stoop-h{tag}", f"stoop-l{tag}")
    wires = (f"sh{tag}", f"sl{tag}")
    try:
        files = NETNS / made.house
        files.mkdir(parents=True)
        (files / "hosts").write_text(f"127.0.0.1 localhost\n{OUTSIDE} fcm.googleapis.com\n")
        for name in (made.house, made.lan):
            call("ip", "netns", "add", name)
        call(
            "ip",
            "link",
            "add",
            wires[0],
            "netns",
            made.house,
            "type",
            "veth",
            "peer",
            "name",
            wires[1],
            "netns",
            made.lan,
        )
        for name, wire, address in ((made.house, wires[0], HOUSE), (made.lan, wires[1], LAN)):
            for key in ("all", "default"):  # or the kernel itself would look for IPv6 neighbours
                made.run(name, "sysctl", "-qw", f"net.ipv6.conf.{key}.disable_ipv6=1")
            made.run(name, "ip", "addr", "add", f"{address}/24", "dev", wire)
            for device in ("lo", wire):
                made.run(name, "ip", "link", "set", device, "up")
        made.run(made.house, "ip", "route", "add", "default", "via", LAN)
        made.run(made.lan, "ip", "addr", "add", f"{OUTSIDE}/32", "dev", wires[1])
        ports = ", ".join(str(hole["port"]) for hole in HOLES)
        made.run(made.house, "nft", "-f", "-", input=RULES.format(lan=LAN, ports=ports, outside=OUTSIDE))
        yield made
    finally:
        for name in (made.house, made.lan):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        shutil.rmtree(NETNS / made.house, ignore_errors=True)


@contextmanager
def devices(street: Street, folder: Path) -> Iterator[None]:
    """Broker, webhook, ntfy and second box in the LAN's namespace."""
    config = folder / "mosquitto.conf"
    config.write_text(f"listener 1883 {LAN}\nallow_anonymous true\nuser root\n")
    box = folder / "box"
    box.mkdir()
    make_certificate(folder)
    commands = [
        ["mosquitto", "-c", str(config)],
        [sys.executable, "-m", "tests.egress.lan", LAN, "8080", str(folder / "webhook")],
        [sys.executable, "-m", "tests.egress.lan", LAN, "8081", str(folder / "ntfy")],
        [sys.executable, "-m", "tests.push_service", OUTSIDE, "443", str(folder)],
        [
            "rclone",
            "serve",
            "webdav",
            str(box),
            "--config",
            os.devnull,
            "--addr",
            f"{LAN}:8082",
            "--user",
            "u",
            "--pass",
            "p",
        ],
    ]
    with ExitStack() as stack:
        for words in commands:
            process = street.start(street.lan, *words)
            stack.callback(process.wait)
            stack.callback(process.kill)
        time.sleep(2)
        yield


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_packets_leave_for_the_listed_addresses_and_for_nobody_else(street: Street, tmp_path: Path) -> None:
    with devices(street, tmp_path):
        words = [sys.executable, "-m", "tests.egress.house", str(tmp_path / "house"), str(SECONDS), json.dumps(HOLES)]
        believes = {**os.environ, "SSL_CERT_FILE": str(tmp_path / "cert.pem")}
        said = street.run(street.house, *words, stdout=subprocess.PIPE, env=believes).stdout
        told = json.loads(said.splitlines()[-1])
        packets = street.packets()
    print(f"{SECONDS:.0f} s, {told['rings']} rings: {packets}")
    assert packets["elsewhere"] == 0
    assert packets["listed"] > 100

    assert {kind: report["word"] for kind, report in told["reports"].items()} == dict.fromkeys(
        ("mqtt", "webhook", "ntfy", "mirror", "push"), "working"
    )
    rings = [each for each in lines(tmp_path / "webhook") if json.loads(each["body"])["kind"] == "ring"]
    assert len(rings) == told["rings"] > 0
    assert sum(each["text"].startswith("ring ") for each in lines(tmp_path / "push")) == told["rings"]
    assert {"/door"} == {each["path"] for each in lines(tmp_path / "ntfy")}
    assert list((tmp_path / "box" / "copy" / "clips").glob("*.age"))


@pytest.mark.parametrize("port", ["80", "8080"], ids=["nobody's", "of a listed one, but elsewhere"])
def test_a_packet_to_somebody_else_would_be_counted(street: Street, port: str) -> None:
    """The control: without it, a counter that never counts would look like success."""
    call = f"import socket; s = socket.socket(); s.settimeout(0.3); s.connect_ex(('192.0.2.7', {port}))"
    street.run(street.house, sys.executable, "-c", call)
    assert street.packets()["elsewhere"] > 0
