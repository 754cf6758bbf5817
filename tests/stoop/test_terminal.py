"""What a terminal shows is what was meant: fingerprints stay fingerprints, and names command nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.markup import render

from stoop.run_command import Announcement
from stoop.supervise import Part
from stoop.terminal import new_console, plain

FINGERPRINT = ":".join(["1A", "AB", "B8", "0A"] * 8)
"""With `:ab:` in it, which is also the name of a blood group's emoji."""


def test_the_fingerprint_that_is_compared_is_shown_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    part = Part("server", lambda _: (), frozenset({"url", "fingerprint"}))
    part.said.update(url="https://localhost:1", claim_code="ABCD-EFGH", fingerprint=FINGERPRINT)
    Announcement(tmp_path, None)([part])

    shown = "".join(re.findall(r"\b[0-9A-F]{2}\b:?", capsys.readouterr().out.partition("fingerprint")[2]))
    assert shown.replace(":", "") == FINGERPRINT.replace(":", "")


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "a\x07b", "a\rb", "a\u202eb"])
def test_a_name_commands_nothing(name: str) -> None:
    assert render(plain(name)).plain.isprintable()


def test_a_name_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    new_console().print(plain("[red]x[/red]:ab:"))
    assert capsys.readouterr().out == "[red]x[/red]:ab:\n"
