"""The import contracts of pyproject.toml hold, and are able to fail."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.markdown import ROOT

PACKAGES = ("camera", "server", "stoop")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("web_app", "__pycache__"))
    return tmp_path


def test_the_import_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("camera/mask.py", "import asyncio", "no network module in the camera"),
        ("camera/mask.py", "import server.app", "the camera never imports the server"),
        ("server/app.py", "import camera.mask", "the server imports nothing of the camera but its contract"),
    ],
)
def test_a_breach_is_seen(copy: Path, module: str, line: str, contract: str) -> None:
    with (copy / module).open("a") as file:
        file.write(f"\n{line}\n")
    done = lint(copy)
    assert done.returncode != 0
    assert any(contract in said and "BROKEN" in said for said in done.stdout.splitlines()), done.stdout


def urllib_modules(source: str) -> set[str]:
    """The parts of urllib that a source text imports; import-linter cannot tell them apart."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module == "urllib":
            found |= {f"urllib.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name for name in found if name.partition(".")[0] == "urllib"}


def test_the_camera_uses_nothing_of_urllib_but_its_parser() -> None:
    used = [urllib_modules(path.read_text()) for path in (ROOT / "camera").rglob("*.py")]
    assert set().union(*used) <= {"urllib.parse"}


@pytest.mark.parametrize(
    "line", ["import urllib.request", "from urllib import request", "from urllib.request import a"]
)
def test_the_fetching_part_of_urllib_is_seen(line: str) -> None:
    assert urllib_modules(line) == {"urllib.request"}
