"""Whether other users of this machine are kept out of the data folder, by the modes of its files."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from stoop.prove.files import Entry, entries
from stoop.prove.finding import Finding, judged
from stoop.prove.installation import Installation

CLAIM = "Other users of this machine cannot read the camera's files."
_OWN_ONLY = ("camera", "server")
_PUBLIC = ("proof.json",)


def file_modes(installation: Installation) -> Finding:
    """A file behind a folder that is shut counts as shut."""
    found = list(entries(installation.data))
    return judged(
        CLAIM,
        f"looked at owner, group and others of {len(found)} files and folders",
        list(mode_faults(found)),
        "proof.json is readable by all on purpose: it holds these lines and nothing else",
    )


def mode_faults(found: list[Entry]) -> Iterator[str]:
    """Each entry that others reach, or that the group reaches where only the owner should."""
    shut_to_others = tuple(f"{entry.name}/" for entry in found if stat.S_ISDIR(entry.mode) and not entry.mode & 0o007)
    for entry in found:
        mode = stat.S_IMODE(entry.mode)
        if stat.S_ISLNK(entry.mode):
            yield f"{entry.name} is a link to elsewhere"
        elif entry.name in _OWN_ONLY and mode & 0o077:
            yield f"{entry.name} is open to others: mode {mode:o} instead of 700"
        elif mode & 0o007 and entry.name not in _PUBLIC and not entry.name.startswith(shut_to_others):
            yield f"{entry.name} is open to everybody: mode {mode:o}"
