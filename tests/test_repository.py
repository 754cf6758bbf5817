"""What is in the repository: locks that pin by hash, a whole licence, and nothing of the machine it was made on."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.markdown import ROOT, our_files

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock", "requirements-release.lock")
LICENCE_SHA256 = "8486a10c4393cee1c25392769ddd3b2d6c242d6ec7928e1414efff7dfb2f07ef"
"""Of the GNU AGPL, version 3, as its publisher gives it out: 661 lines, 34,523 bytes."""

PLACES = {
    "a package registry's address": r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|yarnpkg\.com|crates\.io/api",
    "a path of somebody's machine": r"(?<![\w.:/-])/(home|root|work|Users)/[\w.]",
}
STRANGERS = {
    "053ea4804ef1bb33d4a3d6fb024a614b6d257cebc2bc7cd915da9c9522f37ffc",
    "3ea125d0bff386e6754b3782b300016fc79a9cf8f8669c0a5c3db64467ddb681",
    "487b91042c7cf27a19e23ea8699f5f354b1a0c3af9e418138dc6150d830f970d",
    "57de4cf40144bdf7d00010f2f5557a7d642c2b9705309bfade167dd313e2ca93",
    "5d0c0ab127fdea24d94e7e3326b6ceb965ab82ad897f9de1bd6b1a9a23f87578",
    "5d72436256ada53828b51895a94bb8489e9f1ac4fe937a8024ef1594e7045ff6",
    "60965168ce762e949600281ba6d01fee136e5b6e8257b1f216f9025ed324474c",
    "7bd29fde6e6741850e9522b1d7a57d6011d582586d2405ec37c7622057f76b0b",
    "7d3194f79e645c42e4396dda38be04766810ec6a00d00aced3ffc2a0a1f1a9ef",
    "84829dbd815311888f0e3d85822e9b07d14be89a480a3c09ee67353f0e806e3b",
    "c70eca6b0f88f44d81a41311647e50fda1ac454ec04ffd442b0eb4743a993131",
    "c857d09db23e6822e3600bc06ad8d58f92ed62bc8efd81c753f77048662cb97d",
    "c9ad8f2cc1294afa0ef22fc2c019ff7243cdd272b2147ddca3f34c5036b05768",
    "de2187af3fb011708ca4ff6d21e4845236d6a6d25e7e90531b26a7923d16c73f",
    "ebde709e306badca2f843f1ef91c7fb216a99aa4417b32fe911e15acfff8bedd",
}
"""SHA-256 of words that have no place in the project, so that this file does not hold them either."""


def lines_of(lock: str) -> list[str]:
    """Each requirement of a lock with what belongs to it on one line."""
    text = (ROOT / lock).read_text()
    joined = re.sub(r"\\\n\s*", "", text)
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_python_package_has_hashes(lock: str) -> None:
    assert lines_of(lock)
    for line in lines_of(lock):
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.!+]+ ", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}(\s|$)", line), line.split()[0]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", (ROOT / lock).read_text())


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = {line.partition("==")[0].lower() for line in lines_of("requirements.lock")}
    assert {re.split(r"[<>=!~\[; ]", wanted)[0].lower() for wanted in project["dependencies"]} <= locked


@pytest.mark.parametrize("folder", ["web", "tests/clients"])
def test_every_locked_web_package_has_a_hash_and_no_address(folder: str) -> None:
    text = (ROOT / folder / "package-lock.json").read_text()
    assert not re.search(r"https?://", text), "take out what npm writes under `funding`"
    packages = json.loads(text)["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert len(installed) > 5
    for name, package in installed.items():
        assert "resolved" not in package, name
        assert package["integrity"].startswith("sha512-"), name


def test_the_licence_is_whole() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == LICENCE_SHA256


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in our_files():
        data = path.read_bytes()
        if b"\x00" not in data[:4096]:
            found.append((path, data.decode("utf-8", "replace")))
    return found


def faults_in(text: str) -> list[str]:
    named = [what for what, pattern in PLACES.items() if re.search(pattern, text)]
    words = {hashlib.sha256(word.encode()).hexdigest() for word in set(re.findall(r"[a-z]+", text.lower()))}
    return named + ["a name that has no place here"] * bool(words & STRANGERS)


def test_no_file_tells_of_the_machine_or_the_tools_it_was_made_with() -> None:
    checked = 0
    for path, text in texts():
        checked += 1
        if path.name != "package-lock.json":  # its names of packages are not ours
            assert faults_in(text) == [], path.relative_to(ROOT)
    assert checked > 100


@pytest.mark.parametrize(
    "text", ["https://" + "pypi" + ".org/x", "see /" + "home/me/notes", "cd /" + "work/x", "made with xyzzy" + "plugh"]
)
def test_what_has_no_place_is_seen(text: str) -> None:
    assert faults_in(text)
