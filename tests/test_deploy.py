"""Units, firewall and installer: what they promise can be read from them, and they refuse in one sentence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from camera.update_desk import MOST_MS
from stoop.update.stick import OPTIONS
from tests.markdown import ROOT

DEPLOY = ROOT / "deploy" / "raspberry-pi"
UNITS = DEPLOY / "units"
ANALYZE = shutil.which("systemd-analyze")
NFT = shutil.which("nft")
MOST_EXPOSED = {
    "stoop-camera.service": 0.8,
    "stoop-server.service": 0.5,
    "stoop-courier.service": 1.6,
    "stoop-names.service": 1.6,
}


def exposure(unit: Path) -> float:
    if ANALYZE is None:
        pytest.skip("no systemd-analyze here: install the Debian package systemd")
    words = [ANALYZE, "security", "--offline=true", "--no-pager", str(unit)]
    said = subprocess.run(words, capture_output=True, text=True).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    if found is None:
        pytest.skip("this systemd-analyze cannot look at a unit that is not installed")
    return float(found[1])


@pytest.mark.parametrize("name", MOST_EXPOSED)
def test_systemd_finds_little_to_say_against_a_unit(name: str) -> None:
    assert exposure(UNITS / name) <= MOST_EXPOSED[name]


@pytest.mark.parametrize("line", ["PrivateNetwork=yes", "RestrictAddressFamilies=AF_UNIX", "NoNewPrivileges=yes"])
def test_a_loosened_unit_is_noticed(tmp_path: Path, line: str) -> None:
    text = (UNITS / "stoop-server.service").read_text()
    assert line in text
    (tmp_path / "stoop-server.service").write_text(text.replace(f"{line}\n", ""))
    assert exposure(tmp_path / "stoop-server.service") > exposure(UNITS / "stoop-server.service")


def values(name: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", (UNITS / name).read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ["stoop-camera.service", "stoop-server.service"])
def test_camera_and_server_have_no_network_of_their_own(name: str) -> None:
    assert values(name, "PrivateNetwork") == ["yes"]
    assert values(name, "RestrictAddressFamilies") == ["AF_UNIX"]
    assert values(name, "IPAddressDeny") == ["any"]
    assert values(name, "CapabilityBoundingSet") == [""]


def test_each_unit_has_a_user_of_its_own_and_comes_back() -> None:
    users = [values(name, "User")[0] for name in MOST_EXPOSED]
    assert len(set(users)) == len(MOST_EXPOSED)
    assert "root" not in users
    assert all(values(name, "Restart") for name in MOST_EXPOSED)


OF_RUN = {
    "stoop-camera.service": {"/run/stoop", "/run/stoop-code", "/run/stoop-update", "/run/systemd/notify", "/run/udev"},
    "stoop-server.service": {"/run/stoop", "/run/systemd/notify"},
    "stoop-courier.service": {"/run/stoop", "/run/stoop-names"},
    "stoop-names.service": {
        "/run/stoop",
        "/run/stoop-names",
        "/run/systemd/resolve/stub-resolv.conf",
        "/run/systemd/resolve/resolv.conf",
        "/run/resolvconf",
        "/run/NetworkManager",
    },
}
"""What each sees of /run: no bus, no resolver, nobody who would ask the network for it."""


@pytest.mark.parametrize("name", OF_RUN)
def test_of_run_a_unit_sees_only_what_it_needs(name: str) -> None:
    assert values(name, "TemporaryFileSystem") == ["/run:ro"]
    bound = " ".join(values(name, "BindPaths") + values(name, "BindReadOnlyPaths")).split()
    assert {path.removeprefix("-") for path in bound} == OF_RUN[name]


def test_what_units_bind_at_their_start_is_there_and_stays() -> None:
    """A folder that is made anew for each start of its owner's would be another one than the others have bound."""
    made = re.findall(r"^d (\S+) ", (DEPLOY / "files" / "tmpfiles.conf").read_text(), re.MULTILINE)
    must = {path for paths in OF_RUN.values() for path in paths if path.startswith("/run/stoop")}
    assert {*made, "/run/stoop-code"} == must
    owners = [path.name for path in UNITS.iterdir() if values(path.name, "RuntimeDirectory")]
    assert all(values(name, "RuntimeDirectoryPreserve") == ["yes"] for name in owners)
    for name, folder in (("stoop-camera.service", "/run/stoop"), ("stoop-names.service", "/run/stoop-names")):
        assert values(name, "ExecStopPost") == [f"/usr/bin/find {folder} -mindepth 1 -delete"]


