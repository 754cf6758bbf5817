"""Somebody owns the server process: what they can send, hold back or flood costs neither a picture nor the camera."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from camera import inventory_actions
from camera.actions import end_views
from camera.contract import AccessUnit, CameraMessage, Command, CommandError, CommandResult, KeyPictureWanted
from camera.home import Device
from camera.inventory import Inventory
from camera.process import CameraProcess
from camera.settings import Settings
from camera.signed import encode_base64url
from camera.sources import Source
from camera.tickets import LIFE_S
from camera.vault.cards import Record, ViewStarted
from tests.camera.authority_fakes import Browser, FakeClock, House, body_of, code_of

UNIT = AccessUnit(b"\x00\x00\x00\x01\x65", 0, is_key=True, captured_at_ns=0)
PHONE = "d" * 32


class SpiedPublisher:
    """Keeps what would have gone to the server."""

    def __init__(self) -> None:
        self.sent: list[CameraMessage] = []

    def send(self, message: CameraMessage) -> None:
        self.sent.append(message)

    def restart_stream(self) -> None: ...

    def drop_units(self) -> None: ...

    def close(self) -> None: ...

    def units(self) -> int:
        return sum(isinstance(message, AccessUnit) for message in self.sent)


def no_source() -> Source:
    raise AssertionError("this test opens no lens")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def camera(tmp_path: Path, clock: FakeClock) -> Iterator[CameraProcess]:
    camera = CameraProcess(tmp_path, Settings(), no_source, tmp_path / "s", lambda _: None, clock)
    with closing(camera._publisher), closing(camera._storage):
        yield camera


@pytest.fixture
def spied(camera: CameraProcess, monkeypatch: pytest.MonkeyPatch) -> SpiedPublisher:
    spied = SpiedPublisher()
    monkeypatch.setattr(camera, "_publisher", spied)
    return spied


def test_a_ticket_ends_on_time_also_while_a_command_holds_everything_up(
    camera: CameraProcess, spied: SpiedPublisher, clock: FakeClock
) -> None:
    camera._authority.tickets.open(PHONE, "Phone", clock.monotonic_ns())
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with camera._authority_lock:
            held.set()
            let_go.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)
    clock.pass_s(LIFE_S)
    camera.tick()
    camera.unit(UNIT)
    let_go.set()
    holder.join()

    assert spied.units() == 0


def test_no_unit_goes_out_before_the_view_is_in_the_journal(
    camera: CameraProcess, spied: SpiedPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser()
    pair(camera, browser)
    seen = list[int]()

    def note(record: Record) -> None:
        camera.unit(UNIT)  # the video thread does not wait for the card
        seen.append(spied.units())
        assert isinstance(record, ViewStarted)

    monkeypatch.setattr(camera, "note", note)
    answer = ask(camera, browser.sign("live.open", nonce(camera)))

    assert isinstance(answer, CommandResult)
    assert seen == [0]
    camera.unit(UNIT)
    assert spied.units() == 1


def test_key_pictures_are_made_for_viewers_only(camera: CameraProcess, clock: FakeClock) -> None:
    camera.on_message(KeyPictureWanted(), ignore)
    assert not camera._watch._wants_key.is_set()

    camera._authority.tickets.open(PHONE, "Phone", clock.monotonic_ns())
    camera.on_message(KeyPictureWanted(), ignore)
    assert camera._watch._wants_key.is_set()


def test_a_fault_of_ours_in_a_command_is_answered_and_the_next_one_served(
    camera: CameraProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser()
    pair(camera, browser)
    with monkeypatch.context() as broken:
        broken.setattr(camera, "mask", fail)
        answer = ask(camera, browser.sign("mask.get", nonce(camera)))

    assert isinstance(answer, CommandError)
    assert answer.code == "internal"
    assert isinstance(ask(camera, browser.sign("mask.get", nonce(camera))), CommandResult)


def test_who_cannot_be_noted_is_not_invited(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.claim()
    house.control.is_disk_broken = True
    invite, key = "ab" * 16, house_key(Browser())
    answer = house.ask("device.invite", invite=invite, public_key=key, role="viewer", sealed_identity=None)

    assert code_of(answer) == "storage"
    assert house.authority.invites.get(invite, house.clock.now_ns) is None


def test_an_invitation_as_viewer_does_not_take_the_last_owner_away(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.claim()
    link, invite = Browser(), "ab" * 16
    key = house_key(link)
    body_of(house.ask("device.invite", invite=invite, public_key=key, role="viewer", sealed_identity=None))
    args = {"device_key": house_key(house.owner), "device_name": "Phone"}
    answer = house.send(link.sign("pair", house.nonce(), kid=f"invite:{invite}", **args))

    assert code_of(answer) == "conflict"
    assert [device.role for device in house.authority.home.devices()] == ["owner"]


def test_the_end_of_a_view_is_told_once(camera: CameraProcess, spied: SpiedPublisher) -> None:
    end_views(camera._authority, camera, camera._authority.tickets.end_all(), "left")

    assert spied.sent == []


def test_views_can_end_while_the_card_is_looked_through(camera: CameraProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, was_free = Browser(), list[bool]()
    pair(camera, owner)

    def take_and_let_go() -> None:
        was_free.append(camera._authority_lock.acquire(blocking=False))
        if was_free[-1]:
            camera._authority_lock.release()

    def look(_: Path) -> Inventory:
        other = threading.Thread(target=take_and_let_go)  # the lock is its holder's to take again
        other.start()
        other.join()
        return Inventory()

    monkeypatch.setattr(inventory_actions, "take_inventory", look)
    assert isinstance(ask(camera, owner.sign("inventory.get", nonce(camera))), CommandResult)
    assert was_free == [True]


def ignore(_: CameraMessage) -> None: ...


def fail() -> None:
    raise ZeroDivisionError


def house_key(browser: Browser) -> str:
    return encode_base64url(browser.public_key)


def pair(camera: CameraProcess, browser: Browser) -> None:
    camera._authority.home.save_devices((Device(browser.device, "Phone", "owner", browser.public_key, 0),))


def nonce(camera: CameraProcess) -> str:
    return camera._authority.nonces.issue(camera._clock.monotonic_ns())


def ask(camera: CameraProcess, jws: str) -> CameraMessage:
    answers = list[CameraMessage]()
    reply: Callable[[CameraMessage], None] = answers.append
    camera.on_message(Command(1, jws), reply)
    (answer,) = answers
    return answer
