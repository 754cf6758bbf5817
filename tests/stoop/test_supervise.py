"""What the two processes tell their supervisor is not believed further than it must be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoop.run_command import halves
from stoop.supervise import facts_in

KNOWN = frozenset({"url", "fingerprint"})


def test_known_facts_are_heard() -> None:
    assert facts_in(b'{"url": "https://localhost", "fingerprint": null}', KNOWN) == {
        "url": "https://localhost",
        "fingerprint": None,
    }


def test_the_server_cannot_speak_for_the_camera() -> None:
    assert facts_in(b'{"claim_code": "AAAA-AAAA", "url": "u"}', KNOWN) == {"url": "u"}


@pytest.mark.parametrize("line", [b"", b"[]", b"{", b'{"url": 5}', b'{"url": ["x"]}', b"\xff", b"[" * 100_000])
def test_a_line_that_is_none_tells_nothing(line: bytes) -> None:
    assert facts_in(line, KNOWN) == {}


@given(st.binary(max_size=200))
def test_no_line_makes_the_supervisor_raise(line: bytes) -> None:
    assert set(facts_in(line, KNOWN)) <= KNOWN


def test_a_fingerprint_is_shown_in_two_lines_of_sixteen() -> None:
    shown = halves(":".join(f"{number:02X}" for number in range(32)))

    assert [line.count(":") for line in shown.splitlines()] == [15, 15]
    assert shown.replace("\n", ":").split(":")[31] == "1F"