def test_only_an_open_way_out_starts_the_courier() -> None:
    starting = (
        "test ! -e /run/stoop/holes.json || exec systemctl start --no-block stoop-courier.service stoop-names.service"
    )
    named = [path.name for path in UNITS.iterdir() if "courier.service" in path.read_text()]
    assert values("stoop-courier.service", "WantedBy") == values("stoop-holes.service", "WantedBy") == []
    assert set(named) <= {"stoop-courier.service", "stoop-holes.service"}
    assert values("stoop-holes.service", "ExecStart")[1] == f"/bin/sh -c '{starting}'"
    assert values("stoop-holes.path", "PathChanged") == ["/run/stoop/holes.json", "/run/stoop-names/names.json"]


def test_what_looks_names_up_sees_nothing_of_the_house_but_the_list() -> None:
    assert values("stoop-names.service", "User") == ["stoop-names"]
    assert "-/var/lib/stoop" in values("stoop-names.service", "InaccessiblePaths")[0].split()
    assert values("stoop-names.service", "WantedBy") == []
    named = [path.name for path in UNITS.iterdir() if "stoop-names.service" in path.read_text()]
    assert named == ["stoop-holes.service"]


def test_the_set_up_code_is_the_cameras_alone() -> None:
    (copying,) = values("stoop-code.service", "ExecStart")
    assert copying.startswith("/usr/bin/install -m 0400 -o stoop-camera ")
    for name in ("stoop-server", "stoop-courier", "stoop-names", "stoop-holes"):
        assert "-/run/stoop-code" in values(f"{name}.service", "InaccessiblePaths")[0].split()


def test_only_the_cameras_word_starts_an_update_through_the_app() -> None:
    """Not the server's folder: whoever took the server over would start root's updater at will."""
    assert values("stoop-upload.path", "PathChanged") == ["/run/stoop/update.json"]
    assert values("stoop-camera.service", "RuntimeDirectory") == ["stoop"]
    assert "--updater /run/stoop-update" in values("stoop-camera.service", "ExecStart")[0]
    assert values("stoop-upload.service", "ExecStart") == ["/opt/stoop/current/bin/stoop update --asked"]
    assert values("stoop-upload.service", "WantedBy") == []


def test_a_stick_is_looked_at_by_a_unit_whose_mounts_are_its_own() -> None:
    rules = (DEPLOY / "files" / "90-stoop.rules").read_text()
    assert 'ENV{ID_BUS}=="usb"' in rules
    assert 'ENV{SYSTEMD_WANTS}+="stoop-stick@%k.service"' in rules
    kinds = re.findall(r'ENV\{ID_FS_TYPE\}=="([^"]*)"', rules)
    assert [set(kind.split("|")) for kind in kinds] == [set(OPTIONS)]
    assert values("stoop-stick@.service", "PrivateMounts") == ["yes"]
    assert values("stoop-stick@.service", "ExecStart") == ["/opt/stoop/current/bin/stoop update --stick /dev/%i"]


@pytest.mark.parametrize("name", ["stoop-update.service", "stoop-stick@.service"])
def test_an_update_that_nobody_asked_for_waits_until_the_last_one_was_judged(name: str) -> None:
    """Or it would be refused, and a try of it be spent, because another is on trial."""
    [after] = values(name, "After")
    assert {"stoop-judge.service", "stoop-trial.service"} <= set(after.split())


def test_what_fills_the_firewall_can_do_nothing_else_of_roots() -> None:
    assert values("stoop-holes.service", "CapabilityBoundingSet") == ["CAP_NET_ADMIN"]
    assert values("stoop-holes.service", "RestrictAddressFamilies") == ["AF_UNIX AF_NETLINK"]
    assert exposure(UNITS / "stoop-holes.service") <= 3.5


def test_without_rules_there_are_no_sockets() -> None:
    assert "stoop-firewall.service" in values("stoop-server.socket", "Requires")[0]
    assert values("stoop-server.socket", "ListenStream") == ["443"]
    assert values("stoop-server.socket", "ListenDatagram") == ["8443"]


def test_each_unit_is_installed() -> None:
    named = re.search(r"UNIT_NAMES=\((.*?)\)", (DEPLOY / "install.sh").read_text())
    assert named is not None
    assert set(named[1].split()) == {path.name for path in UNITS.iterdir()}


