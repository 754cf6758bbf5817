"""Rate limits and sessions keep within their bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import Refused
from server.rate_limit import MAX_ADDRESSES, RateLimiter, address_group
from server.sessions import MAX_SESSIONS, SessionStore
from server.unverified import read_command
from tests.server.fakes import FakeClock, jws


def test_no_number_of_addresses_fills_the_memory() -> None:
    limiter = RateLimiter(60, 1, FakeClock())
    for number in range(3 * MAX_ADDRESSES):
        limiter.allows(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(limiter) == MAX_ADDRESSES


def test_one_address_does_not_use_up_another_ones_share() -> None:
    limiter = RateLimiter(60, 1, FakeClock())
    assert limiter.allows("192.0.2.1")
    assert not limiter.allows("192.0.2.1")
    assert limiter.allows("192.0.2.2")


def test_the_share_comes_back_with_time_and_no_more_than_the_burst() -> None:
    clock = FakeClock()
    limiter = RateLimiter(60, 2, clock)
    assert [limiter.allows("a") for _ in range(3)] == [True, True, False]
    clock.now_s += 1
    assert [limiter.allows("a") for _ in range(2)] == [True, False]
    clock.now_s += 3600
    assert [limiter.allows("a") for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
    ],
)
def test_ipv6_counts_by_its_network_beyond_the_link(one: str, other: str, is_same: bool) -> None:
    assert (address_group(one) == address_group(other)) is is_same


def test_sessions_are_bounded_and_their_ends_are_told() -> None:
    store = SessionStore(FakeClock())
    ended: list[str] = []
    store.on_end(lambda session: ended.append(session.device))
    for number in range(MAX_SESSIONS + 3):
        store.open(f"device {number}", "Phone", "viewer")
    assert len(store.all()) == MAX_SESSIONS
    assert ended == ["device 0", "device 1", "device 2"]


def test_each_token_opens_its_own_session() -> None:
    store = SessionStore(FakeClock())
    opened = [store.open("d", "Phone", "owner") for _ in range(5)]
    assert [store.find(token) for token, _ in opened] == [session for _, session in opened]
    assert len({token for token, _ in opened}) == 5


@given(st.text(max_size=300) | st.binary(max_size=100).map(lambda raw: raw.decode("latin-1")))
def test_no_text_breaks_the_command_reader(text: str) -> None:
    for command in (text, f"{text}.{text}.{text}"):
        try:
            read_command(command)
        except Refused as refusal:
            assert (refusal.status, refusal.code) == (400, "bad_request")  # noqa: PT017  (either outcome is fine)


def test_a_command_says_who_and_what() -> None:
    command = read_command(jws("device.revoke", kid="k", device="d"))
    assert (command.kid, command.action, command.device) == ("k", "device.revoke", "d")
