"""A memory card that is full while the camera runs: the page says so soon, and that it is over when there is room."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Starter, starter, until
from tests.e2e.owner import claim, draw_rectangle
from tests.small_disk import fill, small_disk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

CARD_BYTES = 160 * 1024 * 1024
"""More than the 64 MiB that clips always leave free."""


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Path]:
    """A folder for stoop's data on a file system of its own."""
    with small_disk(tmp_path / "data", CARD_BYTES) as mounted:
        yield mounted


@pytest.fixture
def start_on_card(card: Path) -> Iterator[Starter]:
    with starter(card.parent) as start:
        yield start


def recorded_bytes(clips: Path) -> int:
    return sum(path.stat().st_size for path in clips.glob("*.age"))


def test_a_full_card_is_told_on_the_page_and_so_is_its_end(start_on_card: Starter, card: Path, page: Page) -> None:
    stoop = start_on_card("demo", "[camera]\nplate_s = 2\npost_roll_s = 1\nclip_cap_s = 10\n")
    claim(page, stoop.url, stoop.code)
    draw_rectangle(page)
    page.get_by_test_id("record-now").click()
    clips = stoop.data / "sealed" / "clips"
    until(lambda: list(clips.glob("*.age")), "a first clip")

    other = fill(card)
    began_s = time.monotonic()
    banner = page.get_by_test_id("fault-banner")
    expect(banner).to_contain_text("no space left", timeout=60_000)
    told_s = time.monotonic() - began_s
    pids = stoop.pids()

    before = recorded_bytes(clips)
    other.unlink()
    room_s = time.monotonic()
    until(lambda: recorded_bytes(clips) > before + 64 * 1024, "what is still wanted to be recorded, with room", 60)
    recorded_s = time.monotonic() - room_s
    expect(banner).not_to_contain_text("no space left", timeout=60_000)
    assert stoop.pids() == pids, "neither process ended"
    print(f"\nfull card told on the page after {told_s:.1f} s; recording {recorded_s:.1f} s after there was room")
