"""The last proof (`stoop prove`) as it lies in DATA/proof.json (docs/design/0003 section 5); judges nothing itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec

NAME = "proof.json"
MAX_BYTES = 64 * 1024
_Short = Annotated[str, msgspec.Meta(max_length=80)]
_Sentence = Annotated[str, msgspec.Meta(max_length=1000)]


class ProofFinding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One claim. "not checked" means that this machine could not show it: no success."""

    id: _Short
    claim: _Sentence
    result: Literal["proved", "failed", "not checked"]
    how: _Sentence
    detail: _Sentence


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole run: when it ended (wall clock, ms), of which release, and each claim in the order it was checked."""

    v: Literal[1]
    at_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    version: _Short
    findings: Annotated[tuple[ProofFinding, ...], msgspec.Meta(max_length=64)]


def read_proof(data: Path) -> Proof | None:
    """The last proof; None when there is none, or when the file is too large or not of this shape."""
    try:
        descriptor = os.open(data / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        with os.fdopen(descriptor, "rb") as file:
            text = file.read(MAX_BYTES + 1)
        return msgspec.json.decode(text, type=Proof) if len(text) <= MAX_BYTES else None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
