"""Only the push services are looked up, only while they are listed, and what is found is written for the firewall."""

from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path

import pytest

from stoop import names
from stoop.holes_firewall import BadListError, fill, names_in, numbers, read_list

PUSH = b'[{"kind":"push","name":"fcm.googleapis.com","port":443}]'


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Stands in for the resolver; what it was asked."""
    asked: list[str] = []

    def resolver(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        if not addresses:
            raise socket.gaierror("no such name")
        return [(0, 0, 0, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    return asked


def test_a_name_is_looked_up_and_addresses_in_the_house_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, "192.168.1.1", "142.250.1.1")
    assert names.look_up("fcm.googleapis.com") == ("142.250.1.1",)
    assert asked == ["fcm.googleapis.com"]


@pytest.mark.parametrize("name", ["example.org", "secret.fcm.googleapis.com", "FCM.googleapis.com", ""])
def test_no_other_name_is_ever_asked_for(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, "142.250.1.1")
    with pytest.raises(ValueError, match="no push service"):
        names.look_up(name)
    (tmp_path / "list").write_text(json.dumps([{"kind": "push", "name": name, "port": 443}]))
    names.follow(tmp_path / "list", tmp_path / "out", threading.Event())
    assert (asked, (tmp_path / "out").exists()) == ([], False)
    with pytest.raises(BadListError):
        names_in(read_list((tmp_path / "list").read_bytes()))


def test_it_follows_the_list_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "142.250.1.1")
    listed, out = tmp_path / "list", tmp_path / "out"
    listed.write_bytes(PUSH)
    thread = threading.Thread(target=names.follow, args=(listed, out, threading.Event()))
    thread.start()
    deadline_s = time.monotonic() + 20
    while not out.exists():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)
    assert json.loads(out.read_text()) == {"fcm.googleapis.com": ["142.250.1.1"]}
    listed.unlink()
    thread.join(20)
    assert (thread.is_alive(), out.exists()) == (False, False)


def test_the_firewall_opens_the_addresses_that_were_found(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(PUSH)
    found = {"fcm.googleapis.com": ["142.250.1.1", "2a00::1"], "web.push.apple.com": ["17.1.1.1"]}
    (tmp_path / "names").write_text(json.dumps(found))
    told = tmp_path / "told"
    (tmp_path / "nft").write_text(f"#!/bin/sh\ncat > {told}\n")
    (tmp_path / "nft").chmod(0o755)
    fill(tmp_path / "list", str(tmp_path / "nft"), tmp_path / "names")
    assert told.read_text().splitlines()[2:] == [
        "add element inet stoop courier4 { 142.250.1.1 . 443 }",
        "add element inet stoop courier6 { 2a00::1 . 443 }",
    ]


@pytest.mark.parametrize("text", ["{", '{"fcm.googleapis.com":["192.168.1.1"]}', '{"evil.example":["8.8.8.8"]}', None])
def test_addresses_that_are_not_to_be_believed_open_nothing(tmp_path: Path, text: str | None) -> None:
    (tmp_path / "list").write_bytes(PUSH)
    (tmp_path / "nft").write_text(f"#!/bin/sh\ncat > {tmp_path}/told\n")
    (tmp_path / "nft").chmod(0o755)
    if text is not None:
        (tmp_path / "names").write_text(text)
    assert fill(tmp_path / "list", str(tmp_path / "nft"), tmp_path / "names") == ()


@pytest.mark.parametrize(
    "text",
    [
        '[{"kind":"push","name":"fcm.googleapis.com","port":53}]',
        '[{"kind":"ntfy","name":"fcm.googleapis.com","port":443}]',
        '[{"kind":"push","name":"fcm.googleapis.com","port":443,"address":"10.0.0.1"}]',
    ],
)
def test_a_name_stands_for_push_on_its_port_alone(text: str) -> None:
    with pytest.raises(BadListError):
        numbers(read_list(text.encode()), {})
