"""The import contracts of pyproject.toml hold, and are able to fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    wide = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    return subprocess.run([*words, "--no-cache"], cwd=folder, env=wide, capture_output=True, text=True, check=False)


def test_the_import_contracts_are_kept() -> None:
    done = lint(ROOT)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("camera", "server", "stoop"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("web_app", "__pycache__"))
    return tmp_path


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
