"""How fast the vault seals, beside the bare cipher that it is made of."""

from __future__ import annotations

import math
import os
import time

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from camera.vault.age_writer import CHUNK_BYTES, TAG_BYTES, AgeWriter
from camera.vault.recipients import parse_recipients
from stoop.reader.identities import HybridIdentity

_TOTAL_BYTES = 64 * 1024 * 1024
_UNIT_BYTES = 12_000  # an access unit of a stream of 3 Mbit/s
_ROUNDS = 5


def run() -> dict[str, float | int | str]:
    """Seal 64 MiB in three ways, turn by turn, each the best of five; shares are of the bare cipher's speed."""
    best = {"bare": math.inf, "chunks": math.inf, "units": math.inf}
    for _ in range(_ROUNDS):
        best["bare"] = min(best["bare"], _seal_bare())
        best["chunks"] = min(best["chunks"], _seal_with_writer(CHUNK_BYTES))
        best["units"] = min(best["units"], _seal_with_writer(_UNIT_BYTES))
    return {
        "name": "seal",
        "baseline": "ChaCha20-Poly1305 of cryptography, one call for each 64 KiB",
        "bytes": _TOTAL_BYTES,
        "bare_mb_per_s": round(_TOTAL_BYTES / best["bare"] / 1e6, 1),
        "writer_64k_mb_per_s": round(_TOTAL_BYTES / best["chunks"] / 1e6, 1),
        "writer_units_mb_per_s": round(_TOTAL_BYTES / best["units"] / 1e6, 1),
        "share_of_bare_at_64k": round(best["bare"] / best["chunks"], 3),
        "share_of_bare_at_units": round(best["bare"] / best["units"], 3),
    }


def _seal_bare() -> float:
    """Seconds of the cipher alone, at its fastest: into a buffer that stays."""
    cipher = ChaCha20Poly1305(os.urandom(32))
    chunk, sealed = os.urandom(CHUNK_BYTES), bytearray(CHUNK_BYTES + TAG_BYTES)
    started = time.perf_counter()
    for number in range(_TOTAL_BYTES // CHUNK_BYTES):
        cipher.encrypt_into(number.to_bytes(12, "big"), chunk, None, sealed)
    return time.perf_counter() - started


def _seal_with_writer(piece_bytes: int) -> float:
    """Seconds of the age writer when it is fed pieces of this size."""
    recipients = parse_recipients((HybridIdentity(os.urandom(32)).recipient,))
    piece = os.urandom(piece_bytes)
    started = time.perf_counter()
    writer = AgeWriter(recipients, len)
    for _ in range(_TOTAL_BYTES // piece_bytes):
        writer.write(piece)
    writer.close()
    return time.perf_counter() - started
