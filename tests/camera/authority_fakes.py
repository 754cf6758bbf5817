"""A camera without a lens, and a browser without a page: what the tests of signed commands need."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from camera.bell_desk import BellDesk
from camera.claim_code import ClaimCodes, stretch
from camera.clock import ClockQuality
from camera.commands import Authority, Commands
from camera.contract import CameraMessage, Command, CommandError, CommandResult, State, ViewWord
from camera.control import ClipRoom, PlateView, TrafficView
from camera.doorbell.parts import BLOCK, Samples
from camera.errors import CommandRefused
from camera.frame import PictureSize
from camera.hole_desk import HoleDesk
from camera.home import CameraRecord, Home
from camera.mask import Mask
from camera.mask_change import MaskChange, compare
from camera.message_desk import MessageDesk
from camera.motion import MotionTuning
from camera.motion_desk import MotionDesk
from camera.parcel_desk import ParcelDesk
from camera.replies import Replies
from camera.settings import CameraSettings
from camera.signed import device_id, encode_base64url
from camera.sound_desk import open_sound_in
from camera.talk_desk import TalkDesk
from camera.tickets import Tickets
from camera.update_desk import UpdateDesk
from camera.vault import seal_bytes
from camera.vault.cards import ClipKept, Record

RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
MASK = '{"allow":[[[0,0],[1,0],[1,1],[0,1]]]}'
S = 1_000_000_000
STATE = State("ab" * 16, "0", "Door", True, True, True, "demo", 1280, 720, 15.0, None, False, None, 0, 0, None)
SIZE = PictureSize(128, 72)


@dataclass(slots=True)
class FakeClock:
    now_ns: int = 1_000 * S
    at_ms: int = 1_780_000_000_000

    def monotonic_ns(self) -> int:
        return self.now_ns

    def wall_ms(self) -> int:
        return self.at_ms

    def quality(self) -> ClockQuality:
        return "synced"

    def pass_s(self, seconds: float) -> None:
        self.now_ns += round(seconds * S)
        self.at_ms += round(seconds * 1000)


@dataclass(slots=True)
class FakeControl:
    """Remembers what was asked of the camera; `is_disk_broken` makes every write fail."""

    records: list[Record] = field(default_factory=list)
    founded: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)
    record_nows: int = 0
    used: list[CameraRecord] = field(default_factory=list)
    in_force: Mask | None = None
    is_disk_broken: bool = False
    view_word: ViewWord = "confirmed"
    traffic_view: TrafficView = field(default_factory=lambda: TrafficView(0, None))
    desk: MotionDesk | None = None
    bell: BellDesk | None = None
    talk: TalkDesk | None = None
    phrases: Replies | None = None
    message: MessageDesk | None = None
    parcels: ParcelDesk | None = None
    holes: HoleDesk | None = None
    updates: UpdateDesk | None = None
    parcel_uses: int = 0
    kept_bytes: int = 1000
    kept: list[ClipKept] = field(default_factory=list)
    sent: list[CameraMessage] = field(default_factory=list)
    tickets: Tickets | None = None
    clock: FakeClock | None = None
    is_talking: bool = False
    is_lens_dark: bool = False
    offered_ms: list[int] = field(default_factory=list)
    presses: list[int] = field(default_factory=list)
    tunings: list[MotionTuning] = field(default_factory=list)
    plate_view: PlateView = field(default_factory=lambda: PlateView(0.5, None, None, 1280, 720))

    def mask(self) -> Mask | None:
        return self.in_force

    def compare(self, old: Mask | None, new: Mask) -> MaskChange:
        return compare(old, new, SIZE)

    def waiting_changed(self) -> None: ...

    def view(self) -> ViewWord:
        return self.view_word

    def use_mask(self, mask: Mask) -> None:
        self.in_force = mask

    def found(self, recipient: str) -> None:
        if not recipient.startswith("age1"):
            raise CommandRefused("bad_request", f"{recipient!r} is no age recipient")
        self.founded.append(recipient)

    def seal(self, data: bytes) -> bytes:
        return seal_bytes((self.founded[-1],), data)

    def change_recipient(self, recipient: str, card: Record, save: Callable[[], None]) -> None:
        self.note(card)
        save()
        self.founded.append(recipient)

    def note(self, record: Record) -> None:
        if self.is_disk_broken:
            raise CommandRefused("storage", "the card is full")
        self.records.append(record)

    def note_later(self, record: Record) -> None:
        self.records.append(record)

    def delete_clip(self, clip: str, device: str) -> None:
        self.deleted.append(clip)

    def keep_clip(self, card: ClipKept) -> None:
        self.kept.append(card)

    def room(self, share: float | None = None) -> ClipRoom:
        share = 0.5 if share is None else share
        return ClipRoom(share, int(share * 32_000_000_000), 1_000_000, self.kept_bytes)

    def plate(self, *, is_fresh: bool, seen_at_ms: int | None) -> PlateView:
        return self.plate_view

    def traffic(self) -> TrafficView:
        return self.traffic_view

    def offer_time(self, wall_ms: int) -> bool:
        self.offered_ms.append(wall_ms)
        return True

    def motion_desk(self) -> MotionDesk:
        assert self.desk is not None, "a House gives its control a desk"
        return self.desk

    def bell_desk(self) -> BellDesk:
        assert self.bell is not None, "a House gives its control a bell"
        return self.bell

    def talk_desk(self) -> TalkDesk:
        assert self.talk is not None, "a House gives its control a conversation"
        return self.talk

    def replies(self) -> Replies:
        assert self.phrases is not None, "a House gives its control phrases"
        return self.phrases

    def message_desk(self) -> MessageDesk:
        assert self.message is not None, "a House gives its control a desk for messages"
        return self.message

    def may_take_message(self) -> bool:
        return True

    def begin_message(self, now_ns: int) -> None: ...

    def end_message(self, now_ns: int, *, was_spoken: bool) -> None: ...

    def parcel_desk(self) -> ParcelDesk:
        assert self.parcels is not None, "a House gives its control a place for parcels"
        return self.parcels

    def hole_desk(self) -> HoleDesk:
        assert self.holes is not None, "a House gives its control a list of ways out"
        return self.holes

    def update_desk(self) -> UpdateDesk:
        assert self.updates is not None, "a House gives its control an updater"
        return self.updates

    def state(self) -> State:
        return STATE

    def use_parcels(self) -> None:
        self.parcel_uses += 1

    def may_talk(self, viewer: str, device: str) -> bool:
        assert self.tickets is not None
        assert self.clock is not None
        return self.tickets.holds(viewer, device, self.clock.now_ns)

    def send(self, message: CameraMessage) -> None:
        self.sent.append(message)

    def talk_changed(self, *, is_talking: bool) -> None:
        self.is_talking = is_talking

    def record_press(self, at_ns: int, *, is_visitor: bool) -> None:
        self.presses.append(at_ns)

    def record_now(self) -> None:
        self.record_nows += 1

    def is_dark(self) -> bool:
        return self.is_lens_dark

    def use_record(self, record: CameraRecord) -> None:
        self.used.append(record)

    def tickets_changed(self, ended: list[str], why: str) -> None:
        self.ended += [(viewer, why) for viewer in ended]
        if self.talk:
            self.talk.close(why, ended)

    def announce(self, kind: str) -> None:
        self.announced.append(kind)


@dataclass(slots=True)
class Browser:
    """Holds a device key and signs with it."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def device(self) -> str:
        return device_id(self.public_key)

    def sign(self, action: str, nonce: str, kid: str | None = None, **args: Any) -> str:
        return sign(self.key, "EdDSA", kid or self.device, action, nonce, args)


