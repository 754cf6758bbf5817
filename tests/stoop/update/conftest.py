"""A machine's folders, and an installer that only remembers."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from stoop.update import command
from stoop.update.command import Place
from tests.stoop.update.test_bundle import OURS


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "machine")
    folders = (place.key.parent, place.told, place.asked.parent, place.uploaded.parent, place.root / "boot/firmware")
    for folder in folders:
        folder.mkdir(parents=True)
    place.key.write_text(base64.b64encode(OURS.public_key().public_bytes_raw()).decode() + "\n")
    return place


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The words of each call of it."""
    ran: list[list[str]] = []
    monkeypatch.setattr(command, "run_installer", lambda words: ran.append(list(words)))
    return ran
