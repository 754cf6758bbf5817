"""The bell of the running camera: a press leads to chime, news, clip and record, in this order, and to nothing else."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Protocol

from camera.bell_wishes import BellFile, BellWishes
from camera.clock import Clock
from camera.doorbell import BUTTONS, CHIMES, SPEAKERS, Button, Chime, DoorbellError, Speaker, check_spec, open_part
from camera.doorbell.lamp import open_lamp
from camera.doorbell.press import PressFilter, RingLimit
from camera.doorbell.sound_out import SoundOut
from camera.errors import SettingsError
from camera.settings import CameraSettings
from camera.vault.cards import BellRang, Record

logger = logging.getLogger(__name__)


class BellPort(Protocol):
    """Whom a ring reaches. None of it may block for long; the record comes last, as only the card can be slow."""

    def announce(self, kind: str) -> None: ...
    def record_press(self, at_ns: int, *, is_visitor: bool) -> None: ...
    def note_later(self, record: Record) -> None: ...


class BellDesk:
    """`press` comes from the button's thread, `test` and `keep` from commands, `fault` from anywhere.

    Invariants: the bell rings at most once in 3 s, whoever rings; it rings whatever the picture, the owner's switches
    or the card are doing; a press does nothing but ring.
    """

    def __init__(self, folder: Path, settings: CameraSettings, clock: Clock, port: BellPort) -> None:
        """Raises SettingsError when a part is of no known kind."""
        self._clock, self._port = clock, port
        self._file = BellFile(folder)
        self._filter, self._limit, self._lock = PressFilter(), RingLimit(), threading.Lock()
        self._button_fault: str | None = None
        self._rang_at_ns: int | None = None
        self.press_to_sound_ms: float | None = None
        """Of the last ring that was heard: from the press to when the device took its first sample."""
        try:
            check_spec("the loudspeaker", SPEAKERS, settings.speaker)
            self._button: Button = open_part("the button", BUTTONS, settings.button)
            self.sound = SoundOut(lambda: _open_speaker(settings.speaker))
            self._chime: Chime = open_part("the chime", CHIMES, settings.chime, self.sound)
            self.lamp = open_lamp(settings.lamp)
        except DoorbellError as error:
            raise SettingsError(f"{error}; see docs/settings.md") from error

    @property
    def wishes(self) -> BellWishes:
        return self._file.wishes

    def start(self) -> None:
        """Listen to the button."""
        threading.Thread(target=self._listen, name="button", daemon=True).start()

    def close(self) -> None:
        self.lamp.show(is_lit=False)
        self._button.close()
        self._chime.close()
        self.sound.close()

    def keep(self, wishes: BellWishes) -> None:
        """On the disk, then in force. Raises OSError with nothing changed."""
        self._file.keep(wishes)

    def press(self, is_down: bool) -> None:
        """The button changed."""
        now_ns = self._clock.monotonic_ns()
        if self._filter.takes(is_down, now_ns):
            self.ring(None, None)

    def ring(self, device: str | None, name: str | None) -> bool:
        """Ring, unless it rang within the last 3 s; `device` and `name` say whose test it is, None for the button."""
        now_ns, wall_ms = self._clock.monotonic_ns(), self._clock.wall_ms()
        with self._lock:
            if not self._limit.allows(now_ns):
                return False
            self._rang_at_ns = now_ns
        volume = self.wishes.volume_at(wall_ms, is_time_known=self._clock.quality() != "unsynced")
        self._chime.ring(volume, lambda: self._heard(now_ns))
        self._port.announce("bell.rang")
        self._port.record_press(now_ns, is_visitor=device is None)
        self._port.note_later(BellRang(at_ms=wall_ms, device=device, name=name))
        return True

    def rang_at_ns(self, within_ns: int) -> int | None:
        """When it rang last, if that is not longer ago: a lens that opens only now still owes that ring its clip."""
        at_ns = self._rang_at_ns
        return at_ns if at_ns is not None and self._clock.monotonic_ns() - at_ns <= within_ns else None

    def fault(self) -> str | None:
        """What is wrong with button, chime, loudspeaker or lamp, as one sentence; None when nothing is."""
        if self._button_fault:
            return self._button_fault
        if self._filter.is_stuck(self._clock.monotonic_ns()):
            return "the bell's button has been held down for long: check whether it is stuck"
        return self._chime.fault() or self.lamp.fault()

    def _listen(self) -> None:
        try:
            self._button.run(self.press, self._button_is)
        except Exception:  # outermost loop of this thread: a driver's fault costs the button, and is told
            logger.exception("the button failed")
            self._button_fault = "the bell's button failed: restart the camera, and look at its log"

    def _button_is(self, fault: str | None) -> None:
        if fault and fault != self._button_fault:
            logger.warning("%s", fault)
        self._button_fault = fault

    def _heard(self, pressed_at_ns: int) -> None:
        self.press_to_sound_ms = round((self._clock.monotonic_ns() - pressed_at_ns) / 1e6, 1)
        logger.info("the bell was heard %.1f ms after the press", self.press_to_sound_ms)


def _open_speaker(spec: str) -> Speaker:
    speaker: Speaker = open_part("the loudspeaker", SPEAKERS, spec)
    return speaker
