"""Identities for tests, made anew in each run."""

from __future__ import annotations

import os
from pathlib import Path

from camera.vault.bech32 import bech32_encode
from stoop.reader.identities import parse_identity


def new_secret(kind: str) -> str:
    """A fresh `AGE-SECRET-KEY-…`; `kind` is `x25519` or `hybrid`."""
    prefix = {"x25519": "age-secret-key-", "hybrid": "age-secret-key-pq-"}[kind]
    return bech32_encode(prefix, os.urandom(32)).upper()


def new_identity_file(folder: Path, kind: str) -> tuple[Path, str]:
    """An identity file with comments, and the recipient that goes with it."""
    secret = new_secret(kind)
    recipient = parse_identity(secret).recipient
    path = folder / f"{kind}.identity"
    path.write_text(f"# made for a test\n# public key: {recipient}\n\n{secret}\n")
    return path, recipient
