"""What a look came to, and what all looks look at; values only."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from camera.settings import Settings
from stoop.prove.installation import Installation

State = Literal["good", "watch", "broken", "unknown"]


@dataclass(frozen=True, slots=True)
class Sight:
    """`said`: what was found, `mend`: what to do about it, both in a homeowner's words; good needs no mend.

    **"unknown" is not good:** it says that this machine, or this user, could not tell.
    """

    state: State
    said: str
    mend: str = ""


def good(said: str) -> Sight:
    return Sight("good", said)


def watch(said: str, mend: str) -> Sight:
    """It works, and will not for long or not well."""
    return Sight("watch", said, mend)


def broken(said: str, mend: str) -> Sight:
    return Sight("broken", said, mend)


def unknown(said: str, mend: str = "") -> Sight:
    return Sight("unknown", said, mend)


Ask = Callable[[Sequence[str]], str | None]


def ask(words: Sequence[str]) -> str | None:
    """Standard output of a command of this machine; None when it is not there, fails or takes long."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


@dataclass(frozen=True, slots=True)
class Patient:
    """The machine (`root`: where /proc and /sys hang), what is set up on it, and how to ask its commands."""

    data: Path
    settings: Settings
    source: str
    installation: Installation
    root: Path = Path("/")
    ask: Ask = ask

    def text(self, path: str) -> str | None:
        """A small file of the machine without its line end; None when it cannot be read."""
        try:
            return (self.root / path.lstrip("/")).read_text(errors="replace").strip("\n\0 ")
        except OSError:
            return None

    def texts(self, pattern: str) -> list[str]:
        """Of every file that matches, those that can be read."""
        found = (self.text(str(path.relative_to(self.root))) for path in sorted(self.root.glob(pattern.lstrip("/"))))
        return [text for text in found if text is not None]
