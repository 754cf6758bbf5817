"""The page's strict policy as a real browser keeps it: no script or address but our own, and one named worker."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

TRIES = {
    "markup from a string": "() => { document.body.innerHTML = '<b>x</b>'; }",
    "a script's address from a string": "() => { document.createElement('script').src = '/assets/x.js'; }",
    "code from a string": """() => new Promise((resolve, reject) => setTimeout(() => {
        try { resolve((0, eval)('1')); } catch (error) { reject(error); }
    }))""",
    "another policy": "() => { trustedTypes.createPolicy('other', {}); }",
    "the worker's policy once more": """() => {
        trustedTypes.createPolicy('stoop-push', {createScriptURL: url => url});
        trustedTypes.createPolicy('stoop-push', {createScriptURL: url => url});
    }""",
    "a worker's address from a string": "() => navigator.serviceWorker.register('/push_worker.js')",
    "a request to somebody else": "() => fetch('https://192.0.2.1/')",
    "a request to a blob": "() => fetch(URL.createObjectURL(new Blob(['x'])))",
}


@pytest.mark.parametrize("what", TRIES)
def test_the_browser_refuses(house: House, chromium: Browser, what: str) -> None:
    context = chromium.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{house.url}/")
    tried = (
        f"async () => {{ try {{ await ({TRIES[what]})(); return 'done'; }} catch (error) {{ return error.name; }} }}"
    )
    assert page.evaluate(tried) in ("TypeError", "EvalError", "SecurityError")
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
    assert page.evaluate(own) == 200
    context.close()
