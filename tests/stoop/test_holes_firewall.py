"""The firewall follows the camera's list to the letter, and closes everything where the list is not to be believed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.contract import Ntfy, Webhook
from camera.hole_desk import HoleDesk, OpenHoles
from server.courier.names import addresses_of
from stoop import holes_firewall
from stoop.holes_firewall import MOST_HOLES, BadListError, ListedHole, fill, numbers, read_list, script
from tests.camera.authority_fakes import FakeClock, FakeControl

EMPTY = "flush set inet stoop courier4\nflush set inet stoop courier6\n"
RULES = Path(__file__).parents[2] / "deploy" / "raspberry-pi" / "stoop.nft"


@pytest.fixture
def nft(tmp_path: Path) -> Path:
    """Stands in for nft: keeps what it was told."""
    tool = tmp_path / "nft"
    tool.write_text(f"#!/bin/sh\ncat > {tmp_path}/told\n")
    tool.chmod(0o755)
    return tool


def test_what_the_camera_writes_is_what_is_opened(tmp_path: Path, nft: Path) -> None:
    for name in ("camera", "run"):
        (tmp_path / name).mkdir()
    desk = HoleDesk(tmp_path / "camera", tmp_path / "run", FakeClock(), FakeControl())
    webhook = Webhook(address="192.168.1.9", port=8123, secret="s" * 16)
    desk.keep(OpenHoles().with_hole(webhook).with_hole(Ntfy(address="fd00::9", port=80, topic="door")))
    try:
        fill(tmp_path / "run" / "holes.json", str(nft))
    finally:
        desk.close()

    told = (tmp_path / "told").read_text().splitlines()
    assert told[2:] == [
        "add element inet stoop courier4 { 192.168.1.9 . 8123 }",
        "add element inet stoop courier6 { fd00::9 . 80 }",
    ]


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("192.168.1.9", "add element inet stoop courier4 { 192.168.1.9 . 80 }"),
        ("fd00::9", "add element inet stoop courier6 { fd00::9 . 80 }"),
        ("fe80::1%eth0", "add element inet stoop courier6 { fe80::1 . 80 }"),
    ],
)
def test_an_address_and_its_port_are_opened(address: str, line: str) -> None:
    assert script((ListedHole("webhook", address, 80),)) == f"{EMPTY}{line}\n"


def test_without_a_list_nothing_is_open(tmp_path: Path, nft: Path) -> None:
    assert fill(tmp_path / "none.json", str(nft)) == ()
    assert (tmp_path / "told").read_text() == EMPTY


BAD = {
    "no JSON": b"{",
    "a name": b'[{"kind":"ntfy","address":"example.org","port":80}]',
    "words of nft": b'[{"kind":"ntfy","address":"1.2.3.4 . 80 }; flush ruleset","port":80}]',
    "everybody": b'[{"kind":"ntfy","address":"0.0.0.0","port":80}]',
    "a group": b'[{"kind":"ntfy","address":"224.0.0.251","port":5353}]',
    "a whole net": b'[{"kind":"ntfy","address":"10.0.0.0/8","port":80}]',
    "no port": b'[{"kind":"ntfy","address":"10.0.0.1","port":0}]',
    "more than is known": b'[{"kind":"ntfy","address":"10.0.0.1","port":1,"rule":"accept"}]',
    "too many": json.dumps([{"kind": "ntfy", "address": "10.0.0.1", "port": 1}] * (MOST_HOLES + 1)).encode(),
    "too long": b" " * 5000,
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_a_list_that_is_not_to_be_believed_closes_everything(text: bytes, tmp_path: Path, nft: Path) -> None:
    (tmp_path / "list.json").write_bytes(text)

    with pytest.raises(BadListError):
        fill(tmp_path / "list.json", str(nft))
    assert (tmp_path / "told").read_text() == EMPTY


def hang(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.with_name("other").write_bytes(b"[]")
    path.symlink_to("other")


@pytest.mark.parametrize("spoil", [hang, link, Path.mkdir], ids=["a pipe", "a link", "a folder"])
def test_a_list_that_is_no_plain_file_closes_everything(
    tmp_path: Path, nft: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(tmp_path / "list.json")

    with pytest.raises(BadListError, match="cannot be read"):
        fill(tmp_path / "list.json", str(nft))
    assert (tmp_path / "told").read_text() == EMPTY


def endless(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize("spoil", [hang, link, endless], ids=["a pipe", "a link", "a terabyte"])
def test_names_that_are_not_to_be_believed_open_nothing(
    tmp_path: Path, nft: Path, spoil: Callable[[Path], object]
) -> None:
    """Of another user's process: it may neither make root wait nor fill its memory."""
    (tmp_path / "list.json").write_bytes(b'[{"kind":"push","name":"fcm.googleapis.com","port":443}]')
    spoil(tmp_path / "names.json")

    assert fill(tmp_path / "list.json", str(nft), tmp_path / "names.json") == ()
    assert (tmp_path / "told").read_text() == EMPTY
    assert addresses_of("fcm.googleapis.com", tmp_path / "names.json") == ()


def test_names_are_read_only_where_the_list_wants_one(
    tmp_path: Path, nft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.json").write_bytes(b'[{"kind":"ntfy","address":"10.0.0.1","port":80}]')
    monkeypatch.setattr(holes_firewall, "_found", lambda _: pytest.fail("read"))

    assert len(fill(tmp_path / "list.json", str(nft))) == 1


def test_a_zone_is_dropped_and_with_it_what_it_says() -> None:
    hole = ListedHole("ntfy", "fe80::1%a }\nflush ruleset", 80)
    assert script((hole,)) == f"{EMPTY}add element inet stoop courier6 {{ fe80::1 . 80 }}\n"


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise_anything_else(text: bytes) -> None:
    with contextlib.suppress(BadListError):
        script(numbers(read_list(text), {}))


def test_the_real_rules_have_these_sets() -> None:
    tool = shutil.which("nft")
    if tool is None:
        pytest.skip("no nft here: install the Debian package nftables")
    rules = RULES.read_text().replace("#!/usr/sbin/nft -f", "")
    for user in ("stoop-camera", "stoop-server", "stoop-courier", "stoop-names"):
        rules = rules.replace(f'"{user}"', "1")
    holes = (ListedHole("webhook", "192.168.1.9", 80), ListedHole("ntfy", "fd00::9", 443))
    words = ["unshare", "-n", tool, "-f", "-"]
    done = subprocess.run(words, input=rules + script(holes), capture_output=True, text=True)
    if "Operation not permitted" in done.stderr:
        pytest.skip("loading rules takes root")
    assert done.stderr == ""
