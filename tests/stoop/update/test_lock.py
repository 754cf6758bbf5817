"""A release for another Python carries that Python's packages."""

from __future__ import annotations

import re

import pytest

from stoop.update.lock import lock_for
from stoop.update.release import TARGETS
from tests.markdown import ROOT

LOCK = """aioice==1 \\
    --hash=sha256:aa
    # via stoop
colorama==0.4 ; sys_platform == 'win32' \\
    --hash=sha256:bb
numpy==2.4 ; python_full_version < '3.12' \\
    --hash=sha256:cc
numpy==2.5 ; python_full_version >= '3.12' \\
    --hash=sha256:dd \\
    --hash=sha256:ee
"""


@pytest.mark.parametrize(("python", "numpy"), [("3.11", "2.4"), ("3.13", "2.5")])
def test_only_what_is_for_that_python_is_kept(python: str, numpy: str) -> None:
    kept = lock_for(LOCK, "aarch64", python)
    assert re.findall(r"^(\S+)==(\S+)", kept, re.MULTILINE) == [("aioice", "1"), ("numpy", numpy)]
    assert ";" not in kept
    assert kept.count("--hash") == (2 if python == "3.11" else 3)


@pytest.mark.parametrize("target", TARGETS)
def test_each_target_has_each_package_once_and_with_its_hashes(target: str) -> None:
    machine, python = TARGETS[target]
    kept = lock_for((ROOT / "requirements.lock").read_text(), machine, python)
    names = re.findall(r"^([\w.-]+)==", kept, re.MULTILINE)
    assert len(names) == len(set(names)) > 20
    assert "colorama" not in names
    for requirement in re.split(r"^(?=[A-Za-z0-9])", kept, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in requirement
