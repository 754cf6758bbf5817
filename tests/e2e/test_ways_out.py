"""What may leave this house: an owner opens a way out by the page, sees that it works, tries it, and closes it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT, House
from tests.server.courier.fakes import Receiver, receiver

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "async () => (await axe.run(document)).violations.map(rule => `${rule.id}: ${rule.nodes.map(n => n.target)}`)"


def assert_fine(page: Page) -> None:
    """Nothing for axe in either theme."""
    if not AXE.exists():
        pytest.skip("no web/node_modules here: run python3 run.py setup")
    page.evaluate(AXE.read_text())
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        page.wait_for_function("() => document.getAnimations().every(each => each.playState === 'finished')")
        assert page.evaluate(RUN) == [], theme


def words_of(taken: Receiver) -> list[str]:
    return [json.loads(each.body)["kind"] for each in taken.taken]


def test_an_owner_opens_tries_and_closes_a_way_out(house: House) -> None:
    page = house.owner.new_page()
    page.goto(f"{house.url}/settings")
    page.get_by_test_id("settings-ways").click()
    expect(page.get_by_test_id("ways-none")).to_be_visible()
    assert_fine(page)
    with receiver() as hook:
        page.get_by_test_id("way-set-up-webhook").click()
        page.get_by_test_id("way-address").fill("nas.local")
        page.get_by_test_id("way-open").click()
        expect(page.get_by_text("Give the IP address of the other device")).to_be_visible()
        assert_fine(page)
        page.get_by_test_id("way-address").fill("127.0.0.1")
        page.get_by_test_id("way-port").fill(str(hook.port))
        page.get_by_test_id("way-open").click()
        question = page.get_by_test_id("question")
        expect(question).to_contain_text("No picture and no name goes there")
        page.get_by_test_id("question-yes").click()
        expect(page.get_by_test_id("way-place-webhook")).to_have_text(f"127.0.0.1:{hook.port}")
        expect(page.get_by_test_id("ways-some")).to_contain_text("1 way out is open")

        page.get_by_test_id("way-test-webhook").click()
        expect(page.get_by_test_id("way-state-webhook")).to_contain_text("Working", timeout=60_000)
        assert words_of(hook) == ["test"]
        assert_fine(page)

        page.get_by_test_id("way-quiet-30").click()
        expect(page.get_by_test_id("way-quiet")).to_contain_text("No notices until")
        page.get_by_test_id("way-quiet-end").click()
        page.get_by_test_id("way-close-webhook").click()
        expect(page.get_by_test_id("ways-none")).to_be_visible()
    page.goto(f"{house.url}/log")
    expect(page.get_by_text("Phone closed a way out: webhook 127.0.0.1").first).to_be_visible()
    page.close()


def test_an_address_outside_of_the_house_takes_a_second_word(house: House) -> None:
    page = house.owner.new_page()
    page.goto(f"{house.url}/ways-out")
    page.get_by_test_id("way-set-up-ntfy").click()
    page.get_by_test_id("way-address").fill("203.0.113.9")
    page.get_by_test_id("way-topic").fill("door")
    page.get_by_test_id("way-open").click()
    question = page.get_by_test_id("question")
    expect(question).to_contain_text("This is outside your house")
    assert_fine(page)
    page.get_by_test_id("question-yes").click()
    expect(page.get_by_text("must be encrypted")).to_be_visible()  # the camera's own word: http will not do
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_test_id("ways-none")).to_be_visible()
    page.close()


def test_a_device_that_may_only_watch_has_no_such_page(house: House) -> None:
    page = house.joined("viewer", "Tablet")
    page.goto(f"{house.url}/settings")
    expect(page.get_by_test_id("settings")).to_be_visible()
    expect(page.get_by_test_id("settings-ways")).to_have_count(0)
    page.goto(f"{house.url}/ways-out")
    page.get_by_test_id("live").wait_for()
