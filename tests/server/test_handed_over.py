"""The server on sockets that systemd hands over: takes the two it was promised, serves while the kernel holds it."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from server.canary import has_way, ways_out
from server.handed_over import take_handed_over
from server.listening import CannotListenError
from server.rate_limit import address_group
from server.security import HostNames
from server.service_manager import ServiceManager

HAND_OVER = """
import os, socket, sys
kinds = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
kept = []
for number, kind in enumerate(sys.argv[1].split(",")):
    made = socket.socket(socket.AF_INET, kinds[kind])
    made.bind(("127.0.0.1", 0))
    if kind == "tcp":
        made.listen()
    kept.append(os.dup(made.fileno()))
    made.close()
for number, descriptor in enumerate(kept):
    os.dup2(descriptor, 50 + number)
for number in range(len(kept)):
    os.dup2(50 + number, 3 + number)
    os.set_inheritable(3 + number, True)
os.environ.update(LISTEN_FDS=str(len(kept)), LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


def served(folder: Path, kinds: str) -> subprocess.CompletedProcess[str]:
    words = ["-m", "server", "--data", str(folder), "--socket", str(folder / "c.sock"), "--handed-over"]
    return subprocess.run(
        [sys.executable, "-c", HAND_OVER, kinds, *words], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_machine_that_does_not_hold_it_is_served_by_nobody(tmp_path: Path) -> None:
    done = served(tmp_path, "tcp,udp")
    assert done.returncode == 2
    assert "the firewall does not hold the UDP socket that was handed over" in done.stderr
    assert "nothing is served until" in done.stderr
    assert not (tmp_path / "server").exists()


@pytest.mark.parametrize("kinds", ["tcp", "udp", "tcp,tcp", "tcp,udp,udp"])
def test_other_sockets_than_the_two_are_one_sentence(tmp_path: Path, kinds: str) -> None:
    done = served(tmp_path, kinds)
    assert done.returncode == 2
    assert "were handed over instead of one TCP and one UDP socket" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "environment",
    [{}, {"LISTEN_FDS": "2"}, {"LISTEN_FDS": "2", "LISTEN_PID": "1"}, {"LISTEN_FDS": "two", "LISTEN_PID": "7"}],
    ids=["nothing", "for nobody", "for another process", "no number"],
)
def test_sockets_that_are_not_for_us_are_not_taken(environment: dict[str, str]) -> None:
    with pytest.raises(CannotListenError, match="no sockets were handed to this process"):
        take_handed_over(environment, 7)


def test_a_descriptor_that_is_no_socket_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        number = os.dup(file.fileno())
    with pytest.raises(CannotListenError, match="is no socket"):
        take_handed_over({"LISTEN_FDS": "1", "LISTEN_PID": "7"}, 7, number)
    os.close(number)


class FakeDatagrams:
    """A socket whose first word out ends with `error`, or goes out."""

    family = socket.AF_INET6

    def __init__(self, error: int | None) -> None:
        self._error = error
        self.sent_to: list[tuple[str, int]] = []

    def sendto(self, _: bytes, address: tuple[str, int]) -> int:
        self.sent_to.append(address)
        if self._error is not None:
            raise OSError(self._error, os.strerror(self._error))
        return 0


@pytest.mark.parametrize(
    ("error", "is_held"),
    [(errno.EPERM, True), (errno.EACCES, True), (None, False), (errno.ENETUNREACH, False), (errno.ECONNREFUSED, False)],
)
def test_only_a_refusal_by_rule_counts_as_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int | None, is_held: bool
) -> None:
    monkeypatch.setattr("server.canary._SOCKETS", tmp_path)
    monkeypatch.setattr("server.canary.has_way", lambda family, address: False)
    datagrams = FakeDatagrams(error)
    assert (ways_out(cast("socket.socket", datagrams)) == []) is is_held
    assert datagrams.sent_to == [("::ffff:127.0.0.99", 9)]


def test_another_program_that_could_ask_the_network_is_told(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The camera's socket and systemd's ear are none, nor are plain files."""
    monkeypatch.setattr("server.canary._SOCKETS", short_path)
    monkeypatch.setattr("server.canary.has_way", lambda family, address: False)
    with contextlib.ExitStack() as bound:
        for name in ("stoop/camera.sock", "stoop/courier.sock", "systemd/notify", "dbus/system_bus_socket"):
            (short_path / name).parent.mkdir(exist_ok=True)
            (short_path / name).with_name("file").touch()
            bound.enter_context(socket.socket(socket.AF_UNIX)).bind(str(short_path / name))
        found = ways_out(cast("socket.socket", FakeDatagrams(errno.EPERM)))
    assert found == [f"this process could ask another program at {short_path}/dbus/system_bus_socket"]


def test_a_network_of_its_own_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.canary._SOCKETS", tmp_path)
    monkeypatch.setattr("server.canary.has_way", lambda family, address: family == socket.AF_INET)
    found = ways_out(cast("socket.socket", FakeDatagrams(errno.EPERM)))
    assert found == ["this process has a network of its own with a way to 192.0.2.1"]


def test_a_way_that_is_there_is_seen() -> None:
    assert has_way(socket.AF_INET, "127.0.0.1")


def test_an_ipv4_peer_of_a_dual_stack_socket_counts_and_is_answered_as_itself() -> None:
    assert address_group("::ffff:192.0.2.7") == "192.0.2.7"
    assert HostNames([], 443).allow("192.0.2.7", "::ffff:192.0.2.7")
    assert not HostNames([], 443).allow("192.0.2.8", "::ffff:192.0.2.7")


def test_systemd_hears_that_it_is_ready_and_lives(short_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(short_path / "notify"))
        manager.settimeout(5)
        told = ServiceManager.of({"NOTIFY_SOCKET": str(short_path / "notify"), "WATCHDOG_USEC": "30000000"}, 7)
        told.ready()
        told.alive()
        assert [manager.recv(100), manager.recv(100)] == [b"READY=1", b"WATCHDOG=1"]
        assert told.watchdog_s == 30


@pytest.mark.parametrize(
    "environment",
    [{}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "9000000", "WATCHDOG_PID": "8"}, {"WATCHDOG_USEC": "0"}],
)
def test_nobody_is_told_where_nobody_asked(environment: dict[str, str]) -> None:
    told = ServiceManager.of(environment, 7)
    assert told.watchdog_s is None
    told.ready()
