"""CI's form of `run.py vm`: a booted Debian with Stoop on it, and the promises that only a kernel can keep."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.markdown import ROOT
from tests.vm.claims import CLAIMS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

TRIED = (
    "install",
    "owner",
    "clips",
    "nothing-away",
    "users",
    "units",
    "sockets",
    "names-upgrade",
    "no-rules",
    "power",
    "uninstall",
)
"""What is quick, and what nothing but a booted machine can show."""
TOOLS = ("systemd-nspawn", "debootstrap", "nft", "ip", "unshare")
APART = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


@pytest.fixture(scope="module")
def transcript() -> str:
    """Of one run of all that is tried."""
    if os.geteuid() != 0:
        pytest.skip("a machine of its own takes root: run as root, or `sudo python3 run.py vm`")
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        pytest.skip(
            f"not here: {', '.join(missing)}; install the Debian packages systemd-container, debootstrap, nftables"
        )
    if subprocess.run([*APART, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine's root may not make namespaces")
    prepared = _run([sys.executable, "-m", "tests.vm.prepare"])
    assert prepared.returncode == 0, prepared.stdout
    return _run([*APART, sys.executable, "-m", "tests.vm", "--only", *TRIED, "--cuts", "2"]).stdout


def _run(words: list[str]) -> subprocess.CompletedProcess[str]:
    out = subprocess.PIPE
    return subprocess.run(words, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, text=True, timeout=900, check=False)


@pytest.mark.parametrize("claim", TRIED)
def test_on_a_booted_machine(transcript: str, claim: str) -> None:
    assert re.search(rf"^ok {claim} \(", transcript, re.MULTILINE), transcript


def test_nothing_is_tried_that_nobody_claims() -> None:
    assert set(TRIED) <= set(CLAIMS)
