"""The firewall check reads nft's own words for our rules, lists each hole, and misses each rule that matters."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stoop.prove.firewall import firewall_holds, read_rules
from stoop.prove.installation import Installation
from tests.markdown import ROOT
from tests.stoop.prove.fakes import FakeProc, fake_proc

RULES = ROOT / "deploy" / "raspberry-pi" / "stoop.nft"
TABLE: dict[str, Any] = json.loads((Path(__file__).parent / "firewall.json").read_text())  # Any: nft's JSON
NUMBERS = {'"stoop-camera"': "901", '"stoop-server"': "902", '"stoop-courier"': "903", '"stoop-names"': "904"}


def without(comment: str) -> dict[str, Any]:
    """The table with every rule of this comment taken out."""
    table = copy.deepcopy(TABLE)
    kept = [part for part in table["nftables"] if part.get("rule", {}).get("comment") != comment]
    assert len(kept) < len(table["nftables"])
    return {"nftables": kept}


def test_our_rules_are_whole_and_open_only_what_they_name() -> None:
    rules = read_rules(TABLE)
    assert rules.faults == ()
    assert rules.ways_out == ()
    assert {re.sub(r" \(.*", "", way) for way in rules.ways_in} == {
        "ICMP: neighbours, path sizes", "DHCP", "DHCPv6", "mDNS: stoop.local", "the app", "the live picture",
        "services of this machine that are not ours",
    }  # fmt: skip


@pytest.mark.parametrize(
    "comment",
    [
        "our users never call",
        "handed sockets only answer",
        "the live picture's socket only answers",
        "and nowhere else",
        "names: the resolver, and seldom",
    ],
)
def test_a_missing_rule_is_a_fault(comment: str) -> None:
    assert read_rules(without(comment)).faults


def test_a_rule_that_only_counts_refuses_nothing() -> None:
    table = copy.deepcopy(TABLE)
    for part in table["nftables"]:
        if part.get("rule", {}).get("comment") == "handed sockets only answer":
            part["rule"]["expr"] = [one for one in part["rule"]["expr"] if "reject" not in one]
    assert "what is sent on the handed sockets may begin a connection" in read_rules(table).faults


@pytest.mark.parametrize(("key", "value"), [("policy", "accept"), ("hook", "forward")])
def test_a_way_in_that_is_open_or_not_hooked_is_a_fault(key: str, value: str) -> None:
    table = copy.deepcopy(TABLE)
    for part in table["nftables"]:
        if part.get("chain", {}).get("name") == "in":
            part["chain"][key] = value
    assert read_rules(table).faults


def test_each_hole_is_listed() -> None:
    table = copy.deepcopy(TABLE)
    for part in table["nftables"]:
        if part.get("set", {}).get("name") == "courier4":
            part["set"]["elem"] = [{"concat": ["192.168.1.5", 1883]}, {"concat": ["192.168.1.6", 22]}]
    assert read_rules(table).ways_out == ("192.168.1.5 port 1883", "192.168.1.6 port 22")


def test_nft_still_says_it_this_way() -> None:
    if os.geteuid() != 0 or not shutil.which("nft") or not shutil.which("unshare"):
        pytest.skip("loading the rules takes root, nft and unshare")
    text = RULES.read_text()
    for name, number in NUMBERS.items():
        text = text.replace(name, number)
    words = ["unshare", "--net", "sh", "-c", "nft -f - && nft --json list table inet stoop"]
    done = subprocess.run(words, input=text, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no rules can be loaded here: {done.stderr.strip()[:200]}")
    assert read_rules(json.loads(done.stdout)) == read_rules(TABLE)


@pytest.fixture
def proc(tmp_path: Path) -> FakeProc:
    return fake_proc(tmp_path / "proc", "python", "-m", "camera", "--data", "data")


def unit(tmp_path: Path, proc: FakeProc, group: str = "0::/system.slice/stoop-camera.service\n") -> Installation:
    (proc.folder / str(proc.running.pid) / "cgroup").write_text(group)
    return Installation(tmp_path, camera=proc.running, proc=proc.folder)


def answer(monkeypatch: pytest.MonkeyPatch, code: int, out: str = "", errors: str = "") -> None:
    done = subprocess.CompletedProcess(["nft"], code, out, errors)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)


def test_without_units_there_is_nothing_to_prove(tmp_path: Path, proc: FakeProc) -> None:
    assert firewall_holds(unit(tmp_path, proc, "0::/user.slice\n")).result == "not checked"
    assert firewall_holds(Installation(tmp_path)).result == "not checked"


@pytest.mark.parametrize(
    ("code", "errors", "result"),
    [
        (1, "Error: No such file or directory", "failed"),
        (1, "Operation not permitted (you must be root)", "not checked"),
    ],
)
def test_units_without_rules_fail(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proc: FakeProc, code: int, errors: str, result: str
) -> None:
    answer(monkeypatch, code, errors=errors)
    assert firewall_holds(unit(tmp_path, proc)).result == result


def test_units_with_rules_are_proved_and_without_one_they_fail(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proc: FakeProc
) -> None:
    installation = unit(tmp_path, proc)
    answer(monkeypatch, 0, json.dumps(TABLE))
    assert firewall_holds(installation).result == "proved"
    answer(monkeypatch, 0, json.dumps(without("our users never call")))
    assert firewall_holds(replace(installation)).result == "failed"