def test_the_rules_can_be_loaded() -> None:
    if NFT is None:
        pytest.skip("no nft here: install the Debian package nftables")
    text = (DEPLOY / "stoop.nft").read_text()
    for number, user in enumerate(("stoop-camera", "stoop-server", "stoop-courier", "stoop-names")):
        text = text.replace(f'"{user}"', str(900 + number))
    done = subprocess.run([NFT, "--check", "--file", "-"], input=text, capture_output=True, text=True)
    if "Operation not permitted" in done.stderr:
        pytest.skip("checking rules takes root")
    if "not supported" in done.stderr.lower():
        pytest.skip(f"this kernel has no nftables: {done.stderr.strip()[:200]}")
    assert done.returncode == 0, done.stderr


ASKING = """
import errno, os, socket
os.setuid(904)
def send(port, size=1):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        try: return bool(out.sendto(bytes(size), ("127.0.0.1", port)))
        except PermissionError: return False
def call(port):
    with socket.socket() as out: return out.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED
print(send(53), send(53, 2000), call(53), send(80), call(80), send(5353), sum(send(53) for _ in range(200)))
"""


def test_what_looks_names_up_may_ask_short_questions_and_seldom() -> None:
    """A connection refused is one that the rules let through: nobody listens there."""
    if NFT is None or os.geteuid() != 0:
        pytest.skip("loading the rules takes root and nft")
    text = (DEPLOY / "stoop.nft").read_text()
    for number, user in enumerate(("stoop-camera", "stoop-server", "stoop-courier", "stoop-names")):
        text = text.replace(f'"{user}"', str(901 + number))
    words = ["unshare", "--net", "sh", "-c", 'ip link set lo up && nft -f - && exec "$@"', "-", sys.executable, "-c"]
    tried = subprocess.run(["unshare", "--net", NFT, "list", "ruleset"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"no rules can be loaded here: {tried.stderr.strip()[-200:]}")
    done = subprocess.run([*words, ASKING], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *reached, questions = done.stdout.split()
    assert reached == ["True", "False", "False", "False", "False", "False"]
    assert int(questions) < 60


AS_OTHERS = """
set -eu; IMAGE=""
run() { echo "$@"; [ "$1 ${2:-}" != "systemctl stop" ] || rm -f moment; }
getent() { [ "$*" = "passwd stoop-names" ] && [ -e moment ]; }
"""


def test_a_user_of_the_moment_is_gone_before_the_one_that_stays_is_made(tmp_path: Path) -> None:
    """As a release before left it running: the rules name this user, and would not load once it had gone."""
    found = re.search(r"^make_users\(\) \{.*?^\}", (DEPLOY / "install.sh").read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    (tmp_path / "moment").touch()
    script = f"{AS_OTHERS}{found[0]}\nmake_users"
    said = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said.index("systemctl stop stoop-holes.path stoop-names.service") < said.index("--user-group stoop-names")
    again = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "systemctl" not in again


def test_the_app_waits_longer_than_any_unit_lets_an_update_take() -> None:
    for name in ("stoop-update.service", "stoop-upload.service", "stoop-stick@.service"):
        limit = re.search(r"^TimeoutStartSec=(\d+)min$", (UNITS / name).read_text(), re.MULTILINE)
        assert limit is not None
        assert int(limit[1]) * 60_000 < MOST_MS


def install(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", str(DEPLOY / "install.sh"), *words], capture_output=True, text=True, timeout=60)


def test_a_dry_run_says_all_and_writes_nothing() -> None:
    done = install("--dry-run", "--source", "demo")
    if done.returncode == 2:
        pytest.skip(done.stderr.strip())
    assert "would write: /etc/systemd/system/stoop-camera.service" in done.stdout
    assert not Path("/etc/systemd/system/stoop-camera.service").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--fly",), "there is no option --fly"),
        (("--dry-run", "--wheels", "/nowhere/at/all"), "there is no folder /nowhere/at/all"),
        (("--dry-run", "--source", "teletype:1"), "source teletype:1 is of no known kind"),
    ],
)
def test_what_it_cannot_do_is_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    done = install(*words)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("stoop: ")
    if "this is" in last:  # the machine that runs the tests is none that Stoop is installed on, which comes first
        pytest.skip(last)
    assert sentence in last
