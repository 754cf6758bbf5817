"""Showing more takes the owner twice, or a day; showing less takes neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from camera.actions import ACTIONS
from camera.contract import CommandError, CommandResult
from camera.loosening import WAIT_NS, Waiting
from camera.mask_replacing import carry_out_due
from camera.vault.cards import MaskCancelled, MaskChanged, MaskPending, SettingsChanged
from tests.camera.authority_fakes import Browser, House, body_of, code_of

NARROW = '{"allow":[[[0,0],[0.25,0],[0.25,1],[0,1]]]}'
HALF = '{"allow":[[[0,0],[0.5,0],[0.5,1],[0,1]]]}'
OTHER_HALF = '{"allow":[[[0.5,0],[1,0],[1,1],[0.5,1]]]}'
DAY_S = 24 * 3600


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    body_of(house.claim())
    house.draw(HALF)
    return house


@pytest.fixture
def locked(house: House) -> House:
    assert body_of(house.ask("settings.set", loosening_lock=True))["loosening_lock"] is True
    return house


def pass_running_time(house: House, seconds: int) -> None:
    for _ in range(seconds // 60):
        house.clock.pass_s(60)
        carry_out_due(house.authority, house.control)


def text_in_force(house: House) -> str:
    assert house.control.in_force is not None
    return house.control.in_force.text.decode()


def save(house: House, mask: str, browser: Browser | None = None, **more: Any) -> CommandResult | CommandError:
    replaces = house.control.in_force.digest if house.control.in_force else None
    return house.ask("mask.set", browser, mask=mask, replaces=replaces, **more)


# --- the second question ------------------------------------------------------------------------------------------


def test_the_first_drawing_needs_no_second_yes(tmp_path: Path) -> None:
    house = House(tmp_path)
    body_of(house.claim())

    assert body_of(house.ask("mask.set", mask=HALF, replaces=None))["waits_s"] == 0


@pytest.mark.parametrize("more", [{}, {"loosens": False}])
@pytest.mark.parametrize("mask", ['{"allow":[[[0,0],[1,0],[1,1],[0,1]]]}', OTHER_HALF])
def test_showing_more_is_refused_until_it_is_said_to_be_meant(house: House, mask: str, more: dict[str, Any]) -> None:
    answer = save(house, mask, **more)

    assert isinstance(answer, CommandError)
    assert answer.code == "loosens"
    assert "50 %" in answer.message
    assert text_in_force(house) == HALF


def test_showing_more_is_done_when_it_is_said_to_be_meant(house: House) -> None:
    body = body_of(save(house, OTHER_HALF, loosens=True))

    assert (body["visible"], body["waits_s"]) == (0.5, 0)
    assert text_in_force(house) == OTHER_HALF


def test_showing_less_or_the_same_asks_nothing(house: House) -> None:
    for mask in (HALF, NARROW, '{"allow":[]}'):
        body_of(save(house, mask))
        assert text_in_force(house) == mask


def test_the_journal_says_how_much_more_is_shown_and_where(house: House) -> None:
    save(house, NARROW)
    save(house, HALF, loosens=True)

    first, narrowed, widened = (r for r in house.control.records if isinstance(r, MaskChanged))
    assert (first.loosened, narrowed.loosened, widened.loosened) == (0.5, 0.0, 0.25)
    assert (narrowed.old, narrowed.new) == (first.new, widened.old)
    assert widened.outline == first.outline != narrowed.outline


def test_a_drawing_that_the_card_lost_is_no_first_drawing(house: House) -> None:
    house.authority.home.save_mask_text(b"damaged")
    house.control.in_force = None

    assert code_of(house.ask("mask.set", mask=NARROW, replaces=None)) == "loosens"


# --- the lock -----------------------------------------------------------------------------------------------------


def test_under_the_lock_more_is_shown_after_a_day_of_running(locked: House) -> None:
    body = body_of(save(locked, OTHER_HALF, loosens=True))
    assert body["waits_s"] == DAY_S
    assert locked.control.announced[-1] == "mask.pending"

    pass_running_time(locked, DAY_S - 60)
    assert text_in_force(locked) == HALF

    pass_running_time(locked, 60)
    assert text_in_force(locked) == OTHER_HALF
    assert locked.authority.loosening.waiting == Waiting()
    assert locked.control.announced[-1] == "mask.changed"


def test_under_the_lock_the_second_yes_is_still_needed(locked: House) -> None:
    assert code_of(save(locked, OTHER_HALF)) == "loosens"
    assert locked.authority.loosening.waiting == Waiting()


@pytest.mark.parametrize("jump_s", [-DAY_S, -60, 60, 30 * DAY_S])
def test_a_wall_clock_that_is_set_again_and_again_changes_nothing(locked: House, jump_s: int) -> None:
    save(locked, OTHER_HALF, loosens=True)

    for _ in range(100):
        locked.clock.at_ms += jump_s * 1000
        locked.clock.pass_s(1)
        carry_out_due(locked.authority, locked.control)

    waiting = locked.authority.loosening.waiting.drawing
    assert waiting is not None
    assert waiting.left_ns == WAIT_NS - 100 * 1_000_000_000


def test_waiting_is_in_the_journal_with_who_asked(locked: House) -> None:
    save(locked, OTHER_HALF, loosens=True)
    pass_running_time(locked, DAY_S)

    (pending,) = (r for r in locked.control.records if isinstance(r, MaskPending))
    changed = [r for r in locked.control.records if isinstance(r, MaskChanged)][-1]
    assert (pending.device, pending.new, pending.loosened) == (locked.owner.device, changed.new, 0.5)
    assert (changed.device, changed.name, changed.outline) == (pending.device, pending.name, pending.outline)


def test_nothing_waits_that_the_journal_could_not_name(locked: House) -> None:
    locked.control.is_disk_broken = True

    assert code_of(save(locked, OTHER_HALF, loosens=True)) == "storage"
    assert locked.authority.loosening.waiting == Waiting()


def test_what_is_due_and_cannot_be_logged_waits_on(locked: House) -> None:
    save(locked, OTHER_HALF, loosens=True)
    locked.control.is_disk_broken = True
    pass_running_time(locked, DAY_S + 600)
    assert text_in_force(locked) == HALF

    locked.control.is_disk_broken = False
    pass_running_time(locked, 120)
    assert text_in_force(locked) == OTHER_HALF


def test_showing_less_is_done_at_once_and_ends_what_waits(locked: House) -> None:
    save(locked, OTHER_HALF, loosens=True)

    assert body_of(save(locked, NARROW))["waits_s"] == 0

    assert text_in_force(locked) == NARROW
    pass_running_time(locked, DAY_S)
    assert text_in_force(locked) == NARROW
    (cancelled,) = (r for r in locked.control.records if isinstance(r, MaskCancelled))
    assert cancelled.why == "replaced"


def test_a_second_drawing_that_shows_more_waits_a_day_of_its_own(locked: House) -> None:
    save(locked, OTHER_HALF, loosens=True)
    pass_running_time(locked, DAY_S - 600)
    save(locked, '{"allow":[[[0,0],[1,0],[1,1],[0,1]]]}', loosens=True)

    pass_running_time(locked, DAY_S - 600)

    assert text_in_force(locked) == HALF


def test_any_owner_cancels(locked: House) -> None:
    save(locked, OTHER_HALF, loosens=True)
    second = locked.pair("owner")

    body_of(locked.ask("mask.cancel", second))

    assert locked.control.announced[-1] == "mask.cancelled"
    pass_running_time(locked, DAY_S)
    assert text_in_force(locked) == HALF
    (cancelled,) = (r for r in locked.control.records if isinstance(r, MaskCancelled))
    assert (cancelled.device, cancelled.why) == (second.device, "owner")


def test_a_full_card_does_not_keep_anybody_from_cancelling(locked: House) -> None:
    save(locked, OTHER_HALF, loosens=True)
    locked.control.is_disk_broken = True

    body_of(locked.ask("mask.cancel"))

    assert locked.authority.loosening.waiting == Waiting()


def test_there_is_nothing_to_cancel_when_nothing_waits(locked: House) -> None:
    assert code_of(locked.ask("mask.cancel")) == "not_found"


def test_a_viewer_cancels_nothing(locked: House) -> None:
    assert ACTIONS["mask.cancel"].needs_owner


def test_a_removed_devices_drawing_never_comes_into_force(locked: House) -> None:
    second = locked.pair("owner")
    save(locked, OTHER_HALF, second, loosens=True)

    body_of(locked.ask("device.revoke", device=second.device))

    assert locked.authority.loosening.waiting == Waiting()
    (cancelled,) = (r for r in locked.control.records if isinstance(r, MaskCancelled))
    assert cancelled.why == "revoked"


def test_another_devices_drawing_waits_on_when_one_is_removed(locked: House) -> None:
    second = locked.pair("owner")
    save(locked, OTHER_HALF, loosens=True)

    body_of(locked.ask("device.revoke", device=second.device))

    assert locked.authority.loosening.waiting.drawing is not None


def test_what_waits_never_leads_a_moved_camera_out_of_the_dark(locked: House) -> None:
    save(locked, OTHER_HALF, loosens=True)
    pass_running_time(locked, DAY_S - 60)
    locked.control.view_word = "moved"

    pass_running_time(locked, 60)

    assert text_in_force(locked) == HALF
    assert locked.authority.loosening.waiting == Waiting()
    (cancelled,) = (r for r in locked.control.records if isinstance(r, MaskCancelled))
    assert cancelled.why == "moved"


def test_what_an_owner_drew_for_the_view_since_the_movement_waits_its_day_in_the_dark(locked: House) -> None:
    locked.control.view_word = "moved"
    save(locked, OTHER_HALF, loosens=True)

    pass_running_time(locked, DAY_S - 60)
    assert text_in_force(locked) == HALF
    pass_running_time(locked, 60)
    assert text_in_force(locked) == OTHER_HALF


def test_what_is_due_waits_while_the_view_is_checked(locked: House) -> None:
    save(locked, OTHER_HALF, loosens=True)
    locked.control.view_word = "checking"
    pass_running_time(locked, DAY_S)
    assert text_in_force(locked) == HALF

    locked.control.view_word = "confirmed"
    pass_running_time(locked, 60)
    assert text_in_force(locked) == OTHER_HALF


def test_the_lock_goes_off_after_a_day(locked: House) -> None:
    assert body_of(locked.ask("settings.set", loosening_lock=False))["loosening_lock"] is True
    assert code_of(save(locked, OTHER_HALF)) == "loosens"

    pass_running_time(locked, DAY_S - 60)
    assert body_of(locked.ask("settings.get"))["loosening_lock"] is True
    pass_running_time(locked, 60)

    assert body_of(locked.ask("settings.get"))["loosening_lock"] is False
    assert [r.what for r in locked.control.records if isinstance(r, SettingsChanged)] == ["loosening_lock"] * 2


def test_asking_again_to_unlock_neither_shortens_nor_prolongs(locked: House) -> None:
    locked.ask("settings.set", loosening_lock=False)
    pass_running_time(locked, 3600)
    locked.ask("settings.set", loosening_lock=False)

    pass_running_time(locked, DAY_S - 3600)

    assert body_of(locked.ask("settings.get"))["loosening_lock"] is False


def test_switching_the_lock_on_again_ends_its_unlocking(locked: House) -> None:
    locked.ask("settings.set", loosening_lock=False)
    locked.ask("settings.set", loosening_lock=True)

    pass_running_time(locked, DAY_S)

    assert body_of(locked.ask("settings.get"))["loosening_lock"] is True


def test_another_setting_is_changed_while_the_lock_stays(locked: House) -> None:
    body = body_of(locked.ask("settings.set", loosening_lock=False, camera_name="Porch"))

    assert (body["camera_name"], body["loosening_lock"]) == ("Porch", True)


def test_a_drawing_that_waits_survives_a_restart_with_its_time(locked: House, tmp_path: Path) -> None:
    save(locked, OTHER_HALF, loosens=True)
    pass_running_time(locked, 3600)

    again = House(tmp_path)

    waiting = again.authority.loosening.waiting.drawing
    assert waiting is not None
    assert waiting.mask == OTHER_HALF
    assert 22 * 3600 <= waiting.left_ns / 1e9 <= 23 * 3600 + 300


def test_a_damaged_file_of_what_waits_opens_nothing(locked: House, tmp_path: Path) -> None:
    save(locked, OTHER_HALF, loosens=True)
    path = tmp_path / "camera" / "loosening.json"
    path.write_bytes(path.read_bytes()[:-9])

    assert House(tmp_path).authority.loosening.waiting == Waiting()


def test_a_text_that_was_changed_while_it_waited_is_not_put_in_force(locked: House, tmp_path: Path) -> None:
    save(locked, OTHER_HALF, loosens=True)
    path = tmp_path / "camera" / "loosening.json"
    path.write_bytes(path.read_bytes().replace(b"0.5", b"0.1"))
    again = House(tmp_path)
    again.control.in_force = locked.control.in_force

    pass_running_time(again, DAY_S)

    assert text_in_force(again) == HALF
