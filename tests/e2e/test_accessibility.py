"""Every screen for everybody: axe finds nothing in either theme at either size, and a keyboard is enough."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.conftest import PHONE, ROOT, House, Starter
from tests.e2e.owner import invite, leave_sheet, try_code, wait_for_frames

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
WIDE: ViewportSize = {"width": 1280, "height": 800}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RUN = """async () => (await axe.run(document)).violations.flatMap(rule =>
  rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`))"""
SMALL = """() => [...document.querySelectorAll('button, a[href], input, summary')]
  .filter(element => element.checkVisibility() && !element.closest('.unseen') && !element.closest('p'))
  .map(element => [element, [element, ...(element.labels ?? [])].map(target => target.getBoundingClientRect())])
  .filter(([, boxes]) => !boxes.some(box => box.width >= 43.5 && box.height >= 43.5))
  .map(([element, [box]]) => `${element.outerHTML.slice(0, 90)}: ${box.width} x ${box.height}`)"""
FOCUSED = "() => document.activeElement?.dataset?.testid ?? ''"


@pytest.fixture(autouse=True)
def _axe_is_here() -> None:
    if not AXE.exists():
        pytest.skip("no web/node_modules here: run python3 run.py setup")


@pytest.fixture
def page(house: House) -> Iterator[Page]:
    """The owner's page."""
    page = house.owner.new_page()
    yield page
    page.close()


def test_axe_would_find_something(house: House, page: Page) -> None:
    page.goto(house.url)
    page.get_by_test_id("live").wait_for()
    page.evaluate("document.querySelector('h1').insertAdjacentElement('afterend', document.createElement('button'))")

    assert "button-name" in " ".join(violations(page))


def test_live(house: House, page: Page) -> None:
    page.goto(house.url)
    wait_for_frames(page, 1)
    page.get_by_test_id("last-visits").wait_for()
    assert_fine(page)


def test_an_address_where_nothing_is(house: House, page: Page) -> None:
    page.goto(f"{house.url}/nowhere")
    page.get_by_test_id("lost").wait_for()
    assert_fine(page)


def test_clips_and_one_clip(house: House, page: Page) -> None:
    page.goto(f"{house.url}/clips")
    page.locator("[data-testid=clips] img").first.wait_for()
    assert_fine(page)
    page.goto(f"{house.url}/clips/{house.finished_clips()[-1]}")
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2")
    assert_fine(page)
    page.get_by_test_id("clip-delete").click()
    page.get_by_test_id("question").wait_for()
    assert_fine(page)


def test_a_clip_that_is_gone(house: House, page: Page) -> None:
    page.goto(f"{house.url}/clips/{'0' * 32}")
    page.get_by_test_id("clip-gone").wait_for()
    assert_fine(page)


def test_drawing(house: House, page: Page) -> None:
    page.goto(f"{house.url}/draw")
    page.get_by_test_id("draw-canvas").wait_for()
    assert_fine(page)
    page.get_by_test_id("draw-layer").get_by_text("Hide parts").click()
    page.get_by_test_id("draw-rectangle").click()
    assert_fine(page)


def test_devices_and_pairing(house: House, page: Page) -> None:
    page.goto(f"{house.url}/devices")
    page.get_by_test_id("device-list").wait_for()
    page.get_by_test_id("session-list").wait_for()
    assert_fine(page)
    page.get_by_test_id("pair-another").click()
    page.get_by_test_id("pair-dialog").wait_for()
    assert_fine(page)
    page.get_by_test_id("pair-make").click()
    page.get_by_test_id("pair-link").wait_for()
    assert_fine(page)


def test_talk_and_phrases(house: House, page: Page) -> None:
    page.goto(house.url)
    page.get_by_test_id("talk-open").click()
    page.get_by_test_id("talk").wait_for()
    assert_fine(page)
    page.get_by_test_id("talk-hang-up").click()
    page.goto(f"{house.url}/settings")
    page.get_by_test_id("reply-add").click()
    page.get_by_test_id("reply-dialog").wait_for()
    assert_fine(page)


def test_the_sign_and_the_sheet(house: House, page: Page) -> None:
    page.goto(f"{house.url}/sign")
    page.get_by_test_id("sign-paper").wait_for()
    assert_fine(page)
    page.get_by_test_id("sign-what").get_by_text("Sheet for a neighbour").click()
    page.get_by_test_id("coverage-make").click()
    page.get_by_test_id("coverage-paper").wait_for()
    assert_fine(page)


def test_parcels_and_requests(house: House, page: Page) -> None:
    page.goto(f"{house.url}/parcels")
    page.get_by_test_id("parcels-draw").click()
    page.get_by_test_id("motion-point-0").wait_for()
    assert_fine(page)
    page.get_by_test_id("parcels-save").click()
    page.get_by_test_id("parcels-stop").click()
    page.get_by_test_id("parcels-draw").wait_for()
    page.goto(f"{house.url}/rights")
    page.get_by_test_id("right-note").wait_for()
    assert_fine(page)


def test_how_long_clips_stay(house: House, page: Page) -> None:
    page.goto(f"{house.url}/keeping")
    page.get_by_test_id("room-used").wait_for()
    assert_fine(page)
    page.goto(f"{house.url}/clips")
    page.get_by_test_id("how-long").wait_for()
    page.locator(".visit").first.click()
    page.get_by_test_id("clip-goes").wait_for()
    assert_fine(page)
    page.goto(f"{house.url}/inventory")
    page.get_by_test_id("pile-clips").wait_for()
    assert_fine(page)


def test_activity(house: House, page: Page) -> None:
    page.goto(f"{house.url}/log")
    page.get_by_test_id("log-lines").wait_for()
    assert_fine(page)


def test_settings_and_the_recovery_key(house: House, page: Page) -> None:
    page.goto(f"{house.url}/settings")
    page.get_by_test_id("switch-watching").wait_for()
    assert_fine(page)
    page.get_by_test_id("settings-show-key").click()
    page.get_by_test_id("question-yes").click()
    page.get_by_test_id("recovery-key").wait_for()
    assert_fine(page)


def test_a_browser_that_is_not_paired_and_one_that_joins(house: House, page: Page) -> None:
    link = invite(page, house.url, "viewer")
    stranger = house.someone()
    stranger.goto(house.url)
    stranger.get_by_test_id("unpaired").wait_for()
    assert_fine(stranger)
    stranger.goto(f"{house.url}/pair#broken")
    stranger.get_by_test_id("pair-broken").wait_for()
    assert_fine(stranger)
    stranger.goto("about:blank")
    stranger.goto(link)
    stranger.get_by_test_id("pair-name").wait_for()
    assert_fine(stranger)
    stranger.get_by_test_id("pair-join").click()
    stranger.get_by_test_id("live").wait_for()
    wait_for_frames(stranger, 1)
    assert_fine(stranger)
    stranger.goto(f"{house.url}/settings")
    stranger.get_by_test_id("sign-out").wait_for()
    assert_fine(stranger)
    stranger.evaluate("scrollTo(0, document.body.scrollHeight)")  # from under the bar at the bottom
    stranger.get_by_test_id("sign-out").click()
    stranger.get_by_test_id("signed-out").wait_for()
    assert_fine(stranger)


def test_claiming(start_stoop: Starter, house: House) -> None:
    stoop = start_stoop("demo")
    newcomer = house.someone()
    newcomer.goto(stoop.url)
    newcomer.get_by_test_id("claim-start").wait_for()
    assert_fine(newcomer)
    newcomer.get_by_test_id("claim-start").click()
    try_code(newcomer, "0000-0000")
    expect(newcomer.get_by_test_id("field-error")).to_contain_text("left")
    assert_fine(newcomer)
    newcomer.get_by_test_id("claim-show").click()
    newcomer.get_by_test_id("claim-name-next").click()
    newcomer.get_by_test_id("qr").wait_for()
    assert_fine(newcomer)
    newcomer.get_by_test_id("claim-type").click()
    newcomer.get_by_test_id("claim-code").fill(stoop.code)
    newcomer.get_by_test_id("claim-code-next").click()
    newcomer.get_by_test_id("claim-camera-name").wait_for()
    assert_fine(newcomer)
    newcomer.get_by_test_id("claim-name-next").click()
    newcomer.get_by_test_id("recovery-key").wait_for()
    assert_fine(newcomer)
    leave_sheet(newcomer)
    newcomer.goto(stoop.url)
    newcomer.get_by_test_id("live-draw").wait_for()
    assert_fine(newcomer)


def test_saying_that_something_was_lost(house: House, page: Page) -> None:
    page.goto(f"{house.url}/devices")
    page.get_by_test_id("device-lost").click()
    assert_fine(page)
    page.get_by_test_id("lost-sheet").check()
    assert_fine(page)


def test_getting_back_in_with_the_sheet(house: House) -> None:
    page = house.someone()
    page.goto(house.url)
    page.get_by_test_id("unpaired").wait_for()
    assert_fine(page)
    page.get_by_test_id("unpaired-recover").click()
    page.get_by_test_id("recover-code").fill("ABCD-2345")
    assert_fine(page)
    page.get_by_test_id("recover-code-next").click()
    page.get_by_test_id("recover-finish").click()
    assert_fine(page)


def test_a_keyboard_is_enough_to_claim_and_to_draw(start_stoop: Starter, house: House) -> None:
    stoop = start_stoop("demo")
    page = house.someone()
    page.goto(stoop.url)
    page.get_by_test_id("claim-start").wait_for()
    press_on(page, "claim-start")
    page.get_by_test_id("claim-code").wait_for()
    page.keyboard.type(stoop.code)
    page.keyboard.press("Enter")
    page.get_by_test_id("claim-camera-name").wait_for()
    page.keyboard.type("Front door")
    page.keyboard.press("Enter")
    page.get_by_test_id("recovery-key").wait_for()
    press_on(page, "sheet-safe", "Space")
    press_on(page, "sheet-next")

    page.get_by_test_id("draw-canvas").wait_for()
    tab_to(page, "draw-canvas")
    for keys in ("ArrowLeft " * 8 + "ArrowUp " * 6, "ArrowRight " * 16, "ArrowDown " * 12):
        for key in keys.split():
            page.keyboard.press(key)
        page.keyboard.press("Enter")
    press_on(page, "draw-finish")
    press_on(page, "draw-save")
    page.get_by_test_id("live").wait_for()
    wait_for_frames(page, 1)


def assert_fine(page: Page) -> None:
    """Nothing for axe in any theme and size; on the phone every target is 44 px wide and high."""
    page.evaluate(AXE.read_text())
    found = []
    for size, theme in product((PHONE, WIDE), THEMES):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        page.wait_for_function("() => document.getAnimations().every(each => each.playState === 'finished')")
        found += [f"{theme} {size['width']}: {violation}" for violation in violations(page)]
        found += [f"{theme} {size['width']}: too small: {small}" for small in page.evaluate(SMALL)]
    page.set_viewport_size(PHONE)
    assert found == []


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(RUN)
    return found


def tab_to(page: Page, testid: str) -> None:
    for _ in range(40):
        if page.evaluate(FOCUSED) == testid:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {testid}")


def press_on(page: Page, testid: str, key: str = "Enter") -> None:
    tab_to(page, testid)
    page.keyboard.press(key)
