"""The sign and the neighbour's sheet, on paper and as files that openssl and a stranger can check."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def pages_of(page: Page) -> int:
    """Sheets of paper that printing this page takes, at the size that the page itself asks for."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True, print_background=True)))


def test_a_sign_is_one_sheet_at_each_size_and_says_who_and_how(house: House) -> None:
    page = house.owner.new_page()
    page.goto(f"{house.url}/sign")
    page.get_by_test_id("sign-owner").fill("The Smiths at number 12")
    page.get_by_test_id("sign-contact").fill("ring the bell")
    page.evaluate("window.print = () => {}")
    paper = page.get_by_test_id("sign-paper")
    for size in ("A6", "A5", "A4"):
        page.get_by_test_id("sign-size").get_by_text(size).click()
        page.locator(f".paper-{size.lower()}").wait_for()
        page.get_by_test_id("sign-print").click()
        assert pages_of(page) == 1, size
    said = paper.inner_text()
    assert "The Smiths at number 12" in said
    assert "ring the bell" in said
    assert "Sound is never recorded" in said
    assert paper.locator("svg polygon.sign-outline").count() == 1
    page.close()


def test_a_neighbours_sheet_is_checked_with_openssl_and_nothing_of_ours(house: House, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl here: install the Debian package openssl")
    page = house.owner.new_page()
    page.goto(f"{house.url}/sign")
    page.get_by_test_id("sign-what").get_by_text("Sheet for a neighbour").click()
    page.get_by_test_id("coverage-make").click()
    paper = page.get_by_test_id("coverage-paper")
    paper.wait_for()
    with page.expect_download() as coming:
        page.get_by_test_id("coverage-save").click()
    coming.value.save_as(tmp_path / "coverage.json")
    parts = json.loads((tmp_path / "coverage.json").read_text())
    (tmp_path / "statement").write_text(parts["statement"])
    (tmp_path / "key.pem").write_text(parts["key"])
    (tmp_path / "signature").write_bytes(base64.b64decode(parts["signature"]))
    words = ["pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "statement", "-sigfile", "signature"]
    subprocess.run([openssl, *words], cwd=tmp_path, check=True, capture_output=True)
    said = json.loads(parts["statement"])
    digest = hashlib.sha256(said["mask"].encode()).hexdigest()
    assert digest == said["mask_sha256"]
    assert digest in paper.inner_text()
    assert parts["signature"] in paper.inner_text()

    (tmp_path / "statement").write_text(parts["statement"].replace("0.", "1.", 1))
    assert subprocess.run([openssl, *words], cwd=tmp_path, check=False, capture_output=True).returncode != 0
    page.close()