def sign(key: Any, alg: str, kid: str, action: str, nonce: str, args: dict[str, Any]) -> str:
    payload = json.dumps({"action": action, "args": args, "nonce": nonce}).encode()
    return jwt.PyJWS().encode(payload, key, algorithm=alg, headers={"kid": kid, "typ": "stoop+jws"})


class House:
    """A camera's authority in a temporary folder, with its owner's browser."""

    def __init__(self, folder: Path, microphone: str = "none") -> None:
        self.clock, self.control, self.owner = FakeClock(), FakeControl(), Browser()
        self.voice: Samples | None = np.zeros(BLOCK, np.int16)
        home = Home(folder / "camera")
        self.control.desk = MotionDesk(
            folder / "camera", self.clock, self.control.tunings.append, lambda data: b"sealed:" + data
        )
        silent = CameraSettings(button="none", speaker="none", chime="none", microphone=microphone)
        self.control.bell = BellDesk(folder / "camera", silent, self.clock, self.control)
        self.control.talk = TalkDesk(self.clock, open_sound_in(silent), self.control.bell.sound, self.control)
        self.control.message = MessageDesk(
            self.clock, self.control.bell.sound, self.control, 20, lambda text: self.voice
        )
        self.control.parcels = ParcelDesk(folder / "camera", lambda news: None)
        self.control.holes = HoleDesk(folder / "camera", folder, self.clock, self.control)
        self.control.updates = UpdateDesk(folder, folder / "updater", self.clock)
        self.control.phrases = Replies(folder / "camera", self.control.bell.sound)
        self.authority = Authority(home, self.clock, ClaimCodes(home.camera().camera_id))
        self.control.tickets, self.control.clock = self.authority.tickets, self.clock
        self.commands = Commands(self.authority, self.control)

    def nonce(self) -> str:
        return self.authority.nonces.issue(self.clock.now_ns)

    def send(self, jws: str) -> CommandResult | CommandError:
        answer = self.commands.answer(Command(7, jws))
        assert isinstance(answer, CommandResult | CommandError)
        assert answer.request_id == 7
        return answer

    def code(self) -> str:
        code = self.authority.codes.current(self.clock.now_ns)
        assert code is not None
        return code.text

    def claim(
        self, code: str | None = None, browser: Browser | None = None, **changed: Any
    ) -> CommandResult | CommandError:
        salt = self.authority.home.camera().camera_id.encode()
        key = stretch((code or self.code()).replace("-", ""), salt)
        args = {
            "device_key": encode_base64url((browser or self.owner).public_key),
            "device_name": "Phone",
            "recipient": RECIPIENT,
            "camera_name": "Front door",
        }
        return self.send(sign(key, "HS256", "claim", "claim", self.nonce(), {**args, **changed}))

    def ask(self, action: str, browser: Browser | None = None, **args: Any) -> CommandResult | CommandError:
        return self.send((browser or self.owner).sign(action, self.nonce(), **args))

    def draw(self, mask: str) -> None:
        """Put in force, whether it shows more or not."""
        replaces = self.control.in_force.digest if self.control.in_force else None
        body_of(self.ask("mask.set", mask=mask, replaces=replaces, loosens=True))

    def pair(self, role: str) -> Browser:
        """A second browser, let in by the owner."""
        link, guest, invite = Browser(), Browser(), "ab" * 16
        made = self.ask(
            "device.invite",
            invite=invite,
            public_key=encode_base64url(link.public_key),
            role=role,
            sealed_identity=None,
        )
        assert isinstance(made, CommandResult)
        key = encode_base64url(guest.public_key)
        paired = self.send(
            link.sign("pair", self.nonce(), kid=f"invite:{invite}", device_key=key, device_name="Tablet")
        )
        assert isinstance(paired, CommandResult), paired
        return guest


def body_of(answer: CommandResult | CommandError) -> dict[str, Any]:
    assert isinstance(answer, CommandResult), answer
    return answer.body


def code_of(answer: CommandResult | CommandError) -> str:
    assert isinstance(answer, CommandError), answer
    return answer.code
