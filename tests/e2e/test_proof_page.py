"""What this camera cannot do, on a page: the three results are told apart, in both themes, at both sizes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT, Starter
from tests.e2e.owner import claim, draw_rectangle

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "async () => (await axe.run(document)).violations.map(rule => `${rule.id}: ${rule.nodes.map(n => n.target)}`)"


def assert_fine(page: Page) -> None:
    """Nothing for axe in either theme."""
    page.evaluate(AXE.read_text())
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        page.wait_for_function("() => document.getAnimations().every(each => each.playState === 'finished')")
        assert page.evaluate(RUN) == [], theme


def line(name: str, result: str, detail: str) -> dict[str, str]:
    return {"id": name, "claim": f"Claim {name}.", "result": result, "how": "looked at it", "detail": detail}


def write(data: Path, *lines: dict[str, str]) -> None:
    proof = {"v": 1, "at_ms": 1_790_000_000_000, "version": "0.1", "findings": lines}
    (data / "proof.json").write_text(json.dumps(proof))


def test_the_page_tells_proved_failed_and_not_checked_apart(start_stoop: Starter, page: Page) -> None:
    if not AXE.exists():
        pytest.skip("no web/node_modules here: run python3 run.py setup")
    run = start_stoop("demo")
    claim(page, run.url, run.code)
    draw_rectangle(page)

    page.goto(f"{run.url}/settings")
    page.get_by_test_id("settings-proof").click()
    expect(page.get_by_test_id("proof-none")).to_be_visible()
    assert_fine(page)

    write(run.data, line("one", "proved", "all well"), line("two", "not checked", "no root"))
    page.reload()
    expect(page.get_by_test_id("proof-verdict")).to_contain_text("1 claim proved, none failed")
    expect(page.get_by_test_id("proof-verdict")).to_contain_text("1 claim could not be checked")
    expect(page.get_by_test_id("proof-two")).to_have_text("Not checked: Claim two.No root.")

    write(run.data, line("one", "proved", "all well"), line("three", "failed", "<b>a key</b>"))
    page.reload()
    expect(page.get_by_test_id("proof-verdict")).to_contain_text("One claim does not hold")
    expect(page.get_by_test_id("proof-three")).to_have_text("Failed: Claim three.Looked at it. <b>a key</b>.")
    expect(page.get_by_test_id("proof-one")).to_contain_text("Proved: Claim one.")
    assert_fine(page)
