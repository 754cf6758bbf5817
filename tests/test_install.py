"""The installer, in a tree of a test's: cut off at any command, it is finished or undone at the next start."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.markdown import ROOT

DEPLOY = ROOT / "deploy" / "raspberry-pi"
STUBS = """
systemctl() { [ "$1" != is-failed ] || return 1; echo "systemctl $*"; }
systemd-tmpfiles() { :; }; udevadm() { :; }; sync() { :; }; chgrp() { :; }; sleep() { SECONDS=$((SECONDS + 1)); }
ss() { printf '%s\\n' "${LISTENING:-}"; }
is_pi() { false; }
answers() { case $(readlink $OPT/current) in *${BAD:-none}*) return 1 ;; esac; }
"""
UPGRADE = "install_program; write_settings; write_firewall; write_system; start; finish"
CUT = -signal.SIGKILL
"""How a script ends that the power cut, with all that it started."""
STEP = int(os.environ.get("STOOP_CUT_EVERY", "37"))
"""Commands between two cuts that are tried."""
Done = subprocess.CompletedProcess[str]


@dataclass
class Tree:
    """A machine's /opt, /etc and so on below a folder, with two releases that differ in their units."""

    root: Path

    def __post_init__(self) -> None:
        for folder in ("opt/stoop/releases", "etc/stoop", "etc/systemd/system", "etc/udev/rules.d", "usr/local/bin"):
            (self.root / folder).mkdir(parents=True)

    def source(self, version: str) -> Path:
        """Where somebody unpacked a release of this version; its program is taken as installed."""
        unpacked = self.root / f"unpacked-{version}"
        if not unpacked.exists():
            shutil.copytree(DEPLOY, unpacked / "deploy" / "raspberry-pi")
            for unit in (unpacked / "deploy/raspberry-pi/units").iterdir():
                unit.write_text(unit.read_text() + f"# of {version}\n")
            (unpacked / "requirements.lock").write_text("")
            (unpacked / "wheels").mkdir()
            (unpacked / "wheels" / f"stoop-{version}-py3-none-any.whl").write_text(version)
            release = self.root / "opt/stoop/releases" / self.run(version, 'find_program; release_name "$FROM"').stdout
            shutil.copytree(unpacked / "deploy", release / "deploy")
            (release / "complete").touch()
        return unpacked

    def run(self, version: str, script: str, commands: int | None = None, **environment: str) -> Done:
        """`script` with the installer of this version; the power goes after so many `commands`."""
        unpacked = self.on_trial() if script == "judge" else self.source(version)
        return self.run_from(unpacked, script, commands, environment)

    def on_trial(self) -> Path:
        return Path((self.root / "opt/stoop/trial").read_text().strip())

    def run_from(self, unpacked: Path, script: str, commands: int | None, environment: dict[str, str]) -> Done:
        here = unpacked / "deploy/raspberry-pi"
        text = (here / "install.sh").read_text().partition('read_options "$@"\n')[0]
        text = re.sub(r"(?<![\w.}])/(opt|etc|usr/local|usr/sbin|var/lib|proc|boot)/", rf"{self.root}/\1/", text)
        text = text.replace('$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)', str(here))
        cut = "" if commands is None else f"LEFT={commands}; set -T; trap '((LEFT--)) || kill -9 0' DEBUG\n"
        whole = f"{text}\n{STUBS}\nHEALTH_LIMIT_S=2; WHEELS={unpacked}/wheels\n{cut}{script}"
        path = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        return subprocess.run(
            ["bash", "-c", whole],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=path | environment,
            start_new_session=True,
        )

    def current(self) -> str:
        return (self.root / "opt/stoop/current").readlink().name.partition("-")[0]

    def units(self) -> set[str]:
        """The versions whose units are there; the judge's own may be of the newer one from the first moment on."""
        found = [path for path in (self.root / "etc/systemd/system").glob("stoop*") if path.is_file()]
        return {path.read_text().rpartition("# of ")[2].strip() for path in found if path.name != "stoop-judge.service"}

    def is_on_trial(self) -> bool:
        return (self.root / "opt/stoop/trial").exists()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def installed(tree: Tree, version: str) -> Tree:
    done = tree.run(version, UPGRADE)
    assert done.returncode == 0, done.stderr
    return tree


