"""Updates that an owner brings through the app: asks the updater in the owner's name, and reads what came of it.

It never sees an update: that goes from the browser to the server's folder, and from there to root's updater.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from camera.atomic_file import replace_file
from camera.clock import Clock
from camera.contract import MAX_UPDATE_BYTES
from camera.errors import CommandRefused

ASKED, OUTCOME = "update.json", "outcome.json"
MAX_FILE_BYTES = 4096
MOST_MS = 45 * 60_000
"""More than the units give an update: one that says for longer that it is under way was ended from outside."""
Word = Literal["installing", "installed", "refused", "failed"]
Way = Literal["app", "stick", "card", "command"]
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Text = Annotated[str, msgspec.Meta(max_length=1000)]
_Version = Annotated[str, msgspec.Meta(max_length=60)]


class AskedUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """update.json beside the camera's socket: the one file that an owner's device has signed for; SHA-256 in hex."""

    sha256: Digest
    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=MAX_UPDATE_BYTES)]


class UpdateOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """outcome.json in the updater's folder, gone with the power: what came of the last update.

    `sha256` is empty unless the update came through the app. `sentence` says why not, in the owner's words; empty when
    it is installed. `running` is the version in force afterwards.
    """

    way: Way
    word: Word
    sha256: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]
    version: _Version
    running: _Version
    sentence: _Text
    at_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


def read_outcome(path: Path) -> UpdateOutcome | None:
    """None when there is none, or nothing that can be read as one."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE_BYTES + 1)
        return msgspec.json.decode(text, type=UpdateOutcome) if len(text) <= MAX_FILE_BYTES else None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


class UpdateDesk:
    """`updater` is the folder of root's updater, None where there is none (a demo, a checkout).

    Invariant: what is asked for stands in one small file, which goes with the camera's socket folder at its end, so
    that a wish never outlives the run in which it was signed.
    """

    def __init__(self, socket_folder: Path, updater: Path | None, clock: Clock) -> None:
        self._asked, self._updater, self._clock = socket_folder / ASKED, updater, clock

    @property
    def is_possible(self) -> bool:
        return self._updater is not None

    def ask(self, update: AskedUpdate) -> None:
        """Its unit sees the file change and starts. Raises OSError with nothing asked."""
        replace_file(self._asked, msgspec.json.encode(update), 0o640)

    def outcome(self) -> UpdateOutcome | None:
        """What came of the last since this machine started; None: nothing was tried."""
        outcome = read_outcome(self._updater / OUTCOME) if self._updater else None
        if outcome and outcome.word == "installing" and abs(self._clock.wall_ms() - outcome.at_ms) > MOST_MS:
            sentence = "the updater was ended before it could say what came of it: try again"
            return msgspec.structs.replace(outcome, word="failed", sentence=sentence)
        return outcome

    def must_be_free(self) -> None:
        """Raises CommandRefused where nothing can be installed, or something is being installed."""
        if self._updater is None:
            raise CommandRefused("conflict", "this camera has no updater: run install.sh again with the new version")
        outcome = self.outcome()
        if outcome and outcome.word == "installing":
            raise CommandRefused("conflict", "an update is being installed at this moment: wait for its end")
