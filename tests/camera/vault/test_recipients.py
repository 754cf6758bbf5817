"""A recipient is taken whole and usable, or refused with a sentence that leaks nothing."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.vault.bech32 import Bech32Error, bech32_decode, bech32_encode
from camera.vault.errors import RecipientError
from camera.vault.recipients import parse_recipient, parse_recipients
from stoop.reader.identities import HybridIdentity, X25519Identity

_CLASSIC = X25519Identity(os.urandom(32)).recipient
_HYBRID = HybridIdentity(os.urandom(32)).recipient
_SECRET = bech32_encode("age-secret-key-", os.urandom(32)).upper()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "too short", id="empty"),
        pytest.param("hello", "too short", id="a word"),
        pytest.param(_CLASSIC[:-1], "checksum", id="one character short"),
        pytest.param(_CLASSIC[:-1] + "!", "cannot stand there", id="foreign character"),
        pytest.param(_CLASSIC[:8].upper() + _CLASSIC[8:], "mixed", id="mixed case"),
        pytest.param(bech32_encode("age", bytes(31)), "31 bytes instead of 32", id="short key"),
        pytest.param(bech32_encode("age", bytes(32)), "not a usable public key", id="low order"),
        pytest.param(bech32_encode("age1pq", bytes(32)), "32 bytes instead of 1216", id="short hybrid key"),
        pytest.param(bech32_encode("age1pq", b"\xff" * 1216), "not a usable public key", id="no ML-KEM key"),
        pytest.param(bech32_encode("bc", bytes(32)), "of no kind", id="another kind"),
        pytest.param(_SECRET, "secret identity", id="a secret"),
    ],
)
def test_bad_recipient_is_refused(text: str, message: str) -> None:
    with pytest.raises(RecipientError, match=message) as refusal:
        parse_recipient(text)
    assert _SECRET not in str(refusal.value)


def test_kinds_are_never_mixed() -> None:
    with pytest.raises(RecipientError, match="cannot share a file"):
        parse_recipients((_CLASSIC, _HYBRID))


def test_no_recipient_is_refused() -> None:
    with pytest.raises(RecipientError, match="no recipient"):
        parse_recipients(())


@given(data=st.binary(max_size=1300))
def test_bech32_gives_back_what_it_was_given(data: bytes) -> None:
    assert bech32_decode(bech32_encode("age1pq", data)) == ("age1pq", data)


@given(data=st.binary(min_size=1, max_size=40), position=st.integers(0), char=st.sampled_from("qpzry9x8gf2tvdw0"))
def test_one_wrong_character_is_always_noticed(data: bytes, position: int, char: str) -> None:
    text = bech32_encode("age", data)
    at = 4 + position % (len(text) - 4)
    if text[at] != char:
        with pytest.raises(Bech32Error):
            bech32_decode(text[:at] + char + text[at + 1 :])