def started_again(tree: Tree, **environment: str) -> None:
    """As systemd does after a power cut: the judge, where there is a note."""
    if tree.is_on_trial():
        tree.run("", "judge", None, **environment)


def test_an_upgrade_that_answers_stays_and_one_that_does_not_is_gone_back_from(tree: Tree) -> None:
    installed(installed(tree, "1"), "2")
    assert (tree.current(), tree.units(), tree.is_on_trial()) == ("2", {"2"}, False)
    done = tree.run("3", UPGRADE, BAD="/3-")
    assert done.returncode == 2
    assert "so the one before is back" in done.stderr
    assert (tree.current(), tree.units(), tree.is_on_trial()) == ("2", {"2"}, False)


@pytest.mark.parametrize("bad", ["none", "/2-"], ids=["the new one answers", "the new one does not answer"])
def test_a_power_cut_at_any_command_of_an_upgrade_leaves_one_whole_version(tmp_path: Path, bad: str) -> None:
    """What runs after the next start has its own units, and answered."""
    seen, commands, is_cut = set[str](), 0, True
    while is_cut:
        tree = installed(Tree(tmp_path / str(commands)), "1")
        is_cut = tree.run("2", UPGRADE, commands, BAD=bad).returncode == CUT
        started_again(tree, BAD=bad)
        assert not tree.is_on_trial(), f"after {commands} commands"
        assert tree.units() == {tree.current()}, f"after {commands} commands"
        seen.add(tree.current())
        shutil.rmtree(tree.root)
        commands += STEP
    assert commands > 3 * STEP
    assert seen == ({"1", "2"} if bad == "none" else {"1"})


def test_a_power_cut_while_it_is_judged_is_judged_again(tmp_path: Path) -> None:
    commands, is_cut = 0, True
    while is_cut:
        tree = installed(Tree(tmp_path / str(commands)), "1")
        tree.run("2", "install_program", BAD="/2-")
        is_cut = tree.run("2", "judge", commands, BAD="/2-").returncode == CUT
        started_again(tree, BAD="/2-")
        assert (tree.current(), tree.units(), tree.is_on_trial()) == ("1", {"1"}, False), f"after {commands} commands"
        commands += STEP
    assert commands > 3 * STEP


def test_one_that_was_never_judged_is_none_to_go_back_to(tree: Tree) -> None:
    installed(tree, "1").run("2", "install_program", BAD="/2-")
    assert tree.current() == "2"
    assert tree.run("3", UPGRADE, BAD="/[23]-").returncode == 2
    assert tree.current() == "1"


def test_sockets_that_were_held_by_another_for_a_moment_are_asked_for_again(tree: Tree) -> None:
    """As at a start by a login that systemd has forked and not begun yet: nothing else would try them again."""
    failing = (
        'systemctl() { [ "$1" = is-failed ] || echo "systemctl $*"; }; answers() { [ $SECONDS -gt 0 ]; }; is_healthy'
    )
    assert "systemctl start --no-block stoop-server.socket stoop-server.service" in tree.run("1", failing).stdout


def test_releases_go_but_the_two_that_may_be_needed(tree: Tree) -> None:
    for version in ("1", "2", "3"):
        installed(tree, version)
    left = {path.name.partition("-")[0] for path in (tree.root / "opt/stoop/releases").iterdir()}
    assert left == {"2", "3"}


PROGRAM = """
python3() { mkdir -p "$4/bin" "$4/lib"; printf '#!/bin/sh\\n' > "$4/bin/python"; chmod +x "$4/bin/python"; }
sync() { if [ -e "$2/complete" ]; then echo marked; elif [ -d "$2/deploy" ]; then echo whole; fi; }
"""
"""A Python that installs nothing, and what stands on the card each time that all is written to it."""


def test_a_release_is_on_the_card_before_the_word_that_it_is_whole(tree: Tree) -> None:
    tree.source("1")
    (release,) = (tree.root / "opt/stoop/releases").iterdir()
    shutil.rmtree(release)
    done = tree.run("1", f"{PROGRAM}install_program")
    assert [line for line in done.stdout.splitlines() if line in ("whole", "marked")] == ["whole", "marked"]
    assert (release / "deploy/raspberry-pi/install.sh").exists()


