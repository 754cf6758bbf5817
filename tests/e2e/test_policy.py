"""The page's strict policy as a real browser keeps it: no script or address but our own, and one named worker."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

WATCHED = """async () => {
    const refused = [];
    addEventListener('securitypolicyviolation', event => refused.push(event.effectiveDirective));
    let what;
    try { what = await (%s)(); } catch (error) { what = error.name; }
    await new Promise(resolve => setTimeout(resolve, 100));  // refusals are told in a task of their own
    return [what, refused];
}"""
SCRIPTS, POLICIES, REQUESTS = "require-trusted-types-for", "trusted-types", "connect-src"
TRIES = {
    "markup from a string": (SCRIPTS, "() => { document.body.innerHTML = '<b>x</b>'; }"),
    "a script's address from a string": (
        SCRIPTS,
        "() => { document.createElement('script').src = '/assets/x.js'; }",
    ),
    "code from a string": (
        SCRIPTS,
        """() => new Promise((resolve, reject) => setTimeout(() => {
        try { resolve((0, eval)('1')); } catch (error) { reject(error); }
    }))""",
    ),
    "another policy": (POLICIES, "() => { trustedTypes.createPolicy('other', {}); }"),
    "the worker's policy once more": (
        POLICIES,
        """() => {
        trustedTypes.createPolicy('stoop-push', {createScriptURL: url => url});
        trustedTypes.createPolicy('stoop-push', {createScriptURL: url => url});
    }""",
    ),
    "a worker's address from a string": (SCRIPTS, "() => navigator.serviceWorker.register('/push_worker.js')"),
    "a request to somebody else": (REQUESTS, "() => fetch('https://192.0.2.1/')"),
    "a request to a blob": (REQUESTS, "() => fetch(URL.createObjectURL(new Blob(['x'])))"),
}
"""By what part of the policy each is refused, as some would fail without any, where nobody answers."""


@pytest.mark.parametrize("what", TRIES)
def test_the_browser_refuses(house: House, chromium: Browser, what: str) -> None:
    directive, code = TRIES[what]
    context = chromium.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{house.url}/")
    error, refused = page.evaluate(WATCHED % code)
    assert error in ("TypeError", "EvalError", "SecurityError")
    assert refused == [directive]
    context.close()


def test_what_the_page_itself_does_is_not_refused(house: House, chromium: Browser) -> None:
    """The control: a browser that refused everything would pass the others."""
    context = chromium.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{house.url}/")
    own = """async () => {
        const policy = trustedTypes.createPolicy('stoop-push', {createScriptURL: url => url});
        document.createElement('script').src = policy.createScriptURL('/assets/x.js');
        document.body.textContent = 'x';
        return (await fetch('/api/hello')).status;
    }"""
    assert page.evaluate(WATCHED % own) == [200, []]
    context.close()
