"""The bell of the camera: rings whatever else is wrong, once in three seconds, and can do nothing but ring."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from camera.bell_desk import BellDesk
from camera.bell_wishes import BellWishes, Quiet
from camera.contract import CameraMessage, Event
from camera.doorbell.evdev import EVENT, edges
from camera.doorbell.press import PAUSE_NS
from camera.errors import SettingsError
from camera.frame import PictureSize
from camera.lens import LensOpened
from camera.pipeline import Pipeline
from camera.process import CameraProcess
from camera.settings import CameraSettings, Settings
from camera.sources import Source
from camera.vault.cards import BellRang, Record, SettingsChanged
from tests.camera.authority_fakes import FakeClock, House, body_of, code_of
from tests.camera.doorbell.fakes import key_event

SILENT = CameraSettings(button="none", speaker="none", chime="none")


@dataclass
class Door:
    """What a ring reaches, in the order in which it does."""

    told: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    def announce(self, kind: str) -> None:
        self.told.append(kind)

    def record_press(self, at_ns: int, *, is_visitor: bool) -> None:
        self.told.append("clip")

    def note_later(self, record: Record) -> None:
        self.told.append("record")
        self.records.append(record)


@dataclass
class HeardChime:
    door: Door
    volumes: list[float] = field(default_factory=list)

    def ring(self, volume: float, on_sound: Callable[[], None]) -> None:
        self.volumes.append(volume)
        self.door.told.append("chime")
        on_sound()

    def fault(self) -> str | None:
        return None

    def close(self) -> None: ...


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock, door: Door) -> BellDesk:
    desk = BellDesk(tmp_path, SILENT, clock, door)
    desk._chime = HeardChime(door)
    return desk


def tap(desk: BellDesk) -> None:
    desk.press(True)
    desk.press(False)


def test_a_press_chimes_then_tells_the_pages_then_asks_for_a_clip_and_is_recorded(desk: BellDesk, door: Door) -> None:
    tap(desk)
    assert door.told == ["chime", "bell.rang", "clip", "record"]
    assert door.records == [BellRang(at_ms=desk._clock.wall_ms(), device=None, name=None)]
    assert desk.press_to_sound_ms == 0


def test_somebody_who_hammers_rings_once_in_three_seconds(desk: BellDesk, door: Door, clock: FakeClock) -> None:
    for _ in range(100):
        tap(desk)
        clock.pass_s(0.1)
    assert door.told.count("bell.rang") == 4


def test_ten_thousand_patterns_of_presses_do_nothing_but_ring(tmp_path: Path) -> None:
    """Taps, holds, codes, floods and garbage, as the bytes that the kernel would hand over, on a claimed camera."""
    house = House(tmp_path)
    house.claim()
    desk, clock, control = house.control.bell_desk(), house.clock, house.control
    before = snapshot(tmp_path)
    state_before = (control.in_force, control.ended, control.used, control.deleted, len(house.authority.tickets))
    seen, noise = (list(control.announced), list(control.records)), random.Random(11)
    rang_at_ns: list[int] = []
    for _ in range(10_000):
        for _ in range(noise.randrange(1, 6)):
            rings = len(control.announced)
            events = b"".join(key_event(noise.choice((0, 1, 1, 2))) for _ in range(noise.randrange(1, 5)))
            if noise.random() < 0.1:
                events = noise.randbytes(EVENT.size * 2)
            for is_down in edges(events):
                desk.press(is_down)
            if len(control.announced) > rings:
                rang_at_ns.append(clock.now_ns)
            clock.pass_s(noise.choice((0, 0.01, 0.06, 0.3, 1.5, 3.1, 10)))
    assert len(rang_at_ns) > 3_000
    assert all(later - earlier >= PAUSE_NS for earlier, later in pairwise(rang_at_ns))
    assert snapshot(tmp_path) == before
    assert state_before == (
        control.in_force,
        control.ended,
        control.used,
        control.deleted,
        len(house.authority.tickets),
    )
    assert set(control.announced[len(seen[0]) :]) == {"bell.rang"}
    assert {type(record) for record in control.records[len(seen[1]) :]} == {BellRang}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_owner_tries_the_bell(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.claim()
    assert body_of(house.ask("bell.test")) == {}
    assert house.control.announced[-1] == "bell.rang"
    assert house.control.records[-1] == BellRang(at_ms=house.clock.at_ms, device=house.owner.device, name="Phone")
    assert house.control.presses == [house.clock.now_ns]
    assert code_of(house.ask("bell.test")) == "too_many"


def test_a_device_that_may_only_watch_neither_rings_nor_sets_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.claim()
    guest = house.pair("viewer")
    for action in ("bell.test", "bell.get", "bell.set"):
        assert code_of(house.ask(action, guest)) == "forbidden"


def test_what_is_set_is_kept_and_in_the_journal_before(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.claim()
    quiet = {"from_minute": 1320, "to_minute": 420, "zone": "Europe/Berlin"}
    told = body_of(house.ask("bell.set", volume=0.3, quiet=quiet))
    assert (told["volume"], told["quiet"], told["fault"]) == (0.3, quiet, None)
    assert isinstance(house.control.records[-1], SettingsChanged)
    assert house.control.records[-1].what == "bell_volume, bell_quiet"
    assert BellDesk(tmp_path / "camera", SILENT, house.clock, Door()).wishes.volume == 0.3

    house.control.is_disk_broken = True
    assert code_of(house.ask("bell.set", volume=0.9)) == "storage"
    assert house.control.bell_desk().wishes.volume == 0.3


@pytest.mark.parametrize(
    "args",
    [{"volume": 1.1}, {"volume": -1}, {"quiet": {"from_minute": 1440, "to_minute": 0, "zone": "UTC"}},
     {"quiet": {"from_minute": 0, "to_minute": 60, "zone": "Mars/Olympus"}}, {"quiet": {"from_minute": 0}},
     {"quiet": {"from_minute": 0, "to_minute": 60, "zone": "../../etc/passwd"}}, {"loud": True}],
)  # fmt: skip
def test_what_cannot_be_set_is_refused(tmp_path: Path, args: dict[str, Any]) -> None:
    house = House(tmp_path)
    house.claim()
    assert code_of(house.ask("bell.set", **args)) == "bad_request"


@pytest.mark.parametrize(
    ("utc", "is_quiet"),
    [
        pytest.param(datetime(2026, 1, 10, 21, 30, tzinfo=UTC), True, id="22:30 in winter"),
        pytest.param(datetime(2026, 1, 10, 20, 30, tzinfo=UTC), False, id="21:30 in winter"),
        pytest.param(datetime(2026, 7, 10, 20, 30, tzinfo=UTC), True, id="22:30 in summer"),
        pytest.param(datetime(2026, 7, 11, 4, 59, tzinfo=UTC), True, id="6:59 in summer"),
        pytest.param(datetime(2026, 7, 11, 5, 0, tzinfo=UTC), False, id="7:00 in summer"),
        pytest.param(datetime(2026, 7, 11, 12, 0, tzinfo=UTC), False, id="noon"),
    ],
)
def test_quiet_hours_are_those_of_the_clock_on_the_owners_wall(utc: datetime, is_quiet: bool) -> None:
    wishes = BellWishes(0.7, Quiet(22 * 60, 7 * 60, "Europe/Berlin"))
    assert wishes.volume_at(int(utc.timestamp() * 1000), is_time_known=True) == (0.0 if is_quiet else 0.7)
    assert wishes.volume_at(int(utc.timestamp() * 1000), is_time_known=False) == 0.7


def test_in_quiet_hours_only_the_house_is_quiet(desk: BellDesk, door: Door, clock: FakeClock) -> None:
    minute = clock.at_ms // 60_000 % 1440
    desk.keep(BellWishes(0.7, Quiet(minute, (minute + 60) % 1440, "UTC")))
    tap(desk)
    assert isinstance(desk._chime, HeardChime)
    assert desk._chime.volumes == [0.0]
    assert door.told == ["chime", "bell.rang", "clip", "record"]


def test_a_damaged_file_rings_at_any_hour(tmp_path: Path, clock: FakeClock) -> None:
    for text in (b"", b"{", b'{"volume":7}', msgspec.json.encode({"quiet": {"from_minute": 1, "to_minute": 2}})):
        (tmp_path / "bell.json").write_bytes(text)
        assert BellDesk(tmp_path, SILENT, clock, Door()).wishes == BellWishes()


def test_a_stuck_button_is_told_and_the_owners_test_still_rings(desk: BellDesk, door: Door, clock: FakeClock) -> None:
    desk.press(True)
    clock.pass_s(3600)
    assert "stuck" in str(desk.fault())
    assert desk.ring("d" * 32, "Phone")
    assert door.told.count("bell.rang") == 2


@pytest.mark.parametrize("field_name", ["button", "chime", "speaker"])
def test_a_part_of_no_known_kind_ends_the_start_with_the_choice(
    tmp_path: Path, clock: FakeClock, field_name: str
) -> None:
    settings = msgspec.structs.replace(SILENT, **{field_name: "telepathy"})
    with pytest.raises(SettingsError, match="use one of"):
        BellDesk(tmp_path, settings, clock, Door())


# --- the whole camera process --------------------------------------------------------------------------------------


def no_source() -> Source:
    raise AssertionError("this test opens no lens")


class Sent:
    def __init__(self) -> None:
        self.sent: list[CameraMessage] = []

    def send(self, message: CameraMessage) -> None:
        self.sent.append(message)

    def drop_units(self) -> None: ...
    def close(self) -> None: ...


def test_a_press_rings_with_no_owner_no_drawing_and_no_lens_and_its_clip_comes_with_the_lens(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = CameraProcess(tmp_path, Settings(camera=SILENT), no_source, tmp_path / "s", lambda _: None, clock)
    camera._publisher.close()
    sent = Sent()
    monkeypatch.setattr(camera, "_publisher", sent)
    wishes: list[Callable[[Pipeline], None]] = []
    monkeypatch.setattr(camera._watch, "wish", wishes.append)
    with closing(camera._storage):
        tap(camera.bell_desk())
        assert [m.kind for m in sent.sent if isinstance(m, Event)] == ["bell.rang"]
        assert wishes == []  # nobody would ever grant it: wishes that pile up are a leak

        clock.pass_s(10)
        camera.opened(LensOpened(PictureSize(64, 48), 15.0, "demo"), 0.0)
        assert len(wishes) == 1

        clock.pass_s(25)
        camera.opened(LensOpened(PictureSize(64, 48), 15.0, "demo"), 0.0)
        assert len(wishes) == 1


def test_a_full_card_costs_the_record_and_not_the_ring(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = CameraProcess(tmp_path, Settings(camera=SILENT), no_source, tmp_path / "s", lambda _: None, clock)
    camera._publisher.close()
    sent = Sent()
    monkeypatch.setattr(camera, "_publisher", sent)
    monkeypatch.setattr(camera._storage._thread, "post", lambda job: False)
    tap(camera.bell_desk())
    assert [m.kind for m in sent.sent if isinstance(m, Event)] == ["bell.rang"]
    camera._storage.close()
