"""Tickets run out by themselves, and no device can take all the places."""

from __future__ import annotations

from camera.tickets import LIFE_S, MAX_PER_DEVICE, MAX_VIEWERS, Tickets
from tests.camera.authority_fakes import S

PHONE, TABLET = "a" * 32, "b" * 32


def test_a_ticket_that_ran_out_counts_no_more_though_nobody_tidied_up() -> None:
    tickets = Tickets()
    tickets.open(PHONE, "Phone", 0)

    assert tickets.has_viewer(LIFE_S * S - 1)
    assert not tickets.has_viewer(LIFE_S * S)


def test_a_ticket_is_not_in_force_before_it_begins() -> None:
    tickets = Tickets()
    ticket = tickets.offer(PHONE, "Phone", 0)

    assert ticket is not None
    assert not tickets.has_viewer(1)
    tickets.begin(ticket)
    assert tickets.has_viewer(1)


def test_one_device_cannot_take_all_the_places() -> None:
    tickets = Tickets()
    own = [tickets.open(PHONE, "Phone", 0) for _ in range(MAX_VIEWERS)]

    assert [ticket is not None for ticket in own] == [number < MAX_PER_DEVICE for number in range(MAX_VIEWERS)]
    assert tickets.open(TABLET, "Tablet", 0) is not None


def test_all_devices_together_have_only_so_many_places() -> None:
    tickets = Tickets()
    opened = [tickets.open(f"{number:032x}", "Phone", 0) for number in range(MAX_VIEWERS + 3)]

    assert sum(ticket is not None for ticket in opened) == MAX_VIEWERS
