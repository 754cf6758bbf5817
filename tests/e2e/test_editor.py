"""The stoop is drawn in a minute: by touch on a phone, and by keyboard alone."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Locator, Page

from tests.e2e.conftest import House
from tests.e2e.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


class Fingers:
    """Touches as the browser gets them from a screen."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: CDPSession = page.context.new_cdp_session(page)

    def move(self, *paths: Sequence[tuple[float, float]]) -> None:
        """Each finger goes down at the first point of its path, visits the others and lifts; all at the same pace."""
        self._send("touchStart", [path[0] for path in paths])
        for points in zip(*(path[1:] for path in paths), strict=True):
            self._send("touchMove", points)
        self._send("touchEnd", [])
        self._page.wait_for_timeout(60)

    def _send(self, kind: str, points: Sequence[tuple[float, float]]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def middle(one: Locator) -> tuple[float, float]:
    """On the screen, of something on the picture, with the page scrolled to its top."""
    one.page.evaluate("scrollTo(0, 0)")
    box = one.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def line(begin: tuple[float, float], end: tuple[float, float], steps: int = 6) -> list[tuple[float, float]]:
    return [
        (begin[0] + (end[0] - begin[0]) * step / steps, begin[1] + (end[1] - begin[1]) * step / steps)
        for step in range(steps + 1)
    ]


def place_on(page: Page, x: float, y: float) -> tuple[float, float]:
    """A share of the picture as a place on the screen, with the page scrolled to its top."""
    page.evaluate("scrollTo(0, 0)")
    box = page.get_by_test_id("draw-canvas").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def corners(page: Page, layer: str = "allow") -> list[tuple[float, float]]:
    """The first shape of the layer as shares of the picture, from what its corners tell a screen reader."""
    labels = [
        one.get_attribute("aria-label") or "" for one in page.get_by_test_id(re.compile(f"^point-{layer}-0-")).all()
    ]
    found = [re.search(r"(\d+) % from the left, (\d+) % from the top", label) for label in labels]
    return [(int(one[1]) / 100, int(one[2]) / 100) for one in found if one]


def open_editor(house: House) -> Page:
    page = house.owner.new_page()
    page.goto(f"{house.url}/draw")
    page.get_by_test_id("draw-canvas").wait_for()
    page.get_by_test_id("plate").wait_for()
    return page


def exported(page: Page) -> dict[str, list[list[list[float]]]]:
    if not page.get_by_test_id("mask-export").is_visible():
        page.get_by_test_id("mask-file").click()
    with page.expect_download() as coming:
        page.get_by_test_id("mask-export").click()
    text: dict[str, list[list[list[float]]]] = json.loads(Path(coming.value.path()).read_text())
    return text


def test_it_is_drawn_by_touch(house: House) -> None:
    page = open_editor(house)
    fingers = Fingers(page)
    before = corners(page)
    assert len(before) == 4

    # a corner dragged near the edge of the picture lands on it; the step can be undone and done again
    corner = page.get_by_test_id("point-allow-0-0")
    edge = place_on(page, 0.012, 0.02)
    fingers.move(line(middle(corner), edge))
    assert corners(page)[0] == (0.0, 0.0)
    page.get_by_test_id("draw-undo").click()
    assert corners(page) == before
    page.get_by_test_id("draw-redo").click()
    assert corners(page)[0] == (0.0, 0.0)

    # two fingers zoom, and neither sets a corner nor moves one
    drawn, x, y = exported(page), *place_on(page, 0.5, 0.5)
    fingers.move(line((x - 30, y), (x - 110, y)), line((x + 30, y), (x + 110, y)))
    page.get_by_test_id("zoom-whole").wait_for()
    frame, canvas = (page.locator(name).bounding_box() for name in (".canvas-frame", ".canvas"))
    assert frame is not None
    assert canvas is not None
    assert canvas["width"] > 2.5 * frame["width"]
    fingers.move(line((x, y), (x - 60, y - 20)))  # one finger pans
    moved = page.locator(".canvas").bounding_box()
    assert moved is not None
    assert moved["x"] < canvas["x"]
    assert exported(page) == drawn

    # zoomed in, a point is added and dragged finely, then deleted
    page.get_by_test_id("zoom-whole").click()
    page.get_by_test_id("edge-allow-0-2").click()
    assert len(corners(page)) == 5
    page.get_by_test_id("draw-delete-point").click()
    assert len(corners(page)) == 4

    # the outline of an adult says whether heads stay inside
    page.get_by_test_id("draw-person").click()
    seen = page.get_by_test_id("person-seen")
    person = page.get_by_test_id("person")
    fingers.move(line(middle(person), place_on(page, 0.97, 0.25)))
    assert "not seen" in seen.inner_text() or "cut off" in seen.inner_text()
    fingers.move(line(middle(page.get_by_test_id("person-size")), place_on(page, 0.97, 0.3)))
    fingers.move(line(middle(person), place_on(page, 0.4, 0.6)))
    page.get_by_text("from head to foot").wait_for()

    # as passers-by will look: the live picture next to the drawing
    page.get_by_test_id("draw-preview-toggle").click()
    page.wait_for_function("() => document.querySelector('.preview video')?.videoWidth > 0")
    page.get_by_test_id("suggest-ask").click()
    page.get_by_test_id("suggest-counting").or_(page.get_by_test_id("suggest-nothing")).or_(
        page.get_by_test_id("suggest-offer")
    ).first.wait_for()
    assert violations(page) == []

    # a file from elsewhere takes the drawing's place; nonsense is refused in words and changes nothing
    page.get_by_test_id("mask-import-file").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": b'{"allow": [[[0,0],[1,0]]]}'}
    )
    page.get_by_text("The camera will not take this drawing").wait_for()
    page.get_by_test_id("mask-import-file").set_input_files(
        {"name": "m.json", "mimeType": "application/json", "buffer": b'{"allow": [[[0,0.5],[1,0.5],[1,1],[0,1]]]}'}
    )
    page.get_by_text("50 % of the picture is never seen").wait_for()
    assert exported(page) == {"allow": [[[0, 0.5], [1, 0.5], [1, 1], [0, 1]]], "hide": []}
    page.get_by_test_id("draw-undo").click()
    assert corners(page) != [(0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)]
    page.close()


