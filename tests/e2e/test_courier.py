"""The courier as a process: there only while a way out is open, and what it sends arrives as promised."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from stoop.prove.holes import holes
from stoop.prove.installation import Installation
from tests.e2e.conftest import Starter, StoopRun, until
from tests.e2e.scripted_owner import ScriptedOwner
from tests.server.courier.fakes import receiver

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SECRET = "a secret of sixteen and more"


def claimed(run: StoopRun) -> ScriptedOwner:
    owner = ScriptedOwner(run.url)
    owner.claim(run.code).raise_for_status()
    return owner


def courier_runs(run: StoopRun) -> bool:
    """Whether any process of ours on this data folder is a courier."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"server.courier" in words and os.fsencode(run.data) in words:
            return True
    return False


def test_a_press_reaches_the_webhook_and_the_courier_goes_with_the_way_out(start_stoop: Starter) -> None:
    run = start_stoop("demo")
    owner = claimed(run)
    assert not courier_runs(run)
    with receiver() as hook, closing(owner.http):
        hole = {"kind": "webhook", "address": "127.0.0.1", "port": hook.port, "secret": SECRET}
        owner.command("holes.set", hole=hole).raise_for_status()
        until(lambda: owner.command("holes.get").json()["holes"][0]["report"], "the courier to report")
        owner.command("bell.test").raise_for_status()
        assert hook.has_taken.wait(20)
        assert json.loads(hook.taken[0].body)["kind"] == "ring"
        until(lambda: owner.command("holes.get").json()["holes"][0]["report"]["word"] == "working", "the good news")
        found = holes(Installation(run.data))
        assert (found.result, f"webhook to 127.0.0.1:{hook.port}" in found.detail) == ("proved", True)

        until(lambda: courier_runs(run), "a courier")
        owner.command("holes.close", kind="webhook").raise_for_status()
        until(lambda: not courier_runs(run), "the courier to end")
        assert SECRET.encode() not in b"".join(p.read_bytes() for p in run.data.rglob("*") if p.is_file())
