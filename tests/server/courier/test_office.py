"""One carrier for each open hole, and none for any other."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from camera.contract import Event, Hole, HolesNow, Ntfy, TestWanted, Webhook, kind_of
from server.courier.carrier import Surroundings
from server.courier.office import Office
from tests.server.courier.fakes import Reports

NTFY = Ntfy(address="192.168.1.2", port=80, topic="a")
HOOK = Webhook(address="192.168.1.3", port=80, secret="x" * 16)


@dataclass(slots=True)
class Spy:
    """Remembers what it was told."""

    hole: Hole
    told: list[str] = field(default_factory=list)

    def now(self, now: HolesNow) -> None:
        self.told.append("now")

    def happened(self, event: Event) -> None:
        self.told.append(event.kind)

    def link_changed(self, *, is_there: bool) -> None:
        self.told.append(f"link {is_there}")

    def try_out(self) -> None:
        self.told.append("test")

    def close(self, *, is_for_good: bool) -> None:
        self.told.append("closed" if is_for_good else "ended")


class Spies:
    """An office whose carriers are spies."""

    def __init__(self) -> None:
        self.made: list[Spy] = []
        self.reports = Reports()
        self.office = Office(Surroundings(Path(), self.reports), self._open)

    def _open(self, hole: Hole, _: Surroundings) -> Spy:
        self.made.append(Spy(hole))
        return self.made[-1]

    def now(self, *holes: Hole) -> None:
        self.office.hear(HolesNow(holes, "tag", True, True, None))


def test_each_open_hole_has_one_carrier_until_it_is_closed() -> None:
    spies = Spies()
    spies.now(NTFY, HOOK)
    spies.now(HOOK)
    assert [kind_of(spy.hole) for spy in spies.made] == ["ntfy", "webhook"]
    assert spies.made[0].told == ["now", "closed"]
    assert spies.made[1].told == ["now", "now"]


def test_a_hole_that_leads_elsewhere_has_a_new_carrier_and_the_old_one_ends_first() -> None:
    spies = Spies()
    spies.now(NTFY)
    spies.now(Ntfy(address="192.168.1.9", port=80, topic="a"))
    assert [spy.told[-1] for spy in spies.made] == ["closed", "now"]


def test_events_go_to_all_and_a_test_to_one() -> None:
    spies = Spies()
    spies.now(NTFY, HOOK)
    spies.office.hear(Event("bell.rang", 1))
    spies.office.hear(TestWanted("webhook"))
    spies.office.hear(TestWanted("mqtt"))
    assert [spy.told for spy in spies.made] == [["now", "bell.rang"], ["now", "bell.rang", "test"]]


def test_a_hole_to_an_address_that_was_never_permitted_is_not_used_and_told() -> None:
    spies = Spies()
    spies.now(Ntfy(address="203.0.113.1", port=80, topic="a"))
    assert spies.made == []
    assert "outside" in spies.reports.wait_for("failing").why


def test_when_nothing_is_open_any_more_it_is_over() -> None:
    spies = Spies()
    spies.now(NTFY)
    assert not spies.office.is_over
    spies.now()
    assert spies.office.is_over
