"""`stoop prove` as a whole: every check runs, the exit code tells, and the app gets what the terminal said."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import stoop.prove.command
from server.proof_file import read_proof
from stoop.cli import app
from stoop.prove import CHECKS
from stoop.prove.command import run_checks
from stoop.prove.finding import Finding, judged
from stoop.prove.installation import Installation
from tests.stoop.prove.fakes import Owned

CLAIM = "Nothing."


def fine(_: Installation) -> Finding:
    return judged(CLAIM, "looked", [])


def bad(_: Installation) -> Finding:
    return judged(CLAIM, "looked", ["[red]one[/red]"] * 7)


def shut(_: Installation) -> Finding:
    raise PermissionError(13, "no", "/x/y")


def broken(_: Installation) -> Finding:
    raise ZeroDivisionError


def run(camera: Owned, monkeypatch: pytest.MonkeyPatch, *names: str, words: tuple[str, ...] = ()) -> tuple[int, str]:
    monkeypatch.setattr(stoop.prove.command, "CHECKS", {name: f"{__name__}:{name}" for name in names})
    result = CliRunner().invoke(app, ["prove", "--data", str(camera.data), *words])
    return result.exit_code, result.stdout


def test_every_check_gives_a_finding_on_an_owned_camera(one_camera: Owned) -> None:
    found = dict(run_checks(one_camera.installation))
    assert set(found) == set(CHECKS)
    assert {name: one.detail for name, one in found.items() if one.result == "failed"} == {}
    assert len({one.claim for one in found.values()}) == len(CHECKS)
    assert all(one.detail for one in found.values() if one.result == "not checked")


@pytest.mark.parametrize(
    ("names", "code"), [(["fine"], 0), (["fine", "shut"], 0), (["bad", "fine"], 1), (["broken"], 1)]
)
def test_the_exit_code_tells_whether_a_claim_failed(
    one_camera: Owned, monkeypatch: pytest.MonkeyPatch, names: list[str], code: int
) -> None:
    assert run(one_camera, monkeypatch, *names)[0] == code


def test_the_marks_tell_three_things_apart(one_camera: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    _, said = run(one_camera, monkeypatch, "fine", "bad", "shut")
    assert [line[0] for line in said.splitlines() if line and not line.startswith((" ", "1"))] == [
        "✓",
        "✗",
        "\N{EN DASH}",
    ]
    assert "[red]one[/red]" in said
    assert "and 2 more" in said
    assert "Could not be checked here: this user may not read /x/y" in said
    assert "1 proved, 1 failed, 1 could not be checked" in said


def test_json_is_what_the_app_gets(one_camera: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    _, said = run(one_camera, monkeypatch, "fine", "bad", words=("--json",))
    told: dict[str, Any] = json.loads(said)
    assert [finding["result"] for finding in told["findings"]] == ["proved", "failed"]
    assert json.loads((one_camera.data / "proof.json").read_text()) == told
    assert read_proof(one_camera.data) is not None


def test_the_server_may_read_the_result_whatever_the_umask(one_camera: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    os.umask(0o077)
    run(one_camera, monkeypatch, "fine")
    assert stat.S_IMODE((one_camera.data / "proof.json").stat().st_mode) == 0o644


def test_where_there_is_no_camera_nothing_is_proved(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["prove", "--data", str(tmp_path)])
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])


def test_unreadable_settings_are_refused(one_camera: Owned, tmp_path: Path) -> None:
    (tmp_path / "stoop.toml").write_text("colour = 1\n")
    words = ["prove", "--data", str(one_camera.data), "--config", str(tmp_path / "stoop.toml")]
    assert CliRunner().invoke(app, words).exit_code == 2
