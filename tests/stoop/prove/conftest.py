"""An owned camera for every test of the proof."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stoop.prove.fakes import Owned, new_owner, owned


@pytest.fixture(params=["hybrid", "x25519"])
def camera(tmp_path: Path, request: pytest.FixtureRequest) -> Owned:
    return owned(tmp_path, *new_owner(request.param))


@pytest.fixture
def one_camera(tmp_path: Path) -> Owned:
    """Where the kind of the owner's key does not matter."""
    return owned(tmp_path, *new_owner("x25519"))


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)
