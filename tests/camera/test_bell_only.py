"""Bell-only mode: a minute from each press of the button, dark otherwise, and no way around the lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.bell_only import LIVE_NS, BellOnly
from camera.loosening import Waiting
from camera.mask_replacing import carry_out_due
from camera.process import CameraProcess
from camera.revoking import find_leftovers, finish_removals
from camera.vault.cards import SettingsChanged
from tests.camera.authority_fakes import FakeClock, House, body_of, code_of
from tests.camera.test_process import SpiedPublisher, start

MINUTE_S, DAY_S = 60, 24 * 3600


@given(st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=30))
def test_it_sees_exactly_the_minute_after_each_press(steps: list[tuple[int, bool]]) -> None:
    mode, now_s, pressed_s = BellOnly(), 1000, -1000
    mode.switch(is_on=True)
    for passed_s, is_pressed in steps:
        now_s += passed_s
        if is_pressed:
            pressed_s = now_s
            mode.press(now_s * 1_000_000_000)
        assert mode.is_dark(now_s * 1_000_000_000) == (now_s - pressed_s >= LIVE_NS // 1_000_000_000)


def test_switched_on_it_is_dark_at_once_also_after_a_press() -> None:
    mode = BellOnly()
    mode.press(5)
    mode.switch(is_on=True)
    assert mode.is_dark(6)


# --- the whole camera ---------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def camera(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[CameraProcess]:
    camera = start(tmp_path, clock)
    with closing(camera._publisher), closing(camera._storage):
        spied = SpiedPublisher()
        monkeypatch.setattr(camera, "_publisher", spied)
        record = msgspec.structs.replace(camera._authority.home.camera(), is_bell_only=True)
        camera._authority.home.save_camera(record)
        camera.use_record(record)
        yield camera


def test_the_lens_is_open_for_a_minute_from_a_press_and_no_longer(camera: CameraProcess, clock: FakeClock) -> None:
    def lens() -> tuple[bool, bool]:
        return camera._watch.is_on, camera.state().is_dark

    assert lens() == (False, True)
    camera.bell_desk().ring(None, None)
    assert lens() == (True, False)
    clock.pass_s(MINUTE_S - 1)
    camera.tick()
    assert lens() == (True, False)
    clock.pass_s(1)
    camera.tick()
    assert lens() == (False, True)


def test_the_owners_test_of_the_bell_does_not_open_the_lens(camera: CameraProcess) -> None:
    assert camera.bell_desk().ring("d" * 32, "Phone")
    assert not camera._watch.is_on
    assert camera.is_dark()


def test_nothing_is_recorded_and_no_motion_told(camera: CameraProcess) -> None:
    camera.bell_desk().ring(None, None)
    camera.motion(is_active=True)
    assert not camera.state().has_motion
    assert not camera._watch._records_on_motion


def test_every_view_ends_with_the_minute(camera: CameraProcess, clock: FakeClock) -> None:
    camera.bell_desk().ring(None, None)
    assert camera._authority.tickets.open("d" * 32, "Phone", clock.monotonic_ns())
    clock.pass_s(MINUTE_S)
    camera.tick()
    assert len(camera._authority.tickets) == 0


def test_dark_is_no_fault(camera: CameraProcess) -> None:
    camera.lost("the camera is switched off")
    assert camera.state().fault is None


# --- commands and the lock ----------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    body_of(house.claim())
    assert body_of(house.ask("settings.set", bell_only=True))["bell_only"] is True
    return house


def is_bell_only(house: House) -> bool:
    return bool(body_of(house.ask("settings.get"))["bell_only"])


def pass_a_day(house: House) -> None:
    for _ in range(DAY_S // 60):
        house.clock.pass_s(60)
        carry_out_due(house.authority, house.control)


def test_in_the_dark_nobody_gets_a_ticket_and_nothing_is_recorded(house: House) -> None:
    house.control.is_lens_dark = True
    assert code_of(house.ask("live.open")) == "conflict"
    assert code_of(house.ask("clip.record")) == "conflict"


def test_without_the_lock_it_ends_at_once(house: House) -> None:
    assert body_of(house.ask("settings.set", bell_only=False))["bell_only"] is False


def test_under_the_lock_it_ends_after_a_day_of_running_time_and_every_step_is_in_the_journal(house: House) -> None:
    body_of(house.ask("settings.set", loosening_lock=True))
    assert body_of(house.ask("settings.set", bell_only=False))["bell_only"] is True
    assert body_of(house.ask("settings.set", bell_only=False, watching=True))["bell_only"] is True
    pass_a_day(house)
    assert not is_bell_only(house)
    said = [record.what for record in house.control.records if isinstance(record, SettingsChanged)]
    assert said == ["bell_only", "loosening_lock", "bell_only_waits", "bell_only"]


def test_unlocking_and_ending_it_in_one_go_waits_all_the_same(house: House) -> None:
    body_of(house.ask("settings.set", loosening_lock=True))
    body_of(house.ask("settings.set", loosening_lock=False, bell_only=False))
    assert is_bell_only(house)


@pytest.mark.parametrize("how", ["mask.cancel", "settings.set", "device.revoke"])
def test_what_waits_can_be_stopped_by_any_owner(house: House, how: str) -> None:
    body_of(house.ask("settings.set", loosening_lock=True))
    other = house.pair("owner")
    body_of(house.ask("settings.set", browser=other, bell_only=False))
    stops: dict[str, dict[str, Any]] = {
        "mask.cancel": {},
        "settings.set": {"bell_only": True},
        "device.revoke": {"device": other.device},
    }
    body_of(house.ask(how, **stops[how]))
    assert house.authority.loosening.waiting == Waiting()
    pass_a_day(house)
    assert is_bell_only(house)


def test_what_a_device_asked_for_that_is_paired_no_more_is_dropped_at_the_start(house: House) -> None:
    """The power went between the list of devices and what waits."""
    body_of(house.ask("settings.set", loosening_lock=True))
    other = house.pair("owner")
    body_of(house.ask("settings.set", browser=other, bell_only=False))
    left = tuple(device for device in house.authority.home.devices() if device.device != other.device)
    house.authority.home.save_devices(left)
    find_leftovers(house.authority, house.control)
    finish_removals(house.authority, house.control)
    assert house.authority.home.waiting() == Waiting()
    find_leftovers(house.authority, house.control)
    assert house.authority.removed == [], "of those that are paired nothing is dropped"


def test_what_waits_outlives_a_restart(house: House, tmp_path: Path) -> None:
    body_of(house.ask("settings.set", loosening_lock=True))
    body_of(house.ask("settings.set", bell_only=False))
    assert house.authority.home.waiting().wake is not None
