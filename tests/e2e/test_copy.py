"""A copy for somebody: what the owner takes out in the browser is not in the file, and the rest is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import House
from tests.e2e.owner import choose, download
from tests.e2e.test_ways_out import assert_fine

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
Luma: TypeAlias = npt.NDArray[np.float32]
TILES = 16
PART = (0.35, 0.25, 0.3, 0.5)
"""Where a new part stands: left, top, width, height."""


def pictures(path: Path) -> Iterator[Luma]:
    """Luma of each picture, at 640 wide."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.reformat(width=640, height=360, format="gray").to_ndarray().astype(np.float32)


def detail(luma: Luma) -> Luma:
    """For each pixel, how far it is from its right and lower neighbours: what tiles have at their borders alone."""
    down, right = np.abs(np.diff(luma, axis=0))[:, :-1], np.abs(np.diff(luma, axis=1))[:-1]
    return np.asarray(down + right, dtype=np.float32)


def inner(shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Pixels that are well inside of a tile."""
    height, width = shape
    tall = width / TILES
    x, y = np.arange(width) % tall, np.arange(height) % tall
    is_inner = ((x > 6) & (x < tall - 6))[None, :] & ((y > 6) & (y < tall - 6))[:, None]
    return np.asarray(is_inner, dtype=np.bool_)


def within(shape: tuple[int, int], grow_px: int) -> npt.NDArray[np.bool_]:
    height, width = shape
    left, top, wide, tall = PART
    mask = np.zeros(shape, dtype=np.bool_)
    mask[
        round(top * height) - grow_px : round((top + tall) * height) + grow_px,
        round(left * width) - grow_px : round((left + wide) * width) + grow_px,
    ] = True
    return mask


def kept_detail(original: Path, copy: Path, way: str) -> tuple[list[float], list[float]]:
    """Share of the original's detail in each picture of the copy: where it was taken out, and where it was not."""
    usual = np.mean([detail(luma) for luma in pictures(original)], axis=0)
    shape = (usual.shape[0], usual.shape[1])
    part, around = within(shape, -6), ~within(shape, 6)
    out, rest = (part, around) if way == "hide" else (around, part)
    found = [detail(luma) for luma in pictures(copy)]
    return share(found, usual, out & inner(shape)), share(found, usual, rest)


def share(found: list[Luma], usual: Luma, where: npt.NDArray[np.bool_]) -> list[float]:
    return [float(each[where].mean() / usual[where].mean()) for each in found]


def make(page: Page, house: House, way: str, tmp_path: Path) -> tuple[Path, Path, str]:
    """The clip as it is, the copy, and the text that belongs to it."""
    clip = house.finished_clips()[0]
    page.goto(f"{house.url}/clips/{clip}")
    page.locator("[data-testid=clip-download]:not([disabled])").wait_for()
    original = download(page, tmp_path / "original.mp4")
    page.get_by_test_id("clip-copy").click()
    choose(page, f"copy-way-{way}")
    if way == "hide":
        page.locator("[data-testid=part-add]:not([disabled])").click()
    page.get_by_test_id("part-1").wait_for()
    page.get_by_test_id("copy-make").click()
    page.get_by_test_id("copy-done").wait_for(timeout=120_000)
    with page.expect_download() as coming:
        page.get_by_test_id("copy-save").click()
    name = coming.value.suggested_filename
    coming.value.save_as(tmp_path / name)
    with page.expect_download() as coming:
        page.get_by_test_id("copy-save-text").click()
    assert coming.value.suggested_filename == name.rpartition(".")[0] + ".txt"
    coming.value.save_as(tmp_path / "text")
    return original, tmp_path / name, (tmp_path / "text").read_text()


@pytest.mark.parametrize("way", ["hide", "keep"])
def test_what_is_taken_out_is_in_no_picture_of_the_copy(house: House, way: str, tmp_path: Path) -> None:
    import hashlib

    page = house.owner.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method != "GET" else None)
    original, copy, text = make(page, house, way, tmp_path)
    with av.open(str(copy)) as container:
        assert [stream.type for stream in container.streams] == ["video"], "what was said is not in it"
    gone, kept = kept_detail(original, copy, way)
    print(f"{way}: {len(gone)} pictures; detail gone {max(gone):.3f} at most, kept {min(kept):.2f} at least")
    assert len(gone) >= 15  # ten a second, however starved the machine is
    assert max(gone) < 0.25 < 0.5 < min(kept)

    assert "copy with others taken out" in copy.name
    assert hashlib.sha256(copy.read_bytes()).hexdigest() in text
    assert "It is not the original" in text
    wanted = "were taken out; the rest is as it was" if way == "hide" else "Everything but the parts below"
    assert wanted in text
    assert not [url for url in asked if "copy" in url or not url.startswith(house.url)]
    assert_fine(page)
    page.close()


def test_a_part_is_moved_sized_and_timed_by_keyboard_and_finger(house: House) -> None:
    page = house.owner.new_page()
    page.goto(f"{house.url}/clips/{house.finished_clips()[0]}/copy")
    page.locator("[data-testid=part-add]:not([disabled])").click()
    body, corner = page.get_by_test_id("part-1"), page.get_by_test_id("part-corner-1")
    at = body.bounding_box()
    assert at is not None
    body.press("Shift+ArrowRight")
    corner.press("Shift+ArrowDown")
    moved = body.bounding_box()
    assert moved is not None
    assert moved["x"] > at["x"]
    assert moved["height"] > at["height"]

    page.mouse.move(moved["x"] + moved["width"] / 2, moved["y"] + moved["height"] / 2)
    page.mouse.down()
    page.mouse.move(moved["x"] + moved["width"] / 2 - 40, moved["y"] + moved["height"] / 2, steps=4)
    page.mouse.up()
    dragged = body.bounding_box()
    assert dragged is not None
    assert abs(dragged["x"] - moved["x"] + 40) < 4

    expect(page.get_by_test_id("part-span-1")).to_have_text("The whole clip")
    page.get_by_test_id("copy-moment").fill("2")
    page.get_by_test_id("part-from-1").click()
    expect(page.get_by_test_id("part-span-1")).to_contain_text("From 2")
    page.get_by_test_id("part-whole-1").click()
    expect(page.get_by_test_id("part-span-1")).to_have_text("The whole clip")

    page.evaluate("addEventListener('seeked', event => event.stopImmediatePropagation(), true)")  # never gets there
    page.get_by_test_id("copy-make").click()
    page.get_by_test_id("copy-cancel").click()
    expect(page.get_by_test_id("copy-cancel")).to_have_count(0)
    expect(page.get_by_test_id("copy-failed")).to_have_count(0)

    page.get_by_test_id("part-remove-1").click()
    expect(body).to_have_count(0)
    assert page.get_by_test_id("copy-make").get_attribute("aria-disabled") == "true"
    page.close()