def test_it_is_drawn_by_keyboard_alone(house: House) -> None:
    page = open_editor(house)

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    page.get_by_test_id("draw-layer-hide").focus()
    press("Space")
    page.get_by_test_id("draw-canvas").focus()
    press("ArrowLeft", "Enter", *["ArrowRight"] * 4, "Enter", *["ArrowDown"] * 4, "Enter")
    page.get_by_test_id("open-point-0").focus()
    press("Enter")
    assert corners(page, "hide") == [(0.47, 0.5), (0.59, 0.5), (0.59, 0.62)]

    press("+")  # on no canvas: nothing happens
    page.get_by_test_id("draw-canvas").focus()
    press("+", "+")
    page.get_by_test_id("zoom-whole").wait_for()
    far = page.get_by_test_id("point-hide-0-2")
    far.focus()
    press("Shift+ArrowRight", "ArrowRight")
    assert corners(page, "hide")[2] == (0.63, 0.62)
    press("Enter")
    assert len(corners(page, "hide")) == 4
    press("Delete")
    page.get_by_test_id("point-hide-0-0").focus()
    press("Delete")
    assert len(corners(page, "hide")) in (0, 3)

    page.get_by_test_id("draw-person").focus()
    press("Space")
    person = page.get_by_test_id("person")
    person.focus()
    tall = person.bounding_box()
    press("-", "-", "ArrowUp")
    short = person.bounding_box()
    assert tall is not None
    assert short is not None
    assert short["height"] < tall["height"]
    page.close()
