"""Signed actions about motion: only an owner, journal first, one record a page, and every raised bar can be undone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from camera.motion import Box, Candidate, MotionReading, MotionTuning, WhyNot
from camera.motion_actions import MOTION_ACTIONS
from camera.motion_wishes import MAX_CALMER
from camera.signed import decode_base64url
from camera.vault.cards import MotionWatched, SettingsChanged
from tests.camera.authority_fakes import Browser, House, body_of, code_of

CLIP, OTHER = "ab" * 16, "cd" * 16
DOOR = {"kind": "enter", "points": [[0.2, 0.5], [0.8, 0.5], [0.8, 1]]}
LINE = {"kind": "cross", "points": [[0.1, 0.6], [0.9, 0.6]]}
HEDGE: dict[str, Any] = {"clip": CLIP, "box": [0.1, 0.4, 0.2, 0.3], "from_minute": 420, "to_minute": 600}


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("house"))
    house.claim()
    house.control.records.clear()
    return house


def watched_by(house: House, browser: Browser | None = None) -> str:
    return str(body_of(house.ask("live.open", browser))["viewer"])


def whats(house: House) -> list[str]:
    return [record.what for record in house.control.records if isinstance(record, SettingsChanged)]


def test_a_new_camera_is_told_as_it_is(house: House) -> None:
    assert body_of(house.ask("motion.get")) == {
        "sensitivity": 0.5, "areas": [], "adult": None, "calmer": [], "fault": None, "knows_time": True,
    }  # fmt: skip


def test_what_is_set_is_in_force_and_in_the_journal(house: House) -> None:
    told = body_of(house.ask("motion.set", sensitivity=0.8))
    assert told["sensitivity"] == 0.8
    assert house.control.tunings[-1].sensitivity == 0.8
    assert whats(house) == ["motion_sensitivity"]

    told = body_of(house.ask("motion.set", areas=[DOOR, LINE]))
    assert told["sensitivity"] == 0.8
    assert [area.kind for area in house.control.tunings[-1].areas] == ["enter", "cross"]
    assert whats(house) == ["motion_sensitivity", "motion_areas"]
    assert house.control.announced[-1] == "settings.changed"


def test_setting_what_is_so_already_writes_nothing(house: House) -> None:
    house.ask("motion.set", sensitivity=0.5, areas=[], adult=None)
    assert house.control.records == []
    assert house.control.tunings == []


def test_the_size_of_people_can_be_set_and_taken_back(house: House) -> None:
    adult = {"far_y": 0.4, "far_height": 0.2, "near_y": 1.0, "near_height": 0.8}
    assert body_of(house.ask("motion.set", adult=adult))["adult"] == adult
    assert house.control.tunings[-1].adult is not None
    assert body_of(house.ask("motion.set", adult=None))["adult"] is None
    assert house.control.tunings[-1].adult is None


@pytest.mark.parametrize(
    "args",
    [
        {"sensitivity": 1.1},
        {"sensitivity": "keen"},
        {"areas": [{"kind": "enter", "points": LINE["points"]}]},
        {"areas": [{"kind": "leave", "points": DOOR["points"]}]},
        {"areas": [{"kind": "enter", "points": [[0, 0], [1, 0], [2, 1]]}]},
        {"areas": [DOOR] * 17},
        {"adult": {"far_y": 0.5, "far_height": 0.2, "near_y": 0.5, "near_height": 0.8}},
        {"louder": 1},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_changes_nothing(house: House, args: dict[str, Any]) -> None:
    assert code_of(house.ask("motion.set", **args)) == "bad_request"
    assert house.control.tunings == []
    assert house.control.records == []


def test_a_change_that_cannot_be_logged_is_not_made(house: House) -> None:
    house.control.is_disk_broken = True
    assert code_of(house.ask("motion.set", sensitivity=1)) == "storage"
    assert code_of(house.ask("clip.false_alarm", **HEDGE)) == "storage"
    house.control.is_disk_broken = False
    assert house.control.tunings == []
    assert body_of(house.ask("motion.get"))["sensitivity"] == 0.5


def test_a_viewer_may_do_none_of_it(house: House) -> None:
    guest = house.pair("viewer")
    assert all(action.needs_owner for action in MOTION_ACTIONS.values())
    viewer = watched_by(house, guest)
    assert code_of(house.ask("motion.watch", guest, viewer=viewer)) == "forbidden"
    assert code_of(house.ask("motion.get", guest)) == "forbidden"
    assert code_of(house.ask("clip.false_alarm", guest, **HEDGE)) == "forbidden"


# --- a false alarm ----------------------------------------------------------------------------------------------


def test_a_false_alarm_raises_the_bar_there_and_then_alone_until_it_is_undone(house: House) -> None:
    told = body_of(house.ask("clip.false_alarm", **HEDGE))
    assert [each["clip"] for each in told["calmer"]] == [CLIP]
    tuning = house.control.tunings[-1]
    here, there = (0.2, 0.5), (0.6, 0.5)
    assert tuning.sensitivity_at(here, 500) < 0.5
    assert tuning.sensitivity_at(here, 700) == 0.5
    assert tuning.sensitivity_at(there, 500) == 0.5
    assert tuning.sensitivity_at(here, None) == 0.5

    assert body_of(house.ask("clip.false_alarm_undo", clip=CLIP))["calmer"] == []
    assert house.control.tunings[-1] == MotionTuning()
    assert whats(house) == ["false_alarm", "false_alarm_undone"]
    assert code_of(house.ask("clip.false_alarm_undo", clip=CLIP)) == "not_found"


def test_the_same_clip_counts_once(house: House) -> None:
    house.ask("clip.false_alarm", **HEDGE)
    told = body_of(house.ask("clip.false_alarm", **{**HEDGE, "box": [0.5, 0.5, 0.1, 0.1]}))
    assert [each["box"] for each in told["calmer"]] == [[0.5, 0.5, 0.1, 0.1]]


def test_there_is_a_most_of_calmer_places(house: House) -> None:
    for number in range(MAX_CALMER):
        body_of(house.ask("clip.false_alarm", **{**HEDGE, "clip": f"{number:032x}"}))
    assert code_of(house.ask("clip.false_alarm", **{**HEDGE, "clip": OTHER})) == "too_many"
    body_of(house.ask("clip.false_alarm", **{**HEDGE, "clip": f"{0:032x}"}))
    body_of(house.ask("clip.false_alarm_undo", clip=f"{0:032x}"))
    body_of(house.ask("clip.false_alarm", **{**HEDGE, "clip": OTHER}))


@pytest.mark.parametrize("changed", [{"box": [0, 0, 1, 1]}, {"to_minute": 419}, {"clip": "x"}, {"box": [0.1, 0.1]}])
def test_a_bar_for_everything_or_all_day_is_refused(house: House, changed: dict[str, Any]) -> None:
    assert code_of(house.ask("clip.false_alarm", **{**HEDGE, **changed})) == "bad_request"
    assert house.control.tunings == []


def test_a_bar_counts_only_while_the_time_is_known(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = house.control.motion_desk()
    assert desk.minute_of_day() == house.clock.at_ms // 60_000 % 1440
    monkeypatch.setattr(type(house.clock), "quality", lambda _: "unsynced")
    assert desk.minute_of_day() is None
    assert body_of(house.ask("motion.get"))["knows_time"] is False


# --- what moves right now ---------------------------------------------------------------------------------------


def test_what_moves_is_sealed_and_logged_once_for_each_page(house: House) -> None:
    viewer = watched_by(house)
    for _ in range(5):
        body = body_of(house.ask("motion.watch", viewer=viewer))
        house.control.motion_desk().read(
            MotionReading(True, (Box(0.4, 0.3, 0.1, 0.5),), 0.05, (Candidate(Box(0, 0, 0.1, 0.1), WhyNot.LIGHT),)),
            house.clock.now_ns,
        )
        house.clock.pass_s(0.4)
    sealed = decode_base64url(body["age"])
    assert sealed.startswith(b"sealed:")
    told = json.loads(sealed.removeprefix(b"sealed:"))
    assert told["counts"] == [[0.4, 0.3, 0.1, 0.5]]
    assert told["ignored"] == [{"box": [0.0, 0.0, 0.1, 0.1], "why": "light"}]
    assert set(body) == {"age", "nonce"}
    assert sum(isinstance(record, MotionWatched) for record in house.control.records) == 1

    body_of(house.ask("motion.watch", viewer=watched_by(house)))
    assert sum(isinstance(record, MotionWatched) for record in house.control.records) == 2


def test_the_next_request_may_use_the_nonce_that_came_with_the_answer(house: House) -> None:
    viewer = watched_by(house)
    nonce = body_of(house.ask("motion.watch", viewer=viewer))["nonce"]
    house.clock.pass_s(0.4)
    body_of(house.send(house.owner.sign("motion.watch", nonce, viewer=viewer)))
    house.clock.pass_s(0.4)
    assert code_of(house.send(house.owner.sign("motion.watch", nonce, viewer=viewer))) == "bad_nonce"


def test_without_a_live_ticket_of_its_own_a_device_is_told_nothing(house: House) -> None:
    viewer = watched_by(house)
    second = house.pair("owner")
    assert code_of(house.ask("motion.watch", second, viewer=viewer)) == "not_found"
    assert code_of(house.ask("motion.watch", viewer="0" * 16)) == "not_found"
    house.clock.pass_s(121)
    assert code_of(house.ask("motion.watch", viewer=viewer)) == "not_found"


def test_nothing_is_told_when_it_cannot_be_logged(house: House) -> None:
    viewer = watched_by(house)
    house.control.is_disk_broken = True
    assert code_of(house.ask("motion.watch", viewer=viewer)) == "storage"
    house.control.is_disk_broken = False
    body_of(house.ask("motion.watch", viewer=viewer))
    assert sum(isinstance(record, MotionWatched) for record in house.control.records) == 1


def test_a_page_that_asks_too_often_is_told_to_wait(house: House) -> None:
    viewer = watched_by(house)
    body_of(house.ask("motion.watch", viewer=viewer))
    assert code_of(house.ask("motion.watch", viewer=viewer)) == "too_many"
