"""The wheel: carries the built web app and the three packages, nothing else, the same bytes each time, and it works."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import av
import numpy as np
import pytest

from tests.markdown import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

NOT_IN_A_CLONE = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", "web_app", "stoop-data", "scratch", "dist", "__pycache__", "*_cache", "*.egg-info",
    "*.pyc", ".hypothesis", ".vm",
)  # fmt: skip
BUILT_AT_S = "1767225600"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree as a fresh clone has it, with what stands in it now."""
    tree = tmp_path_factory.mktemp("clone") / "tree"
    shutil.copytree(ROOT, tree, ignore=NOT_IN_A_CLONE)
    return tree


def test_a_clone_holds_nothing_that_git_leaves_out() -> None:
    """`.vm` holds whole systems, each with a /dev/full that a copy of it never comes to the end of."""
    names = [line.strip("/").split("/")[-1] for line in (ROOT / ".gitignore").read_text().split()]
    assert set(names) - NOT_IN_A_CLONE(str(ROOT), names) == set()


def build(tree: Path, folder: Path) -> Path:
    """A wheel of a copy of the tree in a folder of its own; npm fetches what its lock names."""
    if shutil.which("npm") is None:
        pytest.skip("no npm on the path: install node 20 or newer")
    out = folder / "dist"
    shutil.copytree(tree, folder / "copy")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": BUILT_AT_S}
    done = subprocess.run(command, cwd=folder / "copy", env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (wheel,) = out.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tree, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `stoop` of an environment that holds this wheel; dependencies come from the one that runs the tests."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True, timeout=60)
    flags = ["--disable-pip-version-check", "--no-deps", "--no-index", "--quiet"]
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install"]
    subprocess.run([*pip, *flags, str(wheel)], check=True, timeout=120)
    (packages,) = home.glob("lib/python3*/site-packages")
    # Its own copy of stoop comes first; the line of a .pth file is only appended (site, Python's library reference).
    (packages / "dependencies.pth").write_text(str(Path(np.__file__).parents[1]) + "\n")
    return home / "bin" / "stoop"


def run(installed: Path, *words: str | Path, cwd: Path) -> str:
    """What it prints; away from the source tree, so that nothing of it can be imported."""
    done = subprocess.run([installed, *words], cwd=cwd, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_carries_the_packages_and_the_built_web_app(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"camera/process.py", "server/app.py", "stoop/cli.py", "server/web_app/index.html"} <= set(names)
    assert any(name.startswith("server/web_app/assets/") and name.endswith(".js") for name in names)
    assert any(name.startswith("server/web_app/assets/") and name.endswith(".css") for name in names)


def test_it_carries_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"camera", "server", "stoop"}
    assert not [name for name in names if "node_modules" in name or "/tests/" in name or name.endswith((".ts", ".map"))]


def test_every_file_of_the_page_is_in_it(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    page = archive.read("server/web_app/index.html").decode()
    wanted = [part.split('"')[0] for part in page.split('="/')[1:]]
    assert wanted
    for name in wanted:
        archive.getinfo(f"server/web_app/{name}")


def test_two_builds_in_different_places_give_the_same_bytes(wheel: Path, tree: Path, tmp_path: Path) -> None:
    again = build(tree, tmp_path / "elsewhere")
    first, second = zipfile.ZipFile(wheel), zipfile.ZipFile(again)
    assert first.namelist() == second.namelist()
    assert [name for name in first.namelist() if first.read(name) != second.read(name)] == []
    assert hashlib.sha256(wheel.read_bytes()).digest() == hashlib.sha256(again.read_bytes()).digest()


def test_the_installed_command_tells_its_words(installed: Path, tmp_path: Path) -> None:
    said = run(installed, "--help", cwd=tmp_path)
    assert "analyze" in said
    assert "record" in said


def test_the_installed_command_analyses_a_video(installed: Path, tmp_path: Path) -> None:
    video = tmp_path / "grey.mp4"
    with av.open(str(video), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for _ in range(20):
            picture = av.VideoFrame.from_ndarray(np.full((270, 320), 128, np.uint8), format="yuv420p")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))

    found = json.loads(run(installed, "analyze", video, "--json", cwd=tmp_path))

    assert found["frames"] == 20
    assert found["events"] == []


def test_the_installed_packages_are_the_wheels(installed: Path, tmp_path: Path) -> None:
    python = installed.with_name("python")
    script = "import camera, server, stoop; print(camera.__file__, server.__file__, stoop.__file__)"
    done = subprocess.run([python, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert all(path.startswith(str(installed.parents[1])) for path in done.stdout.split())
