"""The owner's phrases for the door: a few short sounds as plain files, played by one tap; they hold nobody's visit."""

from __future__ import annotations

import io
import logging
import secrets
import threading
import wave
from pathlib import Path
from typing import Annotated

import msgspec

from camera.atomic_file import replace_file
from camera.doorbell.chime import read_sound
from camera.doorbell.parts import RATE_HZ, DoorbellError, Samples, samples_of
from camera.doorbell.sound_out import Sound, SoundOut
from camera.errors import CommandRefused
from camera.made_voice import DEFAULTS, say

logger = logging.getLogger(__name__)

MAX_REPLIES = 12
MAX_SOUND_BYTES = 24_000
"""Of what a browser recorded, so that it fits into one signed command."""
LONGEST_S = 8


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One phrase; its sound is `<reply>.wav` beside the list."""

    reply: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    seconds: float


class ReplyList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """replies.json."""

    replies: tuple[Reply, ...] = ()


class Replies:
    """At most 12, of at most 8 s. A list that cannot be read counts as empty; a sound that is gone is a refusal.

    `add` decodes what the browser recorded and keeps plain samples, so that playing parses nothing. A crash leaves a
    sound that no list names at worst, which the next `add` or `delete` removes.
    """

    def __init__(self, folder: Path, out: SoundOut) -> None:
        self._folder, self._out = folder / "replies", out
        self._lock = threading.Lock()
        self._list = self._read()

    @property
    def all(self) -> tuple[Reply, ...]:
        return self._list.replies

    def make_defaults(self) -> None:
        """Once, where there never was a list and the machine can speak. Takes a second: a thread of its own."""
        if (self._folder / "replies.json").exists():
            return
        for text in DEFAULTS:
            try:
                samples = say(text)
                if samples is None:
                    return
                self._keep(text[:40], samples)
            except (OSError, DoorbellError, CommandRefused) as error:
                logger.warning("a phrase for the door could not be made: %s", error)
                return

    def add(self, name: str, sound: bytes) -> Reply:
        """Raises CommandRefused bad_request when it is too large or no sound, too_many at 12; OSError from the disk."""
        if len(sound) > MAX_SOUND_BYTES:
            raise CommandRefused(
                "bad_request", f"this phrase is {len(sound)} bytes, the limit is {MAX_SOUND_BYTES}: say it shorter"
            )
        try:
            samples = read_sound(io.BytesIO(sound), LONGEST_S)
        except DoorbellError as error:
            raise CommandRefused("bad_request", "this recording cannot be played: record it again") from error
        return self._keep(name, samples)

    def delete(self, reply: str) -> None:
        """Raises CommandRefused not_found; OSError from the disk."""
        self._find(reply)
        with self._lock:
            self._save(tuple(each for each in self.all if each.reply != reply))

    def play(self, reply: str) -> Reply:
        """At the door, after what sounds there now. Raises CommandRefused not_found or too_many."""
        found = self._find(reply)
        try:
            with wave.open(str(self._path(reply)), "rb") as file:
                data = file.readframes(LONGEST_S * RATE_HZ)
        except (OSError, EOFError, wave.Error) as error:
            raise CommandRefused(
                "not_found", f"the phrase {found.name!r} is gone from the card: add it again"
            ) from error
        if not self._out.play(Sound(samples_of(data))):
            raise CommandRefused("too_many", "too much waits to be heard at the door: wait a moment")
        return found

    def fault(self) -> str | None:
        """Why the last phrase was not heard, as one sentence."""
        return self._out.fault() or self._out.absent

    def _keep(self, name: str, samples: Samples) -> Reply:
        with self._lock:
            if len(self.all) >= MAX_REPLIES:
                raise CommandRefused("too_many", f"there are {MAX_REPLIES} phrases already: delete one first")
            made = Reply(secrets.token_hex(8), name, round(len(samples) / RATE_HZ, 1))
            self._folder.mkdir(mode=0o700, exist_ok=True)
            replace_file(self._path(made.reply), wav_of(samples))
            self._save((*self.all, made))
        return made

    def _save(self, replies: tuple[Reply, ...]) -> None:
        replace_file(self._folder / "replies.json", msgspec.json.encode(ReplyList(replies)))
        self._list = ReplyList(replies)
        known = {each.reply for each in replies}
        for path in self._folder.glob("*.wav"):
            if path.stem not in known:
                path.unlink(missing_ok=True)

    def _find(self, reply: str) -> Reply:
        found = next((each for each in self.all if each.reply == reply), None)
        if found is None:
            raise CommandRefused("not_found", "this phrase was deleted: look at the list again")
        return found

    def _path(self, reply: str) -> Path:
        return self._folder / f"{reply}.wav"

    def _read(self) -> ReplyList:
        try:
            return msgspec.json.decode((self._folder / "replies.json").read_bytes(), type=ReplyList)
        except FileNotFoundError:
            return ReplyList()
        except (OSError, msgspec.DecodeError) as error:
            logger.warning("the phrases for the door are forgotten: %s", error)
            return ReplyList()


def wav_of(samples: Samples) -> bytes:
    """Mono, 16 bit, 48 kHz."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, RATE_HZ, len(samples), "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return held.getvalue()
