"""Notices in this browser: what is said first, the worker that shows them, and a browser that refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect
from playwright.sync_api import Browser as Chromium

from tests.e2e.conftest import CHROMIUM, FLAGS, PHONE, House, quiet_context, until
from tests.e2e.owner import action_of, choose, invite, join
from tests.e2e.test_ways_out import assert_fine
from tests.push_service import Browser, subscription

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
ENDPOINT = "https://fcm.googleapis.com/fcm/send/e2e"
STAND_IN = """
given => {
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0)).buffer;
  let made = null;
  PushManager.prototype.getSubscription = async () => made;
  PushManager.prototype.subscribe = async options => {
    window.subscribedWith = options;
    made = {
      endpoint: given.endpoint,
      options,
      getKey: name => bytes(name === "auth" ? given.auth : given.key),
      unsubscribe: async () => { made = null; return true; },
    };
    return made;
  };
}
"""
"""Chromium's own subscription would call Google. All else is the browser's."""


def stand_in(page: Page) -> None:
    page.add_init_script(f"({STAND_IN})({json.dumps(subscription(Browser.new(), ENDPOINT))})")


def test_a_browser_that_trusts_the_page_not_says_why_and_what_to_do(house: House) -> None:
    house.owner.grant_permissions(["notifications"], origin=house.url)
    page = house.owner.new_page()
    stand_in(page)
    page.goto(f"{house.url}/ways-out")
    page.get_by_test_id("push-join").click()
    dialog = page.get_by_test_id("push-dialog")
    expect(dialog).to_contain_text("that something happened, and when")
    expect(dialog).to_contain_text("internet address")
    assert_fine(page)
    page.get_by_test_id("push-open").click()
    expect(page.get_by_test_id("question")).to_contain_text("This is outside your house")
    assert_fine(page)
    page.get_by_test_id("question-yes").click()
    expect(dialog).to_contain_text("own certificate, so it allows no notices")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_test_id("ways-none")).to_be_visible()
    page.close()


@pytest.fixture
def tablet(house: House, chromium: Chromium) -> Iterator[Page]:
    """A second owner's device, in a browser to which the doorbell's certificate is as good as any."""
    page = house.owner.new_page()
    link = invite(page, house.url, "owner")
    page.close()
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, "--ignore-certificate-errors"])
    try:
        with quiet_context(browser, viewport=PHONE, has_touch=True) as context:
            context.grant_permissions(["notifications"], origin=house.url)
            page = context.new_page()
            stand_in(page)
            join(page, link, "Tablet")
            yield page
    finally:
        browser.close()


def deliver(page: Page, url: str, data: str) -> None:
    """As a push service would, through Chromium's own door for it."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(each["registrationId"] for each in told["registrations"] if not each["isDeleted"]),
    )
    session.send("ServiceWorker.enable")
    deadline_s = time.monotonic() + 30
    while not found:
        assert time.monotonic() < deadline_s
        page.wait_for_timeout(50)
    session.send("ServiceWorker.deliverPushMessage", {"origin": url, "registrationId": found[-1], "data": data})
    session.detach()


def shown(page: Page, least: int) -> list[dict[str, Any]]:
    """What the worker shows at this moment, by title."""
    ask = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
        .map(each => ({title: each.title, body: each.body}))"""
    found: list[dict[str, Any]] = []

    def are_shown() -> bool:  # not by wait_for_function, to which any promise is true
        found[:] = page.evaluate(ask)
        return len(found) >= least

    until(are_shown, f"{least} notices")
    return sorted(found, key=lambda each: str(each["title"]))


class Holds:
    """Answers to looks at the ways out, each given to the page when it is let go, as a slow network would."""

    def __init__(self) -> None:
        self.held: list[tuple[Route, APIResponse]] = []

    def __call__(self, route: Route) -> None:
        if action_of(route.request) == "holes.get":
            self.held.append((route, route.fetch()))
        else:
            route.continue_()

    def let_go(self) -> None:
        assert self.held
        for route, answer in self.held:
            route.fulfill(response=answer)


def workers(page: Page) -> int:
    return int(page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length"))


def test_a_device_is_switched_on_told_and_switched_off(house: House, tablet: Page) -> None:
    page = tablet
    page.goto(f"{house.url}/ways-out")
    page.get_by_test_id("push-join").click()
    looks = Holds()
    page.route("**/api/commands", looks)
    with page.expect_request(lambda request: "/api/commands" in request.url and action_of(request) == "holes.get"):
        pass
    page.get_by_test_id("way-notice-motion").check()
    page.get_by_test_id("push-open").click()
    page.get_by_test_id("question-yes").click()
    expect(page.get_by_test_id("way-place-push")).to_contain_text("fcm.googleapis.com:443")
    expect(page.get_by_test_id("way-place-push")).to_contain_text("Outside your house")
    expect(page.get_by_test_id("push-count")).to_contain_text("Only this device")
    looks.let_go()  # from before, and no reason to end anything
    page.unroute("**/api/commands")
    assert_fine(page)
    assert workers(page) == 1
    used = page.evaluate(
        "() => [subscribedWith.userVisibleOnly, new Uint8Array(subscribedWith.applicationServerKey).length]"
    )
    assert used == [True, 65]

    now_s = int(time.time())
    deliver(page, house.url, f"ring {now_s}")
    assert shown(page, 1) == [{"title": "Somebody rang", "body": ""}]
    deliver(page, house.url, f"offline {now_s - 3600}")
    deliver(page, house.url, "<b>what</b>")
    titles = {each["title"]: each["body"] for each in shown(page, 3)}
    assert set(titles) == {"Somebody rang", "The camera sees nothing any more", "Something happened at the door"}
    assert titles["The camera sees nothing any more"].startswith("At ")
    assert page.evaluate("() => caches.keys()") == []

    page.get_by_test_id("push-change").click()
    expect(page.get_by_test_id("way-notice-motion")).to_be_checked()
    choose(page, "way-cooldown-600")
    page.get_by_test_id("push-open").click()
    page.get_by_test_id("question-yes").click()
    expect(page.get_by_test_id("push-dialog")).to_have_count(0)
    page.get_by_test_id("push-change").click()
    expect(page.get_by_test_id("way-cooldown-600")).to_be_checked()
    page.get_by_role("button", name="Cancel").click()

    page.get_by_test_id("push-leave").click()
    expect(page.get_by_test_id("ways-none")).to_be_visible()
    until(lambda: workers(page) == 0, "the worker to go")
