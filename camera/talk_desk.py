"""Talk at the door: the owner's voice out, the visitor's voice to the owner; only while a ticket for it lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from camera.clock import Clock
from camera.contract import TALK_BLOCK_BYTES, CameraMessage, Sound
from camera.doorbell.opus import OpusEncoder
from camera.doorbell.parts import BLOCK, Samples, samples_of
from camera.doorbell.sound_in import Listener, SoundIn
from camera.doorbell.sound_out import SoundOut
from camera.vault.cards import Record, TalkEnded

MUTED_NS = 300_000_000
"""So long after the owner's last word the visitor is not passed on, so that nobody hears themselves."""
_SILENCE: Samples = np.zeros(BLOCK, np.int16)


@dataclass(frozen=True, slots=True)
class Talk:
    """One accepted `talk.open`."""

    viewer: str
    device: str
    name: str
    opened_at_ns: int


class TalkPort(Protocol):
    """What a conversation needs of the camera. `may_talk`: whether this device holds this live ticket, right now."""

    def may_talk(self, viewer: str, device: str) -> bool: ...
    def send(self, message: CameraMessage) -> None: ...
    def note_later(self, record: Record) -> None: ...
    def talk_changed(self, *, is_talking: bool) -> None: ...


class TalkDesk:
    """One conversation at most. `open` and `close` come from commands, `block` from the publisher's thread.

    Invariants: sound leaves the camera only while a conversation lives whose live ticket
    is in force; the same holds for what the loudspeaker takes. Half duplex: while the owner's voice arrives, and
    300 ms longer, the visitor's is replaced by silence before it is encoded.
    """

    def __init__(self, clock: Clock, sound_in: SoundIn, out: SoundOut, port: TalkPort) -> None:
        self._clock, self._in, self._out, self._port = clock, sound_in, out, port
        self._listener: Listener | None = None
        self._talk: Talk | None = None
        self._spoke_at_ns: int | None = None

    @property
    def talk(self) -> Talk | None:
        """The conversation under way."""
        return self._talk

    def open(self, talk: Talk) -> None:
        """From now on both are heard. Ends the one before."""
        self.close("replaced")
        self._talk, self._spoke_at_ns = talk, None
        self._listener = self._listener_of(talk)
        self._in.begin(self._listener)
        self._port.talk_changed(is_talking=True)

    def close(self, why: str, of: list[str] | None = None) -> None:
        """End the conversation, if there is one and it is of one of these viewers (None: of whomever)."""
        talk = self._talk
        if talk is None or (of is not None and talk.viewer not in of):
            return
        self._talk = None
        if self._listener:
            self._in.end(self._listener)
        self._out.hush()
        seconds = round((self._clock.monotonic_ns() - talk.opened_at_ns) / 1e9)
        self._port.talk_changed(is_talking=False)
        self._port.note_later(
            TalkEnded(
                at_ms=self._clock.wall_ms(),
                viewer=talk.viewer,
                device=talk.device,
                name=talk.name,
                seconds=seconds,
                why=why,
            )
        )

    def block(self, viewer: str, pcm: bytes) -> bool:
        """20 ms of the owner's voice; False, and nothing is heard, without a conversation of this viewer's."""
        talk = self._talk
        if talk is None or talk.viewer != viewer or len(pcm) != TALK_BLOCK_BYTES or not self._holds(talk):
            return False
        self._spoke_at_ns = self._clock.monotonic_ns()
        self._out.talk(samples_of(pcm))
        return True

    def fault(self) -> str | None:
        """What is wrong with the sound of the conversation under way, as one sentence."""
        return (self._out.fault() or self._out.absent or self._in.fault()) if self._talk else None

    def _holds(self, talk: Talk) -> bool:
        return self._port.may_talk(talk.viewer, talk.device)

    def _listener_of(self, talk: Talk) -> Listener:
        """Each conversation has an encoder of its own, so that a thread left over from another cannot reach it."""
        encoder, count = OpusEncoder(), 0

        def on_block(block: Samples) -> None:
            nonlocal count
            if self._talk is not talk or not self._holds(talk):
                return
            for packet in encoder.encode(_SILENCE if self._is_muted() else block):
                if self._talk is talk:
                    self._port.send(Sound(talk.viewer, packet, count * BLOCK))
                count += 1

        return on_block

    def _is_muted(self) -> bool:
        at_ns = self._spoke_at_ns
        return at_ns is not None and self._clock.monotonic_ns() - at_ns <= MUTED_NS