@pytest.mark.parametrize(
    "part", ["requirements.lock", "deploy/raspberry-pi/stoop.nft", "wheels/stoop-1-py3-none-any.whl"]
)
def test_whatever_a_release_is_made_of_changes_its_name(tree: Tree, part: str) -> None:
    unpacked, ask = tree.source("1"), 'find_program; release_name "$FROM"'
    before = tree.run("1", ask).stdout
    assert before == tree.run("1", ask).stdout
    (unpacked / part).write_text((unpacked / part).read_text() + "\n")
    after = tree.run("1", ask).stdout
    assert re.fullmatch("1-[0-9a-f]{8}", after)
    assert after != before


def rules_of(tree: Tree) -> str:
    (line,) = re.findall("set found_tcp .*", (tree.root / "etc/stoop/stoop.nft").read_text())
    return str(line)


SSH = 'LISTEN 0 128 0.0.0.0:2222 0.0.0.0:* users:(("sshd",pid=1,fd=3))'


def test_what_the_owner_reaches_the_machine_by_stays_open_when_it_does_not_run_yet(tree: Tree) -> None:
    done = tree.run("1", UPGRADE, LISTENING=SSH)
    assert "elements = { 2222 }" in rules_of(tree)
    assert "stay open: 2222" in done.stdout
    installed(tree, "2")
    assert "elements = { 2222 }" in rules_of(tree)


def test_where_ssh_does_not_run_its_settings_say_its_port(tree: Tree) -> None:
    sshd = tree.root / "usr/sbin/sshd"
    sshd.parent.mkdir()
    sshd.write_text("#!/bin/sh\necho port 2200\necho addressfamily any\n")
    sshd.chmod(0o755)
    installed(tree, "1")
    assert "elements = { 2200 }" in rules_of(tree)


def test_an_earlier_releases_open_port_stays(tree: Tree) -> None:
    tree.run("1", UPGRADE, LISTENING=SSH)
    (tree.root / "etc/stoop/open-ports").unlink()
    installed(tree, "2")
    assert "elements = { 2222 }" in rules_of(tree)


def test_the_owners_list_of_ports_is_what_is_open(tree: Tree) -> None:
    installed(tree, "1")
    assert "elements" not in rules_of(tree)
    (tree.root / "etc/stoop/open-ports").write_text("# mine\n9100 # node exporter\n\n 22\n")
    installed(tree, "2")
    assert "elements = { 9100, 22 }" in rules_of(tree)
    assert (tree.root / "etc/stoop/open-ports").read_text().startswith("# mine\n")


@pytest.mark.parametrize("line", ["ssh", "0", "65536", "22;accept", "-1"])
def test_a_port_that_is_none_is_one_sentence(tree: Tree, line: str) -> None:
    (tree.root / "etc/stoop/open-ports").write_text(f"22\n{line}\n")
    done = tree.run("1", "bad_ports")
    assert done.returncode == 2
    assert f"open-ports names port '{line}': write a number from 1 to 65535" in done.stderr


def test_what_was_changed_of_avahis_settings_is_put_back(tree: Tree) -> None:
    """It answers to the camera's name, and asks no resolver of the internet for whoever asks it."""
    path, before = (
        tree.root / "etc/avahi/avahi-daemon.conf",
        "[server]\nuse-ipv4=yes\n\n[wide-area]\nenable-wide-area=yes\n",
    )
    path.parent.mkdir()
    path.write_text(before)
    installed(installed(tree, "1"), "2")
    lines = path.read_text().splitlines()
    assert lines.count("host-name=stoop") == lines.count("enable-wide-area=no") == 1
    assert "enable-wide-area=yes" not in lines
    assert tree.run("2", "nft() { return 1; }; uninstall").returncode == 0
    assert path.read_text() == before


def test_a_lens_that_was_changed_takes_its_drop_in_along(tree: Tree) -> None:
    drop_in = tree.root / "etc/systemd/system/stoop-camera.service.d/picamera.conf"
    tree.run("1", f"SOURCE=picamera:0; {UPGRADE}")
    assert "AF_NETLINK" in drop_in.read_text()
    installed(tree, "2")
    assert drop_in.exists()
    tree.run("2", f"SOURCE=demo; {UPGRADE}")
    assert not drop_in.exists()
